"""Warnings and expiry, by the worker's job, on a real database."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from services.registry.licences.expiry import find_expiring_licences
from services.registry.licences.rules import months_before
from shared.clock import Clock
from tests.registry.conftest import APPLICANT, Json
from tests.world import World

LAST_DAY = date(2023, 2, 1)
"""Of the permit in `application`."""
BEFORE = datetime(2021, 1, 1, tzinfo=UTC)


def in_jakarta(day: date) -> datetime:
    """The first moment of the day there."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=7)


def warned(months: int) -> datetime:
    return in_jakarta(months_before(LAST_DAY, months))


MoveTo = Callable[[datetime], Awaitable[None]]
Told = Callable[[], Awaitable[list[tuple[str, int | None]]]]


@pytest.fixture
def move_to(world: World) -> MoveTo:
    async def moved(now: datetime) -> None:
        await world.set_clock("registry", now)
        await world.run_job("registry", find_expiring_licences)

    return moved


@pytest.fixture
def told(world: World) -> Told:
    """What was told of licences: the type, and the lead time."""

    async def of_licences() -> list[tuple[str, int | None]]:
        names = ("LicenceExpiring", "LicenceExpired", "LicenceRevoked", "LicenceRetracted")
        return [
            (event["type"], event["data"].get("lead_months"))
            for event in await world.events("registry")
            if event["type"] in names
        ]

    return of_licences


@pytest.fixture
async def permit(world: World, registry: httpx.AsyncClient, apply_for: Callable[..., Awaitable[Json]]) -> Json:
    """A valid izin prinsip, two years before its end."""
    await world.set_clock("registry", BEFORE)
    ngo = await apply_for()
    listed = await registry.get(f"/v1/organisations/{ngo['id']}/licences", headers=world.read(sub=APPLICANT))
    [licence] = listed.json()["items"]
    assert licence["status"] == "VALID"
    found: Json = licence
    return found


@pytest.fixture
def status_of(world: World, registry: httpx.AsyncClient, permit: Json) -> Callable[[], Awaitable[str]]:
    async def status() -> str:
        address = f"/v1/organisations/{permit['ngo_id']}/licences/{permit['id']}"
        answer = await registry.get(address, headers=world.read(sub=APPLICANT))
        return str(answer.json()["status"])

    return status


async def test_an_izin_prinsip_is_warned_of_nine_six_four_and_three_months_before_its_end_and_then_expires(
    permit: Json, move_to: MoveTo, told: Told, status_of: Callable[[], Awaitable[str]], world: World
) -> None:
    second = timedelta(seconds=1)
    seen = []
    for moment in (*(warned(months) for months in (9, 6, 4, 3)), in_jakarta(LAST_DAY + timedelta(days=1))):
        for now in (moment - second, moment, moment + second):
            await move_to(now)
            seen.append((len(await told()), await status_of()))

    expiring = [("LicenceExpiring", months) for months in (9, 6, 4, 3)]
    assert await told() == [*expiring, ("LicenceExpired", None)]
    assert [number for number, _ in seen] == [0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5]
    assert [status for _, status in seen] == ["VALID", *["EXPIRING"] * 12, *["EXPIRED"] * 2]
    last = [e["data"] for e in await world.events("registry") if e["type"] == "LicenceExpiring"][-1]
    assert (last["valid_to"], last["days_left"], last["actor"]["role"]) == ("2023-02-01", 92, "system")
    assert last["legal_basis"].startswith("PP 59/2016")


async def test_after_a_long_pause_the_nearest_warning_is_told_and_the_others_never(
    permit: Json, move_to: MoveTo, told: Told, world: World
) -> None:
    await move_to(warned(3) + timedelta(days=5))
    await move_to(warned(3) + timedelta(days=6))

    assert await told() == [("LicenceExpiring", 3)]
    rows = await (await world.pool("registry")).fetch("SELECT months, told FROM licence_notice ORDER BY months")
    assert [tuple(row) for row in rows] == [(3, True), (4, False), (6, False), (9, False)]


async def test_after_a_pause_beyond_the_end_only_the_expiry_is_told(permit: Json, move_to: MoveTo, told: Told) -> None:
    await move_to(datetime(2060, 1, 1, tzinfo=UTC))
    await move_to(datetime(2061, 1, 1, tzinfo=UTC))

    assert await told() == [("LicenceExpired", None)]


async def test_a_clock_that_is_set_back_tells_nothing_again(permit: Json, move_to: MoveTo, told: Told) -> None:
    for now in (warned(6), BEFORE, warned(6), warned(9), warned(6)):
        await move_to(now)

    assert await told() == [("LicenceExpiring", 6)]


async def test_what_was_over_when_it_was_recorded_is_history_and_told_to_nobody(
    world: World, registry: httpx.AsyncClient, apply_for: Callable[..., Awaitable[Json]], move_to: MoveTo, told: Told
) -> None:
    await world.set_clock("registry", datetime(2024, 1, 1, tzinfo=UTC))
    ngo = await apply_for()
    await move_to(datetime(2025, 1, 1, tzinfo=UTC))

    listed = await registry.get(f"/v1/organisations/{ngo['id']}/licences", headers=world.read(sub=APPLICANT))

    assert [item["status"] for item in listed.json()["items"]] == ["EXPIRED"]
    assert await told() == []


