"""Writes the services' OpenAPI documents to docs/openapi/.

python -m tests.openapi.generate              writes anew whatever differs
python -m tests.openapi.generate --release    keeps what is new since the last release, for good, as the next one
"""

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI

from shared.local.folders import REPOSITORY
from shared.service import api
from shared.settings import ServiceSettings
from tests.servers import SERVICES

FOLDER: Final = REPOSITORY / "docs" / "openapi"
RELEASED: Final = FOLDER / "released"


def app_of(service: str) -> FastAPI:
    settings = ServiceSettings(dsn="postgresql://nowhere", kafka="nowhere:1", oidc_issuer="https://issuer.test")
    return api(import_module(f"services.{service}.__main__").SERVICE, settings)


def document_of(service: str) -> dict[str, Any]:
    return app_of(service).openapi()


def text_of(service: str) -> str:
    return json.dumps(document_of(service), indent=1, ensure_ascii=False) + "\n"


def file_of(service: str) -> Path:
    return FOLDER / f"{service}.json"


def last_released(service: str) -> Path | None:
    """Each folder holds what its release changed, so the newest that has the service counts."""
    releases = sorted(RELEASED.glob(f"*/{service}.json"), key=lambda file: int(file.parent.name))
    return releases[-1] if releases else None


def write() -> list[Path]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    texts = {file_of(service): text_of(service) for service in SERVICES}
    changed = [file for file, text in texts.items() if not file.exists() or file.read_text() != text]
    for file in changed:
        file.write_text(texts[file])
    return changed


def release() -> list[Path]:
    number = max((int(folder.name) for folder in RELEASED.glob("*")), default=0) + 1
    released = []
    for service in SERVICES:
        last = last_released(service)
        if last is None or last.read_text() != text_of(service):
            file = RELEASED / str(number) / f"{service}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text_of(service))
            released.append(file)
    return released


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--release", action="store_true")
    changed = write()
    if parser.parse_args().release:
        changed += release()
    for file in changed:
        print(file.relative_to(REPOSITORY))
    return 0


if __name__ == "__main__":
    sys.exit(main())
