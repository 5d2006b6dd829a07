from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.recommendations.events import ForeignStaffEnded, ForeignStaffStarted
from services.reporting.events import (
    ObligationCreated,
    ObligationExtended,
    ObligationFulfilled,
    ObligationOverdue,
    ObligationReopened,
    ObligationWaived,
)
from shared.events.envelope import SYSTEM
from tests.registry.conftest import Json, Make
from tests.world import World

NOW = datetime(2020, 8, 12, 3, tzinfo=UTC)
DUE = date(2020, 7, 31)


async def test_the_public_finds_organisations_by_name_region_and_sector(
    registry: httpx.AsyncClient, activate: Make, sign: Make, agreement: Json
) -> None:
    icco = await activate(
        "icco-1", name="Coöperatie ICCO U.A.", name_en=None, acronym="ICCO", aliases=[], sectors=["agriculture"]
    )
    await sign(icco["id"], number="DEMO-MSP-4/2020", regions=["76.04", "76.02"])
    finds = {
        "": {"SNV", "ICCO"},
        "q=ontwikkelings": {"SNV"},
        "q=coöperatie": {"ICCO"},
        "q=snv indonesia": {"SNV"},
        "q=%25": set(),
        "region=53": {"SNV"},
        "region=53.06": {"SNV"},
        "region=76": {"ICCO"},
        "sector=agriculture": {"SNV", "ICCO"},
        "sector=water_and_sanitation&region=53": {"SNV"},
        "sector=water_and_sanitation&region=76": set(),
    }

    found = {query: (await registry.get(f"/v1/organisations?{query}")).json()["items"] for query in finds}

    assert {query: {item["acronym"] for item in items} for query, items in found.items()} == finds
    assert (await registry.get("/v1/organisations?region=5")).status_code == 422


async def test_applicants_and_rejected_ones_are_not_in_the_list(
    world: World, registry: httpx.AsyncClient, applied: Json, apply_for: Make
) -> None:
    rejected = await apply_for("applicant-2")
    await registry.post(
        f"/v1/organisations/{rejected['id']}/verification",
        json={"decision": "rejected", "reason": "no permit"},
        headers=world.write("fasker_officer", match=1),
    )

    assert (await registry.get("/v1/organisations")).json()["items"] == []


async def test_pages_follow_each_other_without_gap_or_repetition(registry: httpx.AsyncClient, activate: Make) -> None:
    ids = [(await activate(f"applicant-{n}"))["id"] for n in range(3)]

    first = (await registry.get("/v1/organisations?limit=2")).json()
    second = (await registry.get(f"/v1/organisations?limit=2&cursor={first['next_cursor']}")).json()

    assert [item["id"] for item in first["items"] + second["items"]] == sorted(ids, reverse=True)
    assert second["next_cursor"] is None


def obligation(ngo: Json, **changes: Any) -> dict[str, Any]:
    fields = {
        "occurred_at": NOW,
        "actor": SYSTEM,
        "ngo_id": UUID(ngo["id"]),
        "obligation_id": uuid4(),
        "agreement_id": uuid4(),
        "kind": "semester_report",
        "period": "2020-S1",
        "due_on": DUE,
    }
    return fields | changes


async def test_an_overdue_obligation_makes_late_until_it_is_put_right(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    address = f"/v1/organisations/{active['id']}/standing"
    one, two, three = (obligation(active) for _ in range(3))
    await world.set_clock("registry", NOW)

    async def after(*events: Any) -> tuple[str, int, int]:
        await world.publish("reporting", *events)
        await world.deliver("reporting", "registry")
        standing = (await registry.get(address)).json()
        return standing["compliance"], standing["overdue_obligations"], standing["days_late"]

    created = [ObligationCreated(**o, rule="r", legal_basis="l") for o in (one, two, three)]
    assert await after(*created) == ("on_time", 0, 0)
    overdue = [ObligationOverdue(**o, days_late=1) for o in (one, two, three)]
    assert await after(*overdue) == ("late", 3, 12)
    assert await after(ObligationFulfilled(**one, on_time=False, days_late=12)) == ("late", 2, 12)
    assert await after(ObligationWaived(**two, reason="merged")) == ("late", 1, 12)
    later = three | {"due_on": date(2020, 8, 31)}
    extended = ObligationExtended(**later, previous_due_on=DUE, reason="flood")
    assert await after(extended) == ("on_time", 0, 0)
    assert (await registry.get("/v1/organisations")).json()["items"][0]["standing"]["compliance"] == "on_time"
    assert await world.parked("registry") == []


async def test_what_is_due_again_after_its_day_makes_late_again(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    due = obligation(active)
    await world.set_clock("registry", NOW)
    await world.publish(
        "reporting",
        ObligationCreated(**due, rule="r", legal_basis="l"),
        ObligationFulfilled(**due, on_time=True, days_late=0),
        ObligationReopened(**due, reason="the report was withdrawn"),
        ObligationOverdue(**due, days_late=12),
    )
    await world.deliver("reporting", "registry")

    standing = (await registry.get(f"/v1/organisations/{active['id']}/standing")).json()

    assert (standing["compliance"], standing["days_late"]) == ("late", 12)


async def test_days_late_grow_with_the_clock(world: World, registry: httpx.AsyncClient, active: Json) -> None:
    await world.publish("reporting", ObligationOverdue(**obligation(active), days_late=1))
    await world.deliver("reporting", "registry")

    await world.set_clock("registry", NOW + timedelta(days=5))

    standing = (await registry.get("/v1/organisations")).json()["items"][0]["standing"]
    assert standing["days_late"] == 17


async def test_foreign_staff_count_while_they_are_in_post(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    staff = [uuid4(), uuid4()]
    posts = [(staff[0], uuid4()), (staff[0], uuid4()), (staff[1], uuid4())]  # one person has two posts

    def fields(staff_id: UUID, request_id: UUID) -> dict[str, Any]:
        return {
            "occurred_at": NOW,
            "actor": SYSTEM,
            "ngo_id": UUID(active["id"]),
            "staff_id": staff_id,
            "request_id": request_id,
            "position": "adviser",
            "nationality": "NL",
        }

    async def in_post(at: datetime) -> int:
        await world.deliver("recommendations", "registry")
        await world.set_clock("registry", at)
        count: int = (await registry.get(f"/v1/organisations/{active['id']}/standing")).json()["foreign_staff_in_post"]
        return count

    started = [
        ForeignStaffStarted(**fields(*post), starts_on=date(2020, 3, 1), ends_on=date(2021, 2, 28)) for post in posts
    ]
    await world.publish("recommendations", *started)
    assert await in_post(NOW) == 2
    await world.publish("recommendations", ForeignStaffEnded(**fields(*posts[2]), ended_on=date(2020, 8, 1)))
    assert await in_post(NOW) == 1
    assert await in_post(datetime(2020, 2, 1, tzinfo=UTC)) == 0
    assert await in_post(datetime(2021, 3, 2, tzinfo=UTC)) == 0


async def test_the_standing_of_who_is_not_public_is_not_told(registry: httpx.AsyncClient, applied: Json) -> None:
    assert (await registry.get(f"/v1/organisations/{applied['id']}/standing")).status_code == 404
