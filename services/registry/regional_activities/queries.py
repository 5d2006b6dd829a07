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
) -> list[Any]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT id, version, ngo_id, status, kind, notice_version, agreement_id, licence_id, local_partner_ids, title,
               activities, regions, starts_on, ends_on, notified_at, recorded_at, withdrawal_reason
        FROM regional_activity
        WHERE (ngo_id = $1 OR $2 OR regions && $3)
          AND ($4::uuid IS NULL OR id = $4)
          AND ($5::text IS NULL OR status = $5)
          AND ($6::text IS NULL OR kind = $6)
          AND ($7::text[] IS NULL OR regions && $7)
        """,
        scope.ngo_id,
        scope.everything,
        scope.regions,
        activity_id,
        status,
        kind,
        codes_asked_for(region),
        sorting=SORTING,
    )


async def find_activity(conn: Connection, activity_id: UUID, scope: Scope) -> dict[str, Any] | None:
    """With the answers that the caller may see, and who of those regions has yet to answer for good."""
    rows = await list_activities(conn, ONE, scope, activity_id=activity_id)
    if not rows:
        return None
    row = rows[0]
    whole = scope.everything or row["ngo_id"] == scope.ngo_id
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
