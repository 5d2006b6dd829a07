"""Plays the story: `python -m demo play --addresses FILE`. Exit code 1 when anything was not as expected."""

import argparse
import asyncio
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from demo.cast import FASKER, load_partners
from demo.client import SERVICES, Services, Unexpected
from demo.narrator import Narrator
from demo.stage import Stage
from demo.story import (
    amendment,
    experts,
    licences,
    merger,
    partners,
    plans,
    public,
    registration,
    relief,
    reports,
    sanction,
    subscriber,
    visit,
)

CHAPTERS = (
    subscriber.province_subscribes,
    registration.partners_register,
    plans.work_plan_with_a_missing_bap,
    plans.the_others_plan,
    partners.partner_cleared_with_notes,
    partners.activity_notified,
    amendment.master_plan_amended,
    reports.report_returned_then_accepted,
    reports.the_others_report,
    reports.report_overdue_then_extended,
    visit.visit_postponed_then_completed,
    experts.fourth_expert_refused,
    relief.disaster_goods,
    sanction.measure_taken_and_lifted,
    licences.licence_warned_of_and_renewed,
    merger.icco_merges,
    public.story_published,
    subscriber.province_catches_up,
)


async def play(
    addresses: dict[str, Any], console: Console, measures: Path | None, services: type[Services] = Services
) -> bool:
    """Whether the story went as it must. `services` may be a kind that also keeps what is called."""
    narrator = Narrator(console)
    started = time.perf_counter()
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        stage = Stage(services(addresses, http), narrator, {p.key: p for p in load_partners()})
        try:
            await stage.services.set_clock(stage.now)
            for chapter in CHAPTERS:
                await chapter(stage)
            await nothing_is_stuck(stage)
        except Unexpected as error:
            narrator.outcome_table()
            console.print(f"\n[red]The story stopped: [/]{error}", highlight=False, markup=True)
            return False
        as_expected = narrator.outcome_table()
        measured(stage, console, time.perf_counter() - started, measures)
        await where_to_look(stage, console)
    return as_expected


async def nothing_is_stuck(stage: Stage) -> None:
    for service in SERVICES:
        parked = await stage.read(stage.services.operator, service, "/ops/v1/parked")
        outbox = await stage.read(stage.services.operator, service, "/ops/v1/outbox")
        stage.narrator.expect(
            f"{service}: parked events, writing halted",
            "0, no",
            f"{len(parked['items'])}, {outbox['halted'] or 'no'}",
        )


def measured(stage: Stage, console: Console, seconds: float, measures: Path | None) -> None:
    """What the story took, and how long after an HTTP answer its events had their effect elsewhere."""
    after = sorted(arrival.after_ms for arrival in stage.services.arrivals)
    calls = sorted(stage.services.calls_ms)
    figures = {
        "story_seconds": round(seconds, 1),
        "writes": len(calls),
        "write_ms": {"median": statistics.median(calls), "p99": calls[int(len(calls) * 0.99)]},
        "effects_seen": len(after),
        "answer_to_effect_ms": {"median": statistics.median(after), "p99": after[int(len(after) * 0.99)]},
    }
    console.print(
        f"\n{figures['writes']} writes in {seconds:.1f} s; a write took {statistics.median(calls):.1f} ms (median), "
        f"{calls[int(len(calls) * 0.99)]:.0f} ms (p99); its effect in another service came "
        f"{statistics.median(after):.1f} ms after the answer (median), {after[int(len(after) * 0.99)]:.0f} ms (p99)."
    )
    if measures:
        measures.write_text(json.dumps(figures, indent=2))


async def where_to_look(stage: Stage, console: Console) -> None:
    addresses = stage.services.addresses.get("from_outside", stage.services.addresses)
    token = await stage.services.token(FASKER)
    console.print("\n[bold]Where to look[/] (`make up` keeps the services running)")
    for service in SERVICES:
        console.print(f"  {service:<16} {addresses[service]}/docs", highlight=False)
    console.print("  a token of a Fasker officer, good for an hour:", highlight=False)
    console.print(f"export TOKEN={token}", soft_wrap=True, highlight=False)
    console.print(f"curl -s '{addresses['registry']}/v1/organisations?limit=3'", soft_wrap=True, highlight=False)
    bearer = '-H "Authorization: Bearer $TOKEN"'
    late = "/v1/obligations?status=due_soon"
    console.print(f"curl -s {bearer} '{addresses['reporting']}{late}'", soft_wrap=True, highlight=False)
    console.print(f"curl -s {bearer} '{addresses['notifications']}/v1/inbox?limit=5'", soft_wrap=True, highlight=False)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("play", choices=["play"])
    parser.add_argument("--addresses", type=Path, required=True, help="JSON file: service -> address")
    parser.add_argument("--measures", type=Path, help="write the figures to this JSON file")
    arguments = parser.parse_args()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    addresses = json.loads(arguments.addresses.read_text())
    sys.exit(0 if asyncio.run(play(addresses, console, arguments.measures)) else 1)


if __name__ == "__main__":
    main()
