"""Signing of agreements, and their fate with their organisation's. All in the caller's transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.registry.errors import AlreadyExists
from services.registry.events import MspSigned
from services.registry.licences.queries import principle_permit_covers
from services.registry.organisations.rules import Status as OrganisationStatus
from services.registry.organisations.rules import require_active
from services.registry.reference.queries import check_regions
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import InvalidInput
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7

PERMIT_LAW: Final = "PP 59/2016"


async def sign_agreement(
    conn: Connection, ngo_id: UUID, *, terms: Mapping[str, Any], by: ActedBy, now: datetime
) -> UUID:
    """`terms`: the agreement's columns as they stand in its form."""
    status = await conn.fetchval("SELECT status FROM organisation WHERE id = $1 FOR SHARE", ngo_id)
    if status is None:
        raise InvalidInput.field("#/ngo_id", "must be a registered organisation")
    require_active(OrganisationStatus(status), "to sign an agreement")
    await check_regions(conn, terms["regions"], "#/regions", on=now.astimezone(JAKARTA).date())
    await _check_predecessor(conn, ngo_id, terms["predecessor_id"])
    if terms["override_reason"] is None:
        await _check_permit(conn, ngo_id, terms["starts_on"], terms["ends_on"])
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
        ),
    )
    return agreement_id


async def _check_permit(conn: Connection, ngo_id: UUID, starts_on: date, ends_on: date) -> None:
    if not await principle_permit_covers(conn, ngo_id, starts_on, ends_on):
        raise InvalidInput.field(
            "#/ends_on",
            "the agreement must lie within the period of an izin prinsip; else give an `override_reason`",
            rule="V02",
            legal_basis=PERMIT_LAW,
        )


async def _check_predecessor(conn: Connection, ngo_id: UUID, predecessor_id: UUID | None) -> None:
    """The organisation's own, or one that passed to it with a merger."""
    if predecessor_id is None:
        return
    if not await conn.fetchval(
        "SELECT true FROM agreement WHERE id = $1 AND (ngo_id = $2 OR passed_to_ngo_id = $2)",
        predecessor_id,
        ngo_id,
    ):
        raise InvalidInput.field("#/predecessor_id", "must be an agreement of the same organisation")


async def _insert(conn: Connection, ngo_id: UUID, terms: Mapping[str, Any], *, by: ActedBy, now: datetime) -> UUID:
    agreement_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO agreement (id, ngo_id, number, title, starts_on, ends_on, counterpart_unit, scope, regions,
                               amount, currency, rate, rate_date, amount_idr, signatory_functions,
                               predecessor_id, override_reason, signed_at, signed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        ON CONFLICT (lower(number)) DO NOTHING RETURNING id
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
        now,
        by.subject,
    )
    if agreement_id is None:
        raise AlreadyExists(f"the agreement {terms['number']} is recorded already")
    return agreement_id


async def pass_on_agreements(conn: Connection, ngo_id: UUID, successor_id: UUID) -> None:
    """With a merger. They stay under the organisation that signed them, marked with who stands in now."""
    await conn.execute(
        """
        UPDATE agreement SET status = 'passed_on', passed_to_ngo_id = $2, version = version + 1
        WHERE ngo_id = $1 AND status = 'signed'
        """,
        ngo_id,
        successor_id,
    )


async def terminate_agreements(conn: Connection, ngo_id: UUID) -> None:
    """With the end of the organisation."""
    await conn.execute(
        """
        UPDATE agreement SET status = 'terminated', version = version + 1
        WHERE ngo_id = $1 AND status = 'signed'
        """,
        ngo_id,
    )
