"""Structured logs: a constant event name, ids as fields, no personal data."""

import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, Final, Literal

import asyncpg
import structlog
from pydantic import ValidationError
from pydantic_core import to_json

from shared.events.append import correlation_id

_HARMLESS: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{2}(\.[0-9]{2})?")


def route_of(scope: Mapping[str, Any]) -> str:
    """The address with each parameter's name for its value: `/v1/visits/{visit_id}`; nothing for an unknown one."""
    return _route(scope, keep=lambda _: False)


def loggable_path(scope: Mapping[str, Any]) -> str:
    """The route with ids and region codes filled in. What else a caller wrote there may be a name."""
    return _route(scope, keep=lambda value: _HARMLESS.fullmatch(value) is not None)


def _route(scope: Mapping[str, Any], *, keep: Callable[[str], bool]) -> str:
    if "route" not in scope:
        return "(no route)"
    path: str = scope["path"]
    for name, value in scope.get("path_params", {}).items():
        if not keep(str(value)):
            path = path.replace(f"/{value}", f"/{{{name}}}", 1)
    return path


def error_text(error: BaseException) -> str:
    """What went wrong, without the values that it went wrong with: these may be somebody's name or passport."""
    kind = type(error).__qualname__
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return f"{kind}: " + "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in found)
    if isinstance(error, asyncpg.DataError):
        return kind  # its message quotes the value
    if isinstance(error, asyncpg.PostgresError):
        return f"{kind}: {error.sqlstate} {getattr(error, 'message', '')}"  # not its detail, which shows the row
    return f"{kind}: {error}"


def _error_chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _format_error(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """As structlog's own, without values: frames and kinds of the error and of what it came from."""
    given = entry.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else sys.exc_info()[1]
    if given and error is not None:
        entry["exception"] = "\nbecause of\n".join(
            "".join(traceback.format_tb(part.__traceback__)) + error_text(part) for part in _error_chain(error)
        )
    return entry


def _added(service: str, role: str) -> structlog.typing.Processor:
    def add(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        entry["service"], entry["role"] = service, role
        if correlation := correlation_id.get():
            entry["correlation_id"] = correlation
        return entry

    return add


def _json(entry: Mapping[str, Any], *, default: Callable[[Any], Any]) -> str:
    return to_json(entry, fallback=default).decode()


def configure(service: str, role: str, log_format: Literal["json", "console"]) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _added(service, role),
            _format_error,
            structlog.processors.JSONRenderer(_json)
            if log_format == "json"
            else structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # relay and consumer say it once, with what they do
    logging.basicConfig(level=logging.WARNING, stream=sys.stdout, format="%(levelname)s %(name)s %(message)s")
