"""Reads of measures: all for the organisation and the ministry, for everybody those in force that are public."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.registry.measures.rules import Effect, Kind, Origin, is_in_force
from shared.db import Connection
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page

SORTING: Final = Sorting(starts_on=("starts_on", date), decided_on=("decided_on", date))
PUBLIC_SORTING: Final = Sorting("m.id", starts_on=("m.starts_on", date))


async def list_measures(
    conn: Connection, page: PageRequest, ngo_id: UUID, *, today: date, measure_id: UUID | None = None
) -> list[Any]:
    rows = await fetch_page(
        conn,
        page,
        """
        SELECT id, version, ngo_id, origin, kind, effect, decided_on, starts_on, ends_on, reason, legal_basis, issuer,
               document_number, document_sha256, recorded_at, recorded_by_role, lifted_on, lift_reason
        FROM measure
        WHERE ngo_id = $1 AND ($2::uuid IS NULL OR id = $2)
        """,
        ngo_id,
        measure_id,
        sorting=SORTING,
    )
    return [{**row, "in_force": _is_in_force(row, today)} for row in rows]


def _is_in_force(row: Mapping[str, Any], today: date) -> bool:
    return is_in_force(
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        effect=Effect(row["effect"]),
        is_lifted=row["lifted_on"] is not None,
        on=today,
    )


async def find_measure(conn: Connection, ngo_id: UUID, measure_id: UUID, *, today: date) -> Any | None:
    rows = await list_measures(conn, ONE, ngo_id, today=today, measure_id=measure_id)
    return rows[0] if rows else None


async def list_public(conn: Connection, page: PageRequest, *, ngo_id: UUID | None, today: date) -> list[Any]:
    """In force today, of a kind that today's setting lets the public see."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT m.id, m.ngo_id, m.origin, m.kind, k.title_id, k.title_en, m.issuer, m.decided_on, m.starts_on,
               m.ends_on, m.legal_basis
        FROM measure m
        JOIN measure_kind k
            ON k.code = m.kind AND k.valid_from <= $2 AND (k.valid_to IS NULL OR $2 <= k.valid_to)
        WHERE ($1::uuid IS NULL OR m.ngo_id = $1)
          AND m.lifted_at IS NULL AND m.starts_on <= $2 AND (m.effect <> 'none' OR m.ends_on IS NULL OR $2 <= m.ends_on)
          AND CASE m.origin WHEN 'own' THEN k.is_public ELSE k.is_public_if_external END
        """,
        ngo_id,
        today,
        sorting=PUBLIC_SORTING,
    )


async def find_kind(conn: Connection, code: str, origin: Origin, *, on: date) -> Kind | None:
    row = await conn.fetchrow(
        """
        SELECT code, effect, legal_basis FROM measure_kind
        WHERE code = $1 AND $2 = ANY(origins) AND valid_from <= $3 AND (valid_to IS NULL OR $3 <= valid_to)
        """,
        code,
        origin,
        on,
    )
    return Kind(row["code"], Effect(row["effect"]), row["legal_basis"]) if row else None


async def list_kinds(conn: Connection) -> list[Any]:
    rows: list[Any] = await conn.fetch(
        """
        SELECT code, title_id, title_en, effect, origins, is_public, is_public_if_external, valid_from, valid_to,
               legal_basis
        FROM measure_kind ORDER BY valid_from, code
        """
    )
    return rows


async def is_suspended_by_measure(conn: Connection, ngo_id: UUID) -> bool:
    found: bool = await conn.fetchval(
        "SELECT EXISTS (SELECT FROM measure WHERE ngo_id = $1 AND effect = 'suspends' AND lifted_at IS NULL)", ngo_id
    )
    return found
