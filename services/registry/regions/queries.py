"""Reads of regions of all levels, as they were on a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from services.registry.regions.rules import Asked, ancestors
from shared.db import Connection

ALIKE_MIN: Final = "0.4"
"""Below this a name is no misspelling any more; finds `Yogyakarta` for `Jogjakarta`."""


async def _plan_for_these_values(conn: Connection) -> None:
    """For this transaction: a plan for any values reads all levels, whichever are asked for."""
    await conn.execute("SET LOCAL plan_cache_mode = force_custom_plan")


async def list_regions(
    conn: Connection,
    *,
    levels: Sequence[int],
    parent: str | None,
    text: str | None,
    on: date,
    after: str,
    limit: int,
) -> list[Any]:
    """Regions that are valid on the day, under their names of that day, in the order of their codes."""
    await _plan_for_these_values(conn)
    rows: list[Any] = await conn.fetch(
        """
        WITH shown AS (
            (SELECT code, CASE WHEN parent IS NULL THEN 1 ELSE 2 END AS level, kind, name, parent,
                    NULL AS postal_code, valid_from, valid_to
             FROM region
             WHERE code > $1
               AND CASE WHEN parent IS NULL THEN 1 ELSE 2 END = ANY($2::int[])
               AND ($3::text IS NULL OR parent = $3)
               AND ($4::text IS NULL OR strpos(lower(name_on(code, name, $5)), lower($4)) > 0)
               AND (valid_from IS NULL OR valid_from <= $5) AND (valid_to IS NULL OR $5 <= valid_to)
             ORDER BY code LIMIT $6)
            UNION ALL
            (SELECT code, CASE WHEN kind = 'district' THEN 3 ELSE 4 END, kind, name, parent, postal_code, valid_from,
                    valid_to
             FROM locality
             WHERE $2::int[] && ARRAY[3, 4]
               AND code > $1
               AND CASE WHEN kind = 'district' THEN 3 ELSE 4 END = ANY($2::int[])
               AND ($3::text IS NULL OR parent = $3)
               AND ($4::text IS NULL OR strpos(lower(name_on(code, name, $5)), lower($4)) > 0)
               AND (valid_from IS NULL OR valid_from <= $5) AND (valid_to IS NULL OR $5 <= valid_to)
             ORDER BY code LIMIT $6)
        )
        SELECT s.code, s.level, s.kind, name_on(s.code, s.name, $5) AS name, s.parent, r.timezone, s.postal_code,
               s.valid_from, s.valid_to, own.iso_3166_2, own.capital, own.capital_lat, own.capital_lon
        FROM shown s JOIN region r ON r.code = left(s.code, 5) LEFT JOIN region own ON own.code = s.code
        ORDER BY s.code LIMIT $6
        """,
        after,
        list(levels),
        parent,
        text,
        on,
        limit,
    )
    return rows


async def search_regions(
    conn: Connection,
    asked: Asked,
    *,
    levels: Sequence[int],
    within: str | None,
    on: date,
    after: tuple[Decimal, str] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Regions valid on the day whose name, former name or alias is like what is asked for; the likest, largest first.

    `within`: only what lies in this region. `after`: score and code of the last one shown.
    """
    await conn.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {ALIKE_MIN}")
    await _plan_for_these_values(conn)
    rows = await conn.fetch(
        """
        WITH alike AS MATERIALIZED (
            SELECT code, max(greatest(likeness($1, search_name), likeness($2, search_name))) AS likeness
            FROM (
                SELECT code, search_name FROM region WHERE $1 <% search_name OR $2 <% search_name
                UNION ALL
                SELECT code, search_name FROM region_name WHERE $1 <% search_name OR $2 <% search_name
                UNION ALL
                SELECT code, search_name FROM locality WHERE $1 <% search_name OR $2 <% search_name
            ) AS named
            WHERE $5::text IS NULL OR starts_with(code, $5 || '.')
            GROUP BY code
        ), found AS (
            SELECT p.code, p.level, p.kind, name_on(p.code, p.name, $6) AS name, p.parent, p.postal_code, p.valid_from,
                   p.valid_to, a.likeness + CASE WHEN p.kind = ANY($3::text[]) THEN 0.05 ELSE 0 END AS score
            FROM alike a JOIN place p ON p.code = a.code
            WHERE p.level = ANY($4::int[])
              AND (p.valid_from IS NULL OR p.valid_from <= $6) AND (p.valid_to IS NULL OR $6 <= p.valid_to)
        )
        SELECT * FROM found
        WHERE $7::numeric IS NULL OR (-score, length(code), code) > (-$7::numeric, length($8::text), $8::text)
        ORDER BY -score, length(code), code LIMIT $9
        """,
        asked.name,
        asked.whole,
        list(asked.kinds),
        list(levels),
        within,
        on,
        *(after or (None, None)),
        limit,
    )
    names = await _names_of(conn, {above for row in rows for above in ancestors(row["code"])})
    return [
        {**row, "path": ", ".join([row["name"], *(names[above] for above in reversed(ancestors(row["code"])))])}
        for row in rows
    ]


async def _names_of(conn: Connection, codes: set[str]) -> Mapping[str, str]:
    rows = await conn.fetch("SELECT code, name FROM place WHERE code = ANY($1::text[])", list(codes))
    return {row["code"]: row["name"] for row in rows}


async def find_region(conn: Connection, code: str, *, on: date) -> dict[str, Any] | None:
    """A region under its name of the day, whether it is valid then, what it lies in, and what became of it."""
    region = await conn.fetchrow(
        """
        SELECT p.code, p.level, p.kind, name_on(p.code, p.name, $2) AS name, p.parent, r.timezone, p.postal_code,
               p.valid_from, p.valid_to, own.iso_3166_2, own.capital, own.capital_lat, own.capital_lon,
               (p.valid_from IS NULL OR p.valid_from <= $2) AND (p.valid_to IS NULL OR $2 <= p.valid_to) AS is_valid
        FROM place p JOIN region r ON r.code = left(p.code, 5) LEFT JOIN region own ON own.code = p.code
        WHERE p.code = $1
        """,
        code,
        on,
    )
    if region is None:
        return None
    above = await conn.fetch(
        "SELECT code, kind, name FROM place WHERE code = ANY($1::text[]) ORDER BY level", ancestors(code)
    )
    names = await conn.fetch(
        """
        SELECT name, kind, valid_from, valid_to, legal_basis FROM region_name WHERE code = $1
        ORDER BY kind DESC, valid_to, name
        """,
        code,
    )
    changes = await conn.fetch(
        """
        SELECT c.old_code = $1 AS is_later, r.code, r.name, c.kind, c.changed_on, c.legal_basis
        FROM region_change c JOIN region r ON r.code = CASE WHEN c.old_code = $1 THEN c.new_code ELSE c.old_code END
        WHERE c.old_code = $1 OR c.new_code = $1 ORDER BY c.changed_on, r.code
        """,
        code,
    )
    return {
        **region,
        "ancestors": [dict(row) for row in above],
        "other_names": [dict(row) for row in names],
        "became": [dict(row) for row in changes if row["is_later"]],
        "was": [dict(row) for row in changes if not row["is_later"]],
    }
