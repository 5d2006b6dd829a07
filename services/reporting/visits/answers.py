"""The regions' answers to a visit (Permendagri 49/2010 art. 8: approve, postpone or refuse)."""

from datetime import datetime
from uuid import UUID

import asyncpg

from services.reporting import events
from services.reporting.access import acted_by
from services.reporting.states import advance
from services.reporting.visits import rules
from services.reporting.visits.commands import about_visit
from services.reporting.visits.rules import NEXT, Answer, Status
from shared.db import Connection
from shared.errors import ActionNotAllowed, InvalidInput, NotAllowed, NotFound, StaleVersion
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.http.auth import Actor
from shared.regions import codes_within, same_place


async def answer(
    conn: Connection,
    visit_id: UUID,
    *,
    region: str,
    answer: Answer,
    reason: str,
    itinerary_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """A region answers the itinerary as it stands, once."""
    row = await conn.fetchrow(
        "SELECT * FROM visit WHERE id = $1 AND regions && $2 FOR UPDATE",
        visit_id,
        codes_within(actor.regions),
    )
    if row is None:
        raise NotFound("there is no such visit, or none that comes to your region")
    on_the_way = same_place(region, row["regions"])
    if on_the_way is None:
        raise InvalidInput.field("#/region", f"must be a region on the way: {', '.join(row['regions'])}")
    region = on_the_way  # as the itinerary has it
    if not actor.covers(region):
        raise NotAllowed(f"you do not answer for {region}")
    if itinerary_version != row["itinerary_version"]:
        raise StaleVersion(row["itinerary_version"])
    approved_by = await conn.fetch(
        """
        SELECT region FROM visit_answer
        WHERE visit_id = $1 AND itinerary_version = $2 AND answer = 'approved'
        """,
        visit_id,
        itinerary_version,
    )
    action = rules.action_of(
        answer,
        others=[other for other in row["regions"] if other != region],
        approved_by=[approved["region"] for approved in approved_by],
    )
    status = advance(NEXT, Status(row["status"]), action, of="a visit")
    added = await conn.fetchval(
        """
        INSERT INTO visit_answer (visit_id, itinerary_version, region, answer, reason, answered_by, answered_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING true
        """,
        visit_id,
        itinerary_version,
        region,
        answer,
        reason,
        actor.subject,
        now,
    )
    if not added:
        raise ActionNotAllowed(f"{region} has answered this itinerary already")
    await conn.execute("UPDATE visit SET status = $2, version = version + 1 WHERE id = $1", visit_id, status)
    by = acted_by(actor, "pemda_kesbangpol")
    _emit_answer(conn, row, status, region=region, answer=answer, reason=reason, by=by, now=now)


def _emit_answer(
    conn: Connection,
    row: asyncpg.Record,
    status: Status,
    *,
    region: str,
    answer: Answer,
    reason: str,
    by: ActedBy,
    now: datetime,
) -> None:
    """What the region said, and what that makes of the visit as a whole."""
    about = about_visit(row) | {"occurred_at": now, "actor": by}
    emit(conn, events.VisitAnsweredByRegion(**about, region=region, answer=answer, reason=reason))
    if status == row["status"]:
        return
    match status:
        case Status.ACKNOWLEDGED:
            emit(conn, events.VisitAcknowledged(**about))
        case Status.POSTPONED:
            emit(conn, events.VisitPostponed(**about, region=region, reason=reason))
        case Status.REJECTED:
            emit(conn, events.VisitRejected(**about, region=region, reason=reason))
        case _:
            raise AssertionError(f"an answer cannot make a visit {status}")
