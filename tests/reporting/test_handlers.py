"""What the registry's events change here; obligations have their own tests."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.registry import events as registry
from tests.reporting.conftest import Events, Join
from tests.reporting.partners import OFFICER, START, Desk, Json, Partner, minutes, rules_of
from tests.world import World


async def tell(world: World, *told: registry.RegistryEvent) -> None:
    """Have events of the registry applied, twice."""
    await world.publish("registry", *told)
    for _ in range(2):
        await world.deliver("registry", "reporting")
    assert await world.parked("reporting") == []


def about(partner: Partner) -> Json:
    return {"ngo_id": partner.ngo_id, "occurred_at": START, "actor": OFFICER}


async def test_a_suspended_organisation_only_reports_until_it_is_reinstated(
    world: World, snv: Partner, ngo: Desk
) -> None:
    await tell(world, registry.NgoSuspended(**about(snv), reason="licence expired"))
    problem = await ngo.post("/work-plans", snv.plan(), status=403)
    assert "suspended" in problem["detail"]

    await tell(world, registry.NgoReinstated(**about(snv), reason="licence renewed"))

    await ngo.post("/work-plans", snv.plan(), status=201)


async def test_a_closed_organisation_reads_but_does_not_act(world: World, snv: Partner, ngo: Desk) -> None:
    await tell(world, registry.NgoClosed(**about(snv), reason="left the country"))

    await ngo.post("/work-plans", snv.plan(), status=403)
    assert (await ngo.get("/obligations"))["items"]


async def test_somebody_who_is_no_longer_a_member_sees_nothing(world: World, snv: Partner, ngo: Desk) -> None:
    await tell(world, registry.MemberRemoved(**about(snv), subject=snv.sub))

    await ngo.get("/obligations", status=403)
    await ngo.post("/work-plans", snv.plan(), status=403)


async def test_a_master_plan_approved_again_replaces_the_one_before(
    world: World, snv: Partner, plan: Json, ngo: Desk
) -> None:
    approved_again = registry.MasterPlanApproved(
        **about(snv), agreement_id=snv.agreement_id, master_plan_id=uuid4(), activities=()
    )
    await tell(world, approved_again)

    problem = await ngo.post(f"/work-plans/{plan['id']}/submission", match=plan["version"], status=422)

    assert {error["rule"] for error in problem["errors"]} == {"V04"}


def amended(snv: Partner, *kept: UUID, budget: str = "100000.00", **about_event: Any) -> registry.MasterPlanAmended:
    """The partner's master plan with only these activities, each of this budget."""
    activities = tuple(
        registry.MasterPlanActivity(
            activity_id=activity_id,
            title="Sanitation and hygiene",
            sector="water_and_sanitation",
            regions=snv.regions,
            from_year=2020,
            to_year=2022,
            budget=Decimal(budget),
            currency="EUR",
        )
        for activity_id in kept
    )
    return registry.MasterPlanAmended(
        **about(snv) | about_event,
        agreement_id=snv.agreement_id,
        master_plan_id=uuid4(),
        version=2,
        reason="the flood",
        activities=activities,
        dropped_activity_ids=tuple(set(snv.activity_ids) - set(kept)),
    )


async def test_v04_a_plan_names_activities_of_the_amended_master_plan(
    world: World, snv: Partner, plan: Json, ngo: Desk
) -> None:
    first, _ = snv.activity_ids
    await tell(world, amended(snv, first))

    problem = await ngo.post(f"/work-plans/{plan['id']}/submission", match=plan["version"], status=422)

    assert [(e["pointer"], e["rule"]) for e in problem["errors"]] == [("#/activities/1/master_plan_activity_id", "V04")]


async def test_v04_an_activity_that_an_amendment_goes_on_with_is_still_planned_and_reported_on(
    world: World, snv: Partner, approved_plan: Json, ngo: Desk, report_body: Json
) -> None:
    await tell(world, amended(snv, *snv.activity_ids))

    await ngo.post("/reports", report_body, status=201)

    plan = await ngo.get(f"/work-plans/{approved_plan['id']}")
    assert [a["master_plan_activity_id"] for a in plan["content"]["activities"]] == [str(i) for i in snv.activity_ids]


@pytest.mark.parametrize(("budget", "warned"), [("9000.00", False), ("8999.99", True)])
async def test_v06_the_budget_of_the_amended_master_plan_counts(
    world: World, snv: Partner, plan: Json, ngo: Desk, budget: str, warned: bool
) -> None:
    """The plan costs 18,000."""
    await tell(world, amended(snv, *snv.activity_ids, budget=budget))

    warnings = (await ngo.get(f"/work-plans/{plan['id']}"))["warnings"]

    assert ("V06" in {warning["rule"] for warning in warnings}) == warned


