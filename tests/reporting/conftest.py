from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

from services.reporting.obligations.commands import find_due
from tests.reporting.partners import FLORES_TIMUR, MANGGARAI, START, UNIT, Desk, Json, Partner, minutes
from tests.world import World

Join = Callable[[Partner], Awaitable[Partner]]
Events = Callable[..., Awaitable[list[Json]]]
MoveTo = Callable[[datetime], Awaitable[None]]


@pytest.fixture
async def reporting(world: World) -> httpx.AsyncClient:
    """The service on 3 February 2020."""
    await world.set_clock("reporting", START)
    return await world.api("reporting")


@pytest.fixture
def join(world: World, reporting: httpx.AsyncClient) -> Join:
    """Have the registry's events of a partner applied."""

    async def joined(partner: Partner) -> Partner:
        await world.publish("registry", *partner.history())
        await world.deliver("registry", "reporting")
        assert await world.parked("reporting") == []
        return partner

    return joined


@pytest.fixture
async def snv(join: Join) -> Partner:
    return await join(Partner("snv-staff"))


@pytest.fixture
def ngo(world: World, reporting: httpx.AsyncClient, snv: Partner) -> Desk:
    return Desk(world, reporting, sub=snv.sub)


@pytest.fixture
async def other_ngo(world: World, reporting: httpx.AsyncClient, join: Join) -> Desk:
    partner = await join(Partner("care-staff", regions=("34.03",)))
    return Desk(world, reporting, sub=partner.sub)


@pytest.fixture
def fasker(world: World, reporting: httpx.AsyncClient) -> Desk:
    return Desk(world, reporting, "fasker_officer")


@pytest.fixture
def fasker_head(world: World, reporting: httpx.AsyncClient) -> Desk:
    return Desk(world, reporting, "fasker_head")


@pytest.fixture
def satker(world: World, reporting: httpx.AsyncClient) -> Desk:
    return Desk(world, reporting, "satker_officer", unit=UNIT)


@pytest.fixture
def flores_timur(world: World, reporting: httpx.AsyncClient) -> Desk:
    return Desk(world, reporting, "pemda_kesbangpol", sub="kesbangpol-53.06", regions=[FLORES_TIMUR])


@pytest.fixture
def manggarai(world: World, reporting: httpx.AsyncClient) -> Desk:
    return Desk(world, reporting, "pemda_kesbangpol", sub="kesbangpol-53.10", regions=[MANGGARAI])


@pytest.fixture
def elsewhere(world: World, reporting: httpx.AsyncClient) -> Desk:
    return Desk(world, reporting, "pemda_kesbangpol", sub="kesbangpol-11", regions=["11"])


@pytest.fixture
def events(world: World) -> Events:
    """Reporting's events of the types named, in order."""

    async def of(*types: str) -> list[Json]:
        return [event["data"] for event in await world.events("reporting") if event["type"] in types]

    return of


@pytest.fixture
def move_to(world: World, reporting: httpx.AsyncClient) -> MoveTo:
    """Move the clock, and have the calendar looked at."""

    async def moved(now: datetime) -> None:
        await world.set_clock("reporting", now)
        await world.run_job("reporting", find_due)

    return moved


@pytest.fixture
async def plan(ngo: Desk, snv: Partner) -> Json:
    """A draft of a work plan with minutes of both regencies."""
    drafted = await ngo.post("/work-plans", snv.plan(), status=201)
    for region in (FLORES_TIMUR, MANGGARAI):
        drafted = await ngo.post(f"/work-plans/{drafted['id']}/minutes", minutes(region), status=201)
    return drafted


@pytest.fixture
async def plan_in_review(plan: Json, ngo: Desk, satker: Desk) -> Json:
    submitted = await ngo.post(f"/work-plans/{plan['id']}/submission", match=plan["version"])
    return await satker.post(f"/work-plans/{plan['id']}/review", match=submitted["version"])


@pytest.fixture
async def approved_plan(plan_in_review: Json, satker: Desk) -> Json:
    return await satker.post(
        f"/work-plans/{plan_in_review['id']}/decision",
        {"decision": "approved"},
        match=plan_in_review["version"],
    )


@pytest.fixture
def reported(approved_plan: Json) -> Callable[..., Json]:
    """One activity of a report, as planned for the first semester."""

    def activity(number: int, realised: str, **changes: Any) -> Json:
        return {
            "work_plan_activity_id": approved_plan["content"]["activities"][number]["id"],
            "realised": realised,
            "beneficiaries": {"male": 40, "female": 50, "total": 90},
            "spent": "4000.00",
            "currency": "EUR",
            "regions": [MANGGARAI],
            "status": "on_track",
        } | changes

    return activity


@pytest.fixture
async def semester(ngo: Desk) -> Json:
    """The obligation to report on the first semester of 2020, due on 31 July."""
    listed = await ngo.get("/obligations?kind=semester_report")
    return next(item for item in listed["items"] if item["period"] == "2020-S1")


@pytest.fixture
def report_body(semester: Json, reported: Callable[..., Json]) -> Json:
    return {
        "obligation_id": semester["id"],
        "activities": [reported(0, "50"), reported(1, "20")],
        "summary": "All went as planned",
    }
