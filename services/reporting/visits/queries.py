"""Reads of visits, within the caller's scope. Guests' names and passports: `read_guests` only, and logged."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.reporting.access import GUESTS_ANYWHERE, GUESTS_ON_THE_WAY, Scope
from services.reporting.visits.rules import Status
from shared import audit
from shared.db import Connection
from shared.errors import NotFound
from shared.http.paging import PageRequest, Sorting, fetch_page
from shared.regions import codes_asked_for

SORTING: Final = Sorting(starts_on=("starts_on", date))


async def list_visits(
    conn: Connection,
    scope: Scope,
    page: PageRequest,
    *,
    ngo_id: UUID | None,
    status: Status | None,
    region: str | None,
) -> Sequence[asyncpg.Record]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT * FROM visit
        WHERE (ngo_id = $1 OR $2 OR regions && $3)
          AND ($4::text IS NULL OR status = $4) AND ($5::uuid IS NULL OR ngo_id = $5)
          AND ($6::text[] IS NULL OR regions && $6)
        """,
        scope.ngo_id,
        scope.everything,
        scope.regions,
        status,
        ngo_id,
        codes_asked_for(region),
        sorting=SORTING,
    )


async def get_visit(conn: Connection, scope: Scope, visit_id: UUID) -> dict[str, Any]:
    """The visit, the answers to its present itinerary, and who has yet to answer."""
    row = await conn.fetchrow(
        """
        SELECT * FROM visit WHERE id = $4 AND (ngo_id = $1 OR $2 OR regions && $3)
        """,
        scope.ngo_id,
        scope.everything,
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


async def read_guests(
    conn: Connection, scope: Scope, visit_id: UUID, *, reason: str | None
) -> Sequence[asyncpg.Record]:
    """Who the guests are. Logged, with the reason of whoever is not of the visit's own NGO."""
    visit = await get_visit(conn, scope, visit_id)
    own = scope.owns(visit["ngo_id"])
    if not own:
        audit.expect_reason(reason)
    await audit.record_read(
        conn,
        reader=scope.actor.subject,
        role=scope.ngo_role if own else scope.actor.role(GUESTS_ANYWHERE, GUESTS_ON_THE_WAY),
        own=own,
        owner_id=visit["ngo_id"],
        resource=f"/v1/visits/{visit_id}/guests",
        fields=("name", "nationality", "passport_number", "institution"),
        reason=reason,
    )
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        """
        SELECT name, nationality, passport_number, institution FROM guest WHERE visit_id = $1 ORDER BY number
        """,
        visit_id,
    )
    return rows
