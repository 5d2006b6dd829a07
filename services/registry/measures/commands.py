"""Taking, recording and lifting of measures. Each function runs in the caller's transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.registry.agreements.queries import working_area
from services.registry.errors import AlreadyExists
from services.registry.events import ExternalMeasureRecorded, MeasureLifted, MeasureTaken
from services.registry.measures.queries import find_kind
from services.registry.measures.rules import Effect, Kind, Origin, check_dates, check_lifting, lifting, taking
from services.registry.organisations.commands import suspend_reinstate_or_close
from services.registry.organisations.rules import PUBLIC_STATUSES
from services.registry.organisations.rules import Status as OrganisationStatus
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import ActionNotAllowed, InvalidInput, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7


async def take_measure(
    conn: Connection, ngo_id: UUID, *, measure: Mapping[str, Any], by: ActedBy, now: datetime
) -> UUID:
    """The ministry's own. What it does to the organisation is done here too: both or neither."""
    organisation = await _lock_organisation(conn, ngo_id)
    kind = await _kind(conn, measure, Origin.OWN)
    action = taking(OrganisationStatus(organisation["status"]), kind.effect)
    check_dates(measure["decided_on"], measure["starts_on"], kind.effect, now.astimezone(JAKARTA).date())
    measure_id = await _insert(conn, ngo_id, Origin.OWN, kind, measure, by=by, now=now)
    emit(
        conn,
        MeasureTaken(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            regions=await _concerned(conn, ngo_id, kind.effect),
            measure_id=measure_id,
            kind=kind.code,
            effect=kind.effect,
            decided_on=measure["decided_on"],
            starts_on=measure["starts_on"],
            ends_on=measure["ends_on"],
            legal_basis=measure["legal_basis"] or kind.legal_basis,
            reason=measure["reason"],
        ),
    )
    if action:
        await suspend_reinstate_or_close(
            conn, ngo_id, action, reason=measure["reason"], version=organisation["version"], by=by, now=now
        )
    return measure_id


async def record_external_measure(
    conn: Connection, ngo_id: UUID, *, measure: Mapping[str, Any], by: ActedBy, now: datetime
) -> UUID:
    """What another body decided, as evidence: the organisation's status here does not follow it."""
    organisation = await _lock_organisation(conn, ngo_id)
    if organisation["status"] not in PUBLIC_STATUSES:
        raise ActionNotAllowed(f"no measure can be recorded of an organisation that is {organisation['status']}")
    kind = await _kind(conn, measure, Origin.EXTERNAL)
    check_dates(measure["decided_on"], measure["starts_on"], Effect.NONE, now.astimezone(JAKARTA).date())
    measure_id = await _insert(conn, ngo_id, Origin.EXTERNAL, kind, measure, by=by, now=now)
    emit(
        conn,
        ExternalMeasureRecorded(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            measure_id=measure_id,
            kind=kind.code,
            issuer=measure["issuer"],
            number=measure["document_number"],
            decided_on=measure["decided_on"],
            starts_on=measure["starts_on"],
            ends_on=measure["ends_on"],
            reason=measure["reason"],
        ),
    )
    return measure_id


async def lift_measure(
    conn: Connection,
    ngo_id: UUID,
    measure_id: UUID,
    *,
    lifted_on: date,
    reason: str,
    version: int,
    by: ActedBy,
    now: datetime,
) -> None:
    """With one that suspends the organisation is reinstated. Of an external one: that its issuer has lifted it."""
    organisation = await _lock_organisation(conn, ngo_id)
    found = await conn.fetchrow(
        "SELECT version, kind, effect, starts_on, lifted_at FROM measure WHERE id = $1 AND ngo_id = $2 FOR UPDATE",
        measure_id,
        ngo_id,
    )
    if found is None:
        raise NotFound("there is no such measure against this organisation")
    expect_version(found["version"], version)
    if found["lifted_at"] is not None:
        raise ActionNotAllowed("this measure has been lifted already")
    effect = Effect(found["effect"])
    action = lifting(OrganisationStatus(organisation["status"]), effect)
    today = now.astimezone(JAKARTA).date()
    check_lifting(lifted_on, starts_on=found["starts_on"], effect=effect, today=today)
    await conn.execute(
        """
        UPDATE measure
        SET version = version + 1, lifted_on = $2, lift_reason = $3, lifted_at = $4, lifted_by = $5,
            lifted_by_role = $6
        WHERE id = $1
        """,
        measure_id,
        lifted_on,
        reason,
        now,
        by.subject,
        by.role,
    )
    regions = await _concerned(conn, ngo_id, effect)
    emit(
        conn,
        MeasureLifted(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            regions=regions,
            measure_id=measure_id,
            kind=found["kind"],
            lifted_on=lifted_on,
            reason=reason,
        ),
    )
    if action:
        await suspend_reinstate_or_close(
            conn, ngo_id, action, reason=reason, version=organisation["version"], by=by, now=now
        )


async def _lock_organisation(conn: Connection, ngo_id: UUID) -> Any:
    row = await conn.fetchrow("SELECT version, status FROM organisation WHERE id = $1 FOR UPDATE", ngo_id)
    if row is None:
        raise NotFound("there is no organisation with this id")
    return row


async def _kind(conn: Connection, measure: Mapping[str, Any], origin: Origin) -> Kind:
    kind = await find_kind(conn, measure["kind"], origin, on=measure["decided_on"])
    if kind is None:
        raise InvalidInput.field(
            "#/kind", f"must be a code of GET /v1/measure-kinds for {origin} measures of {measure['decided_on']}"
        )
    return kind


async def _concerned(conn: Connection, ngo_id: UUID, effect: Effect) -> tuple[str, ...]:
    """A warning is between the ministry and the organisation; what stops its work concerns the regions too."""
    return () if effect is Effect.NONE else await working_area(conn, ngo_id)


async def _insert(
    conn: Connection,
    ngo_id: UUID,
    origin: Origin,
    kind: Kind,
    measure: Mapping[str, Any],
    *,
    by: ActedBy,
    now: datetime,
) -> UUID:
    measure_id = uuid7()
    try:
        await conn.execute(
            """
            INSERT INTO measure (id, ngo_id, origin, kind, effect, decided_on, starts_on, ends_on, reason, legal_basis,
                                 issuer, document_number, document_sha256, recorded_at, recorded_by,
                                 recorded_by_role)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            """,
            measure_id,
            ngo_id,
            origin,
            kind.code,
            kind.effect if origin is Origin.OWN else Effect.NONE,
            measure["decided_on"],
            measure["starts_on"],
            measure["ends_on"],
            measure["reason"],
            measure["legal_basis"] or kind.legal_basis,
            measure.get("issuer"),
            measure["document_number"],
            measure["document_sha256"],
            now,
            by.subject,
            by.role,
        )
    except asyncpg.UniqueViolationError:
        if origin is Origin.EXTERNAL:
            raise AlreadyExists("this decision of the issuer is recorded already") from None
        raise AlreadyExists(f"a measure that {kind.effect} this organisation is in force already") from None
    return measure_id
