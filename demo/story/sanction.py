"""A measure stops an organisation's activities at once; when it is lifted, they go on. Of an invented organisation."""

from datetime import UTC, datetime

from demo.cast import CONTOH, FASKER_HEAD, partner
from demo.stage import Stage
from demo.story.plans import DIGEST
from demo.story.registration import register


async def measure_taken_and_lifted(stage: Stage) -> None:
    await stage.chapter(
        "Penghentian kegiatan, lalu dicabut", "A stop of activities, and its lifting",
        datetime(2020, 11, 2, 2, tzinfo=UTC),
    )  # fmt: skip
    contoh = partner(CONTOH)
    await register(stage, contoh)
    path = f"/v1/organisations/{contoh.ngo_id}"
    taken = await stage.act(
        FASKER_HEAD, "stops the activities of an invented organisation", "POST", "registry", f"{path}/measures",
        {
            "kind": "activity_suspension",
            "decided_on": "2020-11-02",
            "starts_on": "2020-11-02",
            "reason": "Kegiatan di luar bidang kerja sama (Data contoh)",
            "document_number": "DEMO-SK-01",
            "document_sha256": DIGEST,
        },
    )  # fmt: skip
    stage.narrator.note(f"legal basis: {taken.body['legal_basis']}")
    stage.narrator.expect(
        "the law behind the measure", True, taken.body["legal_basis"].startswith("UU 17/2013 art. 61")
    )
    stopped = await stage.read(None, "registry", path)
    public = await stage.read(None, "registry", f"/v1/measures?ngo_id={contoh.ngo_id}")
    stage.narrator.expect(
        "its organisation, in public", "suspended, 1 measure", f"{stopped['status']}, {len(public['items'])} measure"
    )
    await stage.chapter("Penghentian dicabut", "The stop is lifted", datetime(2020, 11, 16, 2, tzinfo=UTC))
    await stage.act(
        FASKER_HEAD, "lifts it", "POST", "registry", f"{path}/measures/{taken.body['id']}/lifting",
        {"lifted_on": "2020-11-16", "reason": "Kegiatan telah disesuaikan (Data contoh)"}, match=taken.version,
    )  # fmt: skip
    again = await stage.read(None, "registry", path)
    stage.narrator.expect("... after the lifting", "active", again["status"])
    told = await stage.read(contoh.person, "notifications", "/v1/inbox?limit=100")
    of_measure = {m["type"].split(".")[2] for m in told["items"]} & {"MeasureTaken", "MeasureLifted"}
    stage.narrator.expect("it is told of both", 2, len(of_measure))
