"""The list of changes: gapless, monotone, whatever is under way when it is read."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.registry.events import NgoApplied, NgoReinstated, NgoSuspended
from services.registry.public import changes
from services.registry.public.changes import number_public_changes
from shared.events import append
from shared.events.envelope import SYSTEM
from tests.registry.conftest import Json, Make, broken
from tests.registry.public.test_as_of import Act
from tests.world import World

NOW = datetime(2020, 8, 12, 3, tzinfo=UTC)


def suspended(ngo_id: UUID) -> NgoSuspended:
    return NgoSuspended(occurred_at=NOW, actor=SYSTEM, ngo_id=ngo_id, reason="because it is so")


def reinstated(ngo_id: UUID) -> NgoReinstated:
    return NgoReinstated(occurred_at=NOW, actor=SYSTEM, ngo_id=ngo_id, reason="because it is so")


async def numbered(world: World) -> list[tuple[int, UUID, str]]:
    await world.run_job("registry", number_public_changes)
    rows = await (await world.pool("registry")).fetch("SELECT number, ngo_id, kind FROM public_change ORDER BY number")
    return [(row["number"], row["ngo_id"], row["kind"]) for row in rows]


async def test_changes_are_told_with_what_happened_to_whom(
    world: World, registry: httpx.AsyncClient, active: Json, activate: Make, agreement: Json, approve: Make, act: Act
) -> None:
    cordaid = await activate("cordaid-1", name="Cordaid", acronym="Cordaid")
    await approve(agreement)
    await act(active, "merger", 2, successor_id=cordaid["id"], effective_on="2020-08-01")
    await world.run_job("registry", number_public_changes)

    page = (await registry.get("/v1/register/changes")).json()

    told = [(c["number"], c["kind"], c["organisation_id"]) for c in page["items"]]
    assert told == [
        (1, "registered", active["id"]),
        (2, "agreement_signed", active["id"]),
        (3, "registered", cordaid["id"]),
        (4, "master_plan_approved", active["id"]),
        (5, "merged", active["id"]),
    ]
    assert page["items"][1]["agreement_id"] == agreement["id"]
    assert page["items"][4]["successor_id"] == cordaid["id"]
    assert (page["last_number"], page["next_after"]) == (5, 5)


async def test_a_reader_goes_on_where_it_stopped(world: World, registry: httpx.AsyncClient, active: Json) -> None:
    ngo_id = UUID(active["id"])
    await world.publish("registry", *(event(ngo_id) for event in (suspended, reinstated) * 3))
    await world.run_job("registry", number_public_changes)

    first = (await registry.get("/v1/register/changes?limit=4")).json()
    second = (await registry.get(f"/v1/register/changes?limit=4&after={first['next_after']}")).json()
    end = (await registry.get(f"/v1/register/changes?after={second['next_after']}")).json()

    assert [each["number"] for each in first["items"] + second["items"]] == [1, 2, 3, 4, 5, 6, 7]
    assert (end["items"], end["next_after"], end["last_number"]) == ([], 7, 7)


async def test_who_has_a_number_that_was_never_given_is_told_so(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    """After the service was restored from a copy, numbers are given anew: going on would silently miss them."""
    await world.run_job("registry", number_public_changes)

    response = await registry.get("/v1/register/changes?after=2")

    assert broken(response) == {("query:after", None)}


async def test_what_commits_later_comes_later_though_it_began_before(world: World) -> None:
    """The slow transaction appended first; its event is not visible when the quick one's is numbered."""
    slow, quick = uuid4(), uuid4()
    db = await world.db("registry")
    async with db.transaction() as conn:
        append.emit(conn, suspended(slow))
        await append.flush(conn)
        await world.publish("registry", suspended(quick))
        assert await numbered(world) == [(1, quick, "suspended")]

    assert await numbered(world) == [(1, quick, "suspended"), (2, slow, "suspended")]


async def test_concurrent_writers_and_numberers_leave_no_gap_and_no_disorder(world: World) -> None:
    ngos = [uuid4() for _ in range(6)]
    seen: list[list[tuple[int, UUID, str]]] = []

    async def write(ngo_id: UUID) -> None:
        for _ in range(4):
            await world.publish("registry", suspended(ngo_id))
            await world.publish("registry", reinstated(ngo_id))

    async def number() -> None:
        seen.extend([await numbered(world) for _ in range(8)])

    await asyncio.gather(*map(write, ngos), number(), number())
    final = await numbered(world)

    assert [number for number, _, _ in final] == list(range(1, 6 * 8 + 1))
    assert all(final[: len(before)] == before for before in seen)
    for ngo_id in ngos:
        assert [kind for _, whose, kind in final if whose == ngo_id] == ["suspended", "reinstated"] * 4


async def test_numbering_again_changes_nothing(world: World, active: Json) -> None:
    assert await numbered(world) == await numbered(world)


async def test_many_are_numbered_in_parts_each_key_in_its_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "NUMBERED_AT_ONCE", 3)
    ngos = [uuid4() for _ in range(3)]
    for ngo_id in ngos:
        await world.publish("registry", *(event(ngo_id) for event in (suspended, reinstated) * 2))

    found = await numbered(world)

    assert [number for number, _, _ in found] == list(range(1, 13))
    for ngo_id in ngos:
        assert [kind for _, whose, kind in found if whose == ngo_id] == ["suspended", "reinstated"] * 2


async def test_what_is_not_public_and_what_is_of_no_organisation_gets_no_number(world: World) -> None:
    class OfNobody(NgoSuspended):
        def stream_key(self) -> str:
            return "housekeeping"

        @classmethod
        def wire_type(cls) -> str:
            return "singo.registry.NgoSuspended.v1"

    applied: dict[str, Any] = {
        "name": "N", "origin_country": "NL", "sectors": (), "principle_permit_number": "x"
    }  # fmt: skip
    await world.publish(
        "registry",
        NgoApplied(occurred_at=NOW, actor=SYSTEM, ngo_id=uuid4(), **applied),
        OfNobody(occurred_at=NOW, actor=SYSTEM, ngo_id=uuid4(), reason="because it is so"),
    )

    assert await numbered(world) == []
