"""Reads of the public register, as it is or as it was known before an instant (`before`)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any, Final
from uuid import UUID

from services.registry.organisations.rules import PUBLIC_STATUSES, Status
from shared.db import Connection
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page
from shared.regions import codes_asked_for

BY_RELEVANCE: Final = "-relevance"
ROWS_AT_ONCE: Final = 100
SORTING: Final = Sorting(
    "id", name=("name", str), started_in_indonesia_on=("started_in_indonesia_on", date), relevance=("relevance", int)
)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. `region`: where an agreement of theirs has effect, on the day `on` if that is given."""

    text: str | None = None
    region: str | None = None
    on: date | None = None
    sector: str | None = None
    country: str | None = None
    priority: str | None = None
    status: Status | None = None
    ngo_id: UUID | None = None


async def search_register(
    conn: Connection, page: PageRequest, search: Search, *, before: datetime | None, day: date
) -> list[dict[str, Any]]:
    """By names as they are or nearly so, words of agreements, activities and sectors; best first with `-relevance`."""
    # To plan these statements takes longer than to carry them out, and one plan serves whatever is asked. It expects
    # too few rows, though: loops over hundreds of them would take ten times as long.
    await conn.execute("SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_nestloop = off")
    rows = await fetch_page(
        conn,
        page,
        """
        WITH asked AS MATERIALIZED (
            SELECT lower($2) AS name, websearch_to_tsquery('simple', parts) AS words,
                   websearch_to_tsquery('indonesian', parts) AS indonesian,
                   websearch_to_tsquery('english', parts) AS english
            FROM regexp_replace($2, '(?<=\\w)-(?=\\w)', ' ', 'g') AS parts  -- `anak-anak`: its words in any order
        ),
        known AS MATERIALIZED (SELECT * FROM organisations_known($1)),
        held AS MATERIALIZED (
            SELECT ngo_id, agreement_id, regions FROM agreements_known($1)
            WHERE $5::date IS NULL OR $5 BETWEEN starts_on AND until
        ),
        planned AS NOT MATERIALIZED (
            SELECT held.ngo_id, s.sectors, s.priorities, s.words
            FROM held JOIN plans_known($1) s ON s.agreement_id = held.agreement_id
        ),
        told AS (
            SELECT ngo_id, max(weight) AS weight FROM (
                SELECT held.ngo_id, 300 AS weight FROM held JOIN agreement a ON a.id = held.agreement_id
                WHERE a.words @@ (SELECT indonesian FROM asked)
                UNION ALL
                SELECT ngo_id, 200 FROM planned WHERE words @@ (SELECT indonesian FROM asked)
            ) AS each GROUP BY ngo_id
        ),
        meant AS MATERIALIZED (
            SELECT array_agg(code) AS sectors FROM sector
            WHERE to_tsvector('indonesian', title_id) @@ (SELECT indonesian FROM asked)
               OR to_tsvector('english', title_en) @@ (SELECT english FROM asked)
        ),
        found AS MATERIALIZED (
            SELECT k.ngo_id AS id, k.status, k.name, k.started_in_indonesia_on, k.origin_country, k.sectors,
                   CASE
                       WHEN $2::text IS NULL THEN 0
                       WHEN asked.name = ANY(string_to_array(lower(k.names), E'\\n')) THEN 1000
                       WHEN k.words @@ asked.words THEN 800
                       ELSE greatest(
                           CASE WHEN word_similarity($2, k.names) > 0.5
                                THEN (700 * word_similarity($2, k.names))::int END,
                           told.weight, CASE WHEN k.sectors && meant.sectors THEN 100 END, 0)
                   END AS relevance
            FROM known k CROSS JOIN asked CROSS JOIN meant
            LEFT JOIN told ON told.ngo_id = k.ngo_id
        )
        SELECT id, name, started_in_indonesia_on, relevance FROM found
        WHERE status = ANY($3)
          AND ($2::text IS NULL OR relevance > 0)
          AND ($4::text[] IS NULL OR id IN (SELECT ngo_id FROM held WHERE regions && $4))
          AND ($5::date IS NULL OR id IN (SELECT ngo_id FROM held))
          AND ($6::text IS NULL OR $6 = ANY(sectors)
               OR id IN (SELECT ngo_id FROM planned WHERE $6 = ANY(planned.sectors)))
          AND ($7::text IS NULL OR origin_country = $7)
          AND ($8::text IS NULL OR id IN (SELECT ngo_id FROM planned WHERE $8 = ANY(priorities)))
          AND ($9::uuid IS NULL OR id = $9)
        """,
        before,
        search.text,
        [each for each in PUBLIC_STATUSES if search.status in (None, each)],
        codes_asked_for(search.region),
        search.on,
        search.sector,
        search.country,
        search.priority,
        search.ngo_id,
        sorting=SORTING,
    )
    return await _with_details(conn, rows, before=before, day=day)


async def find_entry(conn: Connection, ngo_id: UUID, *, before: datetime | None, day: date) -> dict[str, Any] | None:
    rows = await search_register(conn, ONE, Search(ngo_id=ngo_id), before=before, day=day)
    return rows[0] if rows else None


