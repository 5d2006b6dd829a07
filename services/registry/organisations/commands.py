"""What can be done to an organisation. Each function runs in the caller's transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_jsonable_python

from services.registry.agreements.commands import pass_on_agreements, terminate_agreements
from services.registry.agreements.queries import working_area
from services.registry.events import (
    NgoApplied,
    NgoClosed,
    NgoMerged,
    NgoReinstated,
    NgoRejected,
    NgoSuspended,
    NgoVerified,
)
from services.registry.licences.commands import record_licence
from services.registry.licences.queries import principle_permits
from services.registry.licences.rules import Kind
from services.registry.measures.queries import is_suspended_by_measure
from services.registry.members.commands import add_member, remove_all_members
from services.registry.organisations.rules import PUBLIC_STATUSES, Action, Status, advance, require_active
from services.registry.profiles.commands import check_profile, confirm_the_rest, expect_nothing_queried
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import ActionNotAllowed, InvalidInput, NotAllowed, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7

REASONED_EVENTS: Final = {
    Action.SUSPEND: NgoSuspended,
    Action.REINSTATE: NgoReinstated,
    Action.CLOSE: NgoClosed,
}


async def apply_for_registration(
    conn: Connection,
    *,
    profile: Mapping[str, Any],
    principle_permit: Mapping[str, Any],
    by: ActedBy,
    now: datetime,
) -> UUID:
    """The applicant becomes its first administrator. `profile`: the organisation's columns as in the form."""
    await check_profile(conn, profile, today=now.astimezone(JAKARTA).date())
    ngo_id = uuid7()
    await _insert_application(conn, ngo_id, profile, applicant=by.subject, now=now)
    await _record_step(conn, ngo_id, 1, "apply", None, Status.APPLIED, reason=None, by=by, now=now)
    emit(
        conn,
        NgoApplied(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            name=profile["name"],
            origin_country=profile["origin_country"],
            sectors=tuple(profile["sectors"]),
            principle_permit_number=principle_permit["number"],
        ),
    )
    await add_member(conn, ngo_id, by.subject, "ngo_admin", by=by, now=now)
    await record_licence(
        conn,
        ngo_id,
        Kind.IZIN_PRINSIP,
        licence=principle_permit,
        pointer="#/principle_permit",
        by=by,
        now=now,
    )
    return ngo_id


async def _insert_application(
    conn: Connection, ngo_id: UUID, profile: Mapping[str, Any], *, applicant: str, now: datetime
) -> None:
    await conn.execute(
        """
        INSERT INTO organisation (
            id, status, applicant, applied_at, name, name_en, acronym, aliases, legal_form, origin_country, home_city,
            headquarters_address, home_registration_number, iati_org_id, lei, office_address, phone, fax, email,
            website, sectors, started_in_indonesia_on, counterpart_unit, npwp, has_indonesian_bank_account,
            last_msp_signed_on, working_areas
        )
        SELECT $1, $2, $3, $4, name, name_en, acronym, aliases, legal_form, origin_country, home_city,
               headquarters_address, home_registration_number, iati_org_id, lei, office_address, phone, fax, email,
               website, sectors, started_in_indonesia_on, counterpart_unit, npwp, has_indonesian_bank_account,
               last_msp_signed_on, working_areas
        FROM jsonb_populate_record(NULL::organisation, $5)
        """,
        ngo_id,
        Status.APPLIED,
        applicant,
        now,
        to_jsonable_python(profile),
    )


async def decide_application(
    conn: Connection,
    ngo_id: UUID,
    *,
    accepted: bool,
    reason: str | None,
    version: int,
    by: ActedBy,
    unit: str,
    now: datetime,
) -> None:
    """Accept or reject. Nobody decides on an application of their own (V23).

    What was queried must have been answered; whoever accepts the rest confirms it.
    """
    action = Action.ACCEPT if accepted else Action.REJECT
    found = await _advance(conn, ngo_id, action, reason=reason, version=version, by=by, now=now)
    if found["applicant"] == by.subject:
        raise NotAllowed("whoever made an application can't decide on it", rule="V23")
    if not accepted:
        emit(conn, NgoRejected(occurred_at=now, actor=by, ngo_id=ngo_id, reason=reason or ""))
        await remove_all_members(conn, ngo_id, by=by, now=now)
        return
    await expect_nothing_queried(conn, ngo_id)
    if not await principle_permits(conn, ngo_id):
        raise ActionNotAllowed("the organisation has no izin prinsip: its record was revoked or taken back", rule="V01")
    await confirm_the_rest(conn, ngo_id, version=version + 1, by=by, unit=unit, now=now)
    emit(
        conn,
        NgoVerified(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            name=found["name"],
            acronym=found["acronym"],
            origin_country=found["origin_country"],
            sectors=tuple(found["sectors"]),
            counterpart_unit=found["counterpart_unit"],
        ),
    )


