"""Reads of local partners, within what the caller may see. Opinions are the Centre's alone."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from services.registry.access import Scope
from services.registry.local_partners.rules import Status, missing
from shared.db import Connection
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page
from shared.regions import codes_asked_for

SORTING: Final = Sorting(name=("name", str), registration_valid_to=("registration_valid_to", date))
OPINION_SORTING: Final = Sorting(given_on=("given_on", date))


async def list_partners(
    conn: Connection,
    page: PageRequest,
    scope: Scope,
    *,
    partner_id: UUID | None = None,
    status: Status | None = None,
    region: str | None = None,
    ngo_id: UUID | None = None,
    on: date | None = None,
) -> list[Any]:
    """`ngo_id`: held by it; `on`: proposed and not ended on that day, and by whoever held it then."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT p.id, p.version, p.ngo_id, p.status, p.name, p.legal_form, p.registration_number,
               p.registration_valid_to, p.regions, p.programme, p.proposed_at, p.decided_at, p.notes, p.address, p.npwp,
               p.funding_amount, p.funding_currency, p.starts_on, p.ends_on, p.has_bank_account, p.started_on,
               p.ended_on, p.end_reason, p.predecessor_id, nullif(h.holder_id, p.ngo_id) AS passed_to_ngo_id
        FROM local_partner p JOIN holders($8) h ON h.ngo_id = p.ngo_id
        WHERE (p.ngo_id = $1 OR h.holder_id = $1 OR $2 OR p.regions && $3)
          AND ($4::uuid IS NULL OR id = $4)
          AND ($5::text IS NULL OR status = $5)
          AND ($6::text[] IS NULL OR p.regions && $6)
          AND ($7::uuid IS NULL OR h.holder_id = $7)
          AND ($8::date IS NULL
               OR $8 BETWEEN (p.proposed_at AT TIME ZONE 'Asia/Jakarta')::date AND coalesce(p.ended_on, 'infinity'))
        """,
        scope.ngo_id,
        scope.everything,
        scope.regions,
        partner_id,
        status,
        codes_asked_for(region),
        ngo_id,
        on,
        sorting=SORTING,
    )


async def find_partner(conn: Connection, partner_id: UUID, scope: Scope) -> dict[str, Any] | None:
    """With its consents, its steps, the renewals of its registration, and the notes that were released."""
    rows = await list_partners(conn, ONE, scope, partner_id=partner_id)
    if not rows:
        return None
    consents = await conn.fetch(
        """
        SELECT region, document_number, issued_on, document_sha256 FROM local_partner_consent
        WHERE partner_id = $1 ORDER BY region
        """,
        partner_id,
    )
    steps = await conn.fetch(
        """
        SELECT action, from_status, to_status, note, actor_role, at FROM local_partner_step
        WHERE partner_id = $1 ORDER BY version
        """,
        partner_id,
    )
    renewals = await conn.fetch(
        """
        SELECT state, registration_number, registration_valid_to, document_sha256, given_at, decided_at,
               decided_by_role, reason, previous_number, previous_valid_to
        FROM local_partner_renewal WHERE partner_id = $1 ORDER BY given_at, id
        """,
        partner_id,
    )
    notes = await conn.fetch(
        """
        SELECT released_note AS note, released_at FROM local_partner_opinion
        WHERE partner_id = $1 AND released_at IS NOT NULL ORDER BY released_at, id
        """,
        partner_id,
    )
    return {
        **rows[0],
        "consents": [dict(consent) for consent in consents],
        "steps": [dict(step) for step in steps],
        "renewals": [dict(renewal) for renewal in renewals],
        "released_notes": [dict(note) for note in notes],
        "missing": missing(rows[0], {consent["region"] for consent in consents}),
    }


async def list_opinions(
    conn: Connection, page: PageRequest, partner_id: UUID, *, opinion_id: UUID | None = None
) -> list[Any]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT id, version, partner_id, body, stance, text, given_on, recorded_at, recorded_by_role, released_note,
               released_at
        FROM local_partner_opinion
        WHERE partner_id = $1 AND ($2::uuid IS NULL OR id = $2)
        """,
        partner_id,
        opinion_id,
        sorting=OPINION_SORTING,
    )


async def find_opinion(conn: Connection, partner_id: UUID, opinion_id: UUID) -> Any | None:
    rows = await list_opinions(conn, ONE, partner_id, opinion_id=opinion_id)
    return rows[0] if rows else None


async def partner_exists(conn: Connection, partner_id: UUID) -> bool:
    found: bool = await conn.fetchval("SELECT EXISTS (SELECT FROM local_partner WHERE id = $1)", partner_id)
    return found


async def list_bodies(conn: Connection) -> list[Any]:
    rows: list[Any] = await conn.fetch(
        "SELECT code, name_id, name_en, valid_from, valid_to FROM clearance_body ORDER BY position"
    )
    return rows
