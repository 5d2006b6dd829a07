"""Writing: an event is appended in the transaction of the change that it tells of."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
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

    id: UUID
    event: Event
    key: str
    attributes: dict[str, str]
    payload: bytes

    def arguments(self) -> tuple[str, UUID, str, datetime, dict[str, str], bytes]:
        """What `append` takes."""
        event = self.event
        return self.key, self.id, event.wire_type(), event.occurred_at, self.attributes, self.payload

    def appended(self, sequence: int) -> Appended:
        return Appended(self.id, self.event.source, self.event.wire_type(), self.key, sequence)


def emit(conn: "Connection", event: Event) -> None:
    """Have the event appended when the transaction ends: `stream` locks come last, in order.

    Raises ValueError here, where a handler's savepoint catches it, for what the table would refuse at the end.
    """
    key, payload = event.stream_key(), event.model_dump_json().encode()
    if not 0 < len(key.encode()) <= MAX_KEY_BYTES:
        raise ValueError(f"the key of an event has 1 to {MAX_KEY_BYTES} bytes")
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"the event has {len(payload)} bytes, {MAX_PAYLOAD_BYTES} at most")
    conn.pending.append(Emitted(uuid7(), event, key, _attributes(event), payload))


async def flush(conn: "Connection", *, but_last: bool = False) -> Emitted | None:
    """Append what was emitted, and note it in `conn.appended`. `Database.transaction` does it before the commit.

    `but_last`: leave out the last event and return it; the caller appends it, in a statement that does more.
    """
    # Keys in order against deadlocks; the sort is stable, so the events of one key keep their order.
    pending = sorted(conn.pending, key=lambda emitted: emitted.key)
    conn.pending.clear()
    last = pending.pop() if but_last and pending else None
    if pending:
        values = [one.arguments() for one in pending]
        sequences = await conn.fetchmany("SELECT append($1, $2, $3, $4, $5, $6)", values)
        conn.appended.extend(one.appended(sequence) for one, (sequence,) in zip(pending, sequences, strict=True))
    return last


def _attributes(event: Event) -> dict[str, str]:
    attributes = {
        "time": event.occurred_at.isoformat(),
        "dataschema": f"urn:singo:schema:{event.source}:{type(event).__name__}.v{event.schema_version}",
        "correlationid": correlation_id.get(),
        "causationid": causation_id.get(),
        **event.extensions(),
    }
    return {name: text for name, text in attributes.items() if text}