async def suspend_reinstate_or_close(
    conn: Connection,
    ngo_id: UUID,
    action: Action,
    *,
    reason: str,
    version: int,
    by: ActedBy,
    now: datetime,
) -> None:
    await _advance(conn, ngo_id, action, reason=reason, version=version, by=by, now=now)
    if action is Action.REINSTATE and await is_suspended_by_measure(conn, ngo_id):
        raise ActionNotAllowed("a measure suspends this organisation: lift it, and the organisation is reinstated")
    regions = await working_area(conn, ngo_id)
    emit(
        conn,
        REASONED_EVENTS[action](occurred_at=now, actor=by, ngo_id=ngo_id, regions=regions, reason=reason),
    )
    if action is Action.CLOSE:
        await terminate_agreements(conn, ngo_id, now=now)


async def merge_into_successor(
    conn: Connection,
    ngo_id: UUID,
    successor_id: UUID,
    *,
    effective_on: date,
    reason: str,
    version: int,
    by: ActedBy,
    now: datetime,
) -> None:
    """The organisation stays findable and points to its successor, to whom its agreements pass.

    So do its local partners and notified activities, by what is recorded here alone: see `holders` in the database.
    """
    if ngo_id == successor_id:
        raise InvalidInput.field("#/successor_id", "must be another organisation")
    if effective_on > now.astimezone(JAKARTA).date():
        raise InvalidInput.field("#/effective_on", "must not lie in the future: record a merger once it is effective")
    statuses = await _lock(conn, ngo_id, successor_id)
    if successor_id not in statuses:
        raise InvalidInput.field("#/successor_id", "must be a registered organisation")
    require_active(statuses[successor_id], "to take over another one")
    found = await _advance(
        conn,
        ngo_id,
        Action.MERGE,
        reason=reason,
        version=version,
        by=by,
        now=now,
        successor_id=successor_id,
        merged_on=effective_on,
    )
    if effective_on < (start := found["started_in_indonesia_on"]):
        raise InvalidInput.field("#/effective_on", f"must be {start} or later: it did not work in Indonesia before")
    regions = await working_area(conn, ngo_id)
    await pass_on_agreements(conn, ngo_id, successor_id)
    emit(
        conn,
        NgoMerged(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            regions=regions,
            successor_id=successor_id,
            effective_on=effective_on,
            reason=reason,
        ),
    )


async def _lock(conn: Connection, *ngo_ids: UUID) -> dict[UUID, Status]:
    """In the order of their ids, so that two mergers can't wait for each other."""
    rows = await conn.fetch("SELECT id, status FROM organisation WHERE id = ANY($1) ORDER BY id FOR UPDATE", ngo_ids)
    return {row["id"]: Status(row["status"]) for row in rows}


async def _advance(
    conn: Connection,
    ngo_id: UUID,
    action: Action,
    *,
    reason: str | None,
    version: int,
    by: ActedBy,
    now: datetime,
    successor_id: UUID | None = None,
    merged_on: date | None = None,
) -> Any:
    """Take the step, if it is open, and record it. Returns the row as it was."""
    found = await conn.fetchrow(
        """
        SELECT version, status, name, acronym, origin_country, sectors, counterpart_unit, started_in_indonesia_on,
               applicant
        FROM organisation WHERE id = $1 FOR UPDATE
        """,
        ngo_id,
    )
    if found is None:
        raise NotFound("there is no organisation with this id")
    expect_version(found["version"], version)
    status = advance(Status(found["status"]), action)
    await conn.execute(
        """
        UPDATE organisation
        SET status = $2, version = version + 1, verified_at = coalesce(verified_at, $3), successor_id = $4,
            merged_on = $5
        WHERE id = $1
        """,
        ngo_id,
        status,
        now if status in PUBLIC_STATUSES else None,
        successor_id,
        merged_on,
    )
    await _record_step(conn, ngo_id, version + 1, action, found["status"], status, reason=reason, by=by, now=now)
    return found


async def _record_step(
    conn: Connection,
    ngo_id: UUID,
    version: int,
    action: str,
    from_status: str | None,
    to_status: str,
    *,
    reason: str | None,
    by: ActedBy,
    now: datetime,
) -> None:
    await conn.execute(
        """
        INSERT INTO organisation_step (ngo_id, version, action, from_status, to_status, reason, actor_subject,
                                       actor_role, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        ngo_id,
        version,
        action,
        from_status,
        to_status,
        reason,
        by.subject,
        by.role,
        now,
    )
