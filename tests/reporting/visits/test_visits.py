import asyncio
import json
from datetime import UTC, datetime

import asyncpg
import pytest

from tests.reporting.conftest import Events, MoveTo
from tests.reporting.partners import FLORES_TIMUR, KUPANG, MANGGARAI, Desk, Json, rules_of, visit
from tests.world import World

AFTERWARDS = datetime(2020, 4, 11, 3, tzinfo=UTC)


def answer(region: str, what: str, version: int = 1) -> Json:
    return {"region": region, "answer": what, "reason": "after the festival", "version": version}


WHY: Json = {"Singo-Reason": "an answer is due"}


@pytest.fixture
async def announced(ngo: Desk) -> Json:
    return await ngo.post("/visits", visit(), status=201)


async def test_a_visit_is_postponed_by_one_region_rescheduled_agreed_and_completed(
    announced: Json, ngo: Desk, flores_timur: Desk, manggarai: Desk, events: Events, move_to: MoveTo
) -> None:
    path = f"/visits/{announced['id']}"
    agreed = await manggarai.post(f"{path}/answers", answer(MANGGARAI, "approved"), status=201)
    assert (agreed["status"], agreed["unanswered"]) == ("announced", [FLORES_TIMUR])
    postponed = await flores_timur.post(f"{path}/answers", answer(FLORES_TIMUR, "postponed"), status=201)
    assert postponed["status"] == "postponed"

    later = visit(
        starts_on="2020-04-06",
        ends_on="2020-04-10",
        stops=[
            {"region": FLORES_TIMUR, "on": "2020-04-06", "place": "Larantuka"},
            {"region": MANGGARAI, "on": "2020-04-09", "place": "Ruteng"},
        ],
    )
    changed = await ngo.put(path, later, match=postponed["version"])
    assert (changed["status"], changed["itinerary_version"]) == ("announced", 2)
    assert changed["unanswered"] == [FLORES_TIMUR, MANGGARAI]
    await manggarai.post(f"{path}/answers", answer(MANGGARAI, "approved", 2), status=201)
    all_agreed = await flores_timur.post(f"{path}/answers", answer(FLORES_TIMUR, "approved", 2), status=201)
    assert all_agreed["status"] == "acknowledged"
    note = {"note": "Went well"}
    await ngo.post(f"{path}/completion", note, match=all_agreed["version"], status=409)
    await move_to(AFTERWARDS)
    completed = await ngo.post(f"{path}/completion", note, match=all_agreed["version"])

    assert completed["status"] == "completed"
    told = [
        (event["type"], event["data"]["version"])
        for event in await ngo.world.events("reporting")
        if event["type"].startswith("Visit")
    ]
    assert told == [
        ("VisitAnnounced", 1),
        ("VisitAnsweredByRegion", 1),
        ("VisitAnsweredByRegion", 1),
        ("VisitPostponed", 1),
        ("VisitChanged", 2),
        ("VisitAnsweredByRegion", 2),
        ("VisitAnsweredByRegion", 2),
        ("VisitAcknowledged", 2),
        ("VisitCompleted", 2),
    ]


async def test_regions_that_agree_at_the_same_moment_acknowledge_the_visit_once(
    announced: Json, flores_timur: Desk, manggarai: Desk, events: Events
) -> None:
    path = f"/visits/{announced['id']}/answers"

    await asyncio.gather(
        flores_timur.post(path, answer(FLORES_TIMUR, "approved"), status=201),
        manggarai.post(path, answer(MANGGARAI, "approved"), status=201),
    )

    assert len(await events("VisitAnsweredByRegion")) == 2
    assert len(await events("VisitAcknowledged")) == 1


async def test_events_count_guests_and_never_name_them(announced: Json, events: Events) -> None:
    [event] = await events("VisitAnnounced")

    assert (event["guests"], event["nationalities"], event["late"]) == (3, ["DE", "NL"], False)
    assert event["stops"] == [
        {"region": FLORES_TIMUR, "on": "2020-03-02"},
        {"region": MANGGARAI, "on": "2020-03-05"},
    ]
    assert "Guest" not in json.dumps(event)
    assert "DEMO" not in json.dumps(event)


