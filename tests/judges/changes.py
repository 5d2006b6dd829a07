"""Judges docs/openapi/*.json by oasdiff against the last released ones: what worked with those must still work.

python -m tests.judges.changes FOLDER     (of the report)
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from shared.local.folders import cache, locked
from tests.openapi.generate import file_of, last_released
from tests.servers import SERVICES

MODULE: Final = "github.com/oasdiff/oasdiff"
VERSION: Final = "v1.36.0"
INSTALL_SECONDS: Final = 600
JUDGE_SECONDS: Final = 60
WRITE: Final = "/v1/subscriptions/{subscription_id}/pause"

Document = dict[str, Any]


def main() -> int:
    folder = Path(sys.argv[1])
    oasdiff = installed()
    errors: list[str] = []
    for service in SERVICES:
        released = last_released(service)
        if released is None:
            errors.append(f"{service} was never released: python -m tests.openapi.generate --release")
        else:
            errors += [f"{service}: {text}" for text in breaks(oasdiff, released, file_of(service))]
    before = json.loads(file_of("notifications").read_text())
    missed = [what for what, plant in PLANTED.items() if not is_refused(oasdiff, before, plant, folder)]
    errors += [f"a change that breaks callers was let pass: {what}" for what in missed]
    errors += [
        f"what breaks nothing was refused: {what}"
        for what, plant in HARMLESS.items()
        if is_refused(oasdiff, before, plant, folder)
    ]
    checked = {
        "documents against their last release": len(SERVICES),
        "breaking changes, refused": len(PLANTED),
        "harmless changes, let pass": len(HARMLESS),
    }
    for what, count in checked.items():
        print(f"  {count:6} {what}")
    for error in errors:
        print(f"  ERROR: {error}")
    report = {"checked": checked, "errors": errors, "warnings": [], "exceptions": []}
    (folder / "oasdiff.json").write_text(json.dumps(report, indent=2))
    return 1 if errors else 0


def installed() -> Path:
    """The program of exactly this version, built from source; Go checks the source against its public checksums."""
    folder = cache() / f"oasdiff-{VERSION}"
    program = folder / "oasdiff"
    with locked(folder.with_suffix(".lock")):
        if not program.exists():
            if not shutil.which("go"):
                sys.exit("judges: Go is missing; oasdiff is built with it")
            environment = os.environ | {"GOBIN": str(folder)}
            command = ["go", "install", f"{MODULE}@{VERSION}"]
            subprocess.run(command, env=environment, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    return program


def breaks(oasdiff: Path, before: Path, after: Path) -> list[str]:
    command = [str(oasdiff), "breaking", str(before), str(after), "--format", "json"]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, timeout=JUDGE_SECONDS)
    found = json.loads(ran.stdout or "[]")
    return [
        f"{each.get('operation', '')} {each.get('path', '')}: {each['text']}" for each in found if each["level"] > 2
    ]


def is_refused(oasdiff: Path, document: Document, plant: Callable[[Document], object], folder: Path) -> bool:
    changed = deepcopy(document)
    plant(changed)
    files = folder / "released.json", folder / "changed.json"
    for file, content in zip(files, (document, changed), strict=True):
        file.write_text(json.dumps(content))
    try:
        return bool(breaks(oasdiff, *files))
    finally:
        for file in files:
            file.unlink()


def _schema(document: Document, name: str) -> Document:
    schema: Document = document["components"]["schemas"][name]
    return schema


def _parameter(document: Document, path: str, name: str) -> Document:
    return next(each for each in document["paths"][path]["get"]["parameters"] if each.get("name") == name)


PLANTED: Final[dict[str, Callable[[Document], object]]] = {
    "an operation is gone": lambda d: d["paths"][WRITE].pop("post"),
    "a field is gone from answers": lambda d: (
        _schema(d, "SubscriptionView")["properties"].pop("behind"),
        _schema(d, "SubscriptionView")["required"].remove("behind"),
    ),
    "a field that was always there may be missing": lambda d: _schema(d, "SubscriptionView")["required"].remove("name"),
    "a field of bodies has become required": lambda d: _schema(d, "NewSubscription")["required"].append("regions"),
    "a new required field in bodies": lambda d: (
        _schema(d, "NewSubscription")["properties"].update(colour={"type": "string", "maxLength": 9}),
        _schema(d, "NewSubscription")["required"].append("colour"),
    ),
    "bodies may hold less": lambda d: _schema(d, "NewSubscription")["properties"]["types"].update(maxItems=3),
    "a parameter allows less": lambda d: _parameter(d, "/v1/inbox", "limit")["schema"].update(maximum=10),
    "a parameter has become required": lambda d: _parameter(d, "/v1/inbox", "cursor").update(required=True),
    "a field has another type": lambda d: _schema(d, "SubscriptionView")["properties"].update(
        behind={"type": "string", "maxLength": 9}
    ),
    "a public answer now needs a token": lambda d: d["paths"]["/health/live"]["get"].update(security=[{"oidc": []}]),
}

HARMLESS: Final[dict[str, Callable[[Document], object]]] = {
    "nothing": lambda _: None,
    "a new optional parameter": lambda d: d["paths"]["/v1/inbox"]["get"]["parameters"].append(
        {"name": "colour", "in": "query", "schema": {"type": "string", "maxLength": 9}}
    ),
    "a new field in answers": lambda d: _schema(d, "SubscriptionView")["properties"].update(
        colour={"type": "string", "maxLength": 9}
    ),
    "a new description": lambda d: _schema(d, "SubscriptionView").update(description="Otherwise said"),
}


if __name__ == "__main__":
    sys.exit(main())
