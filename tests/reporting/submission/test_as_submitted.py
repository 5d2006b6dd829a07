"""A document that came back is its NGO's to edit; whoever else reads it sees it, and finds it, as it was submitted."""

import pytest

from tests.reporting.conftest import Events, MoveTo
from tests.reporting.partners import FLORES_TIMUR, KUPANG, MANGGARAI, UNIT, Desk, Json, minutes
from tests.reporting.reports.test_reports import JULY
from tests.world import World


@pytest.fixture
def kupang(world: World, ngo: Desk) -> Desk:
    return Desk(world, ngo.client, "pemda_planner", sub="bappeda-53.01", regions=[KUPANG])


@pytest.fixture
async def edited_plan(plan_in_review: Json, ngo: Desk, satker: Desk) -> Json:
    """Submitted for Flores Timur and Manggarai; while it is revised, Kupang stands in the place of Flores Timur."""
    path = f"/work-plans/{plan_in_review['id']}"
    body = {"decision": "revision_requested", "comments": [{"field": "/title", "text": "Which?"}]}
    returned = await satker.post(f"{path}/decision", body, match=plan_in_review["version"])
    content = returned["content"]
    content["activities"][0]["regions"] = [KUPANG, MANGGARAI]
    await ngo.put(path, content, match=returned["version"])
    return await ngo.post(f"{path}/minutes", minutes(KUPANG), status=201)


@pytest.fixture
async def edited_report(report_body: Json, ngo: Desk, fasker: Desk, move_to: MoveTo) -> Json:
    """Submitted for Manggarai; while it is revised, Kupang stands in its place."""
    await move_to(JULY)
    drafted = await ngo.post("/reports", report_body, status=201)
    path = f"/reports/{drafted['id']}"
    submitted = await ngo.post(f"{path}/submission", match=drafted["version"])
    taken = await fasker.post(f"{path}/review", match=submitted["version"])
    body = {"decision": "revision_requested", "comments": [{"field": "/summary", "text": "Say where"}]}
    returned = await fasker.post(f"{path}/decision", body, match=taken["version"])
    content = returned["content"]
    for activity in content["activities"]:
        activity["regions"] = [KUPANG]
    return await ngo.put(path, content, match=returned["version"])


async def test_a_plan_is_found_and_shown_in_the_regions_it_was_submitted_for(
    edited_plan: Json, satker: Desk, flores_timur: Desk, manggarai: Desk, kupang: Desk
) -> None:
    path = f"/work-plans/{edited_plan['id']}"

    for desk in (satker, flores_timur, manggarai):
        seen = await desk.get(path)
        [listed] = (await desk.get("/work-plans"))["items"]
        assert seen["regions"] == listed["regions"] == [FLORES_TIMUR, MANGGARAI]
        assert seen["content"] == seen["versions"][0]["content"]
        assert [each["region"] for each in seen["minutes"]] == [FLORES_TIMUR, MANGGARAI]
        assert seen["missing_minutes"] == []
    await kupang.get(path, status=404)
    assert (await kupang.get("/work-plans"))["items"] == []


async def test_the_ngo_goes_on_with_its_own_draft(edited_plan: Json, ngo: Desk) -> None:
    seen = await ngo.get(f"/work-plans/{edited_plan['id']}")
    [listed] = (await ngo.get("/work-plans"))["items"]

    assert seen["regions"] == listed["regions"] == [KUPANG, MANGGARAI]
    assert [each["region"] for each in seen["minutes"]] == [KUPANG, FLORES_TIMUR, MANGGARAI]


async def test_a_plan_that_is_submitted_again_moves_to_its_new_regions(
    edited_plan: Json, ngo: Desk, flores_timur: Desk, kupang: Desk
) -> None:
    path = f"/work-plans/{edited_plan['id']}"

    await ngo.post(f"{path}/submission", match=edited_plan["version"])

    assert (await kupang.get(path))["regions"] == [KUPANG, MANGGARAI]
    await flores_timur.get(path, status=404)


async def test_a_plan_that_is_withdrawn_while_revised_tells_the_regions_it_was_submitted_for(
    edited_plan: Json, ngo: Desk, events: Events, flores_timur: Desk
) -> None:
    path = f"/work-plans/{edited_plan['id']}"

    await ngo.post(f"{path}/withdrawal", match=edited_plan["version"])

    assert (await events("WorkPlanWithdrawn"))[0]["regions"] == [FLORES_TIMUR, MANGGARAI]
    assert (await flores_timur.get(path))["status"] == "withdrawn"


async def test_a_report_is_found_and_shown_in_the_regions_it_was_submitted_for(
    edited_report: Json, ngo: Desk, fasker: Desk, manggarai: Desk, kupang: Desk, events: Events
) -> None:
    path = f"/reports/{edited_report['id']}"

    for desk in (fasker, manggarai):
        seen = await desk.get(path)
        [listed] = (await desk.get("/reports"))["items"]
        assert seen["regions"] == listed["regions"] == [MANGGARAI]
        assert seen["content"] == seen["versions"][0]["content"]
    await kupang.get(path, status=404)
    assert (await kupang.get("/reports"))["items"] == []
    assert (await ngo.get(path))["regions"] == [KUPANG]
    await ngo.post(f"{path}/withdrawal", match=edited_report["version"])
    assert (await events("ReportWithdrawn"))[0]["regions"] == [MANGGARAI]


async def test_a_member_who_is_an_official_too_sees_his_own_draft(world: World, edited_plan: Json, ngo: Desk) -> None:
    both = Desk(world, ngo.client, "satker_officer", sub="snv-staff", unit=UNIT)

    assert (await both.get(f"/work-plans/{edited_plan['id']}"))["regions"] == [KUPANG, MANGGARAI]
