"""Which headers a dependency reads from the request by itself.

FastAPI would document and read them as parameters, one by one through its solver, which costs more than what is done
with them. So they are declared here for the API's document, and described in `shared.http.openapi_parts`.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from fastapi import Request

from shared.errors import InvalidInput

Dependency = TypeVar("Dependency", bound=Callable[..., Any])

LENGTHS_MAX: Final = {"If-Modified-Since": 100, "If-None-Match": 1000, "Prefer": 200, "Singo-After": 3000}
"""In characters; the API's document names the same."""

_headers: Final[dict[Callable[..., Any], tuple[str, ...]]] = {}


def reads_headers(*names: str) -> Callable[[Dependency], Dependency]:
    def says(dependency: Dependency) -> Dependency:
        _headers[dependency] = names
        return dependency

    return says


def headers_read_by(dependency: Callable[..., Any]) -> tuple[str, ...]:
    return _headers.get(dependency, ())


def bounded(request: Request, name: str) -> str:
    """What one of `LENGTHS_MAX` says; empty if it is not there."""
    given = request.headers.get(name, "")
    if len(given) > LENGTHS_MAX[name]:
        raise InvalidInput.field(f"header:{name}", f"must have at most {LENGTHS_MAX[name]} characters")
    return given
