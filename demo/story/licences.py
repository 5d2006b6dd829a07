"""A licence that ends soon is warned of; its renewal comes with the scanned document as evidence."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from demo.cast import Partner
from demo.stage import Stage

DOCUMENT = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
FINGERPRINT = sha256(DOCUMENT).hexdigest()


async def licence_warned_of_and_renewed(stage: Stage) -> None:
    await stage.chapter(
        "Izin operasional hampir berakhir, lalu diperpanjang", "A licence ends soon and is renewed",
        datetime(2020, 11, 30, 2, tzinfo=UTC),
    )  # fmt: skip
    oisca = stage.partners["oisca"]
    path = f"/v1/organisations/{oisca.ngo_id}/licences"
    await stage.act(
        oisca.person, "records its izin operasional, which ends on 31 January", "POST", "registry", path,
        licence("DEMO-IO-1", "2020-02-01", "2021-01-31"),
    )  # fmt: skip
    stage.narrator.act("Registry", "notices by itself that it ends soon")
    warned = await stage.services.wait_until(_warning, stage, oisca)
    stage.narrator.note(warned["body_en"])
    await _keep_document(stage, oisca)
    await stage.act(
        oisca.person, "records the renewal, with the fingerprint of its document", "POST", "registry", path,
        licence("DEMO-IO-2", "2021-02-01", "2022-01-31") | {"document_sha256": FINGERPRINT},
    )  # fmt: skip
    of_kind = await stage.read(oisca.person, "registry", f"{path}?kind=IZIN_OPERASIONAL")
    states = {item["number"]: item["status"] for item in of_kind["items"]}
    stage.narrator.expect("OISCA's licence that ends soon", "EXPIRING", states["DEMO-IO-1"])
    stage.narrator.expect("... and its renewal", "VALID", states["DEMO-IO-2"])
    evidence = await stage.read(
        oisca.person, "registry", f"/v1/organisations/{oisca.ngo_id}/files?sha256={FINGERPRINT}"
    )
    stage.narrator.expect("the document behind it", "stored", evidence["items"][0]["status"])


async def _warning(stage: Stage, partner: Partner) -> Any:
    """What the partner is told, once the worker has looked at the calendar."""
    inbox = await stage.read(partner.person, "notifications", "/v1/inbox?limit=100")
    return next((message for message in inbox["items"] if message["type"].endswith("LicenceExpiring.v1")), None)


async def _keep_document(stage: Stage, partner: Partner) -> None:
    path = f"/v1/organisations/{partner.ngo_id}/files"
    announced, _ = await stage.quietly(
        partner.person, "POST", "registry", path,
        {
            "kind": "izin_operasional",
            "name": "DEMO-IO-2.pdf",
            "media_type": "application/pdf",
            "size_bytes": len(DOCUMENT),
            "sha256": FINGERPRINT,
        },
    )  # fmt: skip
    path = f"{path}/{announced.body['id']}"
    octets = {"Content-Type": "application/octet-stream"}
    await stage.services.call(partner.person, "PUT", "registry", f"{path}/parts/1", DOCUMENT, headers=octets)
    await stage.act(
        partner.person, "sends the scanned document", "POST", "registry", f"{path}/completion", match=announced.version
    )


def licence(number: str, valid_from: str, valid_to: str) -> dict[str, Any]:
    return {
        "kind": "IZIN_OPERASIONAL",
        "number": number,
        "issuer": "Kementerian Dalam Negeri",
        "issued_on": min(valid_from, "2020-11-27"),
        "valid_from": valid_from,
        "valid_to": valid_to,
    }
