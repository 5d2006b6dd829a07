"""Writing messages, and noting that they were read. Each function runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from services.notifications.inboxes.news import News
from services.notifications.inboxes.rules import compose
from shared.db import Connection
from shared.events.envelope import Envelope
from shared.http.auth import Actor
from shared.ids import uuid7

UNNAMED: Final = "organisasi mitra"
"""An organisation whose name has not arrived here."""


async def write_messages(conn: Connection, news: Sequence[tuple[Envelope, News]]) -> None:
    """Tell each audience of each event, once."""
    rows = await conn.fetch("SELECT id, name FROM ngo WHERE id = ANY($1)", list({item.ngo_id for _, item in news}))
    names = {row["id"]: row["name"] for row in rows}
    messages = [
        (event, item, message)
        for event, item in news
        for message in compose(name_of(event.type), item, names.get(item.ngo_id, UNNAMED))
    ]
    if not messages:
        return
    # Sorted, for ids of the same millisecond are in no order, and inboxes are shown by id.
    ids = sorted(uuid7() for _ in messages)
    rows = [
        (
            id_,
            event.id,
            event.type,
            item.occurred_at,
            item.ngo_id,
            item.about,
            message.to_ngo,
            message.to_role,
            message.to_region,
            message.title_id,
            message.title_en,
            message.body_id,
            message.body_en,
        )
        for id_, (event, item, message) in zip(ids, messages, strict=True)
    ]
    await conn.execute(
        """
        INSERT INTO message (id, event_id, type, occurred_at, ngo_id, about_id, to_ngo, to_role, to_region,
                             title_id, title_en, body_id, body_en)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::uuid[], $6::uuid[],
                             $7::uuid[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
        """,
        *zip(*rows, strict=True),
    )


def name_of(event_type: str) -> str:
    """`singo.reporting.ReportSubmitted.v1` -> `ReportSubmitted`."""
    return event_type.split(".")[2]


async def mark_read(conn: Connection, message_id: UUID, *, actor: Actor, now: datetime) -> None:
    await conn.execute(
        "INSERT INTO message_read (subject, message_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        actor.subject,
        message_id,
        now,
    )
