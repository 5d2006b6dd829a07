"""Semester reports: returned and accepted, on time, and one that is late."""

from datetime import UTC, datetime
from typing import Any

from demo.cast import FASKER, Partner
from demo.client import Answer
from demo.stage import Stage


async def report_returned_then_accepted(stage: Stage) -> None:
    await stage.chapter(
        "Laporan semester I dikembalikan, lalu diterima", "A report is returned, then accepted",
        datetime(2020, 7, 20, 2, tzinfo=UTC),
    )  # fmt: skip
    snv = stage.partners["snv"]
    draft = await _draft(stage, snv)
    path = f"/v1/reports/{draft.body['id']}"
    sent = await stage.act(
        snv.person,
        "sends its report on January to June",
        "POST",
        "reporting",
        f"{path}/submission",
        match=draft.version,
    )
    taken, _ = await stage.quietly(FASKER, "POST", "reporting", f"{path}/review", match=sent.version)
    comments = [
        {
            "field": "/activities/0/beneficiaries",
            "text": "Mohon lengkapi data terpilah menurut jenis kelamin.",
        },
        {"field": "/summary", "text": "Jelaskan capaian per kabupaten."},
    ]
    returned = await stage.act(
        FASKER, "returns it with two comments, each on its field", "POST", "reporting", f"{path}/decision",
        {"decision": "revision_requested", "comments": comments}, match=taken.version,
    )  # fmt: skip
    body = await report(stage, snv)
    body["summary"] = "Capaian per kabupaten diuraikan dalam lampiran. (Data contoh)"
    edited, _ = await stage.quietly(snv.person, "PUT", "reporting", path, body, match=returned.version)
    again = await stage.act(
        snv.person,
        "mends both and sends version 2",
        "POST",
        "reporting",
        f"{path}/submission",
        match=edited.version,
    )
    taken, _ = await stage.quietly(FASKER, "POST", "reporting", f"{path}/review", match=again.version)
    await stage.act(
        FASKER, "accepts the report", "POST", "reporting", f"{path}/decision", {"decision": "accepted"},
        match=taken.version,
    )  # fmt: skip
    final = await stage.read(snv.person, "reporting", path)
    stage.narrator.expect(
        "SNV's report", "accepted, 2 versions", f"{final['status']}, {len(final['versions'])} versions"
    )


async def the_others_report(stage: Stage) -> None:
    filed = 0
    for partner in stage.partners.values():
        if partner.key not in ("snv", "rikolto"):
            draft = await _draft(stage, partner)
            path = f"/v1/reports/{draft.body['id']}"
            sent, _ = await stage.quietly(
                partner.person, "POST", "reporting", f"{path}/submission", match=draft.version
            )
            taken, _ = await stage.quietly(FASKER, "POST", "reporting", f"{path}/review", match=sent.version)
            decision = {"decision": "accepted"}
            await stage.quietly(FASKER, "POST", "reporting", f"{path}/decision", decision, match=taken.version)
            filed += 1
    stage.narrator.note(f"{filed} other partners report on time; Rikolto does not")


async def report_overdue_then_extended(stage: Stage) -> None:
    await stage.chapter(
        "Terlambat 12 hari, lalu diperpanjang",
        "Twelve days late, then extended",
        datetime(2020, 8, 12, 2, tzinfo=UTC),
    )
    rikolto = stage.partners["rikolto"]
    due = await overdue(stage, rikolto)
    standing = await stage.services.wait_until(_lateness, stage, rikolto)
    stage.narrator.act("Sistem", f"marks Rikolto's duty {due['period']} as overdue: it was due on {due['due_on']}")
    late = f"{standing['compliance']}, {standing['days_late']} days"
    stage.narrator.note(f"the public register shows Rikolto as {late}")
    stage.narrator.expect("Rikolto's standing in public", "late, 12 days", late)
    read = await stage.services.call(FASKER, "GET", "reporting", f"/v1/obligations/{due['id']}")
    extension = {"due_on": "2020-08-21", "reason": "Pembatasan perjalanan di daerah (Data contoh)"}
    await stage.act(
        FASKER, "extends it to 21 August", "POST", "reporting", f"/v1/obligations/{due['id']}/extension", extension,
        match=read.version,
    )  # fmt: skip
    draft = await _draft(stage, rikolto)
    await stage.act(
        rikolto.person, "sends the report within the new time", "POST", "reporting",
        f"/v1/reports/{draft.body['id']}/submission", match=draft.version,
    )  # fmt: skip
    after = await stage.read(rikolto.person, "reporting", f"/v1/obligations/{due['id']}")
    stage.narrator.expect("Rikolto's duty after the extension", "fulfilled", after["status"])


async def overdue(stage: Stage, partner: Partner) -> Any:
    """The partner's overdue duty, once the worker has noticed that its time has passed."""

    async def found() -> Any:
        items = await stage.read(partner.person, "reporting", "/v1/obligations?status=overdue")
        return next(iter(items["items"]), None)

    return await stage.services.wait_until(found)


async def _lateness(stage: Stage, partner: Partner) -> Any:
    standing = await stage.read(None, "registry", f"/v1/organisations/{partner.ngo_id}/standing")
    return standing if standing["compliance"] == "late" else None


async def _draft(stage: Stage, partner: Partner) -> Answer:
    answer, _ = await stage.quietly(partner.person, "POST", "reporting", "/v1/reports", await report(stage, partner))
    return answer


async def report(stage: Stage, partner: Partner) -> dict[str, Any]:
    due = await stage.read(partner.person, "reporting", "/v1/obligations?kind=semester_report&limit=100")
    [obligation] = [item for item in due["items"] if item["period"] == "2020-S1"]
    [activity] = partner.plan_activities
    return {
        "obligation_id": obligation["id"],
        "activities": [
            {
                "work_plan_activity_id": activity["id"],
                "realised": 15,
                "beneficiaries": {"male": 480, "female": 520, "total": 1000},
                "spent": "52500.00",
                "currency": partner.data["currency"],
                "regions": partner.regions,
                "status": "on_track",
            }
        ],
        "summary": "Kegiatan berjalan sesuai rencana. (Data contoh)",
        "issues": "Tidak ada. (Data contoh)",
        "next_steps": "Lanjut ke semester II. (Data contoh)",
        "publication_evidence": [
            {"medium": "Harian contoh", "published_on": "2020-07-17", "reference": "https://example.org/laporan"}
        ],
    }
