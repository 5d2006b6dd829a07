"""Opinions of other bodies on a local partner: the Centre's, released as a note. In the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.errors import AlreadyExists
from services.registry.events import LocalPartnerNoteReleased, LocalPartnerOpinionRecorded
from services.registry.local_partners.clearance import about_partner, lock_partner
from services.registry.local_partners.rules import Action, Status, advance
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import ActionNotAllowed, InvalidInput, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7


async def record_opinion(
    conn: Connection, partner_id: UUID, *, opinion: Mapping[str, Any], by: ActedBy, now: datetime
) -> UUID:
    """`opinion`: its columns as they stand in the form. Open until the partner is decided on."""
    partner = await lock_partner(conn, partner_id)
    if partner is None:
        raise NotFound("there is no local partner with this id")
    advance(Status(partner["status"]), Action.RECORD_OPINION)
    await _check(conn, opinion, now)
    opinion_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO local_partner_opinion (id, partner_id, body, stance, text, given_on, recorded_at, recorded_by,
                                           recorded_by_role)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (partner_id, body, given_on) DO NOTHING RETURNING id
        """,
        uuid7(),
        partner_id,
        opinion["body"],
        opinion["stance"],
        opinion["text"],
        opinion["given_on"],
        now,
        by.subject,
        by.role,
    )
    if opinion_id is None:
        raise AlreadyExists("the opinion that this body gave on that day is recorded already")
    # Without regions: that there is an opinion concerns nobody but the ministry.
    about = about_partner(partner, by, now) | {"regions": ()}
    emit(conn, LocalPartnerOpinionRecorded(**about, opinion_id=opinion_id))
    return opinion_id


async def _check(conn: Connection, opinion: Mapping[str, Any], now: datetime) -> None:
    today = now.astimezone(JAKARTA).date()
    if opinion["given_on"] > today:
        raise InvalidInput.field("#/given_on", "must not lie in the future")
    known = await conn.fetchval(
        """
        SELECT true FROM clearance_body
        WHERE code = $1 AND (valid_from IS NULL OR valid_from <= $2) AND (valid_to IS NULL OR $2 <= valid_to)
        """,
        opinion["body"],
        opinion["given_on"],
    )
    if not known:
        raise InvalidInput.field(
            "#/body", f"must be a code of GET /v1/clearance-bodies that was valid on {opinion['given_on']}"
        )


async def release_note(
    conn: Connection, partner_id: UUID, opinion_id: UUID, *, note: str, version: int, by: ActedBy, now: datetime
) -> None:
    """Let the organisation see what the officer writes of an opinion. Once: what was seen stays seen."""
    found = await conn.fetchrow(
        """
        SELECT o.version, o.released_at, p.id, p.ngo_id, p.regions, h.holder_id
        FROM local_partner_opinion o
        JOIN local_partner p ON p.id = o.partner_id
        JOIN holders(NULL) h ON h.ngo_id = p.ngo_id
        WHERE o.id = $2 AND o.partner_id = $1 FOR UPDATE OF o
        """,
        partner_id,
        opinion_id,
    )
    if found is None:
        raise NotFound("there is no such opinion on this local partner")
    expect_version(found["version"], version)
    if found["released_at"] is not None:
        raise ActionNotAllowed("a note on this opinion has been released already")
    await conn.execute(
        """
        UPDATE local_partner_opinion
        SET version = version + 1, released_note = $2, released_at = $3, released_by = $4 WHERE id = $1
        """,
        opinion_id,
        note,
        now,
        by.subject,
    )
    emit(conn, LocalPartnerNoteReleased(**about_partner(found, by, now), opinion_id=opinion_id))
