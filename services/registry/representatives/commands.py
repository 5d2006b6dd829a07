"""Naming of the head of the office. Runs in the caller's transaction."""

from datetime import date, datetime
from uuid import UUID

from services.registry.events import NgoRepresentativeChanged
from services.registry.organisations.rules import Status
from services.registry.profiles.commands import note_change
from services.registry.profiles.rules import REPRESENTATIVE, require_open
from shared.db import Connection
from shared.errors import InvalidInput, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy


async def name_representative(
    conn: Connection,
    ngo_id: UUID,
    *,
    name: str,
    function: str,
    appointed_on: date | None,
    version: int,
    by: ActedBy,
    today: date,
    now: datetime,
) -> None:
    """In place of whoever was. It is a change of the organisation, and rests on its version."""
    found = await conn.fetchrow("SELECT version, status FROM organisation WHERE id = $1 FOR UPDATE", ngo_id)
    if found is None:
        raise NotFound("there is no organisation with this id")
    expect_version(found["version"], version)
    require_open(Status(found["status"]), "to name its representative")
    if appointed_on is not None and appointed_on > today:
        raise InvalidInput.field("#/appointed_on", "must not lie in the future")
    await conn.execute(
        """
        INSERT INTO representative (ngo_id, name, function, appointed_on, changed_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (ngo_id) DO UPDATE
        SET name = EXCLUDED.name, function = EXCLUDED.function, appointed_on = EXCLUDED.appointed_on,
            changed_at = EXCLUDED.changed_at
        """,
        ngo_id,
        name,
        function,
        appointed_on,
        now,
    )
    await conn.execute("UPDATE organisation SET version = version + 1 WHERE id = $1", ngo_id)
    # Who it was before is not kept.
    await note_change(conn, ngo_id, version + 1, {REPRESENTATIVE: None}, by=by, now=now)
    emit(conn, NgoRepresentativeChanged(occurred_at=now, actor=by, ngo_id=ngo_id))
