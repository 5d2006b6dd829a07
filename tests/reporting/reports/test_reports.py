from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.registry.events import NgoSuspended
from tests.reporting.conftest import Events, MoveTo
from tests.reporting.partners import OFFICER, START, Desk, Json, Partner, rules_of
from tests.world import World

JULY = datetime(2020, 7, 20, 3, tzinfo=UTC)
COMMENTS = [
    {"field": "/summary", "text": "Say where"},
    {"field": "/activities/1/spent", "text": "In thousands?"},
]


@pytest.fixture
async def report(ngo: Desk, report_body: Json, move_to: MoveTo) -> Json:
    await move_to(JULY)
    return await ngo.post("/reports", report_body, status=201)


@pytest.fixture
async def report_in_review(report: Json, ngo: Desk, fasker: Desk) -> Json:
    submitted = await ngo.post(f"/reports/{report['id']}/submission", match=report["version"])
    return await fasker.post(f"/reports/{report['id']}/review", match=submitted["version"])


async def test_a_report_is_returned_with_comments_sent_again_and_accepted(
    report_in_review: Json, semester: Json, ngo: Desk, fasker: Desk, events: Events
) -> None:
    path = f"/reports/{report_in_review['id']}"
    returned = await fasker.post(
        f"{path}/decision",
        {"decision": "revision_requested", "comments": COMMENTS},
        match=report_in_review["version"],
    )
    edited = await ngo.put(path, returned["content"] | {"summary": "In Ruteng"}, match=returned["version"])
    submitted = await ngo.post(f"{path}/submission", match=edited["version"])
    in_review = await fasker.post(f"{path}/review", match=submitted["version"])

    accepted = await fasker.post(f"{path}/decision", {"decision": "accepted"}, match=in_review["version"])

    first, second = accepted["versions"]
    assert accepted["status"] == "accepted"
    assert (first["content"]["summary"], second["content"]["summary"]) == ("All went as planned", "In Ruteng")
    assert (first["comments"], second["comments"]) == (COMMENTS, [])
    sent = await events("ReportSubmitted")
    assert [(event["version"], event["on_time"], event["days_late"]) for event in sent] == [(1, True, 0), (2, True, 0)]
    assert [event["content_sha256"] for event in sent] == [v["content_sha256"] for v in accepted["versions"]]
    [revision] = await events("ReportRevisionRequested")
    assert revision["commented_fields"] == ["/summary", "/activities/1/spent"]
    assert len(await events("ReportAccepted")) == 1
    [fulfilled] = [e for e in await events("ObligationFulfilled") if e["obligation_id"] == semester["id"]]
    assert fulfilled["on_time"] is True


async def test_a_late_report_says_by_how_many_days(
    report: Json, semester: Json, ngo: Desk, events: Events, move_to: MoveTo
) -> None:
    await move_to(datetime(2020, 8, 12, 3, tzinfo=UTC))

    await ngo.post(f"/reports/{report['id']}/submission", match=report["version"])

    [sent] = await events("ReportSubmitted")
    assert (sent["on_time"], sent["days_late"]) == (False, 12)
    met = await ngo.get(f"/obligations/{semester['id']}")
    assert (met["status"], met["days_late"]) == ("fulfilled", 12)


async def test_after_an_extension_the_same_day_is_in_time(
    report: Json, semester: Json, ngo: Desk, fasker: Desk, events: Events, move_to: MoveTo
) -> None:
    await move_to(datetime(2020, 8, 12, 3, tzinfo=UTC))
    overdue = await fasker.get(f"/obligations/{semester['id']}")
    await fasker.post(
        f"/obligations/{semester['id']}/extension",
        {"due_on": "2020-08-31", "reason": "flood"},
        match=overdue["version"],
    )

    await ngo.post(f"/reports/{report['id']}/submission", match=report["version"])

    [sent] = await events("ReportSubmitted")
    assert (sent["on_time"], sent["days_late"]) == (True, 0)


async def test_a_report_before_the_period_is_over_is_refused(ngo: Desk, report_body: Json, events: Events) -> None:
    drafted = await ngo.post("/reports", report_body, status=201)

    problem = await ngo.post(f"/reports/{drafted['id']}/submission", match=drafted["version"], status=422)

    assert rules_of(problem) == [("#/obligation_id", "V08")]
    assert await events("ReportSubmitted") == []


async def test_every_broken_rule_is_named_at_once(
    ngo: Desk, report_body: Json, reported: Callable[..., Json], move_to: MoveTo
) -> None:
    await move_to(JULY)
    activities = [reported(0, "10"), reported(1, "20", work_plan_activity_id=str(uuid4()))]
    drafted = await ngo.post("/reports", report_body | {"activities": activities}, status=201)

    problem = await ngo.post(f"/reports/{drafted['id']}/submission", match=drafted["version"], status=422)

    assert rules_of(problem) == [
        ("#/activities/0/deviation_reason", "V09"),
        ("#/activities/1/work_plan_activity_id", "V08"),
    ]


