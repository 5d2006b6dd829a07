"""python -m tests.judges [EXAMPLES]: what others wrote, run on us; the figures in build/judges.json.

Exit code 1 if one objects. EXAMPLES: how many requests schemathesis invents for each operation.
Needs Node 20.19 or newer, Go for oasdiff, and curl for the guide. Each judge is a program of its own in this folder.
"""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from shared.local.folders import REPOSITORY
from tests.judges import record_run

HERE: Final = Path(__file__).parent
FOLDER: Final = REPOSITORY / "build" / "judges"
RECORDS: Final = FOLDER / "records.jsonl"
EVENTS: Final = FOLDER / "events.jsonl"
ERRORS_SHOWN: Final = 20
PREPARING: Final = {"packages", "run"}
STEPS: Final = {
    "packages": ("npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--silent"),
    "contracts": ("node", "contracts.mjs", str(FOLDER)),
    "run": (sys.executable, "-m", "tests.judges.record_run", str(FOLDER)),
    "guide": (sys.executable, "-m", "tests.judges.guide", str(FOLDER)),
    "clients": (sys.executable, "-m", "tests.judges.clients", str(FOLDER)),
    **{name: ("node", "openapi.mjs", name, str(FOLDER)) for name in ("spectral-oas", "zalando", "owasp", "redocly")},
    "schemathesis": (sys.executable, "-m", "tests.judges.schema", str(FOLDER), *sys.argv[1:]),
    "oasdiff": (sys.executable, "-m", "tests.judges.changes", str(FOLDER)),
    "records": ("node", "records.mjs", str(FOLDER), str(RECORDS)),
    "chains": ("node", "chains.mjs", str(FOLDER), str(RECORDS), str(EVENTS)),
}


def main() -> int:
    if not shutil.which("npm"):
        sys.exit("judges: npm is missing; install Node 20.19 or newer")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    codes: dict[str, int] = {}
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that a time limit stops the servers, too
    try:
        for name, command in STEPS.items():
            codes[name] = _run(name, command)
            if codes[name] and name in PREPARING:
                break  # the others have nothing to judge
    finally:
        record_run.stop()
    reports = {file.stem: json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))}
    (FOLDER.with_suffix(".json")).write_text(json.dumps({"exit_codes": codes, "judges": reports}, indent=2) + "\n")
    objecting = [name for name, code in codes.items() if code]
    for name in objecting:  # once more, where who reads only the end sees it
        for error in reports.get(name, {}).get("errors", ())[:ERRORS_SHOWN]:
            print(f"{name}: {error}")
    print(f"judges: {', '.join(objecting)} object" if objecting else "judges: none objects; see build/judges.json")
    return 1 if objecting else 0


def _run(name: str, command: tuple[str, ...]) -> int:
    print(f"{name}:", flush=True)
    began = time.monotonic()
    folder = REPOSITORY if command[0] == sys.executable else HERE
    code = subprocess.run(command, cwd=folder, check=False).returncode
    print(f"  {time.monotonic() - began:.1f} s\n", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
