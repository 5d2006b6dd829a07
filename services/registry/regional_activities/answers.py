"""The regions' answers to a notified activity. Runs in the caller's transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.events import RegionalActivityAnsweredByRegion
from services.registry.regional_activities.commands import about_activity, lock_activity
from services.registry.regional_activities.rules import Answer, Status, action_of, advance
from shared.db import Connection
from shared.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.http.auth import Actor
from shared.regions import same_place


async def answer(
    conn: Connection,
    activity_id: UUID,
    *,
    region: str,
    answer: Answer,
    reason: str,
    notice_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """A region answers the notice as it stands: once for good, and before that as often as it postpones."""
    row = await lock_activity(conn, activity_id)
    if row is None or not any(map(actor.covers, row["regions"])):
        raise NotFound("there is no such activity, or none in your region")
    if not actor.covers(region):
        raise NotAllowed(f"you do not answer for {region}")
    notified = same_place(region, row["regions"])
    if notified is None:
        raise InvalidInput.field("#/region", "must be a region in which the activity takes place")
    region = notified  # as the notice has it
    if notice_version != row["notice_version"]:
        raise StaleVersion(row["notice_version"])
    present, number = await _present(conn, row, region)
    action = action_of(answer, region=region, regions=row["regions"], present=present)
    status = advance(Status(row["status"]), action)
    await conn.execute(
        """
        INSERT INTO regional_activity_answer (activity_id, notice_version, region, number, answer, reason,
                                              answered_at, answered_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        activity_id,
        notice_version,
        region,
        number + 1,
        answer,
        reason,
        now,
        actor.subject,
    )
    await conn.execute(
        "UPDATE regional_activity SET version = version + 1, status = $2 WHERE id = $1", activity_id, status
    )
    by = ActedBy(subject=actor.subject, role="pemda_kesbangpol")
    # To the region that answered: the others see and answer their own.
    about = about_activity(row, by, now) | {"regions": (region,)}
    emit(conn, RegionalActivityAnsweredByRegion(**about, region=region, answer=answer, reason=reason))


async def _present(conn: Connection, row: Any, region: str) -> tuple[dict[str, Answer], int]:
    """The newest answer of each region to the present notice, and how many the one has given."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT ON (region) region, number, answer FROM regional_activity_answer
        WHERE activity_id = $1 AND notice_version = $2 ORDER BY region, number DESC
        """,
        row["id"],
        row["notice_version"],
    )
    number = next((each["number"] for each in rows if each["region"] == region), 0)
    return {each["region"]: each["answer"] for each in rows}, number
