import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.registry.agreements.endings import find_ended_agreements
from shared.clock import Clock
from tests.registry.conftest import Json, Make, broken
from tests.world import World

EXTENSION = {
    "number": "DEMO-MSP-10/2023",
    "starts_on": "2023-02-02",
    "ends_on": "2026-02-01",
    "override_reason": "the permit is being renewed",
}
RUNNING = datetime(2022, 6, 1, 3, tzinfo=UTC)
LAST_MOMENT = datetime(2023, 2, 1, 16, 59, 59, tzinfo=UTC)  # midnight in Jakarta is at 17:00 UTC
OVER = datetime(2023, 2, 1, 17, tzinfo=UTC)

MoveTo = Callable[[datetime], Awaitable[None]]


@pytest.fixture
async def running(world: World, registry: httpx.AsyncClient, agreement: Json) -> Json:
    """The agreement, in the middle of its time: it ends on 1 February 2023."""
    await world.set_clock("registry", RUNNING)
    return agreement


@pytest.fixture
def move_to(world: World) -> MoveTo:
    async def moved(now: datetime) -> None:
        await world.set_clock("registry", now)
        await world.run_job("registry", find_ended_agreements)

    return moved


@pytest.fixture
def read(registry: httpx.AsyncClient) -> Callable[[Json], Awaitable[Json]]:
    async def agreement(of: Json) -> Json:
        found: Json = (await registry.get(f"/v1/agreements/{of['id']}")).json()
        return found

    return agreement


async def told(world: World, *types: str) -> list[Any]:
    return [event["data"] for event in await world.events("registry") if event["type"] in types]


async def test_an_agreement_ends_with_its_last_day_in_jakarta(
    world: World, running: Json, move_to: MoveTo, read: Callable[[Json], Awaitable[Json]]
) -> None:
    await move_to(LAST_MOMENT)
    assert (await read(running))["status"] == "signed"

    await move_to(OVER)
    await move_to(datetime(2060, 1, 1, tzinfo=UTC))

    ended = await read(running)
    assert (ended["status"], ended["ended_on"], ended["end_reason"]) == ("expired", "2023-02-01", None)
    [event] = await told(world, "MspEnded")
    assert (event["cause"], event["ended_on"], event["regions"]) == ("expired", "2023-02-01", running["regions"])
    assert event["actor"]["role"] == "system"


async def test_several_workers_at_once_tell_each_end_once(world: World, running: Json) -> None:
    await (await world.pool("registry")).execute(
        """
        INSERT INTO agreement (id, ngo_id, number, title, starts_on, ends_on, counterpart_unit, scope, regions, amount,
                               currency, signatory_functions, signed_at, signed_by)
        SELECT gen_random_uuid(), $1, 'DEMO-' || n, 'x', '2020-02-01', '2023-02-01', 'x', '{x}', '{53.06}', 1,
               'EUR', '{x}', now(), 'x'
        FROM generate_series(1, 249) AS n
        """,
        UUID(running["ngo_id"]),
    )
    await world.set_clock("registry", OVER)
    db = await world.db("registry")

    await asyncio.gather(*(find_ended_agreements(db, Clock(settable=True)) for _ in range(5)))
    await find_ended_agreements(db, Clock(settable=True))

    ended = [event["agreement_id"] for event in await told(world, "MspEnded")]
    assert len(ended) == len(set(ended)) == 250


async def test_an_extension_is_a_new_agreement_and_the_old_one_runs_to_its_last_day(
    world: World, running: Json, sign: Make, move_to: MoveTo, read: Callable[[Json], Awaitable[Json]]
) -> None:
    new = await sign(running["ngo_id"], predecessor_id=running["id"], **EXTENSION)

    old = await read(running)
    assert (old["status"], old["successor_id"], new["predecessor_id"]) == ("signed", new["id"], running["id"])
    [event] = await told(world, "MspExtended")
    assert (event["agreement_id"], event["ends_on"]) == (running["id"], "2023-02-01")
    assert (event["successor_agreement_id"], event["successor_ends_on"]) == (new["id"], "2026-02-01")

    await move_to(OVER)

    assert ((await read(running))["status"], (await read(new))["status"]) == ("extended", "signed")
    assert [event["cause"] for event in await told(world, "MspEnded")] == ["extended"]


async def test_an_agreement_that_is_over_is_extended_late(
    running: Json, sign: Make, move_to: MoveTo, read: Callable[[Json], Awaitable[Json]]
) -> None:
    await move_to(OVER)

    await sign(running["ngo_id"], predecessor_id=running["id"], **EXTENSION)

    assert (await read(running))["status"] == "extended"


async def test_an_agreement_is_extended_once(
    world: World, registry: httpx.AsyncClient, running: Json, sign: Make, agreement_terms: Json
) -> None:
    await sign(running["ngo_id"], predecessor_id=running["id"], **EXTENSION)
    again = agreement_terms | EXTENSION | {"number": "DEMO-MSP-11/2023", "predecessor_id": running["id"]}

    response = await registry.post(
        "/v1/agreements", json=again | {"ngo_id": running["ngo_id"]}, headers=world.write("fasker_head")
    )

    assert (response.status_code, response.json()["type"]) == (409, "/problems/already-exists")


async def test_an_extension_starts_and_ends_later_than_its_predecessor(
    world: World, registry: httpx.AsyncClient, running: Json, agreement_terms: Json
) -> None:
    terms = agreement_terms | {"ngo_id": running["ngo_id"], "number": "DEMO-2", "predecessor_id": running["id"]}

    response = await registry.post("/v1/agreements", json=terms, headers=world.write("fasker_head"))

    assert broken(response) == {("#/starts_on", None), ("#/ends_on", None)}


