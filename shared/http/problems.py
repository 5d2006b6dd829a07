"""Every error as an RFC 9457 problem document in the caller's language, the framework's own errors included."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from itertools import takewhile
from typing import Any, Final
from urllib.parse import quote

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import Scope

from shared.db import TRANSIENT, WRITING_HALTED, is_transient
from shared.errors import (
    WRITING_IS_HALTED,
    FieldError,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    Problem,
    Unavailable,
    Unexpected,
    UnsupportedMediaType,
    is_field_name,
)
from shared.events.append import correlation_id
from shared.http import indonesian as kit
from shared.http import language
from shared.http.indonesian import PROBLEMS, field_detail
from shared.http.language import Language
from shared.http.translation import Translate, untranslated
from shared.http.verbs import verbs_of
from shared.logging import error_text

__all__ = ["MEDIA_TYPE", "ProblemDocument", "Refused", "UnsupportedMediaType", "document", "install", "respond"]

MEDIA_TYPE: Final = "application/problem+json"
ERRORS_MAX: Final = 100
POINTER_SAFE: Final = "~!$&'()*+,;=:@-._"
NOT_STORABLE: Final = (
    asyncpg.DataError,
    asyncpg.UntranslatableCharacterError,
    asyncpg.CharacterNotInRepertoireError,
)

log = structlog.get_logger()


class ProblemError(BaseModel):
    pointer: str = Field(
        description="JSON pointer into the body (RFC 6901, as a fragment: `#/name`); or `query:name`, `path:name`, "
        "`header:name`",
        max_length=500,
    )
    detail: str = Field(description="What is wrong and how to mend it", max_length=2000)
    rule: str | None = Field(default=None, description="Id of the broken rule", max_length=20)


class ProblemDocument(BaseModel):
    """RFC 9457. In English, or in Indonesian where `Accept-Language` asks for it."""

    type: str = Field(description="Address of a page that explains this kind of problem", max_length=200)
    title: str = Field(description="What this kind of problem is", max_length=200)
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="What is wrong in this case", max_length=4000)
    mend: str = Field(description="What to do about this kind of problem", max_length=500)
    request_id: str = Field(description="Name this when you ask for help", max_length=100)
    errors: list[ProblemError] = Field(default=[], max_length=ERRORS_MAX)
    rule: str | None = Field(default=None, max_length=20)
    legal_basis: str | None = Field(default=None, max_length=500)


def words_of(problem: type[Problem], wanted: Language) -> tuple[str, str]:
    """The title of a kind of problem, and how to mend it."""
    english = (problem.__doc__ or "").strip().splitlines()[0], problem.mend
    return PROBLEMS.get(problem.type, english) if wanted == "id" else english


def document(
    problem: Problem, wanted: Language, request_id: str, translate: Translate = untranslated
) -> tuple[bytes, dict[str, str]]:
    """The document and its headers. `Content-Language` names English too where a detail has no translation.

    `translate`: finds the service's own details in Indonesian.
    """
    title, mend = words_of(type(problem), wanted)
    detail, complete = _translated(problem.detail, problem.indonesian, wanted, translate)
    errors = []
    for error in problem.errors[:ERRORS_MAX]:
        said, translated = _translated(error.detail, error.indonesian, wanted, translate)
        errors.append({"pointer": error.pointer, "detail": said} | ({"rule": error.rule} if error.rule else {}))
        complete = complete and translated
    fields: dict[str, Any] = {
        "type": f"/problems/{problem.type}",
        "title": title,
        "status": problem.status,
        "detail": detail,
        "mend": mend,
        "request_id": request_id,
        "errors": errors,
    }
    if problem.rule:
        fields["rule"] = problem.rule
    if problem.legal_basis:
        fields["legal_basis"] = problem.legal_basis
    headers = {"Content-Language": wanted if complete else f"{wanted}, en", "Vary": "Accept-Language"}
    if problem.retry_after_seconds is not None:
        headers["Retry-After"] = str(problem.retry_after_seconds)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace"), headers


def _translated(english: str, indonesian: str | None, wanted: Language, translate: Translate) -> tuple[str, bool]:
    """The text in the wanted language, and whether it is."""
    if wanted == "en":
        return english, True
    translation = indonesian or translate(english) or kit.translate(english)
    return translation or english, translation is not None


def said(english: str, indonesian: str | None, scope: Scope) -> str:
    """A detail in the language that a request asks for."""
    return _translated(english, indonesian, language.of_headers(scope["headers"]), _translate_of(scope))[0]


def _translate_of(scope: Scope) -> Translate:
    app = scope.get("app")
    translate: Translate = app.state.translate if app else untranslated
    return translate


def respond(problem: Problem, scope: Scope, headers: dict[str, str] | None = None) -> Response:
    wanted = language.of_headers(scope["headers"])
    content, own = document(problem, wanted, correlation_id.get(), _translate_of(scope))
    return Response(content, problem.status, (headers or {}) | own, MEDIA_TYPE)


class Refused(HTTPException):
    """A problem found while the body is read: there FastAPI lets nothing else pass."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status, problem.detail)
        self.problem = problem


