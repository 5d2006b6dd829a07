"""Runs one role of a service: `python -m services.<name> api | worker | migrate`."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog
import uvicorn
import uvloop
from aiokafka.errors import KafkaError
from fastapi import APIRouter, FastAPI
from pydantic import ValidationError

from shared import logging, migrate
from shared.clock import Clock
from shared.db import TRANSIENT, Database, is_transient, open_pool
from shared.events import consumer, relay
from shared.events.inbox import Apply
from shared.events.waker import RelayWaker
from shared.http.app import create_app, health
from shared.http.budgets import forget_past_minutes
from shared.http.server import configuration
from shared.http.translation import Translate, untranslated
from shared.http.writes import forget_old_answers
from shared.settings import ServiceSettings

Job = Callable[[Database, Clock], Coroutine[Any, Any, None]]
"""Work that comes round again, such as looking for what has fallen due. Safe to run twice."""

JOB_PAUSE_SECONDS: Final = 30.0
JOB_PAUSE_WITH_SETTABLE_CLOCK_SECONDS: Final = 0.5
WORKER_STATEMENT_SECONDS: Final = 30.0
CANCEL_SECONDS: Final = 5.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Service:
    """A service, as its parts are put together in `services/<name>/__main__.py`."""

    name: str
    title: str
    settings: type[ServiceSettings]
    routers: Sequence[APIRouter]
    sources: Sequence[str] = ()
    apply: Apply | None = None
    jobs: Sequence[Job] = ()
    translate: Translate = untranslated


def main(service: Service) -> None:
    role = sys.argv[1] if len(sys.argv) == 2 else ""
    if role not in ("api", "worker", "migrate"):
        sys.exit(f"usage: python -m services.{service.name} api|worker|migrate")
    try:
        settings = service.settings()
    except ValidationError as error:
        prefix = service.settings.model_config.get("env_prefix", "")
        wrong = "\n".join(f"  {prefix}{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        sys.exit(f"the settings of {service.name} are not complete:\n{wrong}")
    logging.configure(service.name, role, settings.log_format)
    try:
        run(service, settings, role)
    except (*TRANSIENT, KafkaError) as error:
        sys.exit(f"{service.name} {role} ends: PostgreSQL or Kafka can't be reached at its address: {error!r}")


def run(service: Service, settings: ServiceSettings, role: str) -> None:
    match role:
        case "api":
            sys.exit(uvloop.run(run_api(service, settings)))
        case "worker":
            sys.exit(uvloop.run(run_worker(service, settings)))
        case "migrate":
            applied, topic_made = uvloop.run(migrate.migrate(settings, service.name))
            log.info("migrated", applied=applied, topic_made=topic_made)


@asynccontextmanager
async def open_database(
    service: str, settings: ServiceSettings, *, statement_seconds: float
) -> AsyncIterator[Database]:
    waker = RelayWaker(settings.dsn, service)
    async with open_pool(
        settings.dsn,
        application_name=service,
        max_size=settings.pool_size,
        statement_timeout_seconds=statement_seconds,
    ) as pool:
        waking = asyncio.create_task(waker.run())
        try:
            yield Database(pool, waker.wake)
        finally:
            waking.cancel()


def api(service: Service, settings: ServiceSettings) -> FastAPI:
    database = open_database(service.name, settings, statement_seconds=settings.statement_timeout_seconds)
    return create_app(
        service.name, service.title, settings, database, service.routers, service.sources, service.translate
    )


def keep_what_is_loaded() -> None:
    """Leave code, models and routes out of later garbage collections.

    They are 150,000 objects that stay: to look through them takes 75 ms, in which nothing else is done.
    """
    gc.collect()
    gc.freeze()


async def run_api(service: Service, settings: ServiceSettings) -> int:
    """Serve until SIGTERM or SIGINT: then answer what is running within the bound, and end. Returns the exit code."""
    app = api(service, settings)
    keep_what_is_loaded()
    config = configuration(
        app,
        host=settings.host,
        port=settings.port,
        stop_seconds=settings.stop_timeout_seconds,
        trusted_proxies=settings.trusted_proxies,
    )
    await _serve(config, app.state.stopping, handle_signals=True)
    return 0


class _Server(uvicorn.Server):
    """Leaves the process's signals to us: uvicorn would end the process by the signal, not by an exit code."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(config: uvicorn.Config, stopping: asyncio.Event, *, handle_signals: bool = False) -> None:
    if handle_signals:
        _stop_on_signal(stopping)
    server = _Server(config)
    serving = asyncio.create_task(_listen(server))
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait([serving, stopped], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    stopped.cancel()


async def _listen(server: uvicorn.Server) -> None:
    try:
        await server.serve()
    except SystemExit as end:  # in a task it would end the loop, not the process
        raise OSError(f"cannot listen on {server.config.host}:{server.config.port}") from end


def _stop_on_signal(stopping: asyncio.Event) -> None:
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_, stopping.set)


