"""Reads of the copies that decisions are made from."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.recommendations.requests.rules import DatedRule, Standing
from shared.db import Connection


async def watermarks(conn: Connection, ngo_id: UUID) -> dict[str, int]:
    """How far each source's events of the NGO are applied here: the versions of the copies."""
    rows = await conn.fetch("SELECT source, sequence FROM watermark WHERE key = $1", str(ngo_id))
    return {row["source"]: row["sequence"] for row in rows}


async def standing(conn: Connection, ngo_id: UUID, agreement_id: UUID, activity_id: UUID) -> Standing:
    """An agreement or an obligation of an organisation that merged into this one counts as its own."""
    row = await conn.fetchrow(
        """
        WITH own AS (SELECT $1::uuid AS id UNION SELECT id FROM ngo WHERE successor_id = $1)
        SELECT (SELECT status FROM ngo WHERE id = $1) AS ngo_status,
               a.starts_on, a.ends_on,
               (SELECT year FROM work_plan_activity WHERE id = $3 AND agreement_id = $2) AS activity_year,
               (SELECT min(due_on) FROM overdue_obligation WHERE ngo_id IN (SELECT id FROM own)) AS overdue_on
        FROM (SELECT) AS one LEFT JOIN agreement a ON a.id = $2 AND a.ngo_id IN (SELECT id FROM own)
        """,
        ngo_id,
        agreement_id,
        activity_id,
    )
    agreement = (row["starts_on"], row["ends_on"]) if row["starts_on"] else None
    return Standing(row["ngo_status"], agreement, row["activity_year"], row["overdue_on"])


async def find_agreement(conn: Connection, agreement_id: UUID) -> asyncpg.Record | None:
    """`holder_id`: the NGO that acts under the agreement today, after any merger."""
    return await conn.fetchrow(
        """
        SELECT a.id, a.number, a.title, a.starts_on, a.ends_on, a.regions,
               coalesce(n.successor_id, a.ngo_id) AS holder_id
        FROM agreement a LEFT JOIN ngo n ON n.id = a.ngo_id
        WHERE a.id = $1
        """,
        agreement_id,
    )


async def ngos_of(conn: Connection, subject: str) -> dict[UUID, str]:
    """The NGOs that a person acts for, with the role in each; those that merged into them included."""
    rows = await conn.fetch(
        """
        SELECT m.ngo_id, m.role FROM membership m WHERE m.subject = $1
        UNION
        SELECT n.id, m.role FROM membership m JOIN ngo n ON n.successor_id = m.ngo_id WHERE m.subject = $1
        """,
        subject,
    )
    return {row["ngo_id"]: row["role"] for row in rows}


async def dated_rules(conn: Connection, on: date) -> dict[str, DatedRule]:
    """Every limit as it holds on a day."""
    rows = await conn.fetch(
        """
        SELECT key, rule, value, legal_basis FROM dated_rule
        WHERE valid_from <= $1 AND (valid_to IS NULL OR $1 < valid_to)
        """,
        on,
    )
    return {row["key"]: DatedRule(row["rule"], row["value"], row["legal_basis"]) for row in rows}


async def agreements_named(conn: Connection, ids: Sequence[UUID]) -> Sequence[asyncpg.Record]:
    """What requests show of the agreements that they rest on."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        "SELECT id, number, title, starts_on, ends_on FROM agreement WHERE id = ANY($1)", ids
    )
    return rows
