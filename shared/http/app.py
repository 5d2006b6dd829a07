"""Makes a service's HTTP application: kit, health, operations and the service's own routers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, Field

from shared import operations
from shared.clock import Clock
from shared.db import Database
from shared.http import downloads, problem_pages, problems
from shared.http.auth import TokenVerifier, public
from shared.http.budgets import Budgets
from shared.http.cross_origin import add_cross_origin
from shared.http.database import Db
from shared.http.middleware import RequestMiddleware
from shared.http.openapi import describe
from shared.http.reference import reference
from shared.http.routing import add_routes
from shared.http.translation import Translate, untranslated
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
    translate: Translate = untranslated,
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
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url=None,  # `reference` serves it, and pages that load no scripts from elsewhere
    )
    app.state.service = service
    app.state.sources = frozenset(sources)
    app.state.stopping = asyncio.Event()  # a request that waits for something ends early when this is set
    app.state.waiting = Counter[str]()  # requests of each caller
    app.state.downloads = downloads.Places()
    app.state.settings = settings
    app.state.clock = Clock(settable=settings.settable_clock)
    app.state.verifier = TokenVerifier(settings)
    app.state.budgets = Budgets(settings.calls_per_minute)
    problems.install(app, translate)
    add_routes(app, *routers, operations.router, health, problem_pages.pages, reference)
    describe(app, service, settings)
    app.add_middleware(RequestMiddleware, app, settings.request_timeout_seconds)
    add_cross_origin(app, settings.cors_origins)
    return app


health = APIRouter(prefix="/health", tags=["health"], dependencies=[Depends(public)])


@health.get("/live")
async def live() -> Health:
    """The process runs. Restart it when this fails."""
    return Health(status="live")


@health.get("/ready")
async def ready(db: Db) -> Health:
    """The process can do its work. Send it no requests while this fails."""
    await db.pool.fetchval("SELECT 1")
    return Health(status="ready")
