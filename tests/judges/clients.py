"""The generated clients, used: the examples are checked by mypy and tsc and run against the services after the story.

python -m tests.judges.clients FOLDER     (of the report; after `record_run`, while the services are up)

A document that says something else than the services do is noticed: by a checker where the examples use it, or by the
run where an answer differs. That the checkers can notice is tried with documents that have one mistake each.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from clients.__main__ import BUILD, DOCUMENTS, HERE, generate, python_client, typescript_client, with_whole_answers
from demo.cast import FASKER, FLORES_TIMUR
from demo.client import Person
from shared.local import programs
from shared.local.folders import REPOSITORY
from tests.judges.record_run import STACK

EXAMPLES: Final = HERE / "examples"
NGO: Final = Person("SNV", "snv-admin")
FIRST_DAY: Final = "2021-03-01"
"""Far enough after the story's last day to announce a visit in time."""

MYPY_CACHE: Final = BUILD.with_name("clients-mypy")
STEP_SECONDS: Final = 120

Json = dict[str, Any]


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    generate()
    errors = [*type_errors("python"), *type_errors("typescript"), *runs(programs.addresses(STACK))]
    missed = [what for what, planted in PLANTED.items() if not is_noticed(*planted, folder)]
    errors += [f"no checker of the examples noticed: {what}" for what in missed]
    checked = {"examples checked and run": 2, "mistakes in a document, noticed": len(PLANTED)}
    for what, count in checked.items():
        print(f"  {count:6} {what}")
    for error in errors:
        print(f"  ERROR: {error}")
    report = {"checked": checked, "errors": errors, "warnings": [], "exceptions": []}
    (folder / "clients.json").write_text(json.dumps(report, indent=2))
    return 1 if errors else 0


def type_errors(language: str) -> list[str]:
    """What mypy or tsc says of the example with the generated client; tsc leaves the example's JavaScript."""
    if language == "typescript":
        return _complaint([str(HERE / "node_modules/.bin/tsc"), "--project", str(HERE)])
    mypy = [str(Path(sys.executable).parent / "mypy"), "--strict", "--config-file=", "--cache-dir", str(MYPY_CACHE)]
    return _complaint([*mypy, str(EXAMPLES / "ngo.py")], {"MYPYPATH": str(BUILD / "python")})


def runs(addresses: Json) -> list[str]:
    """The NGO announces by Python; region and ministry answer by TypeScript."""
    environment = {"REPORTING": addresses["reporting"], "NOTIFICATIONS": addresses["notifications"]}
    environment |= {"FIRST_DAY": FIRST_DAY, "PYTHONPATH": str(BUILD / "python")}
    people = {"NGO_TOKEN": NGO, "REGION_TOKEN": FLORES_TIMUR, "MINISTRY_TOKEN": FASKER}
    environment |= {name: token(addresses["issuer"], person) for name, person in people.items()}
    ngo = _run([sys.executable, str(EXAMPLES / "ngo.py")], environment)
    if ngo.returncode:
        return [f"ngo.py: {ngo.stdout}"]
    announced = json.loads(ngo.stdout.splitlines()[-1])
    environment |= {"VISIT_ID": announced["visit_id"], "AFTER": announced["after"]}
    return _complaint(["node", str(HERE / "build/clients/examples/region.js")], environment)


def token(issuer: str, person: Person) -> str:
    claims = {"sub": person.sub, "roles": [*person.roles], "regions": [*person.regions], "unit": person.unit}
    answer = httpx.post(f"{issuer}/token", json=claims, trust_env=False).raise_for_status()
    return str(answer.json()["access_token"])


def is_noticed(language: str, service: str, plant: Callable[[Json], object], folder: Path) -> bool:
    """Whether the checker objects to the example when the document has this mistake."""
    document = with_whole_answers(json.loads((DOCUMENTS / f"{service}.json").read_text()))
    plant(document["components"]["schemas"])
    file = folder / f"{service}-planted.json"
    generated = BUILD / language
    kept = BUILD / "kept"
    file.write_text(json.dumps(document))
    shutil.copytree(generated, kept)
    try:
        if language == "python":
            python_client(file, generated / "singo_client" / service)
        else:
            typescript_client(file, generated / f"{service}.ts")
        return bool(type_errors(language))
    finally:
        file.unlink()
        shutil.rmtree(generated)
        kept.rename(generated)


def _complaint(command: list[str], environment: Mapping[str, str] | None = None) -> list[str]:
    ran = _run(command, environment or {})
    return [f"{Path(command[0]).name}: {ran.stdout}"] if ran.returncode else []


def _run(command: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=REPOSITORY, env=os.environ | environment, check=False, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=STEP_SECONDS,
    )  # fmt: skip


def _rename(schema: Json, old: str, new: str) -> None:
    schema["properties"][new] = schema["properties"].pop(old)
    schema["required"] = [new if name == old else name for name in schema["required"]]


PLANTED: Final[dict[str, tuple[str, str, Callable[[Json], object]]]] = {
    "a field of a body has another name (Python)": (
        "python", "reporting", lambda schemas: _rename(schemas["Announcement"], "guests", "visitors")
    ),
    "a field of a body has another name (TypeScript)": (
        "typescript", "reporting", lambda schemas: _rename(schemas["RegionAnswer"], "reason", "why")
    ),
    "a field of an answer is gone (TypeScript)": (
        "typescript", "notifications", lambda schemas: schemas["MessageView"]["properties"].pop("about_id")
    ),
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
