"""A letter for the tax relief of disaster goods."""

from datetime import UTC, datetime
from typing import Any

from demo.cast import FASKER, FASKER_HEAD
from demo.stage import Stage

PATH = "/v1/tax-relief-requests"


async def disaster_goods(stage: Stage) -> None:
    await stage.chapter(
        "Pembebasan bea masuk barang bencana",
        "Relief goods, free of duty",
        datetime(2020, 10, 19, 2, tzinfo=UTC),
    )
    irw = stage.partners["irw"]
    draft, _ = await stage.quietly(irw.person, "POST", "recommendations", PATH, request(stage))
    sent = await stage.act(
        irw.person, "asks for relief for 500 tents and 800 water filters [Data contoh]", "POST", "recommendations",
        f"{PATH}/{draft.body['id']}/submission", match=draft.version,
    )  # fmt: skip
    path = f"{PATH}/{draft.body['id']}"
    taken, _ = await stage.quietly(FASKER, "POST", "recommendations", f"{path}/review", match=sent.version)
    issued = await stage.act(
        FASKER_HEAD, "signs the letter to the customs office", "POST", "recommendations", f"{path}/decision",
        {"decision": "issued"}, match=taken.version,
    )  # fmt: skip
    letter = await stage.read(FASKER, "recommendations", f"/v1/letters/{issued.body['letter']['id']}")
    verified = await stage.read(None, "recommendations", letter["verification"])
    stage.narrator.note(f"letter {letter['number']}, legal basis {', '.join(letter['legal_basis'])}")
    stage.narrator.expect("the relief letter", "valid", verified["status"])
    stage.narrator.expect(
        "its legal basis in 2020",
        True,
        any("69/PMK.04/2012" in b or "PMK 69/2012" in b for b in letter["legal_basis"]),
    )


def request(stage: Stage) -> dict[str, Any]:
    irw = stage.partners["irw"]
    return {
        "agreement_id": irw.agreement_id,
        "work_plan_activity_id": irw.plan_activities[0]["id"],
        "kind": "BEA_MASUK_CUKAI",
        "purpose": "bencana_alam",
        "disaster_stage": "rehabilitasi_rekonstruksi",
        "goods": [
            goods("Tenda keluarga", "63062200", 500, "85000.00"),
            goods("Saringan air", "84212110", 800, "40000.00"),
        ],
        "distribution": [
            {"region": "72.71", "goods_index": 0, "quantity": 200},
            {"region": "72.10", "goods_index": 0, "quantity": 300},
            {"region": "72.10", "goods_index": 1, "quantity": 800},
        ],
        "gift_certificate_number": "DEMO-GC-2020-01",
        "sender": "Islamic Relief Worldwide",
        "port_of_entry": "IDPNL",
        "estimated_arrival_on": "2020-11-20",
    }


def goods(description: str, hs_code: str, quantity: int, value: str) -> dict[str, Any]:
    return {
        "description": description,
        "hs_code": hs_code,
        "quantity": quantity,
        "unit": "unit",
        "condition": "new",
        "value": value,
        "currency": "GBP",
        "origin": "GB",
    }
