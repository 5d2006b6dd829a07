"""What is done with an invitation. Each function runs in the caller's transaction.

Whether a person acts for another organisation is no business of whoever invites: it shows when the person accepts.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.errors import AlreadyExists
from services.registry.invitations.rules import VALID_FOR, Action, Status, advance, status_at
from services.registry.members.commands import MEMBERS_MAX, add_member
from services.registry.organisations.rules import Status as OrganisationStatus
from services.registry.organisations.rules import require_active
from shared.db import Connection
from shared.errors import ActionNotAllowed, NotFound, expect_version
from shared.events.envelope import ActedBy
from shared.ids import uuid7


async def invite(conn: Connection, ngo_id: UUID, subject: str, role: str, *, by: ActedBy, now: datetime) -> UUID:
    require_active(await _lock_organisation(conn, ngo_id), "to invite people")
    if await conn.fetchval("SELECT true FROM membership WHERE subject = $1 AND ngo_id = $2", subject, ngo_id):
        raise AlreadyExists("this person is a member of your organisation already")
    await conn.execute(
        """
        UPDATE invitation SET status = 'expired', version = version + 1
        WHERE ngo_id = $1 AND status = 'open' AND expires_at <= $2
        """,
        ngo_id,
        now,
    )
    await _expect_place(conn, ngo_id)
    invitation_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO invitation (id, ngo_id, subject, role, status, invited_at, invited_by, expires_at)
        VALUES ($1, $2, $3, $4, 'open', $5, $6, $7)
        ON CONFLICT (ngo_id, subject) WHERE status = 'open' DO NOTHING RETURNING id
        """,
        uuid7(),
        ngo_id,
        subject,
        role,
        now,
        by.subject,
        now + VALID_FOR,
    )
    if invitation_id is None:
        raise AlreadyExists("this person is invited already; withdraw that invitation to give another role")
    return invitation_id


async def accept(conn: Connection, invitation_id: UUID, *, version: int, subject: str, now: datetime) -> None:
    """The person is a member from now on, if they act for no other organisation."""
    invitation = await _lock(conn, invitation_id, version=version, subject=subject)
    await _advance(conn, invitation, Action.ACCEPT, now=now)
    require_active(invitation["ngo_status"], "to join")
    by = ActedBy(subject=subject, role="invited")
    await add_member(conn, invitation["ngo_id"], subject, invitation["role"], by=by, now=now)


async def refuse(conn: Connection, invitation_id: UUID, *, version: int, subject: str, now: datetime) -> None:
    invitation = await _lock(conn, invitation_id, version=version, subject=subject)
    await _advance(conn, invitation, Action.REFUSE, now=now)


async def withdraw(conn: Connection, invitation_id: UUID, *, version: int, ngo_id: UUID, now: datetime) -> None:
    invitation = await _lock(conn, invitation_id, version=version, ngo_id=ngo_id)
    await _advance(conn, invitation, Action.WITHDRAW, now=now)


async def _lock(
    conn: Connection, invitation_id: UUID, *, version: int, subject: str | None = None, ngo_id: UUID | None = None
) -> dict[str, Any]:
    """This person's invitation, or this organisation's. The organisation is locked first, as by whoever invites."""
    of_ngo = await conn.fetchval(
        """
        SELECT ngo_id FROM invitation
        WHERE id = $1 AND ($2::text IS NULL OR subject = $2) AND ($3::uuid IS NULL OR ngo_id = $3)
        """,
        invitation_id,
        subject,
        ngo_id,
    )
    if of_ngo is None:
        raise NotFound("there is no such invitation that you may see")
    ngo_status = await _lock_organisation(conn, of_ngo)
    row = await conn.fetchrow(
        "SELECT id, ngo_id, role, status, expires_at, version FROM invitation WHERE id = $1 FOR UPDATE", invitation_id
    )
    expect_version(row["version"], version)
    return {**row, "ngo_status": ngo_status}


async def _lock_organisation(conn: Connection, ngo_id: UUID) -> OrganisationStatus:
    """Changes of one organisation's people come one after the other, so that what was counted stays true."""
    return OrganisationStatus(await conn.fetchval("SELECT status FROM organisation WHERE id = $1 FOR UPDATE", ngo_id))


async def _expect_place(conn: Connection, ngo_id: UUID) -> None:
    taken = await conn.fetchval(
        """
        SELECT (SELECT count(*) FROM membership WHERE ngo_id = $1)
             + (SELECT count(*) FROM invitation WHERE ngo_id = $1 AND status = 'open')
        """,
        ngo_id,
    )
    if taken >= MEMBERS_MAX:
        raise ActionNotAllowed(f"an organisation has {MEMBERS_MAX} members and open invitations at most")


async def _advance(conn: Connection, invitation: dict[str, Any], action: Action, *, now: datetime) -> None:
    present = status_at(Status(invitation["status"]), invitation["expires_at"], now)
    await conn.execute(
        "UPDATE invitation SET status = $2, answered_at = $3, version = version + 1 WHERE id = $1",
        invitation["id"],
        advance(present, action),
        now,
    )