async def test_a_lead_time_is_configuration_and_a_new_one_does_not_reach_back(
    permit: Json, move_to: MoveTo, told: Told, world: World
) -> None:
    """From July 2022 on there is a warning at 7 months no more (its day was 1 July), but one at 2 months."""
    await (await world.pool("registry")).execute(
        """
        INSERT INTO licence_lead_time (kind, months, valid_from, legal_basis)
        VALUES ('IZIN_PRINSIP', 7, '2022-07-02', 'a law'), ('IZIN_PRINSIP', 2, '2022-07-02', 'another')
        """
    )
    for months in (7, 6, 4, 3, 2):
        await move_to(warned(months))

    assert [lead for _, lead in await told()] == [9, 6, 4, 3, 2]


async def test_a_lead_time_that_ended_is_not_used_any_more(
    permit: Json, move_to: MoveTo, told: Told, world: World
) -> None:
    await (await world.pool("registry")).execute(
        "UPDATE licence_lead_time SET valid_to = '2022-07-31' WHERE kind = 'IZIN_PRINSIP' AND months = 6"
    )
    for months in (9, 6, 4):
        await move_to(warned(months))

    assert [lead for _, lead in await told()] == [9, 4]


Renew = Callable[..., Awaitable[Json]]


@pytest.fixture
def renew(world: World, registry: httpx.AsyncClient, permit: Json) -> Renew:
    """Records an izin prinsip that follows on the permit, changed as named."""

    async def record(**changes: str) -> Json:
        licence = {
            "kind": "IZIN_PRINSIP",
            "number": "DEMO-IP-11/2022",
            "issuer": "Kementerian Luar Negeri",
            "issued_on": "2020-12-01",
            "valid_from": "2023-02-02",
            "valid_to": "2026-02-02",
        }
        response = await registry.post(
            f"/v1/organisations/{permit['ngo_id']}/licences",
            json=licence | changes,
            headers=world.write(sub=APPLICANT),
        )
        assert response.status_code == 201, response.text
        recorded: Json = response.json()
        return recorded

    return record


async def test_nothing_more_is_told_of_a_licence_that_another_one_follows(
    permit: Json, renew: Renew, move_to: MoveTo, told: Told, status_of: Callable[[], Awaitable[str]]
) -> None:
    await move_to(warned(9))
    await renew()
    for moment in (*(warned(months) for months in (6, 4, 3)), in_jakarta(LAST_DAY + timedelta(days=1))):
        await move_to(moment)
        await move_to(moment)

    assert await told() == [("LicenceExpiring", 9)]
    assert await status_of() == "EXPIRED"


async def test_of_the_one_that_follows_there_is_word_in_its_turn(
    permit: Json, renew: Renew, move_to: MoveTo, told: Told
) -> None:
    await renew()
    await move_to(in_jakarta(date(2026, 2, 3)))
    await move_to(in_jakarta(date(2026, 2, 4)))

    assert await told() == [("LicenceExpired", None)]


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_from": "2023-02-03"},  # a day without any
        {"valid_from": "2022-02-01", "valid_to": "2023-02-01"},  # ends as the permit does
        {"kind": "IZIN_OPERASIONAL", "valid_from": "2022-02-01", "valid_to": "2023-01-31"},
    ],
)
async def test_what_does_not_cover_the_time_after_it_silences_nothing(
    permit: Json, renew: Renew, move_to: MoveTo, told: Told, changes: dict[str, str]
) -> None:
    await renew(**changes)
    await move_to(warned(9))

    assert ("LicenceExpiring", 9) in await told()


async def test_a_partners_registration_does_not_silence_another_partners(
    permit: Json, renew: Renew, move_to: MoveTo, told: Told
) -> None:
    partner = {"kind": "SKT_MITRA", "valid_from": "2020-02-01"}
    await renew(**partner, number="DEMO-SKT-1", valid_to="2022-02-01")
    await renew(**partner, number="DEMO-SKT-2", valid_to="2025-02-01")
    await move_to(in_jakarta(date(2021, 11, 1)))

    assert await told() == [("LicenceExpiring", 3)]


async def test_once_the_one_that_follows_is_revoked_what_is_left_is_told(
    world: World, registry: httpx.AsyncClient, permit: Json, renew: Renew, move_to: MoveTo, told: Told
) -> None:
    following = await renew(valid_from="2022-01-01", valid_to="2024-12-31")
    await move_to(warned(6))
    revoked = await registry.post(
        f"/v1/organisations/{permit['ngo_id']}/licences/{following['id']}/revocation",
        json={"revoked_on": "2022-07-31", "reason": "an unlawful activity"},
        headers=world.write("fasker_head", match=1),
    )
    assert revoked.status_code == 200, revoked.text
    for _ in range(2):
        await move_to(warned(4))

    assert await told() == [("LicenceRevoked", None), ("LicenceExpiring", 4)]


