"""Rows of the registry by SQL, where a test is about reading them and the way to them is long."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from shared.ids import uuid7
from tests.world import World

NOW: Final = datetime.now(UTC)
RECORDED: Final = {"recorded_at": NOW, "recorded_by": "x", "recorded_by_role": "fasker_officer"}
APPROVED: Final = {"approved_at": NOW, "approved_by": "x", "approved_by_role": "fasker_officer"}
IN_2020: Final = {"starts_on": date(2020, 1, 1), "ends_on": date(2022, 1, 1)}

LEAST: Final[dict[str, dict[str, Any]]] = {
    "organisation": {
        "status": "active",
        "name": "N",
        "acronym": "N",
        "aliases": [],
        "legal_form": "x",
        "origin_country": "NL",
        "home_city": "x",
        "office_address": "x",
        "email": "x@example.org",
        "sectors": [],
        "started_in_indonesia_on": date(2012, 1, 1),
        "counterpart_unit": "x",
        "applicant": "x",
        "applied_at": NOW,
        "verified_at": NOW,
    },
    "membership": {"role": "ngo_admin", "since": NOW},
    "invitation": {
        "role": "ngo_staff",
        "status": "open",
        "invited_at": NOW,
        "invited_by": "x",
        "expires_at": NOW + timedelta(days=3650),
    },
    "profile_step": {
        "field": "name",
        "act": "confirm",
        "actor_subject": "x",
        "actor_role": "fasker_officer",
        "actor_unit": "x",
        "at": NOW,
    },
    "foreign_ministry_step": {"step": "x", "reached_on": date(2020, 1, 1), **RECORDED},
    "licence": {
        "kind": "IZIN_PRINSIP",
        "number": "x",
        "issuer": "x",
        "issued_on": date(2020, 1, 1),
        "valid_from": date(2020, 1, 1),
        "valid_to": date(2023, 1, 1),
        "recorded_at": NOW,
        "recorded_by": "x",
    },
    "agreement": {
        "title": "x",
        "counterpart_unit": "x",
        "scope": [],
        "regions": ["53.06"],
        "amount": 1,
        "currency": "EUR",
        "signatory_functions": [],
        "signed_at": NOW,
        "signed_by": "x",
        **IN_2020,
    },
    "programme_direction": {"title": "x", "document_sha256": "x", **IN_2020, **RECORDED},
    "master_plan": APPROVED,
    "master_plan_version": {"version": 1, "activities": [], **APPROVED},
    "master_plan_activity": {
        "position": 1,
        "title": "x",
        "detail": "x",
        "sector": "health",
        "priority": "PN3-2020",
        "sdgs": [3],
        "regions": ["53.06"],
        "from_year": 2020,
        "to_year": 2021,
        "budget": 1,
        "currency": "EUR",
        "outcome_indicator": "x",
    },
    "alignment": {
        "item": "PN4-2020",
        "weight": 10,
        "note": "x",
        "status": "proposed",
        "proposed_at": NOW,
        "proposed_by": "x",
        "proposed_by_role": "ngo_admin",
    },
    "local_partner": {
        "status": "proposed",
        "name": "x",
        "legal_form": "x",
        "registration_number": "x",
        "registration_valid_to": date(2030, 1, 1),
        "regions": ["53.06"],
        "programme": "x",
        "proposed_at": NOW,
        "proposed_by": "x",
    },
    "local_partner_opinion": {
        "body": "kemlu",
        "stance": "in_favour",
        "text": "x",
        "given_on": date(2020, 1, 1),
        **RECORDED,
    },
    "evidence_file": {
        "status": "stored",
        "kind": "msp",
        "name": "x",
        "media_type": "application/pdf",
        "size_bytes": 1,
        "sha256": "0" * 64,
        "started_at": NOW,
        "started_by": "x",
        "started_by_role": "ngo_admin",
        "expires_at": NOW + timedelta(days=1),
        "ended_at": NOW,
    },
    "regional_activity": {
        "status": "notified",
        "kind": "new",
        "local_partner_ids": [],
        "title": "x",
        "activities": ["x"],
        "regions": ["53.06"],
        "starts_on": date(2020, 6, 1),
        "ends_on": date(2020, 12, 31),
        "notified_at": NOW,
        "notified_by": "x",
    },
    "measure": {
        "origin": "own",
        "kind": "written_warning",
        "effect": "none",
        "decided_on": date(2020, 1, 1),
        "starts_on": date(2020, 1, 1),
        "reason": "x",
        "legal_basis": "x",
        "document_sha256": "0" * 64,
        **RECORDED,
    },
}
"""The least that a row of a table must say of itself, beside what it belongs to."""

WITHOUT_ID: Final = {"membership"}


async def add(pool: Any, table: str, **columns: Any) -> UUID:
    """A row, with its table's least where nothing else is said: its id."""
    id_ = columns.pop("id", None) or uuid7()
    row = ({} if table in WITHOUT_ID else {"id": id_}) | LEAST[table] | columns
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})"  # noqa: S608 (names of tests)
    await pool.execute(sql, *row.values())
    return id_


async def organisation_with_all(world: World, member: str) -> dict[str, Any]:
    """An active organisation with a member and of everything that it can have one: their ids."""
    pool = await world.pool("registry")
    ngo_id = await add(pool, "organisation")
    await add(pool, "membership", subject=member, ngo_id=ngo_id)
    licence_id = await add(pool, "licence", ngo_id=ngo_id)
    agreement_id = await add(pool, "agreement", ngo_id=ngo_id, number=f"DEMO-MSP-{member}")
    plan_id = await add(pool, "master_plan", agreement_id=agreement_id)
    await add(pool, "master_plan_version", master_plan_id=plan_id)
    plan_activity_id = await add(pool, "master_plan_activity", master_plan_id=plan_id)
    partner_id = await add(pool, "local_partner", ngo_id=ngo_id)
    file_id = await add(pool, "evidence_file", ngo_id=ngo_id)
    await pool.execute("INSERT INTO evidence_part VALUES ($1, 1, 'x')", file_id)
    return {
        "ngo_id": ngo_id,
        "licence_id": licence_id,
        "agreement_id": agreement_id,
        "plan-activities/activity_id": plan_activity_id,
        "alignment_id": await add(pool, "alignment", activity_id=plan_activity_id),
        "partner_id": partner_id,
        "opinion_id": await add(pool, "local_partner_opinion", partner_id=partner_id),
        "invitation_id": await add(pool, "invitation", ngo_id=ngo_id, subject=member),
        "file_id": file_id,
        "regional-activities/activity_id": await add(
            pool, "regional_activity", ngo_id=ngo_id, agreement_id=agreement_id, licence_id=licence_id
        ),
        "measure_id": await add(pool, "measure", ngo_id=ngo_id),
    }
