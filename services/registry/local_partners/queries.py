"""Reads of local partners, within what the caller may see."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from services.registry.access import Scope
from services.registry.local_partners.rules import Status
from shared.db import Connection
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page

SORTING: Final = Sorting(name=("name", str), registration_valid_to=("registration_valid_to", date))


async def list_partners(
    conn: Connection,
    page: PageRequest,
    scope: Scope,
    *,
    partner_id: UUID | None = None,
    status: Status | None = None,
    region: str | None = None,
) -> list[Any]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT id, version, ngo_id, status, name, legal_form, registration_number, registration_valid_to,
               regions, programme, proposed_at, decided_at, notes
        FROM local_partner
        WHERE (ngo_id = $1 OR $2 OR EXISTS (
                SELECT FROM unnest(regions) AS place (code), unnest($3::text[]) AS own (code)
                WHERE place.code = own.code OR starts_with(place.code, own.code || '.')))
          AND ($4::uuid IS NULL OR id = $4)
          AND ($5::text IS NULL OR status = $5)
          AND ($6::text IS NULL OR EXISTS (
                SELECT FROM unnest(regions) AS place (code)
                WHERE place.code = $6 OR starts_with(place.code, $6 || '.')))
        """,
        scope.ngo_id,
        scope.everything,
        scope.regions,
        partner_id,
        status,
        region,
        sorting=SORTING,
    )


async def find_partner(conn: Connection, partner_id: UUID, scope: Scope) -> Any | None:
    rows = await list_partners(conn, ONE, scope, partner_id=partner_id)
    return rows[0] if rows else None