async def test_v04_a_plan_whose_activity_was_dropped_meanwhile_is_not_approved(
    world: World, snv: Partner, plan_in_review: Json, satker: Desk, events: Events
) -> None:
    await tell(world, amended(snv, snv.activity_ids[0]))

    path, version = f"/work-plans/{plan_in_review['id']}", plan_in_review["version"]
    problem = await satker.post(f"{path}/decision", {"decision": "approved"}, match=version, status=409)

    assert (problem["type"], problem["rule"]) == ("/problems/action-not-allowed", "V04")
    assert await events("WorkPlanApproved") == []
    comment = {"field": "/activities/1/master_plan_activity_id", "text": "dropped from the RIK"}
    body = {"decision": "revision_requested", "comments": [comment]}
    await satker.post(f"{path}/decision", body, match=version)


def ended(snv: Partner, cause: str, ended_on: date) -> registry.MspEnded:
    return registry.MspEnded(
        **about(snv),
        agreement_id=snv.agreement_id,
        number="DEMO-MSP-1",
        cause=cause,
        ended_on=ended_on,
        reason="the funds are gone" if cause == "terminated" else None,
        passed_to_ngo_id=None,
    )


async def test_an_agreement_that_was_terminated_makes_nothing_due_for_what_begins_later(
    world: World, snv: Partner, ngo: Desk, plan: Json, events: Events
) -> None:
    await tell(world, ended(snv, "terminated", date(2020, 7, 1)))

    items = (await ngo.get("/obligations"))["items"]
    still_due = sorted(item["period"] for item in items if item["status"] != "waived")
    assert still_due == ["2020", "2020", "2020-S1", "2020-S2"]
    assert {event["reason"] for event in await events("ObligationWaived")} == {"the funds are gone"}
    later = await ngo.post("/work-plans", snv.plan(year=2021), status=201)
    problem = await ngo.post(f"/work-plans/{later['id']}/submission", match=later["version"], status=422)
    assert ("#/year", "V03") in {(error["pointer"], error["rule"]) for error in problem["errors"]}


async def test_under_an_agreement_that_was_recorded_by_mistake_nothing_is_due(
    world: World, snv: Partner, ngo: Desk, events: Events
) -> None:
    mistake = registry.MspRetracted(
        **about(snv),
        agreement_id=snv.agreement_id,
        number="DEMO-MSP-1",
        reason="another organisation's",
        passed_to_ngo_id=None,
    )

    await tell(world, mistake)

    assert {item["status"] for item in (await ngo.get("/obligations"))["items"]} == {"waived"}
    assert {event["reason"] for event in await events("ObligationWaived")} == {"another organisation's"}


async def test_an_agreement_that_ended_with_its_last_day_leaves_what_is_due(
    world: World, snv: Partner, ngo: Desk, events: Events
) -> None:
    await tell(world, ended(snv, "expired", snv.ends_on))

    assert await events("ObligationWaived") == []
    assert len((await ngo.get("/obligations"))["items"]) == 12


async def test_the_successor_reports_on_the_work_plan_of_the_organisation_that_merged(
    world: World, snv: Partner, approved_plan: Json, ngo: Desk, semester: Json, report_body: Json, join: Join
) -> None:
    successor = await join(Partner("successor-staff", regions=("34.03",)))
    merged = registry.NgoMerged(
        **about(snv), successor_id=successor.ngo_id, effective_on=date(2020, 7, 1), reason="merged"
    )

    await tell(world, merged)

    await ngo.post("/reports", report_body, status=403)
    heir = Desk(world, ngo.client, sub=successor.sub)
    assert (await heir.get(f"/work-plans/{approved_plan['id']}"))["status"] == "approved"
    inherited = [
        item
        for item in (await heir.get("/obligations?kind=semester_report"))["items"]
        if item["agreement_id"] == semester["agreement_id"] and item["period"] == semester["period"]
    ]
    assert [item["moved_from_ngo_id"] for item in inherited] == [str(snv.ngo_id)]
    await heir.post("/reports", report_body | {"obligation_id": inherited[0]["id"]}, status=201)


async def test_an_event_that_cannot_be_read_blocks_no_other_organisation(
    world: World, snv: Partner, join: Join
) -> None:
    class NgoSuspended(registry.RegistryEvent):
        ngo_id: str  # type: ignore[assignment]

    broken = NgoSuspended(ngo_id="not-a-uuid", occurred_at=START, actor=OFFICER)
    await world.publish("registry", broken)
    await world.publish("registry", *Partner("care-staff").history())

    await world.deliver("registry", "reporting")

    assert [row["reason"] for row in await world.parked("reporting")] == ["failed"]
    pool = await world.pool("reporting")
    assert await pool.fetchval("SELECT count(*) FROM ngo WHERE status = 'active'") == 2


