"""Reads of notified activities, within what the caller may see: a region sees no other region's answers."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from services.registry.access import Scope
from services.registry.regional_activities.rules import Kind, Status
from shared.db import Connection
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page
from shared.regions import codes_asked_for

SORTING: Final = Sorting(starts_on=("starts_on", date), title=("title", str))


async def list_activities(
    conn: Connection,
    page: PageRequest,
    scope: Scope,
    *,
    activity_id: UUID | None = None,
    status: Status | None = None,
    kind: Kind | None = None,
    region: str | None = None,
    ngo_id: UUID | None = None,
    on: date | None = None,
) -> list[Any]:
    """`ngo_id`: held by it; `on`: takes place on that day, and by whoever holds it then."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT a.id, a.version, a.ngo_id, a.status, a.kind, a.notice_version, a.agreement_id, a.licence_id,
               a.local_partner_ids, a.title, a.activities, a.regions, a.starts_on, a.ends_on, a.notified_at,
               a.recorded_at, a.withdrawal_reason, nullif(h.holder_id, a.ngo_id) AS passed_to_ngo_id
        FROM regional_activity a JOIN holders($9) h ON h.ngo_id = a.ngo_id
        WHERE (a.ngo_id = $1 OR h.holder_id = $1 OR $2 OR a.regions && $3)
          AND ($4::uuid IS NULL OR id = $4)
          AND ($5::text IS NULL OR status = $5)
          AND ($6::text IS NULL OR kind = $6)
          AND ($7::text[] IS NULL OR a.regions && $7)
          AND ($8::uuid IS NULL OR h.holder_id = $8)
          AND ($9::date IS NULL OR $9 BETWEEN a.starts_on AND a.ends_on)
        """,
        scope.ngo_id,
        scope.everything,
        scope.regions,
        activity_id,
        status,
        kind,
        codes_asked_for(region),
        ngo_id,
        on,
        sorting=SORTING,
    )


async def find_activity(conn: Connection, activity_id: UUID, scope: Scope) -> dict[str, Any] | None:
    """With the answers that the caller may see, and who of those regions has yet to answer for good."""
    rows = await list_activities(conn, ONE, scope, activity_id=activity_id)
    if not rows:
        return None
    row = rows[0]
    holds = scope.ngo_id is not None and scope.ngo_id in (row["ngo_id"], row["passed_to_ngo_id"])
    whole = scope.everything or holds
    answers = await conn.fetch(
        """
        SELECT notice_version, region, answer, reason, answered_at FROM regional_activity_answer
        WHERE activity_id = $1 AND ($2 OR region = ANY($3))
        ORDER BY answered_at, region, number
        """,
        activity_id,
        whole,
        scope.regions,
    )
    present = {each["region"]: each["answer"] for each in answers if each["notice_version"] == row["notice_version"]}
    own = [code for code in row["regions"] if whole or code in scope.regions]
    return {
        **row,
        "answers": [dict(each) for each in answers],
        "unanswered": [code for code in own if present.get(code) in (None, "postponed")],
    }
