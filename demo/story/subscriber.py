"""A province's system subscribes, goes offline, and catches up without a gap or a double."""

from collections import defaultdict
from typing import Any

from demo.cast import NTT
from demo.stage import Stage


async def province_subscribes(stage: Stage) -> None:
    made = await stage.act(
        NTT, "subscribes to all that concerns it, then goes silent", "POST", "notifications", "/v1/subscriptions",
        {"name": "Bank data ormas NTT", "types": ["*"], "regions": ["53"]},
    )  # fmt: skip
    stage.services.addresses["subscription"] = made.body["id"]


async def province_catches_up(stage: Stage) -> None:
    stage.narrator.act(NTT.title, "is back after a year and reads on where it was")
    path = f"/v1/subscriptions/{stage.services.addresses['subscription']}"
    events, last_number = await read_feed(stage, path)
    numbers = [item["number"] for item in events]
    stage.narrator.expect("the province's feed has no gap", True, numbers == list(range(1, len(numbers) + 1)))
    stage.narrator.expect("... and no double", len(events), len({item["event"]["id"] for item in events}))
    stage.narrator.expect("... and all that there was", last_number, len(events))
    stage.narrator.expect("... each key in order", True, keys_are_in_order(events))
    stage.narrator.expect("... nothing of other provinces", True, all(concerns(item["event"], "53") for item in events))
    after = await stage.read(NTT, "notifications", path)
    stage.narrator.note(f"{len(events)} events read in pages of 100; now {after['behind']} behind")


async def read_feed(stage: Stage, path: str) -> tuple[list[dict[str, Any]], int]:
    """All events, page by page, and the newest number. What falls due meanwhile is read too."""
    events: list[dict[str, Any]] = []
    while True:
        after = events[-1]["number"] if events else 0
        feed = await stage.read(NTT, "notifications", f"{path}/events?after={after}&limit=100")
        events += feed["events"]
        if not feed["events"] and feed["last_number"] == after:
            return events, after


def keys_are_in_order(events: list[dict[str, Any]]) -> bool:
    last: dict[tuple[str, str], int] = defaultdict(int)
    for item in events:
        event = item["event"]
        key, sequence = (event["source"], event["subject"]), int(event["sequence"])
        if sequence <= last[key]:
            return False
        last[key] = sequence
    return True


def concerns(event: dict[str, Any], province: str) -> bool:
    return any(region.split(".")[0] == province for region in event["data"]["regions"])
