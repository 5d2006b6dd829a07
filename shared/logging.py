"""Structured logs: a constant event name, ids as fields, no personal data."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

from shared.events.append import correlation_id


def _add_correlation(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if correlation := correlation_id.get():
        entry["correlation_id"] = correlation
    return entry


def configure(service: str, role: str, log_format: Literal["json", "console"]) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_correlation,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer()
            if log_format == "json"
            else structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service, role=role)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # relay and consumer say it once, with what they do
    logging.basicConfig(level=logging.WARNING, stream=sys.stdout, format="%(levelname)s %(name)s %(message)s")