async def test_a_refusal_rejects_the_visit(
    announced: Json, flores_timur: Desk, manggarai: Desk, events: Events
) -> None:
    path = f"/visits/{announced['id']}/answers"

    rejected = await flores_timur.post(path, answer(FLORES_TIMUR, "refused"), status=201)

    assert rejected["status"] == "rejected"
    assert [event["region"] for event in await events("VisitRejected")] == [FLORES_TIMUR]
    await manggarai.post(path, answer(MANGGARAI, "approved"), status=409)


async def test_a_region_answers_once_what_it_has_seen_and_for_itself_only(
    announced: Json, flores_timur: Desk, elsewhere: Desk, fasker: Desk
) -> None:
    path = f"/visits/{announced['id']}/answers"

    await flores_timur.post(path, answer(MANGGARAI, "approved"), status=403)
    await flores_timur.post(path, answer(FLORES_TIMUR, "approved", 2), status=412)
    problem = await flores_timur.post(path, answer(KUPANG, "approved"), status=422)
    assert problem["errors"][0]["pointer"] == "#/region"
    await elsewhere.post(path, answer(FLORES_TIMUR, "approved"), status=404)
    await fasker.post(path, answer(FLORES_TIMUR, "approved"), status=403)
    await flores_timur.post(path, answer(FLORES_TIMUR, "approved"), status=201)
    await flores_timur.post(path, answer(FLORES_TIMUR, "postponed"), status=409)


async def test_the_province_answers_for_its_regencies(world: World, announced: Json, ngo: Desk) -> None:
    province = Desk(world, ngo.client, "pemda_kesbangpol", sub="kesbangpol-53", regions=["53"])

    await province.post(f"/visits/{announced['id']}/answers", answer(FLORES_TIMUR, "approved"), status=201)


async def test_other_guests_leave_the_answers_and_a_dropped_region_learns_of_it(
    announced: Json, ngo: Desk, flores_timur: Desk, events: Events
) -> None:
    path = f"/visits/{announced['id']}"
    agreed = await flores_timur.post(f"{path}/answers", answer(FLORES_TIMUR, "approved"), status=201)
    amended = await ngo.put(path, visit(guests=visit()["guests"][:1]), match=agreed["version"])
    assert (amended["itinerary_version"], amended["guests"], amended["unanswered"]) == (1, 1, [MANGGARAI])

    shorter = visit(stops=visit()["stops"][1:])
    changed = await ngo.put(path, shorter, match=amended["version"])

    assert (changed["itinerary_version"], changed["unanswered"]) == (2, [MANGGARAI])
    assert (await events("VisitChanged"))[-1]["regions"] == [FLORES_TIMUR, MANGGARAI]
    await flores_timur.get(path, status=404)


async def test_a_late_announcement_is_marked(ngo: Desk, events: Events) -> None:
    stops = [{"region": MANGGARAI, "on": "2020-02-16", "place": "Ruteng"}]

    late = await ngo.post("/visits", visit(starts_on="2020-02-16", ends_on="2020-02-16", stops=stops), status=201)

    assert late["late"] is True


async def test_a_wrong_announcement_is_refused_at_its_place(ngo: Desk, events: Events) -> None:
    nowhere = [{"region": "99.99", "on": "2020-03-02", "place": "Nowhere"}]
    for changes, pointer, rule in (
        ({"starts_on": "2020-02-02"}, "#/starts_on", "V15"),
        ({"ends_on": "2020-03-01"}, "#/ends_on", "V15"),
        ({"stops": nowhere}, "#/stops/0/region", "V17"),
        ({"stops": []}, "#/stops", None),
        ({"guests": []}, "#/guests", None),
        ({"passport": "X"}, "#/passport", None),
    ):
        problem = await ngo.post("/visits", visit(**changes), status=422)
        assert rules_of(problem) == [(pointer, rule)]

    assert await events("VisitAnnounced") == []


