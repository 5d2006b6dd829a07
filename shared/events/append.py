"""Writing: an event is appended in the transaction of the change that it tells of."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from shared.ids import uuid7

if TYPE_CHECKING:
    from shared.db import Connection
    from shared.events.envelope import Event

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


def emit(conn: "Connection", event: "Event") -> None:
    """Have the event appended when the transaction ends: `stream` locks come last, in order."""
    conn.pending.append((event, _attributes(event)))


async def flush(conn: "Connection") -> None:
    """Append what was emitted, and note it in `conn.appended`. `Database.transaction` does it before the commit."""
    if not conn.pending:
        return
    # Keys in order against deadlocks; the sort is stable, so the events of one key keep their order.
    pending = sorted(conn.pending, key=lambda emitted: emitted[0].stream_key())
    conn.pending.clear()
    events = [event for event, _ in pending]
    ids = [uuid7() for _ in events]
    rows = await conn.fetch(
        "SELECT appended_sequence FROM append($1, $2, $3, $4, $5, $6)",
        [event.stream_key() for event in events],
        ids,
        [event.wire_type() for event in events],
        [event.occurred_at for event in events],
        [attributes for _, attributes in pending],
        [event.model_dump_json().encode() for event in events],
    )
    conn.appended.extend(
        Appended(id_, event.source, event.wire_type(), event.stream_key(), row["appended_sequence"])
        for id_, event, row in zip(ids, events, rows, strict=True)
    )


def _attributes(event: "Event") -> dict[str, str]:
    attributes = {
        "time": event.occurred_at.isoformat(),
        "subject": event.stream_key(),
        "dataschema": f"urn:singo:schema:{event.source}:{type(event).__name__}.v{event.schema_version}",
        "correlationid": correlation_id.get(),
        "causationid": causation_id.get(),
        **event.extensions(),
    }
    return {name: text for name, text in attributes.items() if text}
