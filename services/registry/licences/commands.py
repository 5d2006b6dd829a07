"""Recording, revocation and retraction of licences. Each function runs in the caller's transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.registry.agreements.queries import working_area
from services.registry.errors import AlreadyExists
from services.registry.events import LicenceRecorded, LicenceRetracted, LicenceRevoked
from services.registry.licences.queries import (
    activities_on,
    agreements_on_permits,
    last_principle_permit_day,
    principle_permits,
)
from services.registry.licences.rules import (
    Action,
    Kind,
    OperationalPermit,
    Status,
    advance,
    check_nothing_rests,
    check_operational_permit_end,
    check_principle_permit_period,
    check_revocation,
    status_when_recorded,
)
from services.registry.organisations.rules import Status as OrganisationStatus
from services.registry.profiles.rules import require_open
from services.registry.reference.queries import dated_rule
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import InvalidInput, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7

OUTLASTING: Final = "licence.izin_operasional.days_after_izin_prinsip_max"
"""Key of a dated rule."""


async def record_licence(
    conn: Connection,
    ngo_id: UUID,
    kind: Kind,
    *,
    licence: Mapping[str, Any],
    pointer: str,
    by: ActedBy,
    now: datetime,
) -> UUID:
    """`licence`: its columns as they stand in the form; `pointer`: where the form has them."""
    status = await conn.fetchval("SELECT status FROM organisation WHERE id = $1 FOR SHARE", ngo_id)
    require_open(OrganisationStatus(status), "to record a licence")
    today = now.astimezone(JAKARTA).date()
    if licence["issued_on"] > today:
        raise InvalidInput.field(f"{pointer}/issued_on", "must not lie in the future")
    await _check_period(conn, ngo_id, kind, licence["valid_from"], licence["valid_to"], pointer)
    licence_id = await _insert(conn, ngo_id, kind, licence, today=today, by=by, now=now)
    emit(
        conn,
        LicenceRecorded(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            licence_id=licence_id,
            kind=kind,
            number=licence["number"],
            issuer=licence["issuer"],
            issued_on=licence["issued_on"],
            valid_from=licence["valid_from"],
            valid_to=licence["valid_to"],
        ),
    )
    return licence_id


async def _check_period(
    conn: Connection, ngo_id: UUID, kind: Kind, valid_from: date, valid_to: date, pointer: str
) -> None:
    if kind is Kind.IZIN_PRINSIP:
        longest = await dated_rule(conn, "licence.izin_prinsip.years_max", on=valid_from)
        check_principle_permit_period(valid_from, valid_to, longest, pointer)
    elif kind is Kind.IZIN_OPERASIONAL:
        margin = await dated_rule(conn, OUTLASTING, on=valid_from)
        check_operational_permit_end(valid_to, await last_principle_permit_day(conn, ngo_id), margin, pointer)


async def _insert(
    conn: Connection,
    ngo_id: UUID,
    kind: Kind,
    licence: Mapping[str, Any],
    *,
    today: date,
    by: ActedBy,
    now: datetime,
) -> UUID:
    licence_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO licence (id, ngo_id, kind, number, issuer, issued_on, valid_from, valid_to,
                             document_sha256, status, recorded_at, recorded_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (ngo_id, kind, lower(number)) WHERE status <> 'RETRACTED' DO NOTHING RETURNING id
        """,
        uuid7(),
        ngo_id,
        kind,
        licence["number"],
        licence["issuer"],
        licence["issued_on"],
        licence["valid_from"],
        licence["valid_to"],
        licence["document_sha256"],
        status_when_recorded(licence["valid_to"], today),
        now,
        by.subject,
    )
    if licence_id is None:
        raise AlreadyExists(f"the {kind} with this number is recorded already")
    return licence_id


async def revoke_licence(
    conn: Connection,
    ngo_id: UUID,
    licence_id: UUID,
    *,
    revoked_on: date,
    reason: str,
    version: int,
    by: ActedBy,
    now: datetime,
) -> None:
    """Note that the body which issued the licence has taken it back."""
    licence = await _lock(conn, ngo_id, licence_id, version)
    status = advance(Status(licence["status"]), Action.REVOKE)
    earliest = min(licence["issued_on"], licence["valid_from"])
    check_revocation(earliest, licence["valid_to"], revoked_on, now.astimezone(JAKARTA).date())
    await conn.execute(
        """
        UPDATE licence
        SET status = $2, revoked_on = $3, revocation_reason = $4, revoked_at = $5, revoked_by = $6,
            version = version + 1
        WHERE id = $1
        """,
        licence_id,
        status,
        revoked_on,
        reason,
        now,
        by.subject,
    )
    emit(
        conn,
        LicenceRevoked(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            regions=await working_area(conn, ngo_id),
            licence_id=licence_id,
            kind=licence["kind"],
            number=licence["number"],
            revoked_on=revoked_on,
            reason=reason,
        ),
    )


async def retract_licence(
    conn: Connection, ngo_id: UUID, licence_id: UUID, *, reason: str, version: int, by: ActedBy, now: datetime
) -> None:
    """Take back a record that was a mistake. Its number is free from now on; that it was there stays readable."""
    # Whoever signs an agreement or notifies an activity holds this row: nothing comes to rest on the licence meanwhile.
    await conn.execute("SELECT FROM organisation WHERE id = $1 FOR UPDATE", ngo_id)
    licence = await _lock(conn, ngo_id, licence_id, version)
    status = advance(Status(licence["status"]), Action.RETRACT)
    is_principle_permit = licence["kind"] == Kind.IZIN_PRINSIP
    check_nothing_rests(
        (licence["valid_from"], licence["valid_to"]),
        await agreements_on_permits(conn, ngo_id) if is_principle_permit else [],
        await _operational_permits(conn, ngo_id) if is_principle_permit else [],
        await principle_permits(conn, ngo_id, but=licence_id),
        await activities_on(conn, licence_id),
    )
    await conn.execute(
        """
        UPDATE licence
        SET status = $2, retraction_reason = $3, retracted_at = $4, retracted_by = $5, version = version + 1
        WHERE id = $1
        """,
        licence_id,
        status,
        reason,
        now,
        by.subject,
    )
    emit(
        conn,
        LicenceRetracted(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            regions=await working_area(conn, ngo_id),
            licence_id=licence_id,
            kind=licence["kind"],
            number=licence["number"],
            reason=reason,
        ),
    )


async def _operational_permits(conn: Connection, ngo_id: UUID) -> list[OperationalPermit]:
    rows = await conn.fetch(
        """
        SELECT number, valid_from, valid_to FROM licence
        WHERE ngo_id = $1 AND kind = 'IZIN_OPERASIONAL' AND status NOT IN ('REVOKED', 'RETRACTED') ORDER BY number
        """,
        ngo_id,
    )
    return [
        OperationalPermit(row["number"], row["valid_to"], await dated_rule(conn, OUTLASTING, on=row["valid_from"]))
        for row in rows
    ]


async def _lock(conn: Connection, ngo_id: UUID, licence_id: UUID, version: int) -> Any:
    licence = await conn.fetchrow(
        """
        SELECT version, kind, number, issued_on, valid_from, valid_to, status FROM licence
        WHERE id = $1 AND ngo_id = $2 FOR UPDATE
        """,
        licence_id,
        ngo_id,
    )
    if licence is None:
        raise NotFound("there is no such licence of this organisation")
    expect_version(licence["version"], version)
    return licence
