"""Reads of the copies."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.reporting.copies.models import Agreement, Budget
from shared.db import Connection


def _agreement(row: asyncpg.Record) -> Agreement:
    return Agreement(row["id"], row["ngo_id"], row["starts_on"], row["ends_on"], tuple(row["regions"]))


async def agreement_of(conn: Connection, agreement_id: UUID, *, ngo_id: UUID) -> Agreement | None:
    row = await conn.fetchrow(
        "SELECT id, ngo_id, starts_on, ends_on, regions FROM agreement WHERE id = $1 AND ngo_id = $2",
        agreement_id,
        ngo_id,
    )
    return _agreement(row) if row else None


async def lock_agreement(conn: Connection, agreement_id: UUID) -> Agreement:
    """Have what is decided under an agreement to ourselves until the commit."""
    row = await conn.fetchrow(
        "SELECT id, ngo_id, starts_on, ends_on, regions FROM agreement WHERE id = $1 FOR UPDATE", agreement_id
    )
    return _agreement(row)


async def agreed_regions(conn: Connection, agreement_id: UUID) -> Sequence[str]:
    """The codes under which the agreement was signed."""
    regions: Sequence[str] = await conn.fetchval("SELECT regions FROM agreement WHERE id = $1", agreement_id)
    return regions


async def counterpart_unit(conn: Connection, agreement_id: UUID) -> str | None:
    """The technical unit that the agreement is with; None if that is not known here."""
    unit: str | None = await conn.fetchval("SELECT counterpart_unit FROM agreement WHERE id = $1", agreement_id)
    return unit


async def master_plan_budgets(conn: Connection, agreement_id: UUID) -> dict[UUID, Budget]:
    rows = await conn.fetch(
        "SELECT id, budget, currency FROM master_plan_activity WHERE agreement_id = $1", agreement_id
    )
    return {row["id"]: Budget(row["budget"], row["currency"]) for row in rows}


async def partner_registrations(conn: Connection, ngo_id: UUID) -> dict[UUID, date]:
    """The NGO's approved local partners, and until when each is registered."""
    rows = await conn.fetch("SELECT id, registration_valid_to FROM local_partner WHERE ngo_id = $1", ngo_id)
    return {row["id"]: row["registration_valid_to"] for row in rows}


async def organisations_named(conn: Connection, ids: Sequence[UUID]) -> Sequence[asyncpg.Record]:
    """What the registry has told us of organisations, as others' resources show it."""
    rows: Sequence[asyncpg.Record] = await conn.fetch("SELECT id, name, status FROM ngo WHERE id = ANY($1)", ids)
    return rows
