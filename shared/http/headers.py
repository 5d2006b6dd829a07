"""Which headers a dependency reads from the request by itself.

FastAPI would document and read them as parameters, one by one through its solver, which costs more than what is done
with them. So they are declared here for the API's document, and described in `shared.http.openapi_parts`.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

Dependency = TypeVar("Dependency", bound=Callable[..., Any])

_headers: Final[dict[Callable[..., Any], tuple[str, ...]]] = {}


def reads_headers(*names: str) -> Callable[[Dependency], Dependency]:
    def says(dependency: Dependency) -> Dependency:
        _headers[dependency] = names
        return dependency

    return says


def headers_read_by(dependency: Callable[..., Any]) -> tuple[str, ...]:
    return _headers.get(dependency, ())
