"""Annual work plans: one is refused for a missing record of the regional discussion, then all are approved."""

from datetime import UTC, datetime
from typing import Any

from demo.cast import Partner
from demo.stage import Stage

DIGEST = "0" * 64


async def work_plan_with_a_missing_bap(stage: Stage) -> None:
    await stage.chapter(
        "RKT tiga kabupaten, satu BAP kurang",
        "A work plan with minutes missing",
        datetime(2020, 1, 20, 2, tzinfo=UTC),
    )
    asb = stage.partners["asb"]
    draft = await stage.act(
        asb.person,
        "drafts its RKT 2020 for three regencies",
        "POST",
        "reporting",
        "/v1/work-plans",
        plan(asb, 2020),
    )
    asb.work_plan_id = draft.body["id"]
    for region in asb.regions[:2]:
        await add_minutes(stage, asb, region)
    submission = f"/v1/work-plans/{asb.work_plan_id}/submission"
    version = await version_of(stage, asb)
    problem = await stage.refused(
        asb.person,
        "sends it with two of three BAP",
        "POST",
        "reporting",
        submission,
        status=422,
        match=version,
    )
    stage.narrator.expect("work plan with a BAP missing", "422 V05", f"422 {problem['errors'][0].get('rule')}")
    await add_minutes(stage, asb, asb.regions[2])
    version = await version_of(stage, asb)
    await stage.act(
        asb.person, "adds the third BAP (Berita Acara Pembahasan) and sends again", "POST", "reporting", submission,
        match=version,
    )  # fmt: skip
    await approve(stage, asb, tell=True)


async def the_others_plan(stage: Stage) -> None:
    for partner in stage.partners.values():
        if not partner.work_plan_id:
            await plan_and_approve(stage, partner, 2020)
    stage.narrator.note("the other eleven file theirs, each with a BAP per regency; each one's Satker approves")
    approved = 0
    for partner in stage.partners.values():
        plans = await stage.read(partner.person, "reporting", "/v1/work-plans")
        approved += sum(item["status"] == "approved" for item in plans["items"])
    stage.narrator.expect("work plans 2020 approved", 12, approved)


async def plan_and_approve(stage: Stage, partner: Partner, year: int) -> None:
    draft, _ = await stage.quietly(partner.person, "POST", "reporting", "/v1/work-plans", plan(partner, year))
    partner.work_plan_id = draft.body["id"]
    for region in partner.regions:
        await add_minutes(stage, partner, region)
    path = f"/v1/work-plans/{partner.work_plan_id}/submission"
    await stage.quietly(partner.person, "POST", "reporting", path, match=await version_of(stage, partner))
    await approve(stage, partner, tell=False)


def plan(partner: Partner, year: int) -> dict[str, Any]:
    [activity] = partner.master_activities
    return {
        "agreement_id": partner.agreement_id,
        "year": year,
        "title": f"RKT {year} {partner.name}",
        "introduction": "Data contoh",
        "objective": "Data contoh",
        "target_group": "Warga desa",
        "activities": [
            {
                "master_plan_activity_id": activity["id"],
                "title": f"{activity['title']} {year}",
                "output_indicator": "Desa dampingan",
                "unit": "desa",
                "target": 30,
                "regions": partner.regions,
                "budget_programme": "90000.00",
                "budget_operations": "15000.00",
                "currency": partner.data["currency"],
            }
        ],
        "prohibited_purposes_declared": True,
    }


async def add_minutes(stage: Stage, partner: Partner, region: str) -> None:
    minutes = {
        "region": region,
        "held_on": "2020-01-16",
        "document_number": f"DEMO-BAP-{partner.key.upper()}-{region}",
        "document_sha256": DIGEST,
    }
    await stage.quietly(partner.person, "POST", "reporting", f"/v1/work-plans/{partner.work_plan_id}/minutes", minutes)


async def version_of(stage: Stage, partner: Partner) -> int:
    answer = await stage.services.call(partner.person, "GET", "reporting", f"/v1/work-plans/{partner.work_plan_id}")
    return answer.version


async def approve(stage: Stage, partner: Partner, *, tell: bool) -> None:
    path = f"/v1/work-plans/{partner.work_plan_id}"
    reviewed, _ = await stage.quietly(
        partner.satker, "POST", "reporting", f"{path}/review", match=await version_of(stage, partner)
    )
    decision = {"decision": "approved"}
    if tell:
        did = f"approves the RKT of {partner.name}"
        await stage.act(partner.satker, did, "POST", "reporting", f"{path}/decision", decision, match=reviewed.version)
    else:
        await stage.quietly(partner.satker, "POST", "reporting", f"{path}/decision", decision, match=reviewed.version)
    answer = await stage.services.call(partner.person, "GET", "reporting", path)
    partner.plan_activities = answer.body["content"]["activities"]
