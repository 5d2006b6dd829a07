"""Routes of the kit: what is done before each of a service's own.

FastAPI's solver has its price for each dependency, and `include_router` keeps a router as it is and tries all its
routes twice with each request. So what all routes need is done by their class, a router has its whole prefix itself,
and an application takes its routes over one by one (`add_routes`).

https://fastapi.tiangolo.com/how-to/custom-request-and-route/
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute

from shared.http.after import read_after
from shared.http.queries import expect_known_query, parameters_of


class PreparedRoute(APIRoute):
    """Refuses queries that it does not know, and waits for the events that a read names."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = parameters_of(self.dependant)

        async def prepared(request: Request) -> Response:
            expect_known_query(request, known)
            await read_after(request)
            return await handle(request)

        return prepared


def prepared_router(prefix: str, *, tag: str, dependencies: Sequence[Dependency] = ()) -> APIRouter:
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        dependencies=dependencies,
        route_class=PreparedRoute,
        generate_unique_id_function=lambda route: route.name,
    )


def resource(path: str = "", *, tag: str, dependencies: Sequence[Dependency] = ()) -> APIRouter:
    """The router of a resource of a service's API, under `/v1`."""
    return prepared_router(f"/v1{path}", tag=tag, dependencies=dependencies)


def add_routes(app: FastAPI, *routers: APIRouter) -> None:
    for router in routers:
        app.router.routes += router.routes
