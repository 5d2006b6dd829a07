"""Reads of organisations: what the public sees, and the full application."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.registry.duplicates.queries import FOR_THE_APPLICANT, find_likely_duplicates
from services.registry.organisations.rules import PUBLIC_STATUSES, Status
from shared.db import Connection
from shared.http.paging import PageRequest, Sorting, fetch_page
from shared.regions import codes_asked_for

SORTING: Final = Sorting("o.id", name=("o.name", str), started_in_indonesia_on=("o.started_in_indonesia_on", date))
APPLICATION_SORTING: Final = Sorting(name=("name", str), applied_at=("applied_at", datetime))


async def list_public(
    conn: Connection,
    page: PageRequest,
    *,
    text: str | None,
    region: str | None,
    sector: str | None,
    origin_country: str | None,
    status: Status | None,
    today: date,
) -> list[Any]:
    """Organisations with their standing. `region`: where one of their agreements has or had effect."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT o.id, o.version, o.status, o.name, o.name_en, o.acronym, o.aliases, o.legal_form,
               o.origin_country, o.home_city, o.iati_org_id, o.lei, o.website, o.sectors, o.started_in_indonesia_on,
               o.counterpart_unit, o.successor_id, o.merged_on,
               s.overdue_obligations, s.days_late, s.foreign_staff_in_post
        FROM organisation o CROSS JOIN LATERAL standing(o.id, $5) s
        WHERE o.status = ANY($1)
          AND ($2::text IS NULL
               OR strpos(lower(concat_ws(' ', o.name, o.name_en, o.acronym, array_to_string(o.aliases, ' '))),
                         lower($2)) > 0)
          AND ($3::text[] IS NULL OR EXISTS (
                SELECT FROM agreement a WHERE a.ngo_id = o.id AND a.status <> 'retracted' AND a.regions && $3))
          AND ($4::text IS NULL OR $4 = ANY(o.sectors))
          AND ($6::text IS NULL OR o.origin_country = $6)
        """,
        [each for each in PUBLIC_STATUSES if status in (None, each)],
        text,
        codes_asked_for(region),
        sector,
        today,
        origin_country,
        sorting=SORTING,
    )


async def find_public(conn: Connection, ngo_id: UUID) -> Any | None:
    return await conn.fetchrow(
        """
        SELECT id, version, status, name, name_en, acronym, aliases, legal_form, origin_country, home_city,
               iati_org_id, lei, website, sectors, started_in_indonesia_on, counterpart_unit, successor_id, merged_on
        FROM organisation WHERE id = $1 AND status = ANY($2)
        """,
        ngo_id,
        PUBLIC_STATUSES,
    )


async def merged_into(conn: Connection, ngo_id: UUID) -> list[Any]:
    """The last hundred that did."""
    rows: list[Any] = await conn.fetch(
        """
        SELECT id, name, acronym, status FROM organisation
        WHERE successor_id = $1 ORDER BY merged_on DESC, id LIMIT 100
        """,
        ngo_id,
    )
    return rows


async def find_standing(conn: Connection, ngo_id: UUID, today: date) -> Any | None:
    return await conn.fetchrow(
        """
        SELECT s.overdue_obligations, s.days_late, s.foreign_staff_in_post
        FROM organisation o CROSS JOIN LATERAL standing(o.id, $3) s WHERE o.id = $1 AND o.status = ANY($2)
        """,
        ngo_id,
        PUBLIC_STATUSES,
        today,
    )


async def list_applications(conn: Connection, page: PageRequest, status: Status) -> list[Any]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT id, version, status, name, acronym, origin_country, counterpart_unit, applied_at
        FROM organisation WHERE status = $1
        """,
        status,
        sorting=APPLICATION_SORTING,
    )


async def organisations_named(conn: Connection, ids: Sequence[UUID]) -> list[Any]:
    """What other resources show of the organisations that they refer to."""
    rows: list[Any] = await conn.fetch("SELECT id, name, acronym, status FROM organisation WHERE id = ANY($1)", ids)
    return rows


async def find_application(conn: Connection, ngo_id: UUID) -> dict[str, Any] | None:
    """The whole form, with every step since and the izin prinsip that came with it, or that replaced its record."""
    row = await conn.fetchrow(
        """
        SELECT id, version, status, name, name_en, acronym, aliases, legal_form, origin_country, home_city,
               headquarters_address, home_registration_number, iati_org_id, lei, office_address, phone, fax, email,
               website, sectors, started_in_indonesia_on, counterpart_unit, npwp, has_indonesian_bank_account,
               last_msp_signed_on, working_areas, successor_id, merged_on, applied_at
        FROM organisation WHERE id = $1
        """,
        ngo_id,
    )
    if row is None:
        return None
    steps = await conn.fetch(
        """
        SELECT action, from_status, to_status, reason, actor_role, at FROM organisation_step
        WHERE ngo_id = $1 ORDER BY version
        """,
        ngo_id,
    )
    permit = await conn.fetchrow(
        """
        SELECT number, issuer, issued_on, valid_from, valid_to FROM licence
        WHERE ngo_id = $1 AND kind = 'IZIN_PRINSIP' ORDER BY status = 'RETRACTED', id LIMIT 1
        """,
        ngo_id,
    )
    likely = []
    if row["status"] == Status.APPLIED:
        likely = await find_likely_duplicates(conn, ngo_id, among=FOR_THE_APPLICANT)
    return {
        **row,
        "steps": [dict(step) for step in steps],
        "principle_permit": dict(permit),
        "likely_duplicates": likely,
    }
