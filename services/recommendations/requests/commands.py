"""What the NGO does with a request of either kind. Each function runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.recommendations.copies import queries as copies
from services.recommendations.events import RecommendationSubmitted, RecommendationWithdrawn
from services.recommendations.letters.queries import is_replaceable
from services.recommendations.requests.kind import Kind, Terms
from services.recommendations.requests.queries import find_request
from services.recommendations.requests.rules import (
    Action,
    Status,
    Violation,
    advance,
    refuse,
    standing_violations,
)
from services.recommendations.requests.steps import about, record_step
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import InvalidInput, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7
from shared.regions import check_codes


async def expect_own_agreement(conn: Connection, agreement_id: UUID, ngos: Sequence[UUID]) -> UUID:
    """The NGO that the agreement belongs to today, which must be one of the caller's."""
    agreement = await copies.find_agreement(conn, agreement_id)
    if agreement is None or agreement["holder_id"] not in ngos:
        raise InvalidInput.field("#/agreement_id", "must be an agreement (MSP) of your organisation", rule="R02")
    holder: UUID = agreement["holder_id"]
    return holder


async def draft_request(
    conn: Connection, kind: Kind, ngo_id: UUID, terms: Terms, *, created_by: str, now: datetime
) -> asyncpg.Record:
    await _check_regions(conn, terms)
    return await conn.fetchrow(
        """
        INSERT INTO recommendation_request (id, kind, ngo_id, agreement_id, work_plan_activity_id, starts_on,
                                            ends_on, regions, replaces_letter_id, status, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        RETURNING *
        """,
        uuid7(),
        kind.name,
        ngo_id,
        terms.agreement_id,
        terms.work_plan_activity_id,
        terms.starts_on,
        terms.ends_on,
        terms.regions,
        terms.replaces_letter_id,
        Status.DRAFT,
        created_by,
        now,
    )


async def change_terms(
    conn: Connection, request: asyncpg.Record, terms: Terms, *, by: ActedBy, now: datetime
) -> asyncpg.Record:
    status = advance(Status(request["status"]), Action.EDIT)
    await _check_regions(conn, terms)
    changed = await conn.fetchrow(
        """
        UPDATE recommendation_request
        SET agreement_id = $2, work_plan_activity_id = $3, starts_on = $4, ends_on = $5, regions = $6,
            replaces_letter_id = $7, status = $8, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        request["id"],
        terms.agreement_id,
        terms.work_plan_activity_id,
        terms.starts_on,
        terms.ends_on,
        terms.regions,
        terms.replaces_letter_id,
        status,
    )
    await record_step(conn, request, changed, Action.EDIT, by=by, now=now)
    return changed


async def _check_regions(conn: Connection, terms: Terms) -> None:
    """V17: codes that hold on a day of the stay or of the goods' arrival, or under which the agreement was signed."""
    agreement = await copies.find_agreement(conn, terms.agreement_id)
    agreed = agreement["regions"] if agreement else ()
    check_codes(terms.named_regions, on=terms.starts_on, until=terms.ends_on, agreed=agreed)


async def lock_request(
    conn: Connection, kind: str, request_id: UUID, version: int, *, scope: Sequence[UUID] | None
) -> asyncpg.Record:
    """A request of these NGOs (scope None: any that was submitted), locked, if it is still at the version seen."""
    request = await conn.fetchrow(
        """
        SELECT * FROM recommendation_request
        WHERE id = $1 AND kind = $2 AND (ngo_id = ANY($3) OR $3::uuid[] IS NULL AND submitted_at IS NOT NULL)
        FOR UPDATE
        """,
        request_id,
        kind,
        scope,
    )
    if request is None:
        raise NotFound("there is no such request that you may see")
    expect_version(request["version"], version)
    return request


async def find_violations(conn: Connection, kind: Kind, request: asyncpg.Record, *, now: datetime) -> list[Violation]:
    """Everything that stands against the request, by our own copies and by the rules of today."""
    today = now.astimezone(JAKARTA).date()
    rules = await copies.dated_rules(conn, today)
    standing = await copies.standing(conn, request["ngo_id"], request["agreement_id"], request["work_plan_activity_id"])
    replaces, found = request["replaces_letter_id"], list[Violation]()
    if replaces and not await is_replaceable(conn, replaces, request["ngo_id"], kind.name):
        detail = "must be a letter of the same kind and organisation that is neither revoked nor replaced"
        found.append(Violation.of(rules["letter.replaced"], "#/replaces_letter_id", detail))
    return [
        *found,
        *standing_violations(
            standing,
            rules,
            period=(request["starts_on"], request["ends_on"]),
            pointers=kind.period_pointers,
            today=today,
        ),
        *await kind.find_violations(conn, request, rules, today),
    ]


async def submit(conn: Connection, kind: Kind, request: asyncpg.Record, *, by: ActedBy, now: datetime) -> None:
    status = advance(Status(request["status"]), Action.SUBMIT)
    refuse(await find_violations(conn, kind, request, now=now))
    submitted = await conn.fetchrow(
        """
        UPDATE recommendation_request SET status = $2, submitted_by = $3, submitted_at = $4, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        request["id"],
        status,
        by.subject,
        now,
    )
    terms = {name: str(submitted[name]) for name in ("agreement_id", "work_plan_activity_id", "starts_on", "ends_on")}
    content = terms | await kind.content(conn, request["id"])
    await record_step(conn, request, submitted, Action.SUBMIT, by=by, now=now, content=content)
    if kind.after_submission:
        await kind.after_submission(conn, request["id"])
    activity_id = request["work_plan_activity_id"]
    emit(conn, RecommendationSubmitted(**about(request, by, now), work_plan_activity_id=activity_id))


async def withdraw(conn: Connection, request: asyncpg.Record, *, by: ActedBy, now: datetime) -> None:
    status = advance(Status(request["status"]), Action.WITHDRAW)
    withdrawn = await conn.fetchrow(
        "UPDATE recommendation_request SET status = $2, version = version + 1 WHERE id = $1 RETURNING *",
        request["id"],
        status,
    )
    await record_step(conn, request, withdrawn, Action.WITHDRAW, by=by, now=now)
    if request["submitted_at"]:  # nobody else has heard of a draft
        submitted = await find_request(conn, request["kind"], request["id"], ngos=(), others=True)
        emit(conn, RecommendationWithdrawn(**about(submitted, by, now)))
