"""python -m tests.faults.report: writes docs/reports/faults.md from the committed record docs/reports/faults.json."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from shared.local.folders import REPOSITORY
from tests.faults.schedule import BY_NAME

REPORTS: Final = REPOSITORY / "docs" / "reports"
RECORD: Final = REPORTS / "faults.json"
PAGE: Final = REPORTS / "faults.md"

TEXT: Final = """\
# What was broken on purpose, and what came of it

Written by `python -m tests.faults.report` from `faults.json`, the record of one command. Not edited by hand.

`make faults RUNS={runs} SEED={seed}`: {runs} runs in {minutes:.0f} minutes. In each, writers send requests to the real
services and repeat them with the same key until the answer is definite, a stranger disturbs the bus, and the faults of
the seed happen. Then all is healed, and must come to rest within 30 seconds; and everything since the start is checked
by SQL on what is stored, past the services' code.

| promise | broken |
| --- | ---: |
| of {accepted} accepted requests none is lost, nor their events, nor an event's effect | {lost} |
| no event has its effect twice | {doubled} |
| effects come in the order of their key, and after their causes | {out_of_order} |
| the hash chains are whole | {chains_broken} |
| readers hold what the owners have, and nothing happened that nobody caused | {other} |
| runs that failed, for these or any other reason | {failed} |

| what was done | how often |
| --- | ---: |
{faults}
| a true record sent again by a stranger | {copies} |
| a record sent that is no event | {junk} |

Processes that ended were restarted {restarts} times. Requests were repeated because of:
{answers}.
{not_made}
Again, one seed: `make faults RUNS=1 SEED=17`. What a seed does: `python -m tests.faults --plan --runs 1 --seed 17`.
"""

NOT_MADE: Final = """
Planned, but not made, because another fault was in the way or this machine does not allow it:

{reasons}
"""


def page(record: dict[str, Any]) -> str:
    """The record in plain words."""
    not_made = "\n".join(f"- {one}" for one in _counted(record["not_made"]))
    words = {
        "minutes": record["seconds"] / 60,
        "failed": len(record["failed_seeds"]),
        "faults": "\n".join(f"| {BY_NAME[name].says} | {made} |" for name, made in record["by_fault"].items()),
        "copies": record["bus"].get("copies", 0),
        "junk": record["bus"].get("junk", 0),
        "answers": ", ".join(_counted(record["repeated_because"])) or "nothing",
        "not_made": NOT_MADE.format(reasons=not_made) if not_made else "",
    }
    return TEXT.format_map(record | words)


def _counted(counts: dict[str, int]) -> Iterable[str]:
    return (f"{what} ({count})" for what, count in sorted(counts.items()))


def main() -> None:
    PAGE.write_text(page(json.loads(RECORD.read_text())))
    print(f"wrote {PAGE.relative_to(Path.cwd())}")


if __name__ == "__main__":
    main()
