"""Writing: an event is appended in the transaction of the change that it tells of."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from shared.events.envelope import MAX_KEY_BYTES, MAX_PAYLOAD_BYTES, Event
from shared.ids import uuid7

if TYPE_CHECKING:
    from shared.db import Connection

correlation_id: Final[ContextVar[str]] = ContextVar("correlation_id", default="")
"""The request, or the event, that started all this. HTTP and the consumer set it; events and log lines carry it."""

causation_id: Final[ContextVar[str]] = ContextVar("causation_id", default="")
"""The event whose handler is running."""


@dataclass(frozen=True, slots=True)
class Appended:
    id: UUID
    source: str
    type: str
    key: str
    sequence: int

    @property
    def position(self) -> str:
        """Where the event stands in its source: what a reader waits for."""
        return f"{self.source}/{self.key}/{self.sequence}"


@dataclass(frozen=True, slots=True)
class Emitted:
    """An event as it will be appended."""

    event: Event
    key: str
    attributes: dict[str, str]
    payload: bytes


def emit(conn: "Connection", event: Event) -> None:
    """Have the event appended when the transaction ends: `stream` locks come last, in order.

    Raises ValueError here, where a handler's savepoint catches it, for what the table would refuse at the end.
    """
    key, payload = event.stream_key(), event.model_dump_json().encode()
    if not 0 < len(key.encode()) <= MAX_KEY_BYTES:
        raise ValueError(f"the key of an event has 1 to {MAX_KEY_BYTES} bytes")
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"the event has {len(payload)} bytes, {MAX_PAYLOAD_BYTES} at most")
    conn.pending.append(Emitted(event, key, _attributes(event), payload))


async def flush(conn: "Connection") -> None:
    """Append what was emitted, and note it in `conn.appended`. `Database.transaction` does it before the commit."""
    if not conn.pending:
        return
    # Keys in order against deadlocks; the sort is stable, so the events of one key keep their order.
    pending = sorted(conn.pending, key=lambda emitted: emitted.key)
    conn.pending.clear()
    values = [
        (one.key, uuid7(), one.event.wire_type(), one.event.occurred_at, one.attributes, one.payload) for one in pending
    ]
    sequences = await conn.fetchmany("SELECT append($1, $2, $3, $4, $5, $6)", values)
    conn.appended.extend(
        Appended(id_, one.event.source, type_, key, sequence)
        for one, (key, id_, type_, *_), (sequence,) in zip(pending, values, sequences, strict=True)
    )


def _attributes(event: Event) -> dict[str, str]:
    attributes = {
        "time": event.occurred_at.isoformat(),
        "dataschema": f"urn:singo:schema:{event.source}:{type(event).__name__}.v{event.schema_version}",
        "correlationid": correlation_id.get(),
        "causationid": causation_id.get(),
        **event.extensions(),
    }
    return {name: text for name, text in attributes.items() if text}