async def submitted_with_partner(ngo: Desk, snv: Partner, status: int) -> Json:
    """Whether a plan that names the local partner is taken."""
    content = snv.plan()
    content["activities"][0]["local_partner_id"] = str(snv.partner_id)
    drafted = await ngo.post("/work-plans", content, status=201)
    path = f"/work-plans/{drafted['id']}"
    for region in drafted["missing_minutes"]:
        drafted = await ngo.post(f"{path}/minutes", minutes(region), status=201)
    return await ngo.post(f"{path}/submission", match=drafted["version"], status=status)


async def test_v20_no_plan_names_a_local_partner_whose_partnership_has_ended(
    world: World, snv: Partner, ngo: Desk
) -> None:
    ended = registry.LocalPartnerEnded(
        **about(snv), partner_id=snv.partner_id, ended_on=date(2020, 1, 5), reason="the programme is over"
    )
    await tell(world, ended)

    problem = await submitted_with_partner(ngo, snv, 422)

    assert rules_of(problem) == [("#/activities/0/local_partner_id", "V20")]


async def test_v20_a_local_partner_is_named_through_the_last_day_of_its_registration(
    world: World, snv: Partner, ngo: Desk
) -> None:
    await world.set_clock("reporting", datetime(2021, 12, 31, 17, tzinfo=UTC))  # 1 January in Jakarta
    problem = await submitted_with_partner(ngo, snv, 422)
    await world.set_clock("reporting", datetime(2021, 12, 31, 16, 59, tzinfo=UTC))

    submitted = await submitted_with_partner(ngo, snv, 200)

    assert ("#/activities/0/local_partner_id", "V20") in rules_of(problem)
    assert submitted["status"] == "submitted"


async def test_v20_a_local_partner_is_named_again_once_its_registration_is_renewed(
    world: World, snv: Partner, ngo: Desk
) -> None:
    await world.set_clock("reporting", datetime(2021, 12, 31, 17, tzinfo=UTC))  # 1 January in Jakarta
    renewed = registry.LocalPartnerRenewed(
        **about(snv), partner_id=snv.partner_id, name="Yayasan Contoh", registration_valid_to=date(2026, 12, 31)
    )
    await tell(world, renewed)

    submitted = await submitted_with_partner(ngo, snv, 200)

    assert submitted["status"] == "submitted"


async def test_a_renewal_that_is_heard_of_after_the_end_brings_no_partner_back(
    world: World, snv: Partner, ngo: Desk
) -> None:
    ended = registry.LocalPartnerEnded(
        **about(snv), partner_id=snv.partner_id, ended_on=date(2020, 1, 5), reason="the programme is over"
    )
    renewed = registry.LocalPartnerRenewed(
        **about(snv), partner_id=snv.partner_id, name="Yayasan Contoh", registration_valid_to=date(2026, 12, 31)
    )
    await tell(world, ended, renewed)

    problem = await submitted_with_partner(ngo, snv, 422)

    assert rules_of(problem) == [("#/activities/0/local_partner_id", "V20")]


async def test_v20_a_local_partner_that_is_approved_after_a_merger_is_the_successors(
    world: World, snv: Partner
) -> None:
    heir, late = Partner("heir"), uuid4()
    approved = registry.LocalPartnerApproved(
        **about(snv), partner_id=late, name="x", registration_valid_to=date(2021, 12, 31), passed_to_ngo_id=heir.ngo_id
    )
    await world.publish("registry", *heir.history())
    await tell(world, approved)

    pool = await world.pool("reporting")
    assert await pool.fetchval("SELECT ngo_id FROM local_partner WHERE id = $1", late) == heir.ngo_id


async def test_a_member_has_the_role_that_he_was_given_last(world: World, snv: Partner) -> None:
    changed = registry.MemberRoleChanged(
        **about(snv), subject=snv.sub, member_role="ngo_staff", previous_role="ngo_admin", reason="steps back"
    )
    unknown = registry.MemberRoleChanged(
        **about(snv), subject="left", member_role="ngo_staff", previous_role="ngo_admin", reason="steps back"
    )
    await tell(world, changed, unknown)

    rows = await (await world.pool("reporting")).fetch(
        "SELECT subject, role FROM membership WHERE ngo_id = $1", snv.ngo_id
    )
    assert [tuple(row) for row in rows] == [(snv.sub, "ngo_staff")]