async def test_a_wrong_total_is_refused_at_its_place(
    ngo: Desk, report_body: Json, reported: Callable[..., Json]
) -> None:
    wrong = reported(0, "50", beneficiaries={"male": 1, "female": 1, "total": 3})

    problem = await ngo.post("/reports", report_body | {"activities": [wrong]}, status=422)

    assert rules_of(problem) == [("#/activities/0/beneficiaries/total", "V10")]


async def test_there_is_one_report_on_an_obligation_until_it_is_withdrawn(
    report: Json, report_body: Json, ngo: Desk
) -> None:
    await ngo.post("/reports", report_body, status=409)
    await ngo.post(f"/reports/{report['id']}/withdrawal", match=report["version"])

    await ngo.post("/reports", report_body, status=201)


async def test_a_withdrawn_report_is_due_again(
    report: Json, semester: Json, report_body: Json, ngo: Desk, events: Events
) -> None:
    path = f"/reports/{report['id']}"
    submitted = await ngo.post(f"{path}/submission", match=report["version"])

    await ngo.post(f"{path}/withdrawal", match=submitted["version"])

    assert (await ngo.get(f"/obligations/{semester['id']}"))["status"] == "due_soon"
    assert len(await events("ReportWithdrawn")) == len(await events("ObligationReopened")) == 1
    await ngo.post("/reports", report_body, status=201)


async def test_a_report_that_is_withdrawn_after_its_day_is_overdue_again_as_all_who_follow_are_told(
    world: World, report: Json, semester: Json, ngo: Desk, move_to: MoveTo
) -> None:
    submitted = await ngo.post(f"/reports/{report['id']}/submission", match=report["version"])
    await move_to(datetime(2020, 8, 12, 3, tzinfo=UTC))

    await ngo.post(f"/reports/{report['id']}/withdrawal", match=submitted["version"])

    assert (await ngo.get(f"/obligations/{semester['id']}"))["status"] == "overdue"
    told = [e["type"] for e in await world.events("reporting") if e["data"].get("obligation_id") == semester["id"]]
    assert told[-2:] == ["ObligationReopened", "ObligationOverdue"]


async def test_only_reports_that_are_owed_can_be_drafted(ngo: Desk, other_ngo: Desk, report_body: Json) -> None:
    [plan_due] = (await ngo.get("/obligations?kind=work_plan&status=fulfilled"))["items"]

    for desk, obligation_id in ((other_ngo, report_body["obligation_id"]), (ngo, plan_due["id"])):
        problem = await desk.post("/reports", report_body | {"obligation_id": obligation_id}, status=422)
        assert problem["errors"][0]["pointer"] == "#/obligation_id"


async def test_rights_are_kept_on_the_way(
    world: World, report: Json, ngo: Desk, other_ngo: Desk, fasker: Desk, satker: Desk, manggarai: Desk, elsewhere: Desk
) -> None:
    path, version = f"/reports/{report['id']}", report["version"]

    await fasker.get(path, status=404)  # a draft is the NGO's own
    await other_ngo.post(f"{path}/submission", match=version, status=404)
    await ngo.post(f"{path}/submission", status=428)
    await ngo.post(f"{path}/submission", match=version + 1, status=412)
    submitted = await ngo.post(f"{path}/submission", match=version)
    await satker.post(f"{path}/review", match=submitted["version"], status=403)
    submitter = Desk(world, ngo.client, "fasker_officer", sub="snv-staff")
    await submitter.post(f"{path}/review", match=submitted["version"], status=403)
    in_review = await fasker.post(f"{path}/review", match=submitted["version"])
    await ngo.post(f"{path}/withdrawal", match=in_review["version"], status=409)
    await fasker.post(f"{path}/decision", {"decision": "revision_requested"}, match=in_review["version"], status=422)
    for desk, sees in ((other_ngo, 0), (manggarai, 1), (elsewhere, 0), (satker, 1), (ngo, 1)):
        await desk.get(path, status=200 if sees else 404)
        assert len((await desk.get("/reports"))["items"]) == sees


async def test_a_suspended_organisation_still_reports(world: World, snv: Partner, report: Json, ngo: Desk) -> None:
    suspended = NgoSuspended(ngo_id=snv.ngo_id, occurred_at=START, actor=OFFICER, reason="licence expired")
    await world.publish("registry", suspended)
    await world.deliver("registry", "reporting")

    await ngo.post(f"/reports/{report['id']}/submission", match=report["version"])