async def test_names_and_passports_are_for_few_and_every_read_is_logged(
    world: World,
    announced: Json,
    ngo: Desk,
    other_ngo: Desk,
    fasker: Desk,
    satker: Desk,
    manggarai: Desk,
    elsewhere: Desk,
) -> None:
    path = f"/visits/{announced['id']}"
    planner = Desk(world, ngo.client, "pemda_planner", sub="bappeda-53.10", regions=[MANGGARAI])

    for desk, reason in ((ngo, {}), (fasker, WHY), (manggarai, WHY)):
        guests = (await desk.get(f"{path}/guests", **reason))["items"]
        assert [guest["passport_number"] for guest in guests] == ["DEMO0001", "DEMO0002", "DEMO0003"]
    for desk, status in ((satker, 403), (planner, 403), (other_ngo, 404), (elsewhere, 404)):
        await desk.get(f"{path}/guests", status=status, **WHY)
    for desk in (ngo, fasker, satker, planner, manggarai):
        assert (await desk.get(path))["guests"] == 3

    pool = await world.pool("reporting")
    logged = await pool.fetch("SELECT reader, role, reason FROM personal_read ORDER BY id")
    assert [tuple(row) for row in logged] == [
        ("snv-staff", "ngo_staff", None),
        ("fasker_officer-1", "fasker_officer", "an answer is due"),
        ("kesbangpol-53.10", "pemda_kesbangpol", "an answer is due"),
    ]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("DELETE FROM personal_read")


@pytest.mark.parametrize("wider", ["satker_officer", "observer_tpoa", "fasker_head"])
async def test_a_role_that_reads_everywhere_widens_no_other_roles_need_to_know_the_guests(
    world: World, announced: Json, ngo: Desk, wider: str
) -> None:
    path = f"/visits/{announced['id']}"
    outside = Desk(world, ngo.client, wider, "pemda_kesbangpol", sub="both", regions=["11"])
    on_the_way = Desk(world, ngo.client, wider, "pemda_kesbangpol", sub="both", regions=[MANGGARAI])

    await outside.get(path)
    await outside.get(f"{path}/guests", status=404, **WHY)
    guests = await on_the_way.get(f"{path}/guests", **WHY)

    assert len(guests["items"]) == 3
    pool = await world.pool("reporting")
    assert await pool.fetchval("SELECT array_agg(role) FROM personal_read") == ["pemda_kesbangpol"]


async def test_an_ngos_own_people_see_their_guests_whatever_other_roles_they_have(
    world: World, announced: Json, ngo: Desk
) -> None:
    both = Desk(world, ngo.client, "observer_tpoa", sub="snv-staff")

    guests = await both.get(f"/visits/{announced['id']}/guests")

    assert len(guests["items"]) == 3
    pool = await world.pool("reporting")
    assert [tuple(r) for r in await pool.fetch("SELECT role, own FROM personal_read")] == [("ngo_staff", True)]


async def test_officials_see_no_guests_without_a_reason(announced: Json, fasker: Desk) -> None:
    problem = await fasker.get(f"/visits/{announced['id']}/guests", status=422)

    assert [error["pointer"] for error in problem["errors"]] == ["header:Singo-Reason"]


async def test_a_visit_is_cancelled_by_its_own_ngo(announced: Json, ngo: Desk, other_ngo: Desk, events: Events) -> None:
    path, body = f"/visits/{announced['id']}/cancellation", {"reason": "flights are cancelled"}

    await other_ngo.post(path, body, match=announced["version"], status=404)
    await ngo.post(path, body, status=428)
    await ngo.post(path, body, match=announced["version"] + 1, status=412)
    cancelled = await ngo.post(path, body, match=announced["version"])

    assert cancelled["status"] == "cancelled"
    assert [event["reason"] for event in await events("VisitCancelled")] == ["flights are cancelled"]


async def test_a_list_shows_what_concerns_the_reader(
    announced: Json, ngo: Desk, other_ngo: Desk, manggarai: Desk, elsewhere: Desk, fasker: Desk
) -> None:
    for desk, sees in ((ngo, 1), (other_ngo, 0), (manggarai, 1), (elsewhere, 0), (fasker, 1)):
        assert len((await desk.get("/visits?status=announced"))["items"]) == sees
        await desk.get(f"/visits/{announced['id']}", status=200 if sees else 404)
