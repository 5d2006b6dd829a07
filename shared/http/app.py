"""Makes a service's HTTP application: kit, health, operations and the service's own routers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, Field

from shared import operations
from shared.clock import Clock
from shared.db import Database
from shared.http import problems
from shared.http.after import read_after
from shared.http.auth import TokenVerifier, public
from shared.http.middleware import RequestMiddleware
from shared.http.problems import ProblemDocument
from shared.settings import ServiceSettings

OpenDatabase = AbstractAsyncContextManager[Database]


class Health(BaseModel):
    status: str = Field(max_length=20)


def create_app(
    service: str,
    title: str,
    settings: ServiceSettings,
    database: OpenDatabase,
    routers: Sequence[APIRouter],
    sources: Sequence[str],
) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with database as db:
            app.state.db = db
            yield
            app.state.stopping.set()

    app = FastAPI(
        title=f"SINGO {service}",
        summary=title,
        version="1",
        lifespan=lifespan,
        redirect_slashes=False,
        responses={"4XX": {"model": ProblemDocument}, "5XX": {"model": ProblemDocument}},
    )
    app.state.service = service
    app.state.sources = frozenset(sources)
    app.state.stopping = asyncio.Event()  # a request that waits for something ends early when this is set
    app.state.settings = settings
    app.state.clock = Clock(settable=settings.settable_clock)
    app.state.verifier = TokenVerifier(settings)
    problems.install(app)
    app.include_router(health, tags=["health"])
    app.include_router(problems.pages)
    for router in routers:
        app.include_router(router, prefix="/v1", dependencies=[Depends(read_after)])
    app.include_router(operations.router, dependencies=[Depends(read_after)])
    app.add_middleware(RequestMiddleware)
    return app


health = APIRouter(prefix="/health", dependencies=[Depends(public)])


@health.get("/live")
async def live() -> Health:
    """The process runs. Restart it when this fails."""
    return Health(status="live")


@health.get("/ready")
async def ready(db: "operations.Db") -> Health:
    """The process can do its work. Send it no requests while this fails."""
    await db.pool.fetchval("SELECT 1")
    return Health(status="ready")
