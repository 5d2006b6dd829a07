"""A local partner is cleared, with notes of others; then an activity with it is notified, and the region answers."""

from datetime import UTC, datetime

from demo.cast import FASKER, MANGGARAI
from demo.stage import Stage

PARTNERS = "/v1/local-partners"
ACTIVITIES = "/v1/regional-activities"


async def partner_cleared_with_notes(stage: Stage) -> None:
    await stage.chapter(
        "Mitra lokal disetujui dengan catatan", "A local partner, approved with notes",
        datetime(2020, 2, 10, 2, tzinfo=UTC),
    )  # fmt: skip
    rikolto = stage.partners["rikolto"]
    proposed = await stage.act(
        rikolto.person, "proposes a local partner [Data contoh]", "POST", "registry", PARTNERS,
        {
            "name": "Yayasan Mitra Contoh",
            "legal_form": "Yayasan",
            "registration_number": "DEMO-AHU-01",
            "registration_valid_to": "2024-12-31",
            "regions": ["53.10"],
            "programme": "Kopi berkelanjutan (Data contoh)",
        },
    )  # fmt: skip
    rikolto.local_partner_id = proposed.body["id"]
    path = f"{PARTNERS}/{rikolto.local_partner_id}"
    taken, _ = await stage.quietly(
        FASKER, "POST", "registry", f"{path}/pre-orientation", {}, match=proposed.version
    )  # fmt: skip
    await _opinions_are_given(stage, path)
    invited = await stage.act(
        FASKER, "invites it to the orientation", "POST", "registry", f"{path}/orientation", {}, match=taken.version
    )
    decided = await stage.act(
        FASKER, "approves it with notes", "POST", "registry", f"{path}/decision",
        {"decision": "approved_with_notes", "notes": "Pengurus baru dicatatkan dalam tiga bulan. (Data contoh)"},
        match=invited.version,
    )  # fmt: skip
    stage.narrator.expect("Rikolto's local partner", "approved_with_notes", decided.body["status"])
    seen = await stage.read(rikolto.person, "registry", path)
    stage.narrator.expect("notes that Rikolto reads of two opinions", 1, len(seen["released_notes"]))
    problem = await stage.refused(
        rikolto.person, "would read the opinions too", "GET", "registry", f"{path}/opinions", status=403
    )
    stage.narrator.expect("the opinions themselves, for Rikolto", 403, problem["status"])


async def _opinions_are_given(stage: Stage, path: str) -> None:
    given = {"given_on": "2020-02-07", "text": "Data contoh"}
    await stage.quietly(
        FASKER, "POST", "registry", f"{path}/opinions", {"body": "kemlu", "stance": "in_favour"} | given
    )
    noted = await stage.act(
        FASKER, "records two opinions; that of the State Secretariat has notes", "POST", "registry",
        f"{path}/opinions", {"body": "setneg", "stance": "with_notes"} | given,
    )  # fmt: skip
    await stage.act(
        FASKER, "lets Rikolto read a note on it", "POST", "registry", f"{path}/opinions/{noted.body['id']}/release",
        {"note": "Mohon catatkan pengurus baru. (Data contoh)"}, match=noted.version,
    )  # fmt: skip


async def activity_notified(stage: Stage) -> None:
    await stage.chapter(
        "Kegiatan di daerah diberitahukan, 53.10 menjawab", "An activity is notified, and a region answers",
        datetime(2020, 3, 2, 2, tzinfo=UTC),
    )  # fmt: skip
    rikolto = stage.partners["rikolto"]
    permits = await stage.read(rikolto.person, "registry", f"/v1/organisations/{rikolto.ngo_id}/licences")
    notified = await stage.act(
        rikolto.person, "notifies the Minister of a training in Manggarai", "POST", "registry", ACTIVITIES,
        {
            "kind": "new",
            "agreement_id": rikolto.agreement_id,
            "licence_id": permits["items"][0]["id"],
            "local_partner_ids": [rikolto.local_partner_id],
            "title": "Pelatihan petani kopi (Data contoh)",
            "activities": ["Pelatihan di 12 desa (Data contoh)"],
            "regions": ["53.10"],
            "starts_on": "2020-04-01",
            "ends_on": "2020-11-30",
        },
    )  # fmt: skip
    path = f"{ACTIVITIES}/{notified.body['id']}"
    await stage.act(FASKER, "takes note of it", "POST", "registry", f"{path}/record", match=notified.version)
    answer = {"region": "53.10", "answer": "approved", "reason": "Disetujui.", "version": 1}
    await stage.act(MANGGARAI, "answers: approved", "POST", "registry", f"{path}/answers", answer)
    after = await stage.read(rikolto.person, "registry", path)
    stage.narrator.expect("the notified activity", "answered", after["status"])
    told = await stage.read(rikolto.person, "notifications", "/v1/inbox?limit=100")
    answers = [m for m in told["items"] if m["type"].endswith("RegionalActivityAnsweredByRegion.v1")]
    stage.narrator.expect("Rikolto is told of Manggarai's answer", 1, len(answers))
