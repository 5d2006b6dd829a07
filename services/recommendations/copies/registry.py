"""From registry: who is active, who acts for whom, and which agreements are signed."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from shared.db import Connection


class NgoVerified(BaseModel):
    ngo_id: UUID
    name: str


class NgoStandingChanged(BaseModel):
    """Suspended, reinstated or closed: the type says which."""

    ngo_id: UUID


class NgoMerged(BaseModel):
    ngo_id: UUID
    successor_id: UUID


class MemberAdded(BaseModel):
    ngo_id: UUID
    subject: str
    member_role: str


class MemberRemoved(BaseModel):
    ngo_id: UUID
    subject: str


class MspSigned(BaseModel):
    ngo_id: UUID
    agreement_id: UUID
    number: str
    title: str
    starts_on: date
    ends_on: date
    regions: tuple[str, ...]


class MspEnded(BaseModel):
    agreement_id: UUID
    ended_on: date


class MspRetracted(BaseModel):
    agreement_id: UUID


async def activate(conn: Connection, event: NgoVerified) -> None:
    await conn.execute(
        """
        INSERT INTO ngo (id, name, status) VALUES ($1, $2, 'active')
        ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, status = 'active', successor_id = NULL
        """,
        event.ngo_id,
        event.name,
    )


async def rename(conn: Connection, event: NgoVerified) -> None:
    """Of one that only applied there is no copy yet."""
    await conn.execute("UPDATE ngo SET name = $2 WHERE id = $1", event.ngo_id, event.name)


async def suspend(conn: Connection, event: NgoStandingChanged) -> None:
    await conn.execute("UPDATE ngo SET status = 'suspended' WHERE id = $1", event.ngo_id)


async def reinstate(conn: Connection, event: NgoStandingChanged) -> None:
    await conn.execute("UPDATE ngo SET status = 'active' WHERE id = $1", event.ngo_id)


async def close(conn: Connection, event: NgoStandingChanged) -> None:
    await conn.execute("UPDATE ngo SET status = 'closed' WHERE id = $1", event.ngo_id)


async def merge(conn: Connection, event: NgoMerged) -> None:
    """Chains are kept flat, whichever merger is heard of first: everybody points to the last successor."""
    await conn.execute(
        """
        WITH last AS (
            SELECT coalesce((SELECT successor_id FROM ngo WHERE id = $2), $2) AS id
        )
        UPDATE ngo SET status = 'merged', successor_id = last.id
        FROM last WHERE ngo.id = $1 OR ngo.successor_id = $1
        """,
        event.ngo_id,
        event.successor_id,
    )


async def add_member(conn: Connection, event: MemberAdded) -> None:
    await conn.execute(
        """
        INSERT INTO membership (subject, ngo_id, role) VALUES ($1, $2, $3)
        ON CONFLICT (subject, ngo_id) DO UPDATE SET role = EXCLUDED.role
        """,
        event.subject,
        event.ngo_id,
        event.member_role,
    )


async def remove_member(conn: Connection, event: MemberRemoved) -> None:
    await conn.execute("DELETE FROM membership WHERE subject = $1 AND ngo_id = $2", event.subject, event.ngo_id)


async def sign_agreement(conn: Connection, event: MspSigned) -> None:
    await conn.execute(
        """
        INSERT INTO agreement (id, ngo_id, number, title, starts_on, ends_on, regions)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE SET
            ngo_id = EXCLUDED.ngo_id, number = EXCLUDED.number, title = EXCLUDED.title,
            starts_on = EXCLUDED.starts_on, ends_on = EXCLUDED.ends_on, regions = EXCLUDED.regions
        """,
        event.agreement_id,
        event.ngo_id,
        event.number,
        event.title,
        event.starts_on,
        event.ends_on,
        event.regions,
    )


async def end_agreement(conn: Connection, event: MspEnded) -> None:
    """One that was terminated covers nothing after its end; any other ends on its last day, which is known."""
    await conn.execute(
        "UPDATE agreement SET ends_on = greatest(starts_on, least(ends_on, $2)) WHERE id = $1",
        event.agreement_id,
        event.ended_on,
    )


async def retract_agreement(conn: Connection, event: MspRetracted) -> None:
    """Its record was a mistake: nothing is asked for under it any more."""
    await conn.execute("DELETE FROM agreement WHERE id = $1", event.agreement_id)
