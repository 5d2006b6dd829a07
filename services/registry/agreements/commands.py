"""Signing of agreements, and their fate with their organisation's. All in the caller's transaction.

An extension is a new agreement that names its predecessor; that one runs on to its own last day.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.registry.agreements.queries import has_successor
from services.registry.agreements.rules import (
    Action,
    Period,
    Status,
    advance,
    check_conversion,
    check_extension,
    check_permit,
)
from services.registry.errors import AlreadyExists
from services.registry.events import MspExtended, MspSigned
from services.registry.licences.queries import principle_permits
from services.registry.organisations.rules import Status as OrganisationStatus
from services.registry.organisations.rules import require_active
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import InvalidInput
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7
from shared.regions import check_codes, listed

ORGANISATION_CLOSED: Final = "organisasi ditutup (the organisation was closed)"


async def sign_agreement(
    conn: Connection, ngo_id: UUID, *, terms: Mapping[str, Any], by: ActedBy, now: datetime
) -> UUID:
    """`terms`: the agreement's columns as they stand in its form."""
    status = await conn.fetchval("SELECT status FROM organisation WHERE id = $1 FOR SHARE", ngo_id)
    if status is None:
        raise InvalidInput.field("#/ngo_id", "must be a registered organisation")
    require_active(OrganisationStatus(status), "to sign an agreement")
    today = now.astimezone(JAKARTA).date()
    check_codes(listed("#/regions", terms["regions"]), on=today)
    check_conversion(terms, today)
    predecessor = await _lock_predecessor(conn, ngo_id, terms["predecessor_id"], (terms["starts_on"], terms["ends_on"]))
    if terms["override_reason"] is None:
        check_permit(terms["starts_on"], terms["ends_on"], await principle_permits(conn, ngo_id))
    agreement_id = await _insert(conn, ngo_id, terms, by=by, now=now)
    emit(
        conn,
        MspSigned(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            regions=tuple(terms["regions"]),
            agreement_id=agreement_id,
            number=terms["number"],
            title=terms["title"],
            starts_on=terms["starts_on"],
            ends_on=terms["ends_on"],
            counterpart_unit=terms["counterpart_unit"],
            amount=terms["amount"],
            currency=terms["currency"],
            amount_idr=terms["amount_idr"],
            rate=terms["rate"],
            rate_date=terms["rate_date"],
        ),
    )
    if predecessor:
        await _carry_on(conn, ngo_id, predecessor, agreement_id, terms, by=by, now=now)
    return agreement_id


async def _lock_predecessor(conn: Connection, ngo_id: UUID, predecessor_id: UUID | None, period: Period) -> Any | None:
    """The organisation's own, or one that passed to it with a merger; nobody has carried it on before."""
    if predecessor_id is None:
        return None
    predecessor = await conn.fetchrow(
        """
        SELECT id, status, regions, starts_on, ends_on FROM agreement
        WHERE id = $1 AND (ngo_id = $2 OR passed_to_ngo_id = $2) FOR UPDATE
        """,
        predecessor_id,
        ngo_id,
    )
    if predecessor is None:
        raise InvalidInput.field("#/predecessor_id", "must be an agreement of the same organisation")
    advance(Status(predecessor["status"]), Action.SUCCEED)
    if await has_successor(conn, predecessor_id):
        raise AlreadyExists("the predecessor has a successor already")
    check_extension(period, (predecessor["starts_on"], predecessor["ends_on"]))
    return predecessor


async def _carry_on(
    conn: Connection,
    ngo_id: UUID,
    predecessor: Any,
    agreement_id: UUID,
    terms: Mapping[str, Any],
    *,
    by: ActedBy,
    now: datetime,
) -> None:
    """One that is over is `extended` from now on; one that still runs will be when its last day is over."""
    if predecessor["status"] == Status.EXPIRED:
        await conn.execute(
            "UPDATE agreement SET status = $2, version = version + 1 WHERE id = $1",
            predecessor["id"],
            Status.EXTENDED,
        )
    emit(
        conn,
        MspExtended(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            regions=tuple(sorted({*predecessor["regions"], *terms["regions"]})),
            agreement_id=predecessor["id"],
            ends_on=predecessor["ends_on"],
            successor_agreement_id=agreement_id,
            successor_number=terms["number"],
            successor_ends_on=terms["ends_on"],
        ),
    )


async def _insert(conn: Connection, ngo_id: UUID, terms: Mapping[str, Any], *, by: ActedBy, now: datetime) -> UUID:
    agreement_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO agreement (id, ngo_id, number, title, starts_on, ends_on, counterpart_unit, scope, regions,
                               amount, currency, rate, rate_date, amount_idr, signatory_functions,
                               predecessor_id, override_reason, document_sha256, signed_at, signed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        ON CONFLICT (lower(number)) WHERE status <> 'retracted' DO NOTHING RETURNING id
        """,
        uuid7(),
        ngo_id,
        terms["number"],
        terms["title"],
        terms["starts_on"],
        terms["ends_on"],
        terms["counterpart_unit"],
        terms["scope"],
        terms["regions"],
        terms["amount"],
        terms["currency"],
        terms["rate"],
        terms["rate_date"],
        terms["amount_idr"],
        terms["signatory_functions"],
        terms["predecessor_id"],
        terms["override_reason"],
        terms["document_sha256"],
        now,
        by.subject,
    )
    if agreement_id is None:
        raise AlreadyExists(f"the agreement {terms['number']} is recorded already")
    return agreement_id


async def pass_on_agreements(conn: Connection, ngo_id: UUID, successor_id: UUID) -> None:
    """With a merger. They stay under the organisation that signed them, marked with who stands in now.

    What it had taken over itself goes with its own.
    """
    await conn.execute(
        """
        UPDATE agreement SET status = 'passed_on', passed_to_ngo_id = $2, version = version + 1
        WHERE (ngo_id = $1 AND status = 'signed') OR (passed_to_ngo_id = $1 AND status = 'passed_on')
        """,
        ngo_id,
        successor_id,
    )


async def terminate_agreements(conn: Connection, ngo_id: UUID, *, now: datetime) -> None:
    """With the end of the organisation that holds them, of which its own event tells.

    Everybody reads why an agreement ended; why the ministry closed the organisation is between the two.
    """
    await conn.execute(
        """
        UPDATE agreement
        SET status = 'terminated', version = version + 1, end_reason = $3, ended_at = $4,
            ended_on = greatest(starts_on, least(ends_on, $2))
        WHERE (ngo_id = $1 AND status = 'signed') OR (passed_to_ngo_id = $1 AND status = 'passed_on')
        """,
        ngo_id,
        now.astimezone(JAKARTA).date(),
        ORGANISATION_CLOSED,
        now,
    )
