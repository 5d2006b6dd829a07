"""Reads of who does what where, of the activities of current master plans. A cell is a regency, a sector and a year.

A regency goes under its code at the end of the year, whichever it had when the plan was made, and an activity under
whoever held it last in the year.
"""

from dataclasses import dataclass
from typing import Any

from shared.db import Connection
from shared.regions import codes_asked_for


@dataclass(frozen=True, slots=True)
class Place:
    """A regency or city and a sector: where a page ended."""

    region: str = ""
    sector: str = ""


async def list_cells(
    conn: Connection,
    *,
    year: int,
    region: str | None,
    sector: str | None,
    organisations_min: int,
    after: Place,
    limit: int,
) -> list[Any]:
    """Where at least so many organisations work in a sector: two are an overlap. In order of region and sector."""
    rows: list[Any] = await conn.fetch(
        """
        SELECT cell.region, r.name AS region_name, cell.sector, $1::int AS year, cell.activities,
               cardinality(cell.ngo_ids) AS organisation_count, named.organisations
        FROM (
            SELECT covered.code AS region, a.sector, count(*) AS activities,
                   array_agg(DISTINCT a.ngo_id) AS ngo_ids
            FROM current_master_plan_activity a CROSS JOIN unnest(a.regions) AS signed (code)
            LEFT JOIN moved_by(make_date($1, 12, 31)) m ON m.old_code = signed.code
            CROSS JOIN coalesce(m.new_code, signed.code) AS covered (code)
            WHERE $1 BETWEEN a.from_year AND a.to_year
              AND ($2::text[] IS NULL OR covered.code = ANY($2))
              AND ($3::text IS NULL OR a.sector = $3)
              AND (covered.code, a.sector) > ($5, $6)
            GROUP BY covered.code, a.sector HAVING cardinality(array_agg(DISTINCT a.ngo_id)) >= $4
            ORDER BY covered.code, a.sector LIMIT $7
        ) AS cell
        JOIN region r ON r.code = cell.region
        CROSS JOIN LATERAL (
            SELECT json_agg(json_build_object('id', o.id, 'name', o.name, 'acronym', o.acronym, 'status', o.status)
                            ORDER BY o.name, o.id) AS organisations
            FROM organisation o WHERE o.id = ANY(cell.ngo_ids)
        ) AS named
        ORDER BY cell.region, cell.sector
        """,
        year,
        codes_asked_for(region),
        sector,
        organisations_min,
        after.region,
        after.sector,
        limit,
    )
    return rows


async def list_gaps(
    conn: Connection, *, year: int, region: str | None, sector: str | None, after: Place, limit: int
) -> list[Any]:
    """Where nobody works in a sector in a year: of the regencies and cities that there were at its end."""
    rows: list[Any] = await conn.fetch(
        """
        SELECT r.code AS region, r.name AS region_name, s.code AS sector, $1::int AS year
        FROM region r CROSS JOIN sector s
        WHERE r.kind IN ('regency', 'city')
          AND (r.valid_from IS NULL OR r.valid_from <= make_date($1, 12, 31))
          AND (r.valid_to IS NULL OR make_date($1, 12, 31) <= r.valid_to)
          AND ($2::text[] IS NULL OR r.code = ANY($2))
          AND ($3::text IS NULL OR s.code = $3)
          AND (r.code, s.code) > ($4, $5)
          AND (r.code, s.code) NOT IN (
                SELECT coalesce(m.new_code, signed.code), a.sector
                FROM current_master_plan_activity a CROSS JOIN unnest(a.regions) AS signed (code)
                LEFT JOIN moved_by(make_date($1, 12, 31)) m ON m.old_code = signed.code
                WHERE $1 BETWEEN a.from_year AND a.to_year)
        ORDER BY r.code, s.code LIMIT $6
        """,
        year,
        codes_asked_for(region),
        sector,
        after.region,
        after.sector,
        limit,
    )
    return rows


async def sum_up(conn: Connection, *, year: int, region: str | None) -> list[Any]:
    """Of each sector in a year: how many regencies have somebody, several, nobody."""
    rows: list[Any] = await conn.fetch(
        """
        WITH places AS (
            SELECT count(*) AS regencies FROM region r
            WHERE r.kind IN ('regency', 'city')
              AND (r.valid_from IS NULL OR r.valid_from <= make_date($1, 12, 31))
              AND (r.valid_to IS NULL OR make_date($1, 12, 31) <= r.valid_to)
              AND ($2::text[] IS NULL OR r.code = ANY($2))
        ), cells AS (
            SELECT covered.code AS region, a.sector, count(*) AS activities, count(DISTINCT a.ngo_id) AS organisations
            FROM current_master_plan_activity a CROSS JOIN unnest(a.regions) AS signed (code)
            LEFT JOIN moved_by(make_date($1, 12, 31)) m ON m.old_code = signed.code
            CROSS JOIN coalesce(m.new_code, signed.code) AS covered (code)
            WHERE $1 BETWEEN a.from_year AND a.to_year
              AND ($2::text[] IS NULL OR covered.code = ANY($2))
            GROUP BY covered.code, a.sector
        )
        SELECT s.code AS sector, $1::int AS year, coalesce(sum(c.activities), 0)::bigint AS activities,
               count(c.region) AS regencies_covered, count(*) FILTER (WHERE c.organisations > 1) AS overlaps,
               greatest((SELECT regencies FROM places) - count(c.region), 0) AS gaps
        FROM sector s LEFT JOIN cells c ON c.sector = s.code
        GROUP BY s.code, s.position ORDER BY s.position
        """,
        year,
        codes_asked_for(region),
    )
    return rows
