"""What schemathesis loads (`hooks` in schemathesis.toml): strict schemas, real bodies and real tokens for its calls."""

import json
import os
import re
from itertools import count, cycle
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urljoin
from uuid import uuid4

import requests
import schemathesis
from schemathesis import AuthContext, Case, CheckContext, HookContext, Response
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.generation.meta import TestPhase

from shared.http.openapi_parts import PARAMETERS
from tests.judges.schema_callers import Callers
from tests.openapi.truth import close_objects

SCENE: Final = "JUDGED_SCENE"
"""The file that tells of the service: see `schema.scene_of`."""

_scene: Final[dict[str, Any]] = json.loads(Path(os.environ[SCENE]).read_text())
_callers: Final = Callers(_scene)

_story: Final = {name: cycle(calls) for name, calls in _scene["story"].items()}
_turns: Final = count()
STORY_SHARE: Final = {TestPhase.STATEFUL: 1, TestPhase.FUZZING: 3}
"""One of so many."""
_FORMS: Final = {name: re.compile(PARAMETERS[name]["schema"]["pattern"]) for name in ("If-Match", "Singo-After")}


@schemathesis.hook
def before_load_schema(_: HookContext, raw_schema: dict[str, Any]) -> None:
    """A field that the document does not have is a fault; what the story's people sent are examples."""
    close_objects(raw_schema["components"]["schemas"])
    for name, calls in _scene["story"].items():
        verb, path = name.split()
        content = raw_schema["paths"][path][verb.lower()]["requestBody"]["content"]["application/json"]
        content["examples"] = {f"story-{number}": {"value": call["body"]} for number, call in enumerate(calls)}


@schemathesis.hook
def before_call(_: HookContext, case: Case, __: dict[str, Any]) -> None:
    """Headers that are right only for one request, or in one place, unless they are what is tried.

    An event that has not come would be waited for, and then answered with 503; a key is good for one intent. In its
    coverage phase schemathesis takes "0" where it finds no simple text for a pattern.
    """
    if "Idempotency-Key" in case.headers and not _tries(case, "Idempotency-Key"):
        case.headers["Idempotency-Key"] = str(uuid4())
    if "If-Match" in case.headers and not _tries(case, "If-Match") and not _matches("If-Match", case):
        case.headers["If-Match"] = '"1"'
    if "Singo-After" in case.headers and (_matches("Singo-After", case) or not _tries(case, "Singo-After")):
        case.headers["Singo-After"] = _scene["arrived"][next(_turns) % len(_scene["arrived"])]
    if case.meta and case.meta.generation.mode is GenerationMode.POSITIVE:
        _as_in_the_story(case, case.meta.phase.name)
        if "If-Match" in case.headers and case.meta.phase.name in STORY_SHARE and next(_turns) % 4:
            _of_the_current_version(case)


def _as_in_the_story(case: Case, phase: TestPhase) -> None:
    """Invented bodies rarely get past the domain's rules. In sequences all, else some, are such as people sent."""
    calls = _story.get(case.operation.label)
    if not calls or phase not in STORY_SHARE or next(_turns) % STORY_SHARE[phase]:
        return
    call = next(calls)
    case.body = call["body"]
    if "Authorization" in case.headers and not case.path_parameters:  # a new thing; else it is whose it was
        case.headers["Authorization"] = f"Bearer {_callers.token_of(call['who'])}"


def _of_the_current_version(case: Case) -> None:
    """Else what has been changed before, in the story or by an earlier request, could not be changed again."""
    item = re.match(r".*?\}", case.operation.path)
    if item and case.path_parameters and case.operation.base_url:
        path = item[0].format_map({name: quote(str(value), safe="") for name, value in case.path_parameters.items()})
        headers = {"Authorization": str(case.headers.get("Authorization", ""))}
        found = requests.get(case.operation.base_url.rstrip("/") + path, headers=headers, timeout=20)
        if found.status_code == 200 and "ETag" in found.headers:
            case.headers["If-Match"] = found.headers["ETag"]


def _tries(case: Case, parameter: str) -> bool:
    meta = case.meta
    if meta is None:
        return False
    tried = getattr(meta.phase.data, "parameter", None)
    return tried == parameter or (tried is None and meta.is_negative_at(ParameterLocation.HEADER))


def _matches(name: str, case: Case) -> bool:
    return _FORMS[name].fullmatch(str(case.headers[name])) is not None


@schemathesis.hook
def after_call(_: HookContext, case: Case, response: Response) -> None:
    if response.status_code == 201 and (id_ := (response.json() or {}).get("id")):
        _callers.made(id_, _token_of(response))


@schemathesis.check
def location_leads_there(_: CheckContext, response: Response, case: Case) -> None:
    """Whoever has made something finds it where `Location` says."""
    if response.status_code != 201 or not (location := response.headers.get("location")):
        return
    request = response.request
    headers = {"Authorization": request.headers["Authorization"]}
    found = requests.get(urljoin(request.url or "", location[0]), headers=headers, timeout=20)
    if found.status_code != 200:
        raise AssertionError(f"{location[0]} answers its maker with {found.status_code}")


def _token_of(response: Response) -> str:
    return str(response.request.headers.get("Authorization", "")).removeprefix("Bearer ")


@schemathesis.auth(refresh_interval=None)
class Token:
    """Somebody whom the table of rights lets in; everybody's addresses need a token only to wait (`Singo-After`)."""

    def get(self, case: Case, _: AuthContext) -> str | None:
        if case.operation.label in _scene["public"] and "Singo-After" not in (case.headers or {}):
            return None
        return _callers.token(case.operation.label, case.path_parameters or {})

    def set(self, case: Case, data: str, _: AuthContext) -> None:
        case.headers["Authorization"] = f"Bearer {data}"
