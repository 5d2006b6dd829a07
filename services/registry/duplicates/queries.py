"""Finds the organisations that are most like a given one."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from services.registry.duplicates.rules import ACRONYM_SCORE, SIMILAR_FROM, Likeness
from services.registry.organisations.rules import PUBLIC_STATUSES, Status
from shared.db import Connection

CANDIDATES_MAX: Final = 20

ALL_BUT_REJECTED: Final = tuple(status for status in Status if status is not Status.REJECTED)
FOR_THE_APPLICANT: Final = PUBLIC_STATUSES
"""Who else applies is nobody's business but the ministry's."""


async def find_likely_duplicates(
    conn: Connection, ngo_id: UUID, *, among: Sequence[Status] = ALL_BUT_REJECTED
) -> list[dict[str, Any]]:
    """The likeliest first. Every name of the one is held against every name of each other: there are some hundreds."""
    rows = await conn.fetch(
        """
        SELECT * FROM (
            SELECT c.id, c.name, c.acronym, c.status, c.origin_country, n.similarity, n.own_name, n.other_name,
                   lower(c.acronym) = lower(o.acronym) AS same_acronym,
                   array_remove(ARRAY[
                       CASE WHEN EXISTS (
                           SELECT FROM licence own JOIN licence other ON lower(other.number) = lower(own.number)
                           WHERE own.ngo_id = o.id AND other.ngo_id = c.id
                             AND own.kind = 'IZIN_PRINSIP' AND other.kind = 'IZIN_PRINSIP'
                             AND 'RETRACTED' NOT IN (own.status, other.status)
                       ) THEN 'principle_permit' END,
                       CASE WHEN c.origin_country = o.origin_country
                             AND lower(c.home_registration_number) = lower(o.home_registration_number)
                       THEN 'home_registration_number' END,
                       CASE WHEN lower(c.iati_org_id) = lower(o.iati_org_id) THEN 'iati_org_id' END,
                       CASE WHEN c.lei = o.lei THEN 'lei' END,
                       CASE WHEN c.npwp = o.npwp THEN 'npwp' END
                   ], NULL) AS same_numbers
            FROM organisation o
            JOIN organisation c ON c.id <> o.id AND c.status = ANY($2)
            CROSS JOIN LATERAL (
                SELECT own.field AS own_name, other.field AS other_name,
                       similarity(lower(own.name), lower(other.name)) AS similarity
                FROM (VALUES ('name', o.name), ('name_en', o.name_en)
                      UNION ALL SELECT 'aliases', unnest(o.aliases)) AS own (field, name)
                CROSS JOIN (VALUES ('name', c.name), ('name_en', c.name_en)
                            UNION ALL SELECT 'aliases', unnest(c.aliases)) AS other (field, name)
                WHERE own.name IS NOT NULL AND other.name IS NOT NULL
                ORDER BY similarity DESC, own.field, other.field LIMIT 1
            ) n
            WHERE o.id = $1
        ) likely
        WHERE similarity >= $3 OR same_acronym OR same_numbers <> '{}'
        ORDER BY greatest(similarity,
                          CASE WHEN same_numbers <> '{}' THEN 1 WHEN same_acronym THEN $4 ELSE 0 END) DESC, id
        LIMIT $5
        """,
        ngo_id,
        among,
        SIMILAR_FROM,
        ACRONYM_SCORE,
        CANDIDATES_MAX,
    )
    return [{**row, "likeness": _likeness(row)} for row in rows]


def _likeness(row: Any) -> Likeness:
    return Likeness(
        similarity=round(row["similarity"], 3),
        own_name=row["own_name"],
        other_name=row["other_name"],
        same_acronym=row["same_acronym"],
        same_numbers=row["same_numbers"],
    )
