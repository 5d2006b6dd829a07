"""Schemathesis on the four running services after the story: every check, every phase, real tokens.

python -m tests.judges.schema FOLDER [EXAMPLES]     after `record_run`, which leaves the services up

Requests are made of the service's own document, valid and invalid ones, alone and in sequences along its links.
Nothing may be answered that the document does not say, and nothing with 500. https://schemathesis.readthedocs.io/
"""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from shared.http.rights import ANYBODY, Rights
from shared.local import ports, postgres, programs
from shared.local.folders import REPOSITORY
from tests.judges import planted
from tests.judges.record_run import CALLS, STACK
from tests.judges.schema_callers import APPLICANT, APPLICANTS, EVERYBODY, MEMBER, caller_for
from tests.rights.routes import rights_of
from tests.rights.samples import SAMPLES
from tests.servers import SERVICES

HERE: Final = Path(__file__).parent
EXAMPLES: Final = 3
PLANTED_EXAMPLES: Final = 6
MISTAKEN: Final = "planted"
SCENE: Final = "JUDGED_SCENE"
BODIES_MAX: Final = 5
IDS_MAX: Final = 60
WHOLE_NUMBERS: Final = {"sequence"}
VERSIONS: Final = [f'"{version}"' for version in range(1, 7)]
ARRIVED: Final = """
    SELECT source || '/' || key || '/' || sequence AS position FROM watermark WHERE sequence > 0 ORDER BY 1 LIMIT 20
"""
"""For `Singo-After`."""

Json = dict[str, Any]


async def scene_of(service: str, addresses: Json, folder: Path) -> Json:
    """All that the calls are made with: tokens, who calls what, whose ids there are, what was sent before."""
    rights = rights_of(service)
    port = ports.remembered(STACK)["postgres"]
    conn = await asyncpg.connect(postgres.address(port, user=service, database=programs.DATABASE))
    try:
        ids, owners = await _ids(conn, service)
        arrived = await conn.fetch(ARRIVED)
    finally:
        await conn.close()
    callers = {name.replace(":path}", "}"): caller_for(right) for name, right in rights.items()}
    applicants = {f"{APPLICANT}-{number}" for number in range(APPLICANTS)} if APPLICANT in callers.values() else set()
    story = _story(folder / CALLS, service, rights)
    senders = {call["who"] for calls in story.values() for call in calls}
    people = {person.sub: person for person in EVERYBODY}
    async with httpx.AsyncClient(base_url=addresses["issuer"], trust_env=False) as issuer:
        tokens = {}
        for subject in {*people, *owners.values(), *applicants, *senders}:
            person = people.get(subject)
            claims = {"roles": person.roles, "regions": person.regions, "unit": person.unit} if person else {}
            answer = await issuer.post("/token", json={"sub": subject} | claims)
            tokens[subject] = answer.raise_for_status().json()["access_token"]
    return {
        "ids": ids,
        "owners": owners,
        "callers": callers,
        "public": [name for name, right in rights.items() if ANYBODY in right.grants],
        "tokens": tokens,
        "arrived": [row["position"] for row in arrived],
        "story": story,
    }


async def _ids(conn: Any, service: str) -> tuple[Json, Json]:
    """Values by name of the parameter in the path; and who is in charge of them."""
    ids: dict[str, list[str | int]] = {}
    owners: dict[str, str] = {}
    members = dict(await conn.fetch("SELECT ngo_id::text, min(subject) FROM membership GROUP BY ngo_id"))
    for place, sql in SAMPLES.items():
        if place.startswith((f"{service} ", "/")):
            name = re.findall(r"\{(\w+)", place)[-1]
            rows = await conn.fetch(f"SELECT * FROM ({sql}) s ORDER BY value LIMIT {IDS_MAX}")  # noqa: S608 (our samples)
            ids.setdefault(name, []).extend(
                int(row["value"]) if name in WHOLE_NUMBERS else row["value"] for row in rows if row["value"]
            )
            for row in rows:
                if owner := members.get(row["ngo_id"]) or next(iter(row["whose"]), None):
                    owners[row["value"]] = owner
    return {name: values for name, values in ids.items() if values}, owners


def _story(calls: Path, service: str, rights: Rights) -> Json:
    """By operation: who of the story's people sent what, the last of it."""
    patterns = {name: re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(name)) for name in rights}
    story: dict[str, list[Json]] = {}
    for line in calls.read_text().splitlines():
        call = json.loads(line)
        if call["service"] == service and isinstance(call["body"], dict):
            name = next(n for n, each in patterns.items() if re.fullmatch(each, f"{call['verb']} {call['path']}"))
            story.setdefault(name.replace(":path}", "}"), []).append({"who": call["who"], "body": call["body"]})
    return {name: given[-BODIES_MAX:] for name, given in story.items()}