def install(app: FastAPI, translate: Translate) -> None:
    app.state.translate = translate

    @app.exception_handler(Problem)
    async def known(request: Request, problem: Problem) -> Response:
        return respond(problem, request.scope)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return respond(_from_validation(error.errors()), request.scope)

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:  # Starlette names the verbs of one route only
            headers["Allow"] = ", ".join(verbs_of(app, request.scope["path"]))
        return respond(_from_framework(error), request.scope, headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        return respond(from_unexpected(error), request.scope)

    for kind in (*TRANSIENT, *NOT_STORABLE):
        app.add_exception_handler(kind, unexpected)


def from_unexpected(error: Exception) -> Problem:
    if getattr(error, "sqlstate", None) == WRITING_HALTED:
        log.error("write_refused", error=str(error))
        return Unavailable(WRITING_IS_HALTED, retry_after_seconds=60)
    if is_transient(error):
        log.warning("request_unavailable", error=error_text(error))
        return Unavailable(
            "the database is not reachable or too busy; the same Idempotency-Key makes it safe to repeat",
            indonesian="basis data tidak terjangkau atau terlalu sibuk; aman diulang dengan Idempotency-Key yang sama",
            retry_after_seconds=2,
        )
    if isinstance(error, NOT_STORABLE):
        return InvalidInput(
            "a text holds a character, or a number a size, that cannot be stored",
            indonesian="ada karakter dalam teks, atau besar bilangan, yang tidak dapat disimpan",
        )
    log.error("request_failed", exc_info=error)
    return Unexpected(
        "an error that we did not foresee; repeat with the same Idempotency-Key, which is safe",
        indonesian="kesalahan yang tidak kami perkirakan; mengulang dengan Idempotency-Key yang sama aman",
    )


def _from_validation(errors: Iterable[Any]) -> Problem:
    known = list(errors)[:ERRORS_MAX]
    found = [_field_error(error) for error in known]
    if any(error["type"] == "json_invalid" for error in known):
        return Problem("the body is not valid JSON", errors=found, indonesian="isi permintaan bukan JSON yang sah")
    return InvalidInput(
        f"{len(found)} field(s) of the request are not as they must be",
        errors=found,
        indonesian=f"{len(found)} isian dalam permintaan tidak sebagaimana mestinya",
    )


def _field_error(error: Any) -> FieldError:
    context: Mapping[str, Any] = error.get("ctx") or {}
    kind, detail = error["type"], str(error["msg"]).removeprefix("Value error, ")
    where, path = error["loc"][0], [*error["loc"][1:], *context.get("at", ())]
    if kind == "json_invalid":
        path = []
    path = list(takewhile(_is_ours, path))
    pointer = pointer_to(path) if where == "body" else f"{where}:{'.'.join(map(str, path))}"
    return FieldError(pointer[:500], detail[:2000], context.get("rule"), field_detail(kind, detail, context))


def _is_ours(step: int | str) -> bool:
    """An unknown key may be anything; what holds it is pointed at instead."""
    return isinstance(step, int) or is_field_name(step)


def pointer_to(path: Iterable[int | str]) -> str:
    """A JSON pointer as a URI fragment (RFC 6901, section 6)."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#" + "".join(f"/{quote(step, safe=POINTER_SAFE)}" for step in steps)


def wrong_verb() -> Problem:
    return MethodNotAllowed(
        "this address does not know this verb", indonesian="alamat ini tidak mengenal kata kerja ini"
    )


def _from_framework(error: HTTPException) -> Problem:
    if isinstance(error, Refused):
        return error.problem
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return NotFound("there is nothing at this address", indonesian="tidak ada apa pun di alamat ini")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return wrong_verb()
        case HTTPStatus.BAD_REQUEST:  # FastAPI's, after JSON nested beyond what its parser can follow
            return Problem("the body cannot be read as JSON", indonesian="isi permintaan tidak terbaca sebagai JSON")
        case _:
            return Problem(str(error.detail))
