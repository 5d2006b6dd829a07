import hashlib
import json
from uuid import uuid4

import asyncpg
import pytest

from tests.reporting.conftest import Events
from tests.reporting.partners import FLORES_TIMUR, KUPANG, MANGGARAI, UNIT, Desk, Json, Partner, minutes, rules_of
from tests.world import World


async def test_a_plan_goes_from_draft_to_approved(
    plan: Json, ngo: Desk, satker: Desk, snv: Partner, events: Events
) -> None:
    path = f"/work-plans/{plan['id']}"
    submitted = await ngo.post(f"{path}/submission", match=plan["version"])
    in_review = await satker.post(f"{path}/review", match=submitted["version"])
    comment = {"field": "#/activities/0/target", "text": "More than that"}
    returned = await satker.post(
        f"{path}/decision",
        {"decision": "revision_requested", "comments": [comment]},
        match=in_review["version"],
    )
    content = returned["content"]
    content["activities"][0]["target"] = "120"
    edited = await ngo.put(path, content, match=returned["version"])
    submitted_again = await ngo.post(f"{path}/submission", match=edited["version"])
    in_review = await satker.post(f"{path}/review", match=submitted_again["version"])
    approved = await satker.post(f"{path}/decision", {"decision": "approved"}, match=in_review["version"])

    assert approved["status"] == "approved"
    first, second = approved["versions"]
    assert (first["decision"], second["decision"]) == ("revision_requested", "approved")
    assert first["comments"] == [{"field": "/activities/0/target", "text": "More than that"}]
    assert first["content"]["activities"][0]["target"] == "100"
    [submission, resubmission] = await events("WorkPlanSubmitted")
    assert (submission["version"], resubmission["version"]) == (1, 2)
    assert submission["content_sha256"] == first["content_sha256"] == _sha256(first["content"])
    [revision] = await events("WorkPlanRevisionRequested")
    assert revision["commented_fields"] == ["/activities/0/target"]
    [approval] = await events("WorkPlanApproved")
    assert [a["activity_id"] for a in approval["activities"]] == [a["id"] for a in content["activities"]]
    assert approval["regions"] == [FLORES_TIMUR, MANGGARAI]
    assert approval["actor"] == {"subject": "satker_officer-1", "role": "satker_officer"}


