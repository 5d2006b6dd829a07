"""python -m tests.audit: is anything that we install known to be vulnerable?

The registries' own clients ask their registries: pip-audit of what an image holds, npm of what the judges and the
clients' generators are. A registry that has no such service, or that cannot be reached, has cleared nothing; pip-audit
says "no known vulnerabilities" even then. So it is said what was not checked, and only findings fail.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shared.local.folders import REPOSITORY

SECONDS_MAX: Final = 15
GRAVE: Final = ("high", "critical")
"""What npm brings here are tools that never leave the developer's machine: lesser findings are not ours to mend."""

PIP_AUDIT: Final = (
    *("pip-audit", "-r", "requirements-runtime.lock", "--require-hashes", "--disable-pip"),
    *("--format", "json", "--progress-spinner", "off", "--timeout", "5"),
)
NPM_AUDIT: Final = ("npm", "audit", "--json", "--package-lock-only", "--fetch-retries=0", "--fetch-timeout=5000")


@dataclass(frozen=True, slots=True)
class Outcome:
    findings: tuple[str, ...] = ()
    not_checked: str | None = None
    """What, and why not."""


Read = Callable[[Any], Outcome]


def of_python(answer: Any) -> Outcome:
    packages = answer["dependencies"]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    return Outcome(
        tuple(
            f"{package['name']} {package['version']}: {found['id']}, mended in {found['fix_versions'] or 'no version'}"
            for package in packages
            for found in package.get("vulns", ())
        ),
        f"{len(skipped)} of {len(packages)} Python packages (the registry does not answer)" if skipped else None,
    )


def of_npm(answer: Any) -> Outcome:
    return Outcome(
        tuple(
            f"{name} {found['range']}: {found['severity']}"
            for name, found in answer["vulnerabilities"].items()
            if found["severity"] in GRAVE
        )
    )


AUDITS: Final[tuple[tuple[str, Path, tuple[str, ...], Read], ...]] = (
    ("Python packages", REPOSITORY, PIP_AUDIT, of_python),
    ("npm packages of tests/judges", REPOSITORY / "tests" / "judges", NPM_AUDIT, of_npm),
    ("npm packages of clients", REPOSITORY / "clients", NPM_AUDIT, of_npm),
)


def ask(what: str, folder: Path, command: tuple[str, ...], read: Read) -> Outcome:
    try:
        asked = subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS_MAX, check=False)
    except FileNotFoundError:
        return Outcome(not_checked=f"{what} ({command[0]} is not installed)")
    except subprocess.TimeoutExpired:
        return Outcome(not_checked=f"{what} (no answer in {SECONDS_MAX} s)")
    try:
        return read(json.loads(asked.stdout))
    except (ValueError, LookupError, TypeError, AttributeError):  # what went wrong has another form, or none
        return Outcome(not_checked=f"{what} (no answer)")


def main() -> int:
    with ThreadPoolExecutor() as pool:
        outcomes = list(pool.map(lambda audit: ask(*audit), AUDITS))
    for finding in [finding for outcome in outcomes for finding in outcome.findings]:
        print(finding)
    if missing := [outcome.not_checked for outcome in outcomes if outcome.not_checked]:
        print(f"not checked: {'; '.join(missing)}")
    return 1 if any(outcome.findings for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