ENTRIES: Final = """
    WITH known AS MATERIALIZED (SELECT * FROM organisations_known($3)),
    wanted AS MATERIALIZED (SELECT ngo_id FROM known WHERE $1::uuid[] IS NULL OR ngo_id = ANY($1)),
    held AS MATERIALIZED (
        SELECT a.ngo_id, a.agreement_id, a.number, a.title, a.starts_on, a.until, a.regions
        FROM agreements_known($3) a JOIN wanted w ON w.ngo_id = a.ngo_id
    ),
    agreements AS (
        SELECT ngo_id, json_agg(json_build_object(
                   'id', agreement_id, 'number', number, 'title', title, 'starts_on', starts_on, 'until', until,
                   'regions', regions) ORDER BY starts_on, number) AS agreements
        FROM held GROUP BY ngo_id
    ),
    served AS (
        SELECT held.ngo_id, json_agg(s.priorities) AS priorities
        FROM held JOIN plans_known($3) s ON s.agreement_id = held.agreement_id
        GROUP BY held.ngo_id
    ),
    identified_later AS (
        SELECT DISTINCT ON (ngo_id) ngo_id, previous FROM profile_step
        WHERE field = 'iati_org_id' AND act = 'change' AND at >= $3 ORDER BY ngo_id, version
    )
    SELECT k.ngo_id AS id, k.version, k.status, k.name, k.name_en, k.acronym, k.aliases, k.legal_form,
           k.origin_country, k.home_city, k.website, k.sectors, k.started_in_indonesia_on, k.counterpart_unit,
           k.merged_on, k.known_from,
           coalesce(CASE WHEN later.ngo_id IS NULL THEN o.iati_org_id ELSE later.previous #>> '{}' END, i.identifier)
               AS iati_identifier,
           coalesce(a.agreements, '[]') AS agreements, coalesce(served.priorities, '[]') AS priorities,
           CASE WHEN next.ngo_id IS NOT NULL THEN json_build_object(
               'id', next.ngo_id, 'name', next.name, 'acronym', next.acronym, 'status', next.status) END AS successor,
           s.is_known AS standing_is_known, s.overdue_obligations, s.days_late, s.foreign_staff_in_post
    FROM wanted w
    JOIN known k ON k.ngo_id = w.ngo_id
    JOIN organisation o ON o.id = k.ngo_id
    LEFT JOIN identified_later later ON later.ngo_id = k.ngo_id
    LEFT JOIN agreements a ON a.ngo_id = k.ngo_id
    LEFT JOIN served ON served.ngo_id = k.ngo_id
    LEFT JOIN known next ON next.ngo_id = k.successor_id
    LEFT JOIN iati_identifier i ON i.name = k.name
    JOIN standings_known($3, $2) s ON s.ngo_id = k.ngo_id
    ORDER BY k.name, k.ngo_id
"""
"""Whole entries: of these ids or of all, with the standing on a day, as they were known before an instant."""


async def _with_details(
    conn: Connection, rows: Sequence[Mapping[str, Any]], *, before: datetime | None, day: date
) -> list[dict[str, Any]]:
    """The rows with what one more statement finds for all of them."""
    if not rows:
        return []
    entries = await conn.fetch(ENTRIES, [row["id"] for row in rows], day, before)
    details = {entry["id"]: _entry(entry) for entry in entries}
    return [{**details[row["id"]], "relevance": row["relevance"]} for row in rows]


async def every_entry(conn: Connection, *, before: datetime | None, day: date) -> AsyncIterator[Mapping[str, Any]]:
    """All of the register by a cursor: so much of it is here at once, and no more."""
    async for row in conn.cursor(ENTRIES, None, day, before, prefetch=ROWS_AT_ONCE):
        yield _entry(row)


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    """With the priorities of all its plans, each once: to unite them in SQL takes a fifth of the statement's time."""
    return {**row, "priorities": sorted({*chain.from_iterable(row["priorities"])})}


def every_place(conn: Connection, *, before: datetime | None, day: date) -> AsyncIterator[Mapping[str, Any]]:
    """Each region of each agreement under its code of the day, with the point where it is drawn."""
    rows: AsyncIterator[Mapping[str, Any]] = aiter(
        conn.cursor(
            """
            SELECT k.ngo_id AS organisation_id, k.name AS organisation, k.acronym, k.status, k.sectors, a.agreement_id,
                   a.number AS agreement, a.title, a.starts_on, a.until, d.code AS region, d.name AS region_name,
                   d.lat::float8 AS lat, d.lon::float8 AS lon, d.precision, d.place
            FROM agreements_known($1) a
            JOIN organisations_known($1) k ON k.ngo_id = a.ngo_id
            CROSS JOIN unnest(a.regions) AS signed (code)
            LEFT JOIN moved_by($2) m ON m.old_code = signed.code
            JOIN region_drawn d ON d.code = coalesce(m.new_code, signed.code)
            ORDER BY k.name, k.ngo_id, a.starts_on, a.number, d.code
            """,
            before,
            day,
            prefetch=ROWS_AT_ONCE,
        )
    )
    return rows