def _sha256(content: Json) -> str:
    """As a reader of another language would compute it."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


async def test_a_plan_of_two_regencies_with_one_set_of_minutes_is_refused(
    ngo: Desk, snv: Partner, events: Events
) -> None:
    drafted = await ngo.post("/work-plans", snv.plan(), status=201)
    path = f"/work-plans/{drafted['id']}"
    drafted = await ngo.post(f"{path}/minutes", minutes(FLORES_TIMUR), status=201)
    assert drafted["missing_minutes"] == [MANGGARAI]

    problem = await ngo.post(f"{path}/submission", match=drafted["version"], status=422)

    assert rules_of(problem) == [("#/minutes", "V05")]
    assert MANGGARAI in problem["errors"][0]["detail"]
    assert (await ngo.get(path))["version"] == drafted["version"]
    assert await events("WorkPlanSubmitted") == []


async def test_submission_meets_the_obligation_and_a_rejection_opens_it_again(
    plan_in_review: Json, ngo: Desk, satker: Desk, events: Events
) -> None:
    [due] = (await ngo.get("/obligations?kind=work_plan&status=fulfilled"))["items"]
    [fulfilled] = await events("ObligationFulfilled")
    assert (fulfilled["obligation_id"], fulfilled["on_time"], fulfilled["days_late"]) == (due["id"], False, 3)

    body = {"decision": "rejected", "reason": "outside the programme"}
    path = f"/work-plans/{plan_in_review['id']}"
    rejected = await satker.post(f"{path}/decision", body, match=plan_in_review["version"])

    assert rejected["status"] == "rejected"
    assert (await ngo.get(f"/obligations/{due['id']}"))["status"] == "overdue"
    assert len(await events("ObligationReopened")) == len(await events("WorkPlanRejected")) == 1


async def test_a_submitted_plan_is_withdrawn_and_due_again(plan: Json, ngo: Desk, events: Events) -> None:
    path = f"/work-plans/{plan['id']}"
    submitted = await ngo.post(f"{path}/submission", match=plan["version"])

    withdrawn = await ngo.post(f"{path}/withdrawal", match=submitted["version"])

    assert withdrawn["status"] == "withdrawn"
    assert len(await events("WorkPlanWithdrawn")) == len(await events("ObligationReopened")) == 1


async def test_only_one_plan_of_a_year_is_approved(approved_plan: Json, ngo: Desk, snv: Partner) -> None:
    second = await ngo.post("/work-plans", snv.plan(), status=201)
    for region in (FLORES_TIMUR, MANGGARAI):
        second = await ngo.post(f"/work-plans/{second['id']}/minutes", minutes(region), status=201)

    problem = await ngo.post(f"/work-plans/{second['id']}/submission", match=second["version"], status=422)

    assert rules_of(problem) == [("#/year", "V03")]


async def test_two_plans_of_a_year_under_review_are_not_both_approved(
    plan: Json, ngo: Desk, satker: Desk, snv: Partner
) -> None:
    second = await ngo.post("/work-plans", snv.plan(), status=201)
    for region in (FLORES_TIMUR, MANGGARAI):
        second = await ngo.post(f"/work-plans/{second['id']}/minutes", minutes(region), status=201)
    in_review = []
    for drafted in (plan, second):
        submitted = await ngo.post(f"/work-plans/{drafted['id']}/submission", match=drafted["version"])
        in_review.append(await satker.post(f"/work-plans/{drafted['id']}/review", match=submitted["version"]))

    body = {"decision": "approved"}
    one, other = in_review
    await satker.post(f"/work-plans/{one['id']}/decision", body, match=one["version"])
    problem = await satker.post(f"/work-plans/{other['id']}/decision", body, match=other["version"], status=409)

    assert problem["rule"] == "V03"


async def test_a_region_code_that_does_not_exist_is_refused(ngo: Desk, snv: Partner) -> None:
    body = snv.plan()
    body["activities"][1]["regions"] = ["53.99"]

    problem = await ngo.post("/work-plans", body, status=422)

    assert rules_of(problem) == [("#/activities/1/regions/0", "V17")]
    assert "53.99" in problem["errors"][0]["detail"]


async def test_a_draft_is_for_an_agreement_of_the_own_organisation(ngo: Desk, other_ngo: Desk, snv: Partner) -> None:
    problem = await other_ngo.post("/work-plans", snv.plan(), status=422)

    assert rules_of(problem) == [("#/agreement_id", "V04")]


async def test_an_edit_keeps_agreement_and_year_and_invents_no_activity_ids(plan: Json, ngo: Desk) -> None:
    content = plan["content"]
    content["activities"][0]["id"] = str(uuid4())
    changed = content | {"year": 2021, "agreement_id": str(uuid4())}

    problem = await ngo.put(f"/work-plans/{plan['id']}", changed, match=plan["version"], status=422)

    assert [pointer for pointer, _ in rules_of(problem)] == [
        "#/agreement_id",
        "#/year",
        "#/activities/0/id",
    ]


async def test_minutes_of_a_regency_are_given_once_and_not_before_the_meeting(plan: Json, ngo: Desk) -> None:
    path = f"/work-plans/{plan['id']}/minutes"

    await ngo.post(path, minutes(MANGGARAI), status=409)
    problem = await ngo.post(path, minutes(KUPANG, held_on="2020-02-04"), status=422)

    assert problem["errors"][0]["pointer"] == "#/held_on"


async def test_a_decision_against_says_why(plan_in_review: Json, satker: Desk) -> None:
    path = f"/work-plans/{plan_in_review['id']}/decision"

    for decision in (
        {"decision": "rejected"},
        {"decision": "revision_requested"},
        {"decision": "accepted"},
        {"decision": "revision_requested", "comments": [{"field": "/nothing", "text": "What?"}]},
    ):
        await satker.post(path, decision, match=plan_in_review["version"], status=422)


async def test_the_submitter_does_not_decide(world: World, plan: Json, ngo: Desk, snv: Partner) -> None:
    path = f"/work-plans/{plan['id']}"
    submitted = await ngo.post(f"{path}/submission", match=plan["version"])

    both = Desk(world, ngo.client, "satker_officer", sub=snv.sub, unit=UNIT)
    problem = await both.post(f"{path}/review", match=submitted["version"], status=403)

    assert problem["rule"] == "V23"


async def test_only_the_technical_unit_decides_and_only_the_ngo_edits(
    plan_in_review: Json, ngo: Desk, other_ngo: Desk, fasker: Desk, satker: Desk
) -> None:
    path, version = f"/work-plans/{plan_in_review['id']}", plan_in_review["version"]

    for desk in (ngo, fasker):
        await desk.post(f"{path}/decision", {"decision": "approved"}, match=version, status=403)
    await satker.put(path, plan_in_review["content"], match=version, status=403)
    await other_ngo.put(path, plan_in_review["content"], match=version, status=404)
    await ngo.put(path, plan_in_review["content"], match=version, status=409)


async def test_only_the_unit_that_the_agreement_is_with_reviews_and_decides(
    world: World, plan: Json, ngo: Desk, satker: Desk
) -> None:
    path = f"/work-plans/{plan['id']}"
    others = [Desk(world, ngo.client, "satker_officer", sub="other", unit=unit) for unit in ("BPSDM", "")]
    submitted = await ngo.post(f"{path}/submission", match=plan["version"])
    for desk in others:
        problem = await desk.post(f"{path}/review", match=submitted["version"], status=403)
        assert UNIT in problem["detail"]
        assert (await desk.get(path))["status"] == "submitted"
    in_review = await satker.post(f"{path}/review", match=submitted["version"])
    for desk in others:
        await desk.post(f"{path}/decision", {"decision": "approved"}, match=in_review["version"], status=403)

    approved = await satker.post(f"{path}/decision", {"decision": "approved"}, match=in_review["version"])

    assert approved["status"] == "approved"


async def test_plans_of_an_agreement_whose_unit_was_not_kept_are_reviewed_by_any_unit(
    world: World, plan: Json, ngo: Desk
) -> None:
    pool = await world.pool("reporting")
    await pool.execute("UPDATE agreement SET counterpart_unit = NULL")
    path = f"/work-plans/{plan['id']}"
    submitted = await ngo.post(f"{path}/submission", match=plan["version"])

    in_review = await Desk(world, ngo.client, "satker_officer", unit="BPSDM").post(
        f"{path}/review", match=submitted["version"]
    )

    assert in_review["status"] == "in_review"


async def test_a_draft_is_seen_by_its_ngo_only_and_officials_see_what_was_submitted(
    plan: Json, ngo: Desk, other_ngo: Desk, satker: Desk, flores_timur: Desk, elsewhere: Desk
) -> None:
    path = f"/work-plans/{plan['id']}"
    for desk, status in ((ngo, 200), (other_ngo, 404), (satker, 404), (flores_timur, 404)):
        await desk.get(path, status=status)
    submitted = await ngo.post(f"{path}/submission", match=plan["version"])
    in_review = await satker.post(f"{path}/review", match=submitted["version"])
    comment = {"field": "/title", "text": "Which?"}
    returned = await satker.post(
        f"{path}/decision",
        {"decision": "revision_requested", "comments": [comment]},
        match=in_review["version"],
    )
    await ngo.put(path, returned["content"] | {"title": "Half done"}, match=returned["version"])

    assert (await satker.get(path))["title"] == (await flores_timur.get(path))["title"] == "Work plan 2020"
    assert (await ngo.get(path))["title"] == "Half done"
    assert [item["title"] for item in (await satker.get("/work-plans"))["items"]] == ["Work plan 2020"]
    assert [item["title"] for item in (await ngo.get("/work-plans"))["items"]] == ["Half done"]
    await elsewhere.get(path, status=404)
    assert (await elsewhere.get("/work-plans"))["items"] == []


async def test_a_change_names_the_version_it_is_based_on(plan: Json, ngo: Desk) -> None:
    path = f"/work-plans/{plan['id']}/submission"

    await ngo.post(path, status=428)
    await ngo.post(path, match=plan["version"] - 1, status=412)


async def test_a_submitted_version_is_never_changed(world: World, approved_plan: Json) -> None:
    pool = await world.pool("reporting")

    for change in (
        "UPDATE submitted_version SET content = '{}'",
        "DELETE FROM decision",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await pool.execute(change)
