import pytest

from shared.clock import Clock
from shared.http import writes
from shared.http.writes import ANSWERS_KEPT_DAYS, forget_old_answers
from tests.world import World


async def test_answers_are_forgotten_when_nobody_repeats_any_more(world: World) -> None:
    db = await world.db("registry")
    for age in (0, ANSWERS_KEPT_DAYS - 1, ANSWERS_KEPT_DAYS + 1):
        await db.pool.execute(
            """
            INSERT INTO request (caller, idempotency_key, body_sha256, status, headers, body, at)
            VALUES ('somebody', $1, '', 204, '{}', '', clock_timestamp() - make_interval(days => $2))
            """,
            str(age),
            age,
        )

    await forget_old_answers(db, Clock(settable=True))

    kept = await db.pool.fetch("SELECT idempotency_key FROM request ORDER BY at")
    assert [row["idempotency_key"] for row in kept] == [str(ANSWERS_KEPT_DAYS - 1), "0"]


async def test_of_many_old_answers_all_are_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writes, "FORGOTTEN_AT_ONCE", 3)
    db = await world.db("registry")
    await db.pool.execute(
        """
        INSERT INTO request (caller, idempotency_key, body_sha256, status, headers, body, at)
        SELECT 'somebody', n, '', 204, '{}', '', clock_timestamp() - make_interval(days => $1)
        FROM generate_series(1, 9) AS n
        """,
        ANSWERS_KEPT_DAYS + 1,
    )

    await forget_old_answers(db, Clock(settable=True))

    assert await db.pool.fetchval("SELECT count(*) FROM request") == 0