async def test_of_a_licence_whose_record_was_taken_back_nothing_more_is_told(
    world: World, registry: httpx.AsyncClient, permit: Json, renew: Renew, move_to: MoveTo, told: Told
) -> None:
    """And it silences nothing of the one that it seemed to follow."""
    following = await renew(valid_from="2022-01-01", valid_to="2024-12-31")
    await move_to(warned(6))
    retracted = await registry.post(
        f"/v1/organisations/{permit['ngo_id']}/licences/{following['id']}/retraction",
        json={"reason": "of another organisation"},
        headers=world.write("fasker_officer", match=1),
    )
    assert retracted.status_code == 200, retracted.text
    await move_to(warned(4))
    await move_to(in_jakarta(date(2025, 1, 1)))

    assert await told() == [("LicenceRetracted", None), ("LicenceExpiring", 4), ("LicenceExpired", None)]


async def test_of_a_rejected_applicants_licence_nothing_is_told(
    world: World,
    registry: httpx.AsyncClient,
    permit: Json,
    move_to: MoveTo,
    told: Told,
) -> None:
    rejected = await registry.post(
        f"/v1/organisations/{permit['ngo_id']}/verification",
        json={"decision": "rejected", "reason": "no such embassy"},
        headers=world.write("fasker_officer", match=1),
    )
    assert rejected.status_code == 200, rejected.text

    await move_to(warned(9))
    await move_to(in_jakarta(LAST_DAY + timedelta(days=1)))

    assert await told() == []
    assert await (await world.pool("registry")).fetchval("SELECT status FROM licence") == "EXPIRED"


async def many_licences(world: World, permit: Json, count: int) -> None:
    await (await world.pool("registry")).execute(
        """
        INSERT INTO licence (id, ngo_id, kind, number, issuer, issued_on, valid_from, valid_to, recorded_at,
                             recorded_by)
        SELECT gen_random_uuid(), $1, 'IZIN_PRINSIP', 'DEMO-' || n, 'x', '2020-01-10', '2020-02-01', '2023-02-01',
               now(), 'x'
        FROM generate_series(1, $2) AS n
        """,
        UUID(permit["ngo_id"]),
        count,
    )


async def test_several_workers_at_once_tell_each_warning_once(world: World, permit: Json, told: Told) -> None:
    await many_licences(world, permit, 249)
    db = await world.db("registry")
    for months in (9, 3):
        await world.set_clock("registry", warned(months))
        await asyncio.gather(*(find_expiring_licences(db, Clock(settable=True)) for _ in range(5)))
    await find_expiring_licences(db, Clock(settable=True))

    assert Counter(await told()) == {("LicenceExpiring", 9): 250, ("LicenceExpiring", 3): 250}


async def test_a_worker_that_dies_before_its_commit_leaves_nothing_and_the_next_one_tells(
    world: World, permit: Json, told: Told, move_to: MoveTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("services.registry.licences.expiry.emit", die)
        with pytest.raises(KeyboardInterrupt):
            await move_to(warned(9))
    assert await (await world.pool("registry")).fetchval("SELECT count(*) FROM licence_notice") == 0

    await move_to(warned(9))

    assert await told() == [("LicenceExpiring", 9)]


KILLED = """
import asyncio, sys
from services.registry.licences import expiry
from services.registry.licences.expiry import find_expiring_licences
from shared.clock import Clock
from shared.db import Database, open_pool

async def main() -> None:
    async with open_pool(sys.argv[1], application_name="killed", max_size=2, statement_timeout_seconds=20) as pool:
        emit, told = expiry.emit, 0
        def tell(conn, event):
            nonlocal told
            emit(conn, event)
            told += 1
            if told == 130:  # in the middle of the second batch
                print("now", flush=True)
                import time
                time.sleep(60)
        expiry.emit = tell
        await find_expiring_licences(Database(pool), Clock(settable=True))

asyncio.run(main())
"""


async def test_a_worker_killed_between_two_batches_loses_and_doubles_nothing(
    world: World, permit: Json, told: Told
) -> None:
    await many_licences(world, permit, 249)
    await world.set_clock("registry", warned(9))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, world.settings("registry").dsn, stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert process.stdout
    assert await asyncio.wait_for(process.stdout.readline(), 30) == b"now\n"
    process.send_signal(signal.SIGKILL)
    await process.wait()
    committed = len(await told())

    async def done() -> bool:
        await world.run_job("registry", find_expiring_licences)
        return len(await told()) == 250

    await world.until(done, "the next worker's work")

    assert committed == 100
    ids = [e["data"]["licence_id"] for e in await world.events("registry") if e["type"] == "LicenceExpiring"]
    assert len(set(ids)) == len(ids) == 250


async def test_the_database_and_the_rules_count_months_alike(world: World) -> None:
    pool = await world.pool("registry")
    days = [date(2023, 1, 1) + timedelta(days=n) for n in range(800)]
    for months in (1, 2, 3, 4, 6, 9, 12):
        rows = await pool.fetch(
            "SELECT (day - make_interval(months => $2))::date AS before FROM unnest($1::date[]) AS day", days, months
        )

        assert [row["before"] for row in rows] == [months_before(day, months) for day in days]
