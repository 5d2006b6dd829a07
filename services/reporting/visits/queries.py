"""Reads of visits, within the caller's scope. Guests' names and passports: `read_guests` only, and logged."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.reporting.access import Scope
from services.reporting.visits.rules import Status
from shared.db import Connection
from shared.errors import NotAllowed, NotFound
from shared.http.paging import PageRequest
from shared.ids import uuid7


async def list_visits(
    conn: Connection, scope: Scope, page: PageRequest, *, status: Status | None
) -> Sequence[asyncpg.Record]:
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        """
        SELECT * FROM visit
        WHERE ($1::uuid IS NULL OR ngo_id = $1) AND ($2::text[] IS NULL OR regions_lie_in(regions, $2))
          AND ($3::text IS NULL OR status = $3) AND ($4::uuid IS NULL OR id < $4)
        ORDER BY id DESC LIMIT $5
        """,
        scope.ngo_id,
        scope.regions,
        status,
        page.before,
        page.fetch,
    )
    return rows


async def get_visit(conn: Connection, scope: Scope, visit_id: UUID) -> dict[str, Any]:
    """The visit, the answers to its present itinerary, and who has yet to answer."""
    row = await conn.fetchrow(
        """
        SELECT * FROM visit
        WHERE id = $3 AND ($1::uuid IS NULL OR ngo_id = $1)
          AND ($2::text[] IS NULL OR regions_lie_in(regions, $2))
        """,
        scope.ngo_id,
        scope.regions,
        visit_id,
    )
    if row is None:
        raise NotFound("there is no such visit, or none that you may see")
    answers = await conn.fetch(
        """
        SELECT itinerary_version, region, answer, reason, answered_at FROM visit_answer
        WHERE visit_id = $1 ORDER BY answered_at, region
        """,
        visit_id,
    )
    answered = {a["region"] for a in answers if a["itinerary_version"] == row["itinerary_version"]}
    return dict(row) | {
        "answers": [dict(answer) for answer in answers],
        "unanswered": [region for region in row["regions"] if region not in answered],
    }


async def read_guests(conn: Connection, scope: Scope, visit_id: UUID, *, now: datetime) -> Sequence[asyncpg.Record]:
    """Who the guests are: for the visit's own NGO, the Fasker officer and Kesbangpol on the way. Logged."""
    await get_visit(conn, scope, visit_id)
    if scope.ngo_id:
        role = "ngo"
    elif scope.actor.has("fasker_officer", "pemda_kesbangpol"):
        role = scope.actor.role("fasker_officer", "pemda_kesbangpol")
    else:
        raise NotAllowed("guests' names are for fasker_officer, and pemda_kesbangpol of a region on the way")
    await conn.execute(
        "INSERT INTO access_log (id, at, subject, role, visit_id) VALUES ($1, $2, $3, $4, $5)",
        uuid7(),
        now,
        scope.actor.subject,
        role,
        visit_id,
    )
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        """
        SELECT name, nationality, passport_number, institution FROM guest WHERE visit_id = $1 ORDER BY number
        """,
        visit_id,
    )
    return rows
