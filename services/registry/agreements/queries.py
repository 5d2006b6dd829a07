"""Reads of agreements."""

from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from services.registry.agreements.rules import Status
from shared.db import Connection
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page
from shared.regions import codes_asked_for

SORTING: Final = Sorting(
    number=("number", str), starts_on=("starts_on", date), ends_on=("ends_on", date), amount=("amount", Decimal)
)


async def list_agreements(
    conn: Connection,
    page: PageRequest,
    *,
    agreement_id: UUID | None = None,
    ngo_id: UUID | None = None,
    region: str | None = None,
    on: date | None = None,
    status: Status | None = None,
) -> list[Any]:
    """`ngo_id`: signed by it or passed to it; `region`: with effect there; `on`: in force on that day."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT id, version, ngo_id, status, number, title, starts_on, ends_on, counterpart_unit, scope, regions,
               amount, currency, rate, rate_date, amount_idr, signatory_functions, predecessor_id,
               override_reason, document_sha256, passed_to_ngo_id, signed_at, ended_on, end_reason, retracted_at,
               retraction_reason,
               (SELECT s.id FROM agreement s WHERE s.predecessor_id = agreement.id AND s.status <> 'retracted'
                ORDER BY s.status = 'terminated', s.id DESC LIMIT 1) AS successor_id
        FROM agreement
        WHERE ($1::uuid IS NULL OR id = $1)
          AND ($2::uuid IS NULL OR ngo_id = $2 OR passed_to_ngo_id = $2)
          AND ($3::text[] IS NULL OR regions && $3)
          AND ($4::date IS NULL
               OR (status <> 'retracted' AND (status <> 'terminated' OR ended_on IS NOT NULL)
                   AND $4 BETWEEN starts_on AND coalesce(ended_on, ends_on)))
          AND ($5::text IS NULL OR status = $5)
        """,
        agreement_id,
        ngo_id,
        codes_asked_for(region),
        on,
        status,
        sorting=SORTING,
    )


async def find_agreement(conn: Connection, agreement_id: UUID) -> Any | None:
    rows = await list_agreements(conn, ONE, agreement_id=agreement_id)
    return rows[0] if rows else None


async def has_successor(conn: Connection, agreement_id: UUID) -> bool:
    """Whether another agreement carries it on: one that was given up, or taken back, does not."""
    found: bool = await conn.fetchval(
        "SELECT EXISTS (SELECT FROM agreement WHERE predecessor_id = $1 AND status NOT IN ('terminated', 'retracted'))",
        agreement_id,
    )
    return found


async def has_master_plan(conn: Connection, agreement_id: UUID) -> bool:
    found: bool = await conn.fetchval("SELECT EXISTS (SELECT FROM master_plan WHERE agreement_id = $1)", agreement_id)
    return found


async def activities_under(conn: Connection, agreement_id: UUID) -> int:
    """How many notified activities name the agreement."""
    count: int = await conn.fetchval(
        "SELECT count(*) FROM regional_activity WHERE agreement_id = $1 AND status <> 'withdrawn'", agreement_id
    )
    return count


async def working_area(conn: Connection, ngo_id: UUID) -> tuple[str, ...]:
    """The regencies and cities of the agreements that it signed or took over, and that run: whom its fate concerns."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT unnest(regions) AS region FROM agreement
        WHERE (ngo_id = $1 AND status = 'signed') OR (passed_to_ngo_id = $1 AND status = 'passed_on')
        ORDER BY region
        """,
        ngo_id,
    )
    return tuple(row["region"] for row in rows)
