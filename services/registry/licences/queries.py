"""Reads of licences."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from services.registry.licences.rules import Kind, Status
from shared.db import Connection
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page

SORTING: Final = Sorting(valid_to=("valid_to", date), issued_on=("issued_on", date))


async def list_licences(
    conn: Connection,
    ngo_id: UUID,
    page: PageRequest,
    *,
    licence_id: UUID | None = None,
    kind: Kind | None = None,
    status: Status | None = None,
) -> list[Any]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT id, version, ngo_id, kind, number, issuer, issued_on, valid_from, valid_to, document_sha256, status,
               revoked_on, revocation_reason, recorded_at
        FROM licence
        WHERE ngo_id = $1 AND ($2::uuid IS NULL OR id = $2) AND ($3::text IS NULL OR kind = $3)
          AND ($4::text IS NULL OR status = $4)
        """,
        ngo_id,
        licence_id,
        kind,
        status,
        sorting=SORTING,
    )


async def find_licence(conn: Connection, ngo_id: UUID, licence_id: UUID) -> Any | None:
    rows = await list_licences(conn, ngo_id, ONE, licence_id=licence_id)
    return rows[0] if rows else None


async def list_lead_times(conn: Connection) -> list[Any]:
    rows: list[Any] = await conn.fetch(
        """
        SELECT kind, months, valid_from, valid_to, legal_basis FROM licence_lead_time
        ORDER BY kind, valid_from, months DESC LIMIT 100
        """
    )
    return rows


async def last_principle_permit_day(conn: Connection, ngo_id: UUID) -> date | None:
    """Until when the organisation has an izin prinsip, by the evidence; none if it has none."""
    day: date | None = await conn.fetchval(
        """
        SELECT max(valid_to) FROM licence
        WHERE ngo_id = $1 AND kind = 'IZIN_PRINSIP' AND status <> 'REVOKED'
        """,
        ngo_id,
    )
    return day


async def principle_permits(conn: Connection, ngo_id: UUID) -> list[tuple[date, date]]:
    """First and last day of each izin prinsip that was not revoked."""
    rows = await conn.fetch(
        """
        SELECT valid_from, valid_to FROM licence
        WHERE ngo_id = $1 AND kind = 'IZIN_PRINSIP' AND status <> 'REVOKED'
        """,
        ngo_id,
    )
    return [(row["valid_from"], row["valid_to"]) for row in rows]
