"""python -m clients: generates the Python and the TypeScript client from docs/openapi into build/clients.

build/clients/python/singo_client/<service>/   by openapi-python-client (httpx, attrs); nothing else of ours is in it
build/clients/typescript/<service>.ts          types by openapi-typescript, for openapi-fetch; needs Node

What is generated is large and follows from the documents, so it is not kept in the repository. Both generators are
pinned: in requirements.lock and in package-lock.json beside this file; their packages are installed when that is newer.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
REPOSITORY: Final = HERE.parent
DOCUMENTS: Final = REPOSITORY / "docs" / "openapi"
BUILD: Final = REPOSITORY / "build" / "clients"
SERVICES: Final = ("registry", "reporting", "recommendations", "notifications")
GENERATE_SECONDS: Final = 120
INSTALL: Final = ("npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--silent")

Json = dict[str, Any]

CONDITIONS: Final = {f"#/components/parameters/{name}" for name in ("If-None-Match", "If-Modified-Since")}
OPTIONAL: Final = {"fields", *CONDITIONS}
"""What the clients leave out."""


def generate(documents: Path = DOCUMENTS, build: Path = BUILD) -> None:
    """Both clients of the documents in one folder, anew."""
    shutil.rmtree(build, ignore_errors=True)
    prepared = build / "documents"
    prepared.mkdir(parents=True)
    for service in SERVICES:
        whole = with_whole_answers(json.loads((documents / f"{service}.json").read_text()))
        (prepared / f"{service}.json").write_text(json.dumps(whole))
    _install()

    def both(service: str) -> None:
        python_client(prepared / f"{service}.json", build / "python" / "singo_client" / service)
        typescript_client(prepared / f"{service}.json", build / "typescript" / f"{service}.ts")

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(both, SERVICES))


def _install() -> None:
    wanted, installed = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
        _run(*INSTALL)


def with_whole_answers(document: Json) -> Json:
    """The document without `fields` and what asks for a change, so that an answer has one type and always a body.

    And an import takes CSV only, as a file: the Python generator can't tell several kinds of text apart.
    """
    for item in document["paths"].values():
        for operation in item.values():
            parameters = operation.get("parameters", ())
            operation["parameters"] = [
                each for each in parameters if not OPTIONAL & {each.get("name"), each.get("$ref")}
            ]
            operation["responses"].pop("304", None)
            content = operation.get("requestBody", {}).get("content", {})
            if "text/csv" in content:
                operation["requestBody"]["content"] = {"text/csv": {"schema": {"type": "string", "format": "binary"}}}
    for content in _contents(document["paths"]):
        whole = [each for each in content["schema"].get("anyOf", ()) if "Chosen" not in each.get("$ref", "")]
        if len(whole) == 1:
            content["schema"] = whole[0]
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {name: each for name, each in schemas.items() if not name.startswith("Chosen")}
    return document


def _contents(paths: Json) -> Iterator[Json]:
    for item in paths.values():
        for operation in item.values():
            for answer in operation["responses"].values():
                yield from answer.get("content", {}).values()


def python_client(document: Path, package: Path) -> None:
    package.parent.mkdir(parents=True, exist_ok=True)
    for marker in ("__init__.py", "py.typed"):
        (package.parent / marker).touch()
    program = Path(sys.executable).parent / "openapi-python-client"
    _run(program, "generate", "--path", document, "--output-path", package, "--meta", "none",
         "--config", HERE / "python.yaml", "--overwrite", "--fail-on-warning")  # fmt: skip


def typescript_client(document: Path, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    _run("node_modules/.bin/openapi-typescript", document, "--output", file)


def _run(*command: str | Path) -> None:
    """Silent unless it fails: then what it printed is why."""
    ran = subprocess.run(  # noqa: S603
        command, cwd=HERE, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=GENERATE_SECONDS,
    )  # fmt: skip
    if ran.returncode:
        sys.exit(f"{' '.join(map(str, command))}: {ran.returncode}\n{ran.stdout}")


if __name__ == "__main__":
    generate()
    print(f"clients of {len(SERVICES)} services in {BUILD.relative_to(REPOSITORY)}")
