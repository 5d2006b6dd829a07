"""What the registry's events change here; obligations have their own tests."""

from datetime import UTC, date, datetime
from uuid import uuid4

from services.registry import events as registry
from tests.reporting.conftest import Join
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
