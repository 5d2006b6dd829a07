"""Foreign experts: three may be in post, a fourth is refused with the article."""

from datetime import UTC, datetime
from typing import Any

from demo.cast import FASKER, FASKER_HEAD
from demo.client import Answer
from demo.stage import Stage

PATH = "/v1/foreign-staff-requests"


async def fourth_expert_refused(stage: Stage) -> None:
    await stage.chapter(
        "Tenaga ahli asing: tiga terbit, yang keempat ditolak", "Three experts, and a fourth",
        datetime(2020, 10, 12, 2, tzinfo=UTC),
    )  # fmt: skip
    snv = stage.partners["snv"]
    for number in (1, 2):
        await issue(stage, await submitted(stage, number))
    third, fourth = await submitted(stage, 3), await submitted(stage, 4)
    stage.narrator.note("requests 3 and 4 are sent while two experts are in post: each by itself would be allowed")
    issued = await issue(stage, third)
    letter = issued.body["letter"]
    taken, _ = await stage.quietly(
        FASKER, "POST", "recommendations", f"{PATH}/{fourth.body['id']}/review", match=fourth.version
    )
    problem = await stage.refused(
        FASKER_HEAD, "would sign the fourth", "POST", "recommendations", f"{PATH}/{fourth.body['id']}/decision",
        {"decision": "issued"}, status=422, match=taken.version,
    )  # fmt: skip
    stage.narrator.expect("a fourth foreign expert", "422 V12", f"422 {problem.get('rule')}")
    rejection = {
        "decision": "rejected",
        "reason": "Paling banyak tiga tenaga asing per ormas.",
        "rule": "V12",
    }
    rejected = await stage.act(
        FASKER, "rejects the fourth formally, with the article", "POST", "recommendations",
        f"{PATH}/{fourth.body['id']}/decision", rejection, match=taken.version,
    )  # fmt: skip
    stage.narrator.expect("the fourth request", "rejected", rejected.body["status"])
    inbox = await stage.read(snv.person, "notifications", "/v1/inbox?limit=100")
    told = [m for m in inbox["items"] if m["type"].endswith("RecommendationRejected.v1")]
    stage.narrator.expect("SNV is told of the rejection", 1, len(told))
    verified = await stage.read(None, "recommendations", letter["verification"])
    stage.narrator.note(f"letter {letter['number']} for the third: {letter['verification']} says {verified['status']}")
    stage.narrator.expect("public verification of the third letter", "valid", verified["status"])


async def submitted(stage: Stage, number: int) -> Answer:
    snv = stage.partners["snv"]
    draft, _ = await stage.quietly(snv.person, "POST", "recommendations", PATH, request(stage, number))
    return await stage.act(
        snv.person, f"asks for expert {number}", "POST", "recommendations", f"{PATH}/{draft.body['id']}/submission",
        match=draft.version,
    )  # fmt: skip


async def issue(stage: Stage, sent: Answer) -> Answer:
    path = f"{PATH}/{sent.body['id']}"
    taken, _ = await stage.quietly(FASKER, "POST", "recommendations", f"{path}/review", match=sent.version)
    return await stage.act(
        FASKER_HEAD, "signs the letter to Setneg KTLN", "POST", "recommendations", f"{path}/decision",
        {"decision": "issued"}, match=taken.version,
    )  # fmt: skip


def request(stage: Stage, number: int) -> dict[str, Any]:
    snv = stage.partners["snv"]
    return {
        "agreement_id": snv.agreement_id,
        "work_plan_activity_id": snv.plan_activities[0]["id"],
        "person": {
            "name": f"Ahli contoh {number}",
            "sex": "F" if number % 2 else "M",
            "birth_date": f"198{number}-03-14",
            "birth_place": "Utrecht",
            "nationality": "NL",
            "passport_number": f"DEMO{number:05}",
            "passport_valid_from": "2019-05-01",
            "passport_valid_to": "2029-04-30",
        },
        "position": "Ahli sanitasi",
        "duty_region": "53.06",
        "starts_on": "2020-11-01",
        "ends_on": "2021-10-31",
        "counterpart_position": "Koordinator lapangan",
        "knowledge_transfer_plan": "Pendampingan bulanan. (Data contoh)",
        "permit_route": "SETNEG_KTLN",
    }