async def test_an_extension_that_has_not_begun_can_be_given_up_and_another_one_signed(
    world: World,
    registry: httpx.AsyncClient,
    running: Json,
    sign: Make,
    read: Callable[[Json], Awaitable[Json]],
) -> None:
    wrong = await sign(running["ngo_id"], predecessor_id=running["id"], **EXTENSION)

    given_up = await registry.post(
        f"/v1/agreements/{wrong['id']}/termination",
        json={"ended_on": wrong["starts_on"], "reason": "signed with the wrong dates"},
        headers=world.write("fasker_head", match=1),
    )

    assert (given_up.status_code, given_up.json().get("status")) == (200, "terminated")
    right = await sign(running["ngo_id"], predecessor_id=running["id"], **EXTENSION | {"number": "DEMO-MSP-11/2023"})
    assert (await read(running))["successor_id"] == right["id"]


async def test_an_extension_that_was_given_up_carries_nothing_on(
    world: World,
    registry: httpx.AsyncClient,
    running: Json,
    sign: Make,
    move_to: MoveTo,
    read: Callable[[Json], Awaitable[Json]],
) -> None:
    wrong = await sign(running["ngo_id"], predecessor_id=running["id"], **EXTENSION)
    await registry.post(
        f"/v1/agreements/{wrong['id']}/termination",
        json={"ended_on": wrong["starts_on"], "reason": "signed with the wrong dates"},
        headers=world.write("fasker_head", match=1),
    )

    await move_to(OVER)

    assert (await read(running))["status"] == "expired"


async def test_a_terminated_agreement_is_not_in_force_from_the_day_after(
    world: World, registry: httpx.AsyncClient, running: Json
) -> None:
    address = f"/v1/agreements/{running['id']}/termination"
    body = {"ended_on": "2022-05-31", "reason": "the programme has lost its funds"}

    response = await registry.post(address, json=body, headers=world.write("fasker_head", match=1))

    assert response.status_code == 200, response.text
    ended = response.json()
    assert (ended["status"], ended["ended_on"], ended["end_reason"]) == ("terminated", "2022-05-31", body["reason"])
    [event] = await told(world, "MspEnded")
    assert (event["cause"], event["reason"], event["actor"]["role"]) == ("terminated", body["reason"], "fasker_head")
    in_force = {
        day: bool((await registry.get(f"/v1/agreements?on={day}")).json()["items"])
        for day in ("2022-05-31", "2022-06-01")
    }
    assert in_force == {"2022-05-31": True, "2022-06-01": False}
    again = await registry.post(address, json=body, headers=world.write("fasker_head", match=2))
    assert (again.status_code, again.json()["type"]) == (409, "/problems/action-not-allowed")


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"ended_on": "2022-06-02"}, {("#/ended_on", None)}),  # tomorrow
        ({"ended_on": "2020-01-31"}, {("#/ended_on", None)}),
        ({"reason": ""}, {("#/reason", None)}),
        ({"ended_on": 0}, {("#/ended_on", None)}),
    ],
)
async def test_a_termination_needs_a_day_of_the_agreement_and_a_reason(
    world: World, registry: httpx.AsyncClient, running: Json, change: Json, errors: set[tuple[str, str | None]]
) -> None:
    body = {"ended_on": "2022-06-01", "reason": "the programme has lost its funds"} | change

    response = await registry.post(
        f"/v1/agreements/{running['id']}/termination", json=body, headers=world.write("fasker_head", match=1)
    )

    assert broken(response) == errors


@pytest.mark.parametrize(("roles", "match", "status"), [
    (("fasker_officer",), 1, 403), (("fasker_head",), 2, 412), (("fasker_head",), None, 428),
])  # fmt: skip
async def test_only_the_head_terminates_and_only_what_was_read(
    world: World, registry: httpx.AsyncClient, running: Json, roles: tuple[str, ...], match: int | None, status: int
) -> None:
    body = {"ended_on": "2022-06-01", "reason": "the programme has lost its funds"}

    response = await registry.post(
        f"/v1/agreements/{running['id']}/termination", json=body, headers=world.write(*roles, match=match)
    )

    assert response.status_code == status


async def test_a_closed_organisations_agreements_say_when_they_ended_and_not_why_it_was_closed(
    world: World, registry: httpx.AsyncClient, running: Json, read: Callable[[Json], Awaitable[Json]]
) -> None:
    await registry.post(
        f"/v1/organisations/{running['ngo_id']}/closure",
        json={"reason": "what is between the ministry and the organisation"},
        headers=world.write("fasker_head", match=2),
    )

    ended = await read(running)
    assert (ended["status"], ended["ended_on"]) == ("terminated", "2022-06-01")
    assert ended["end_reason"] == "organisasi ditutup (the organisation was closed)"


async def test_a_revoked_permit_carries_no_agreement(
    world: World, registry: httpx.AsyncClient, active: Json, agreement_terms: Json
) -> None:
    address = f"/v1/organisations/{active['id']}/licences"
    [permit] = (await registry.get(address, headers=world.read("observer_tpoa"))).json()["items"]
    body = {"revoked_on": "2022-01-01", "reason": "revoked by Foreign Affairs"}
    revoked = await registry.post(
        f"{address}/{permit['id']}/revocation", json=body, headers=world.write("fasker_officer", match=1)
    )
    assert revoked.status_code == 200, revoked.text

    response = await registry.post(
        "/v1/agreements", json=agreement_terms | {"ngo_id": active["id"]}, headers=world.write("fasker_head")
    )

    assert broken(response) == {("#/ends_on", "V02")}
