"""Reads of licences, within what the caller may see."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from services.registry.access import Scope
from services.registry.licences.rules import RUNNING, Kind, Status
from shared.db import Connection
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page

SORTING: Final = Sorting(valid_to=("valid_to", date), issued_on=("issued_on", date))


async def list_licences(
    conn: Connection,
    page: PageRequest,
    scope: Scope,
    *,
    licence_id: UUID | None = None,
    kind: Kind | None = None,
    status: Status | None = None,
    ngo_id: UUID | None = None,
    expires_before: date | None = None,
) -> list[Any]:
    """`expires_before`: in force, or to be, and over before that day."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT id, version, ngo_id, kind, number, issuer, issued_on, valid_from, valid_to, document_sha256, status,
               revoked_on, revocation_reason, retracted_at, retraction_reason, recorded_at
        FROM licence
        WHERE (ngo_id = $1 OR $2)
          AND ($3::uuid IS NULL OR id = $3)
          AND ($4::text IS NULL OR kind = $4)
          AND ($5::text IS NULL OR status = $5)
          AND ($6::uuid IS NULL OR ngo_id = $6)
          AND ($7::date IS NULL OR (valid_to < $7 AND status = ANY($8)))
        """,
        scope.ngo_id,
        scope.everything,
        licence_id,
        kind,
        status,
        ngo_id,
        expires_before,
        RUNNING,
        sorting=SORTING,
    )


async def find_licence(conn: Connection, ngo_id: UUID, licence_id: UUID) -> Any | None:
    rows = await list_licences(conn, ONE, Scope(ngo_id=ngo_id), licence_id=licence_id)
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
        WHERE ngo_id = $1 AND kind = 'IZIN_PRINSIP' AND status NOT IN ('REVOKED', 'RETRACTED')
        """,
        ngo_id,
    )
    return day


async def agreements_on_permits(conn: Connection, ngo_id: UUID) -> list[tuple[str, tuple[date, date]]]:
    """Number and period of each agreement that the organisation signed within an izin prinsip and that was kept."""
    rows = await conn.fetch(
        """
        SELECT number, starts_on, ends_on FROM agreement
        WHERE ngo_id = $1 AND override_reason IS NULL AND status NOT IN ('terminated', 'retracted') ORDER BY number
        """,
        ngo_id,
    )
    return [(row["number"], (row["starts_on"], row["ends_on"])) for row in rows]


async def principle_permits(conn: Connection, ngo_id: UUID, *, but: UUID | None = None) -> list[tuple[date, date]]:
    """First and last day of each izin prinsip that was not revoked; `but`: without this one."""
    rows = await conn.fetch(
        """
        SELECT valid_from, valid_to FROM licence
        WHERE ngo_id = $1 AND kind = 'IZIN_PRINSIP' AND status NOT IN ('REVOKED', 'RETRACTED')
          AND id IS DISTINCT FROM $2
        """,
        ngo_id,
        but,
    )
    return [(row["valid_from"], row["valid_to"]) for row in rows]


async def activities_on(conn: Connection, licence_id: UUID) -> int:
    """How many notified activities name the licence."""
    count: int = await conn.fetchval(
        "SELECT count(*) FROM regional_activity WHERE licence_id = $1 AND status <> 'withdrawn'", licence_id
    )
    return count
