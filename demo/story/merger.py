"""ICCO merges into its successor, who takes over what is still due."""

from datetime import UTC, datetime

from demo.cast import CORDAID, FASKER_HEAD, partner
from demo.stage import Stage
from demo.story.registration import register

UNMET = ("open", "due_soon", "overdue")


async def icco_merges(stage: Stage) -> None:
    await stage.chapter("ICCO bergabung ke Cordaid", "ICCO merges into Cordaid", datetime(2021, 1, 4, 2, tzinfo=UTC))
    icco, cordaid = stage.partners["icco"], partner(CORDAID)
    await register(stage, cordaid)
    stage.narrator.act("Cordaid (Country Director)", "registers as the successor")
    before = await stage.read(icco.person, "reporting", "/v1/obligations?limit=100")
    open_before = sum(item["status"] in UNMET for item in before["items"])
    read = await stage.services.call(None, "GET", "registry", f"/v1/organisations/{icco.ngo_id}")
    merger = {
        "successor_id": cordaid.ngo_id,
        "effective_on": "2021-01-01",
        "reason": "Penggabungan organisasi per 1 Januari 2021",
    }
    await stage.act(
        FASKER_HEAD, "records the merger", "POST", "registry", f"/v1/organisations/{icco.ngo_id}/merger", merger,
        match=read.version,
    )  # fmt: skip
    left = await stage.read(icco.person, "reporting", "/v1/obligations?limit=100")
    moved = await stage.read(cordaid.person, "reporting", "/v1/obligations?limit=100")
    taken_over = [item for item in moved["items"] if item["moved_from_ngo_id"] == icco.ngo_id]
    stage.narrator.note(f"{len(taken_over)} open duties of ICCO are now Cordaid's, with their dates")
    stage.narrator.expect("ICCO's duties still open", 0, sum(item["status"] in UNMET for item in left["items"]))
    stage.narrator.expect("duties that Cordaid took over", open_before, len(taken_over))