async def run_worker(service: Service, settings: ServiceSettings) -> int:
    """Relay, consume, retry and do the jobs until SIGTERM or SIGINT. Returns the exit code."""
    keep_what_is_loaded()
    stopping = asyncio.Event()
    _stop_on_signal(stopping)
    async with open_database(service.name, settings, statement_seconds=WORKER_STATEMENT_SECONDS) as db:
        work = work_of(service, settings, db, stopping)
        work["health"] = _serve_health(service, settings, db, stopping)
        tasks = [asyncio.create_task(part, name=name) for name, part in work.items()]
        log.info("worker_started", sources=list(service.sources))
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
        failed = [task for task in tasks if task.done() and (task.cancelled() or task.exception())]
        for task in failed:
            error = "cancelled" if task.cancelled() else str(task.exception())
            log.critical("worker_stopped_itself", part=task.get_name(), error=error)
        stopping.set()
        await asyncio.wait(tasks, timeout=settings.stop_timeout_seconds)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=CANCEL_SECONDS)
        log.info("worker_stopped")
        return 1 if failed else 0


def work_of(
    service: Service, settings: ServiceSettings, db: Database, stopping: asyncio.Event
) -> dict[str, Coroutine[Any, Any, None]]:
    """The parts of a worker, by name. Each runs until `stopping` is set."""
    own = relay.Relay(settings.dsn, service.name, settings.topic(service.name), settings.kafka)
    work: dict[str, Coroutine[Any, Any, None]] = {
        "relay": relay.run(own, stopping),
    }
    if service.apply:
        subscription = consumer.Subscription(
            kafka=settings.kafka,
            group=f"{settings.topic_prefix}.{service.name}",
            member=f"{service.name}-{settings.worker_name}",
            topics={settings.topic(source): source for source in service.sources},
            apply=service.apply,
        )
        work["consumer"] = consumer.run(db, subscription, stopping)
        work["retry"] = consumer.retry_parked(db, subscription, stopping)
    clock = Clock(settable=settings.settable_clock)
    for job in (forget_old_answers, forget_past_minutes, *service.jobs):
        work[job.__name__] = _repeat(job, db, clock, stopping)
    return work


async def _repeat(job: Job, db: Database, clock: Clock, stopping: asyncio.Event) -> None:
    pause = JOB_PAUSE_WITH_SETTABLE_CLOCK_SECONDS if clock.settable else JOB_PAUSE_SECONDS
    while not stopping.is_set():
        try:
            await job(db, clock)
        except Exception as error:
            log.exception("job_failed", job=job.__name__, transient=is_transient(error))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), pause)


async def _serve_health(service: Service, settings: ServiceSettings, db: Database, stopping: asyncio.Event) -> None:
    app = FastAPI(title=f"SINGO {service.name} worker", openapi_url=None)
    app.state.db = db
    app.include_router(health)
    config = configuration(app, host=settings.host, port=settings.ops_port, stop_seconds=settings.stop_timeout_seconds)
    await _serve(config, stopping)
