"""What the ministry does with a request: take it up, send it back, issue, reject, revoke.

Locks are taken in one order: request, NGO, person, letter and its counter, and at the end the event stream.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.recommendations.copies import queries as copies
from services.recommendations.events import (
    RecommendationIssued,
    RecommendationRejected,
    RecommendationRevisionRequested,
    RecommendationRevoked,
)
from services.recommendations.letters.commands import issue_letter, revoke_letter
from services.recommendations.requests.commands import find_violations
from services.recommendations.requests.kind import Kind
from services.recommendations.requests.rules import Action, Status, advance, expect_other_person, refuse
from services.recommendations.requests.steps import about, record_step
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import InvalidInput, NotFound
from shared.events.append import emit
from shared.events.envelope import ActedBy


async def take_up(conn: Connection, request: asyncpg.Record, *, by: ActedBy, now: datetime) -> None:
    status = advance(Status(request["status"]), Action.TAKE_UP)
    expect_other_person(by.subject, submitted_by=request["submitted_by"])
    taken = await conn.fetchrow(
        """
        UPDATE recommendation_request SET status = $2, reviewed_by = $3, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        request["id"],
        status,
        by.subject,
    )
    await record_step(conn, request, taken, Action.TAKE_UP, by=by, now=now)


async def request_revision(
    conn: Connection,
    request: asyncpg.Record,
    comments: Sequence[tuple[str, str]],
    *,
    reason: str | None,
    by: ActedBy,
    now: datetime,
) -> None:
    """`comments`: (field, what to mend) pairs."""
    status = advance(Status(request["status"]), Action.REQUEST_REVISION)
    expect_other_person(by.subject, submitted_by=request["submitted_by"])
    returned = await conn.fetchrow(
        "UPDATE recommendation_request SET status = $2, version = version + 1 WHERE id = $1 RETURNING *",
        request["id"],
        status,
    )
    await conn.executemany(
        "INSERT INTO review_comment (request_id, version, position, field, comment) VALUES ($1, $2, $3, $4, $5)",
        [(request["id"], returned["version"], n, field, text) for n, (field, text) in enumerate(comments)],
    )
    await record_step(conn, request, returned, Action.REQUEST_REVISION, by=by, now=now, reason=reason)
    fields = tuple(dict.fromkeys(field for field, _ in comments))
    emit(conn, RecommendationRevisionRequested(**about(request, by, now), commented_fields=fields))


async def issue(conn: Connection, kind: Kind, request: asyncpg.Record, *, by: ActedBy, now: datetime) -> None:
    """Check again, with the NGO's other decisions waiting: what was right at submission may be wrong by now."""
    status = advance(Status(request["status"]), Action.ISSUE)
    expect_other_person(by.subject, submitted_by=request["submitted_by"], reviewed_by=request["reviewed_by"])
    await conn.execute("SELECT 1 FROM ngo WHERE id = $1 FOR UPDATE", request["ngo_id"])
    refuse(await find_violations(conn, kind, request, now=now))
    today = now.astimezone(JAKARTA).date()
    text = await kind.write_letter(conn, request, today)
    letter = await issue_letter(conn, request, text, signed_by=by.subject, today=today)
    await _decide(conn, request, Action.ISSUE, status, by=by, now=now)
    if kind.after_issue:
        await kind.after_issue(conn, request)
    emit(
        conn,
        RecommendationIssued(
            **about(request, by, now),
            letter_id=letter["id"],
            letter_number=letter["number"],
            issued_on=today,
            valid_to=text.valid_to,
            legal_basis=text.legal_basis,
        ),
    )


async def reject(
    conn: Connection,
    request: asyncpg.Record,
    *,
    reason: str,
    rule: str | None,
    legal_basis: str | None,
    by: ActedBy,
    now: datetime,
) -> None:
    """Refuse for good. `rule` names what it breaks; its article, if none is given, is that of today."""
    status = advance(Status(request["status"]), Action.REJECT)
    expect_other_person(by.subject, submitted_by=request["submitted_by"])
    if rule:
        of_today = await _legal_basis(conn, rule, now)
        legal_basis = legal_basis or of_today
    await _decide(
        conn, request, Action.REJECT, status, by=by, now=now, reason=reason, rule=rule, legal_basis=legal_basis
    )
    emit(
        conn,
        RecommendationRejected(**about(request, by, now), reason=reason, rule=rule, legal_basis=legal_basis),
    )


async def revoke(
    conn: Connection,
    kinds: Mapping[str, Kind],
    letter_id: UUID,
    version: int,
    *,
    reason: str,
    by: ActedBy,
    now: datetime,
) -> asyncpg.Record:
    """Take an issued letter back; whatever it allowed ends. `version` is the letter's."""
    request = await conn.fetchrow(
        """
        SELECT r.* FROM recommendation_request r JOIN letter l ON l.request_id = r.id
        WHERE l.id = $1 FOR UPDATE OF r
        """,
        letter_id,
    )
    if request is None:
        raise NotFound("there is no letter with this id")
    letter = await revoke_letter(conn, letter_id, version, revoked_by=by.subject, reason=reason, now=now)
    status = advance(Status(request["status"]), Action.REVOKE)
    revoked = await conn.fetchrow(
        "UPDATE recommendation_request SET status = $2, version = version + 1 WHERE id = $1 RETURNING *",
        request["id"],
        status,
    )
    await record_step(conn, request, revoked, Action.REVOKE, by=by, now=now, reason=reason)
    if end_what_it_allowed := kinds[request["kind"]].after_revocation:
        await end_what_it_allowed(conn, request, by, now)
    emit(
        conn,
        RecommendationRevoked(
            **about(request, by, now), letter_id=letter_id, letter_number=letter["number"], reason=reason
        ),
    )
    return letter


async def _decide(
    conn: Connection,
    request: asyncpg.Record,
    action: Action,
    status: Status,
    *,
    by: ActedBy,
    now: datetime,
    reason: str | None = None,
    rule: str | None = None,
    legal_basis: str | None = None,
) -> None:
    """Write the decision down, with the versions of the copies that it was made from."""
    decided = await conn.fetchrow(
        """
        UPDATE recommendation_request
        SET status = $2, decided_by = $3, decided_at = $4, decided_from = $5, reason = $6, rule = $7,
            legal_basis = $8, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        request["id"],
        status,
        by.subject,
        now,
        await copies.watermarks(conn, request["ngo_id"]),
        reason,
        rule,
        legal_basis,
    )
    await record_step(conn, request, decided, action, by=by, now=now, reason=reason)


async def _legal_basis(conn: Connection, rule: str, now: datetime) -> str:
    rules = await copies.dated_rules(conn, now.astimezone(JAKARTA).date())
    found = next((dated.legal_basis for dated in rules.values() if dated.rule == rule), None)
    if found is None:
        known = ", ".join(sorted({dated.rule for dated in rules.values()}))
        raise InvalidInput.field("#/rule", f"must be a rule that holds today: {known}")
    return found
