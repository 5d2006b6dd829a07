"""Reads of profiles: the fields with what was found of each, and how they came to be so."""

from typing import Any
from uuid import UUID

from services.registry.organisations.rules import PUBLIC_STATUSES
from services.registry.profiles.rules import CHECKED, PUBLIC_FIELDS, FieldState
from shared.db import Connection
from shared.http.paging import PageRequest, fetch_page

_UNCHECKED = {
    "state": FieldState.UNCONFIRMED,
    "comment": None,
    "confirmed_at": None,
    "confirmed_by_role": None,
    "confirmed_by_unit": None,
}


async def fetch_profile(conn: Connection, ngo_id: UUID) -> Any | None:
    return await conn.fetchrow(
        """
        SELECT id, version, status, applicant, name, name_en, acronym, aliases, legal_form, origin_country, home_city,
               headquarters_address, home_registration_number, iati_org_id, lei, office_address, phone, fax, email,
               website, sectors, started_in_indonesia_on, counterpart_unit, npwp, has_indonesian_bank_account,
               last_msp_signed_on, working_areas
        FROM organisation WHERE id = $1
        """,
        ngo_id,
    )


async def find_profile(conn: Connection, ngo_id: UUID) -> dict[str, Any] | None:
    row = await fetch_profile(conn, ngo_id)
    if row is None:
        return None
    found = await _checks(conn, ngo_id)
    return {**row, "checks": [{"field": field, **found.get(field, _UNCHECKED)} for field in CHECKED]}


async def find_confirmations(conn: Connection, ngo_id: UUID) -> list[dict[str, Any]] | None:
    """Of the fields that the public sees, if it sees the organisation."""
    status = await conn.fetchval("SELECT status FROM organisation WHERE id = $1", ngo_id)
    if status not in PUBLIC_STATUSES:
        return None
    found = await _checks(conn, ngo_id)
    rows = [{"field": field, **found.get(field, _UNCHECKED)} for field in PUBLIC_FIELDS]
    return [{**row, "confirmed": row["state"] == FieldState.CONFIRMED} for row in rows]


async def _checks(conn: Connection, ngo_id: UUID) -> dict[str, dict[str, Any]]:
    rows = await conn.fetch(
        """
        SELECT field, state, comment, confirmed_at, confirmed_by_role, confirmed_by_unit
        FROM profile_field WHERE ngo_id = $1
        """,
        ngo_id,
    )
    return {row["field"]: dict(row) for row in rows}


async def list_steps(conn: Connection, ngo_id: UUID, page: PageRequest) -> list[Any]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT id, version, field, act, comment, previous, actor_role, actor_unit, at
        FROM profile_step WHERE ngo_id = $1
        """,
        ngo_id,
    )
