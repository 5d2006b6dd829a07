"""Calls the services: finds them, signs in, and turns what goes wrong into something that a person can mend."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit
from uuid import uuid4

import httpx

SERVICES: Final = ("registry", "reporting", "recommendations", "notifications")
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
PAGE_ITEMS_MAX: Final = 100
TIMEOUT_SECONDS: Final = 30.0


class Failure(Exception):
    """What to tell on standard error, and the exit code."""

    exit_code = 1


class Refused(Failure):
    """The service answered that it can't be done."""


class NotReachable(Failure):
    exit_code = 3


def address_of(name: str) -> str:
    file = Path(os.environ.get("SINGO_ADDRESSES", ".run/addresses.json"))
    try:
        address = json.loads(file.read_text())[name]
    except (OSError, ValueError, LookupError, TypeError) as error:
        hint = "Start the services (`make up`), or name the JSON file with their addresses in SINGO_ADDRESSES."
        raise NotReachable(f"There is no address of {name} in {file}: {error!r}\n{hint}") from None
    return str(address).rstrip("/")


@cache
def new_token(subject: str, roles: tuple[str, ...], regions: tuple[str, ...] = ()) -> str:
    """A token of the development issuer."""
    claims = {"sub": subject, "roles": roles, "regions": regions}
    return str(_send("issuer", "POST", "/token", json=claims)["access_token"])


def call(service: str, method: str, *path: str, query: dict[str, Any] | None = None, body: Any = None) -> Any:
    """One call as the person of SINGO_TOKEN; without it, in development, as an operator and officer."""
    token = os.environ.get("SINGO_TOKEN") or new_token("singo", ("operator", "fasker_officer"))
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    address = "/" + "/".join(quote(part, safe="") for part in path)
    params = {name: value for name, value in (query or {}).items() if value is not None}
    return _send(service, method, address, headers=headers, params=params, json=body)


def items(service: str, *path: str, limit: int, query: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """A list from its first page on, up to `limit`."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while len(found) < limit:
        wanted = min(limit - len(found), PAGE_ITEMS_MAX)
        page = call(service, "GET", *path, query={**(query or {}), "limit": wanted, "cursor": cursor})
        found += page["items"]
        if not (cursor := page["next_cursor"]):
            return found
    return found


@cache
def _client(*, straight: bool) -> httpx.Client:
    """One for the whole process, since each reads the machine's certificates. `straight`: past any proxy."""
    return httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=not straight)


def _send(service: str, method: str, path: str, **request: Any) -> Any:
    address = address_of(service)
    try:
        response = _client(straight=urlsplit(address).hostname in LOOPBACK).request(method, address + path, **request)
        answer = response.json()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotReachable(f"{service} does not answer at {address}: {error!r}") from None
    except ValueError:
        raise NotReachable(f"{service} at {address} answered {response.status_code}, but no JSON") from None
    if response.is_error:
        raise Refused(_explain(service, response.status_code, answer))
    return answer


def _explain(service: str, status: int, problem: Any) -> str:
    """A problem document (RFC 9457) as lines for a person."""
    if not isinstance(problem, dict) or "title" not in problem:
        return f"{service} answered {status}: {json.dumps(problem)[:500]}"
    lines = [f"{service} answered {status}: {problem['title']}", str(problem.get("detail", ""))]
    for error in problem.get("errors", []):
        rule = f" ({error['rule']})" if error.get("rule") else ""
        lines.append(f"  {error['pointer']}: {error['detail']}{rule}")
    if "request_id" in problem:
        lines.append(f"request id: {problem['request_id']}")
    return "\n".join(line for line in lines if line)
