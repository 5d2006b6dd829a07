"""All routes of the four services, as the applications have them, and whom their guards let in."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from fastapi.dependencies.models import Dependant

from shared.http.rights import Grants, Right, Rights, let_in_by
from tests.architecture.test_routes import routes_of
from tests.openapi.generate import app_of
from tests.servers import SERVICES


@dataclass(frozen=True)
class Route:
    """`name` is the row of the table: `GET /v1/visits/{visit_id}`."""

    service: str
    verb: str
    path: str
    route: Any

    @property
    def name(self) -> str:
        return f"{self.verb} {self.path}"

    @property
    def right(self) -> Right:
        return rights_of(self.service)[self.name]

    @property
    def is_write(self) -> bool:
        return self.verb != "GET"


def rights_of(service: str) -> Rights:
    rights: Rights = import_module(f"services.{service}.rights").RIGHTS
    return rights


def routes(service: str) -> list[Route]:
    return [
        Route(service, verb, route.path, route)
        for route in routes_of(app_of(service))
        for verb in sorted(route.methods - {"HEAD", "OPTIONS"})
    ]


ALL_ROUTES = [route for service in SERVICES for route in routes(service)]


def guards(dependant: Dependant) -> list[Grants]:
    """What the route's own guards say, each the outermost one of its branch."""
    return list(_guards(dependant))


def _guards(dependant: Dependant) -> Iterator[Grants]:
    for dependency in dependant.dependencies:
        grants = let_in_by(dependency.call) if dependency.call else None
        if grants is None:
            yield from _guards(dependency)
        else:
            yield grants
