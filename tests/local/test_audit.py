"""What an audit may say, by the forms in which pip-audit and npm answer."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import audit
from tests.audit import Outcome, ask, of_npm, of_python

UNKNOWN = {"name": "uvloop", "skip_reason": "not found"}
GOOD = {"name": "httpx", "version": "0.28.1", "vulns": []}
BAD = {"name": "starlette", "version": "0.1", "vulns": [{"id": "CVE-2099-1", "fix_versions": ["0.2"]}]}


def test_a_vulnerable_package_is_a_finding_whatever_else_was_not_checked() -> None:
    outcome = of_python({"dependencies": [GOOD, BAD, UNKNOWN]})

    assert outcome.findings == ("starlette 0.1: CVE-2099-1, mended in ['0.2']",)
    assert outcome.not_checked == "1 of 3 Python packages (the registry does not answer)"


def test_packages_that_a_registry_does_not_know_are_not_cleared() -> None:
    assert of_python({"dependencies": [GOOD]}) == Outcome()
    assert of_python({"dependencies": [UNKNOWN]}).not_checked


@pytest.mark.parametrize(("severity", "is_finding"), [("low", False), ("moderate", False), ("critical", True)])
def test_only_grave_findings_of_tools_count(severity: str, is_finding: bool) -> None:
    outcome = of_npm({"vulnerabilities": {"tool": {"severity": severity, "range": "<2"}}})

    assert bool(outcome.findings) is is_finding


def say(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"print({text!r})")


@pytest.mark.parametrize("answer", ["", "<html>", json.dumps({"statusCode": 405, "error": {}})])
def test_what_is_no_audit_clears_nothing(tmp_path: Path, answer: str) -> None:
    for read in (of_npm, of_python):
        assert ask("tools", tmp_path, say(answer), read).not_checked == "tools (no answer)"


def test_an_audit_that_hangs_or_is_not_there_ends_and_clears_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SECONDS_MAX", 0.2)
    hangs = (sys.executable, "-c", "import time; time.sleep(60)")

    assert ask("tools", tmp_path, hangs, of_npm).not_checked == "tools (no answer in 0.2 s)"
    assert ask("tools", tmp_path, ("no-such-program",), of_npm).not_checked


@pytest.mark.parametrize(("dependencies", "code"), [([BAD, UNKNOWN], 1), ([GOOD, UNKNOWN], 0)])
def test_findings_fail_and_what_was_not_checked_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    dependencies: list[Any],
    code: int,
) -> None:
    answer = json.dumps({"dependencies": dependencies})
    monkeypatch.setattr(audit, "AUDITS", [("Python packages", tmp_path, say(answer), of_python)])

    assert audit.main() == code
    assert "not checked: 1 of 2 Python packages" in capsys.readouterr().out