def configuration(ids: Json) -> str:
    """schemathesis.toml, with what was found; JSON's lists and texts are TOML's, too."""
    lines = [(HERE / "schemathesis.toml").read_text()]
    found = {f"path.{name}": values for name, values in ids.items()} | {"header.If-Match": VERSIONS}
    for name, values in found.items():
        lines.append(f"[dictionaries.{json.dumps(name)}]\nvalues = {json.dumps(values)}\n")
    lines.append("[parameters]\n")
    lines += [f"{json.dumps(n)} = {{ dictionary = {json.dumps(n)}, probability = 0.8 }}\n" for n in found]
    return "".join(lines)


def start(name: str, address: str, scene: Json, folder: Path, examples: int) -> subprocess.Popen[bytes]:
    """Schemathesis on one service, in a process of its own."""
    place = folder / "schemathesis" / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "scene.json").write_text(json.dumps(scene))
    (place / "schemathesis.toml").write_text(configuration(scene["ids"]))
    command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(place / "schemathesis.toml")]
    command += ["run", f"{address}/openapi.json", "--max-examples", str(examples), "--wait-for-schema", "20"]
    command += ["--report", "json", "--report-json-path", str(place / "report.json")]
    with (place / "said.txt").open("w") as said:
        environment = os.environ | {SCENE: str(place / "scene.json"), "PYTHONPATH": str(REPOSITORY)}
        return subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=environment, cwd=place)


def scene_of_planted() -> Json:
    operations = [f"{verb.upper()} {path}" for path, item in planted.app.openapi()["paths"].items() for verb in item]
    callers = dict.fromkeys(operations, MEMBER.sub)
    nothing: Json = {"ids": {}, "owners": {}, "story": {}, "public": [], "arrived": [""]}
    return nothing | {"callers": callers, "tokens": {MEMBER.sub: planted.TOKEN}}


@contextmanager
def listening() -> Iterator[str]:
    """The service with mistakes."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "tests.judges.planted", str(port)], cwd=REPOSITORY)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def judged(name: str, folder: Path) -> tuple[Json, set[tuple[str, str]]]:
    """How much was tried, and what was found: where, and which kind of failure."""
    place = folder / "schemathesis" / name
    if not (place / "report.json").exists():
        return {}, {("all", f"there is no report, see {place / 'said.txt'}")}
    report = json.loads((place / "report.json").read_text())
    followed = re.search(r"API Links: +([0-9]+) covered", (place / "said.txt").read_text())
    checked = {"operations": report["operations"]["tested"], "requests": report["test_cases"]["generated"]}
    checked["links followed"] = int(followed[1]) if followed else 0
    found = {(where, each["type"]) for each in report["failures"] for where in each["operations"]}
    left_out = report["operations"]["total"] - report["operations"]["tested"] + report["test_cases"]["errored"]
    if left_out or not report["complete"]:
        found.add(("all", f"not all was tried: {report['stop_reason']}, {left_out} left out"))
    if not checked["links followed"]:
        found.add(("Stateful tests", "no link was followed"))
    return checked, found


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    examples = int(sys.argv[2]) if len(sys.argv) > 2 else EXAMPLES
    addresses: Json = programs.addresses(STACK)
    running = {}
    with listening() as mistaken:
        for service in SERVICES:
            scene = asyncio.run(scene_of(service, addresses, folder))
            running[service] = start(service, addresses[service], scene, folder, examples)
        running[MISTAKEN] = start(MISTAKEN, mistaken, scene_of_planted(), folder, max(examples, PLANTED_EXAMPLES))
        try:
            for process in running.values():
                process.wait()
        finally:
            for process in running.values():
                process.kill()
    errors: list[str] = []
    checked: Counter[str] = Counter()
    for service in SERVICES:
        tried, found = judged(service, folder)
        checked.update(tried)
        errors += [f"{service}: {where}: {kind}" for where, kind in sorted(found)]
    _, found = judged(MISTAKEN, folder)
    errors += [f"a planted mistake was not found: {where}: {kind}" for where, kind in sorted(planted.PLANTED - found)]
    errors += [f"what is right was refused: {where}: {kind}" for where, kind in found if where in planted.CLEAN]
    checked["planted mistakes, found"] = len(planted.PLANTED & found)
    for what, count in checked.items():
        print(f"  {count:6} {what}")
    for error in errors:
        print(f"  ERROR: {error}; see {folder / 'schemathesis'}")
    report = {"checked": checked, "errors": errors, "warnings": [], "exceptions": []}
    (folder / "schemathesis.json").write_text(json.dumps(report, indent=2))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
