"""Reads of alignments, each with its explanation."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from services.registry.alignment.explanation import Claim, Explanation, explain
from services.registry.alignment.rules import LIVE, Framework, Frameworks, Link, Status
from shared.db import Connection


async def frameworks(conn: Connection) -> Frameworks:
    held = await conn.fetch("SELECT code, kind, valid_from, valid_to FROM priority_framework")
    items = await conn.fetch("SELECT code, framework FROM priority_item")
    links = await conn.fetch("SELECT earlier, later, kind FROM priority_crosswalk ORDER BY earlier, kind, later")
    return Frameworks(
        {r["code"]: Framework(r["code"], r["kind"], r["valid_from"].year, r["valid_to"].year) for r in held},
        {row["code"]: row["framework"] for row in items},
        [Link(row["earlier"], row["later"], row["kind"]) for row in links],
    )


async def find_activity_alignments(
    conn: Connection, activity_id: UUID, *, alignment_id: UUID | None = None
) -> dict[str, Any] | None:
    """An activity with what its plan names and what is proposed or confirmed; or only the one with the id, if any."""
    activity = await conn.fetchrow(
        """
        SELECT m.id AS activity_id, a.id AS agreement_id, a.ngo_id, m.title, m.from_year, m.to_year, m.priority,
               m.sdgs, p.approved_at, p.approved_by_role
        FROM master_plan_activity m JOIN master_plan p ON p.id = m.master_plan_id
        JOIN agreement a ON a.id = p.agreement_id
        WHERE m.id = $1
        """,
        activity_id,
    )
    if activity is None:
        return None
    rows = await conn.fetch(
        """
        SELECT id, version, item, weight, note, status, proposed_at, proposed_by_role, decided_at, decided_by_role,
               reason
        FROM alignment WHERE activity_id = $1 AND (status = ANY($2::text[]) OR id = $3) ORDER BY id
        """,
        activity_id,
        [str(status) for status in LIVE],
        alignment_id,
    )
    confirmed = {row["item"] for row in rows if row["status"] == Status.CONFIRMED}
    claims = [*_of_plan(activity, but=confirmed), *(dict(row) for row in rows)]
    named = {claim["item"] for claim in claims if claim["status"] == Status.CONFIRMED}
    shown = [claim for claim in claims if alignment_id is None or claim["id"] == alignment_id]
    known, titles = await frameworks(conn), await _titles(conn)
    return {
        **activity,
        "alignments": [
            _explained(
                claim,
                titles[claim["item"]],
                known.of_item[claim["item"]],
                explain(_claim(claim), known, activity["from_year"], activity["to_year"], named=named),
            )
            for claim in shown
        ],
    }


def _of_plan(activity: Any, *, but: set[str]) -> Iterator[dict[str, Any]]:
    """The priority and the goals that the approved plan names."""
    for item in (activity["priority"], *(f"SDG-{number}" for number in sorted(activity["sdgs"]))):
        if item not in but:
            yield {
                "id": None,
                "version": None,
                "item": item,
                "weight": None,
                "note": None,
                "status": Status.CONFIRMED,
                "proposed_at": None,
                "proposed_by_role": None,
                "decided_at": activity["approved_at"],
                "decided_by_role": activity["approved_by_role"],
                "reason": None,
            }


def _claim(row: Mapping[str, Any]) -> Claim:
    return Claim(row["item"], Status(row["status"]), row["decided_by_role"], row["proposed_by_role"])


def _explained(claim: Mapping[str, Any], titles: Mapping[str, Any], framework: str, why: Explanation) -> dict[str, Any]:
    return {
        **claim,
        "framework": framework,
        "item_title_id": titles["title_id"],
        "item_title_en": titles["title_en"],
        "counts": [
            {
                "item": count.item,
                "framework": count.framework,
                "years": list(count.years),
                "by": count.link.kind if count.link else "named",
            }
            for count in why.counts
        ],
        "years_left_out": list(why.years_left_out),
        "explanation_id": why.indonesian,
        "explanation_en": why.english,
    }


async def _titles(conn: Connection) -> dict[str, Any]:
    rows = await conn.fetch("SELECT code, title_id, title_en FROM priority_item")
    return {row["code"]: row for row in rows}
