from shared.clock import Clock
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
