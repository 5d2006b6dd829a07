"""Reads of local partners, within what the caller may see."""

from typing import Any
from uuid import UUID

from services.registry.access import Scope
from services.registry.local_partners.rules import Status
from shared.db import Connection
from shared.http.paging import PageRequest


async def list_partners(
    conn: Connection,
    page: PageRequest,
    scope: Scope,
    *,
    partner_id: UUID | None = None,
    status: Status | None = None,
) -> list[Any]:
    rows: list[Any] = await conn.fetch(
        """
        SELECT id, version, ngo_id, status, name, legal_form, registration_number, registration_valid_to,
               regions, programme, proposed_at, decided_at, notes
        FROM local_partner
        WHERE ($1::uuid IS NULL OR id < $1)
          AND ($2::uuid IS NULL OR ngo_id = $2)
          AND ($3::text[] IS NULL OR EXISTS (
                SELECT FROM unnest(regions) AS place (code), unnest($3) AS own (code)
                WHERE place.code = own.code OR starts_with(place.code, own.code || '.')))
          AND ($4::uuid IS NULL OR id = $4)
          AND ($5::text IS NULL OR status = $5)
        ORDER BY id DESC LIMIT $6
        """,
        page.before,
        scope.ngo_id,
        scope.regions,
        partner_id,
        status,
        page.fetch,
    )
    return rows


async def find_partner(conn: Connection, partner_id: UUID, scope: Scope) -> Any | None:
    rows = await list_partners(conn, PageRequest(limit=1, before=None), scope, partner_id=partner_id)
    return rows[0] if rows else None
