"""What the readers of the bench do with an event: they insert a row."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel

from shared.db import Connection, Database
from shared.events import inbox
from shared.events.envelope import Envelope

INSERT_ONE: Final = "INSERT INTO effect (key, number, title) VALUES ($1, $2, $3)"
INSERT_ALL: Final = "INSERT INTO effect (key, number, title) SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[])"


class Noted(BaseModel):
    """What this reader reads of the event."""

    number: int
    subject_id: str
    title: str


async def write_one(conn: Connection, event: Noted) -> None:
    await conn.execute(INSERT_ONE, event.subject_id, event.number, event.title)


async def write_all(conn: Connection, events: Sequence[Envelope]) -> None:
    data = [event.data() for event in events]
    await insert_all(conn, data)


async def insert_all(conn: Connection, data: Sequence[dict[str, Any]]) -> None:
    await conn.execute(
        INSERT_ALL,
        [one["subject_id"] for one in data],
        [one["number"] for one in data],
        [one["title"] for one in data],
    )


ONE_BY_ONE: Final = inbox.one_by_one({"singo.writer.Noted.v1": (Noted, write_one)})


async def forget(db: Database) -> None:
    """As if nothing had ever been read."""
    await db.pool.execute("TRUNCATE effect, watermark, bookmark, parked")
