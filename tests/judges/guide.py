"""Runs docs/guide.md: its blocks in their order, in one shell, each request with the status that the guide shows.

python -m tests.judges.guide FOLDER     (of the report; after `record_run`, while the services are up)
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from shared.local import programs
from shared.local.folders import REPOSITORY
from tests.judges.record_run import STACK

GUIDE: Final = REPOSITORY / "docs" / "guide.md"
RUN_SECONDS: Final = 120
MARK: Final = "guide-status"
STATUS: Final = re.compile(r"# ([1-5][0-9]{2})$")

# curl as the reader calls it; which line called it and what came of it, told apart from what it prints.
PRELUDE: Final = f"""\
curl() {{ command curl --noproxy '*' --write-out "%{{stderr}}\\n{MARK} ${{BASH_LINENO[0]}} %{{http_code}}\\n" "$@"; }}
set -e -o pipefail
"""


def main() -> int:
    folder = Path(sys.argv[1])
    script, addresses = script_of(GUIDE.read_text()), programs.addresses(STACK)
    errors = list(wrong(script, addresses))
    missed = [what for what, planted in PLANTED.items() if not list(wrong(PRELUDE + planted, addresses))]
    errors += [f"a guide that is wrong was let pass: {what}" for what in missed]
    checked = {"requests that the guide shows": len(expected(script)), "wrong guides, noticed": len(PLANTED)}
    for what, count in checked.items():
        print(f"  {count:6} {what}")
    for error in errors:
        print(f"  ERROR: {error}")
    report = {"checked": checked, "errors": errors, "warnings": [], "exceptions": []}
    (folder / "guide.json").write_text(json.dumps(report, indent=2))
    return 1 if errors else 0


def script_of(guide: str) -> str:
    return PRELUDE + "".join(re.findall(r"^```bash\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL))


def expected(script: str) -> dict[int, str]:
    """Line of the script -> the status that it shows."""
    found = ((number, STATUS.search(line)) for number, line in enumerate(script.splitlines(), start=1))
    return {number: status[1] for number, status in found if status}


def wrong(script: str, addresses: Mapping[str, Any]) -> Iterator[str]:
    """Where the script stopped, and which requests were answered otherwise than it shows."""
    here = re.sub(r"http://127\.0\.0\.1:(81[0-9]{2})", lambda found: str(addresses[_LISTENS[int(found[1])]]), script)
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            ["bash", "-c", here], cwd=folder, check=False, capture_output=True, text=True, timeout=RUN_SECONDS
        )
    if ran.returncode:
        yield f"it stopped: {ran.stdout[-1000:]}\n{ran.stderr[-1000:]}"
    shown, lines = expected(script), script.splitlines()
    came = [(int(line), status) for line, status in re.findall(rf"^{MARK} (\d+) (\d+)$", ran.stderr, re.MULTILINE)]
    tried = set()
    for line, status in came:
        at = next((each for each in shown if each >= line), 0)  # a request's status stands at its end
        tried.add(at)
        if shown.get(at) != status or any("curl " in each for each in lines[line:at]):
            yield f"{status} came of: {lines[line - 1]}"
    yield from (f"never tried: {lines[line - 1]}" for line in shown.keys() - tried)


_LISTENS: Final = {port: name.removesuffix("-api") for name, port in programs.PORTS.items()}
"""By the port that it has if that is free, as in the guide."""

_PUBLIC: Final = "curl -s http://127.0.0.1:8101/v1/organisations"
PLANTED: Final = {
    "another status": f"{_PUBLIC}  # 404\n",
    "a request without its status": f"{_PUBLIC}\n{_PUBLIC}  # 200\n",
    "a status that never came": f"{_PUBLIC}  # 200\nfalse && {_PUBLIC}  # 200\n",
    "a field that there is not": f"{_PUBLIC}?fields=colour  # 200\n",
    "a command that fails": f"{_PUBLIC} > all.json  # 200\ngrep colour all.json\n",
}


if __name__ == "__main__":
    sys.exit(main())
