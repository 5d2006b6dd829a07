"""Who joins and leaves an organisation, and in which role. Each function runs in the caller's transaction."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.registry.errors import AlreadyExists
from services.registry.events import MemberAdded, MemberRemoved, MemberRoleChanged
from services.registry.profiles.rules import OPEN
from shared.db import Connection
from shared.errors import ActionNotAllowed, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy

MEMBERS_MAX: Final = 100


async def add_member(conn: Connection, ngo_id: UUID, subject: str, role: str, *, by: ActedBy, now: datetime) -> None:
    """By the person's own will: whoever applies for an organisation, or accepts its invitation."""
    await _take_turns(conn, ngo_id)
    if await conn.fetchval("SELECT count(*) FROM membership WHERE ngo_id = $1", ngo_id) >= MEMBERS_MAX:
        raise ActionNotAllowed(f"an organisation has {MEMBERS_MAX} members at most")
    added = await conn.fetchval(
        """
        INSERT INTO membership (subject, ngo_id, role, since) VALUES ($1, $2, $3, $4)
        ON CONFLICT (subject) DO NOTHING RETURNING true
        """,
        subject,
        ngo_id,
        role,
        now,
    )
    if not added:
        raise AlreadyExists("you are a member of an organisation already; one person acts for one only")
    emit(conn, MemberAdded(occurred_at=now, actor=by, ngo_id=ngo_id, subject=subject, member_role=role))


async def change_role(
    conn: Connection, ngo_id: UUID, subject: str, role: str, *, reason: str, version: int, by: ActedBy, now: datetime
) -> None:
    """The same role once more changes nothing."""
    member = await _lock_member(conn, ngo_id, subject)
    expect_version(member["version"], version)
    if role == member["role"]:
        return
    await _expect_another_admin(conn, ngo_id, member["role"])
    await conn.execute(
        "UPDATE membership SET role = $3, version = version + 1 WHERE subject = $1 AND ngo_id = $2",
        subject,
        ngo_id,
        role,
    )
    emit(
        conn,
        MemberRoleChanged(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            subject=subject,
            member_role=role,
            previous_role=member["role"],
            reason=reason,
        ),
    )


async def remove_member(conn: Connection, ngo_id: UUID, subject: str, *, by: ActedBy, now: datetime) -> None:
    member = await _lock_member(conn, ngo_id, subject)
    await _expect_another_admin(conn, ngo_id, member["role"])
    await _remove(conn, ngo_id, subject, by=by, now=now)


async def leave(conn: Connection, ngo_id: UUID, *, version: int, by: ActedBy, now: datetime) -> None:
    """By the member's own will."""
    member = await _lock_member(conn, ngo_id, by.subject)
    expect_version(member["version"], version)
    await _expect_another_admin(conn, ngo_id, member["role"])
    await _remove(conn, ngo_id, by.subject, by=by, now=now)


async def remove_all_members(conn: Connection, ngo_id: UUID, *, by: ActedBy, now: datetime) -> None:
    """After a rejection: the people are free to apply again."""
    rows = await conn.fetch("SELECT subject FROM membership WHERE ngo_id = $1 ORDER BY since, subject", ngo_id)
    for row in rows:
        await _remove(conn, ngo_id, row["subject"], by=by, now=now)


async def _remove(conn: Connection, ngo_id: UUID, subject: str, *, by: ActedBy, now: datetime) -> None:
    await conn.execute("DELETE FROM membership WHERE subject = $1 AND ngo_id = $2", subject, ngo_id)
    emit(conn, MemberRemoved(occurred_at=now, actor=by, ngo_id=ngo_id, subject=subject))


async def _lock_member(conn: Connection, ngo_id: UUID, subject: str) -> Any:
    await _take_turns(conn, ngo_id)
    member = await conn.fetchrow(
        "SELECT role, version FROM membership WHERE subject = $1 AND ngo_id = $2", subject, ngo_id
    )
    if member is None:
        raise NotFound("this person is no member of this organisation")
    return member


async def _expect_another_admin(conn: Connection, ngo_id: UUID, role: str) -> None:
    """The last administrator stays: nobody else could let others in. `role`: of whoever is to be one no more.

    Into an organisation that has ended nobody is let in; who acted for it may act for its successor.
    """
    if role != "ngo_admin":
        return
    if await conn.fetchval("SELECT status <> ALL($2) FROM organisation WHERE id = $1", ngo_id, OPEN):
        return
    admins = await conn.fetchval("SELECT count(*) FROM membership WHERE ngo_id = $1 AND role = 'ngo_admin'", ngo_id)
    if admins == 1:
        raise ActionNotAllowed("the last ngo_admin stays; let there be another one first")


async def _take_turns(conn: Connection, ngo_id: UUID) -> None:
    """Changes of one organisation's members come one after the other, so that what was counted stays true."""
    await conn.fetchval("SELECT 1 FROM organisation WHERE id = $1 FOR UPDATE", ngo_id)
