"""python -m tests.faults.report [build/faults.json ...]: writes docs/reports/faults.md from docs/reports/faults.json.

Records that are named are added up to that committed record first: of commands side by side, in copies of their own.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from shared.local.folders import REPOSITORY
from tests.faults.schedule import BY_NAME

REPORTS: Final = REPOSITORY / "docs" / "reports"
RECORD: Final = REPORTS / "faults.json"
PAGE: Final = REPORTS / "faults.md"

TEXT: Final = """\
# What was broken on purpose, and what came of it

Written by `python -m tests.faults.report` from `faults.json`. Not edited by hand.

{commands}: {runs} runs in {minutes:.0f} minutes. In each, writers send requests to the real
services and repeat them with the same key until the answer is definite, a stranger disturbs the bus, and the faults of
the seed happen. Then all is healed, and must come to rest within 60 seconds; and everything since the start is checked
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
        "commands": " and, beside it, ".join(f"`{command}`" for command in record["commands"]),
        "minutes": record["seconds"] / 60,
        "failed": len(record["failed_seeds"]),
        "faults": "\n".join(f"| {BY_NAME[name].says} | {made} |" for name, made in record["by_fault"].items()),
        "copies": record["bus"].get("copies", 0),
        "junk": record["bus"].get("junk", 0),
        "answers": ", ".join(_counted(record["repeated_because"])) or "nothing",
        "not_made": NOT_MADE.format(reasons=not_made) if not_made else "",
    }
    return TEXT.format_map(record | words)


def added_up(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One record of several: counts are summed, lists joined; the longest of the commands is the time it took."""
    total: dict[str, Any] = {}
    for record in records:
        for name, value in record.items():
            if name == "seconds":
                total[name] = max(value, total.get(name, 0))
            elif isinstance(value, dict):
                total[name] = dict(Counter(total.get(name, {})) + Counter(value))
            else:
                total[name] = total[name] + value if name in total else value
    total["by_fault"] = {name: total["by_fault"].get(name, 0) for name in BY_NAME}
    return total


def _counted(counts: dict[str, int]) -> Iterable[str]:
    return (f"{what} ({count})" for what, count in sorted(counts.items()))


def main() -> None:
    if named := sys.argv[1:]:
        record = added_up([json.loads(Path(name).read_text()) for name in named])
        RECORD.write_text(json.dumps(record, indent=1) + "\n")
    PAGE.write_text(page(json.loads(RECORD.read_text())))
    print(f"wrote {PAGE.relative_to(Path.cwd())}")


if __name__ == "__main__":
    main()
