"""Every error as an RFC 9457 problem document, the framework's own included; and the pages that explain their types."""

import html
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

import asyncpg
import structlog
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from shared.db import TRANSIENT, WRITING_HALTED, is_transient
from shared.errors import (
    WRITING_IS_HALTED,
    BodyTooLarge,
    BodyTooSlow,
    FieldError,
    InvalidInput,
    NotFound,
    Problem,
    Unavailable,
)
from shared.events.append import correlation_id
from shared.http.auth import public

MEDIA_TYPE: Final = "application/problem+json"
NOT_STORABLE: Final = (
    asyncpg.DataError,
    asyncpg.UntranslatableCharacterError,
    asyncpg.CharacterNotInRepertoireError,
)

log = structlog.get_logger()


class ProblemError(BaseModel):
    pointer: str = Field(description="JSON pointer into the body, or the name of the parameter", max_length=500)
    detail: str = Field(description="What is wrong and how to mend it", max_length=2000)
    rule: str | None = Field(default=None, description="Id of the broken rule", max_length=20)


class ProblemDocument(BaseModel):
    """RFC 9457."""

    type: str = Field(description="Address of a page that explains this kind of problem", max_length=200)
    title: str = Field(max_length=200)
    status: int = Field(ge=400, le=599)
    detail: str = Field(max_length=4000)
    request_id: str = Field(description="Name this when you ask for help", max_length=100)
    errors: list[ProblemError] = Field(default=[], max_length=100)
    rule: str | None = Field(default=None, max_length=20)
    legal_basis: str | None = Field(default=None, max_length=500)


class MethodNotAllowed(Problem):
    """The address exists, but not with this verb."""

    status = 405
    type = "method-not-allowed"
    mend = "The header `Allow` lists the verbs of this address."


class UnsupportedMediaType(Problem):
    """The body is not JSON."""

    status = 415
    type = "unsupported-media-type"
    mend = "Send `Content-Type: application/json`."


class Unexpected(Problem):
    """Something went wrong on our side."""

    status = 500
    type = "unexpected"
    mend = "Repeat the same request with the same Idempotency-Key; if it persists, report `request_id`."


def respond(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    document: dict[str, Any] = {
        "type": f"/problems/{problem.type}",
        "title": (type(problem).__doc__ or "").strip().splitlines()[0],
        "status": problem.status,
        "detail": problem.detail,
        "request_id": correlation_id.get(),
        "errors": [
            {"pointer": e.pointer, "detail": e.detail} | ({"rule": e.rule} if e.rule else {}) for e in problem.errors
        ],
    }
    if problem.rule:
        document["rule"] = problem.rule
    if problem.legal_basis:
        document["legal_basis"] = problem.legal_basis
    extra = dict(headers or {})
    if problem.retry_after_seconds is not None:
        extra["Retry-After"] = str(problem.retry_after_seconds)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = "Bearer"
    return JSONResponse(document, problem.status, extra, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def known(_: Request, problem: Problem) -> JSONResponse:
        return respond(problem)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return respond(_from_validation(error.errors()))

    @app.exception_handler(HTTPException)
    async def framework(_: Request, error: HTTPException) -> JSONResponse:
        return respond(_from_framework(error), dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def unexpected(_: Request, error: Exception) -> JSONResponse:
        return respond(from_unexpected(error))

    for kind in (*TRANSIENT, *NOT_STORABLE):
        app.add_exception_handler(kind, unexpected)


def from_unexpected(error: Exception) -> Problem:
    if getattr(error, "sqlstate", None) == WRITING_HALTED:
        log.error("write_refused", error=str(error))
        return Unavailable(WRITING_IS_HALTED, retry_after_seconds=60)
    if is_transient(error):
        log.warning("request_unavailable", error=repr(error))
        return Unavailable(
            "the database is not reachable or too busy; the same Idempotency-Key makes it safe to repeat",
            retry_after_seconds=2,
        )
    if isinstance(error, NOT_STORABLE):
        return InvalidInput("a text holds a character, or a number a size, that cannot be stored")
    log.error("request_failed", exc_info=error)
    return Unexpected("an error that we did not foresee; repeat with the same Idempotency-Key, which is safe")


def _from_validation(errors: Iterable[Any]) -> Problem:
    found = [_field_error(error) for error in list(errors)[:100]]
    if any(error.detail == "JSON decode error" for error in found):
        return Problem("the body is not valid JSON", errors=found)
    return InvalidInput(f"{len(found)} field(s) of the request are not as they must be", errors=found)


def _field_error(error: Any) -> FieldError:
    where, *path = error["loc"]
    detail = "JSON decode error" if error["type"] == "json_invalid" else str(error["msg"])
    rule = (error.get("ctx") or {}).get("rule")
    if where == "body":
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path if error["type"] != "json_invalid")
        return FieldError("#" + "".join(f"/{step}" for step in steps), detail, rule)
    return FieldError(f"{where}:{'.'.join(map(str, path))}", detail, rule)


def _from_framework(error: HTTPException) -> Problem:
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return NotFound("there is nothing at this address")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return MethodNotAllowed("this address does not know this verb")
        case HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
            return UnsupportedMediaType(str(error.detail))
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return BodyTooLarge(str(error.detail))
        case HTTPStatus.REQUEST_TIMEOUT:
            return BodyTooSlow(str(error.detail))
        case _:
            return Problem(str(error.detail))


pages = APIRouter(prefix="/problems", tags=["problems"], include_in_schema=False, dependencies=[Depends(public)])


@pages.get("/{slug}")
async def explain(slug: str) -> HTMLResponse:
    """What a problem type means and how to mend it."""
    problem = next((p for p in _all_problems(Problem) if p.type == slug), None)
    if problem is None:
        raise NotFound("there is no problem of this type")
    text = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{problem.type}</title>"
        f"<h1>{problem.status} {html.escape((problem.__doc__ or '').strip())}</h1><p>{html.escape(problem.mend)}</p>"
    )
    return HTMLResponse(text)


def _all_problems(problem: type[Problem]) -> Iterable[type[Problem]]:
    yield problem
    for narrower in problem.__subclasses__():
        yield from _all_problems(narrower)
