"""Proposals of local partners and decisions on them. Each function runs in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.registry.errors import AlreadyExists
from services.registry.events import (
    LocalPartnerApproved,
    LocalPartnerChanged,
    LocalPartnerProposed,
    LocalPartnerRejected,
)
from services.registry.local_partners.clearance import about_partner, lock_own_partner, lock_partner, record_step
from services.registry.local_partners.rules import (
    DECISIONS,
    ORIENTATION_REQUIRED,
    Action,
    Decision,
    Status,
    advance,
    check_consents,
    check_orientation,
    check_registration,
)
from services.registry.organisations.rules import Status as OrganisationStatus
from services.registry.organisations.rules import require_active
from services.registry.reference.queries import dated_rule
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import NotAllowed, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7
from shared.regions import check_codes, listed

ALREADY_THERE: Final = "a local partner with this registration number is proposed or approved already"


async def propose_partner(
    conn: Connection, ngo_id: UUID, *, partner: Mapping[str, Any], by: ActedBy, now: datetime
) -> UUID:
    """`partner`: its columns as they stand in the form, and its `consents`."""
    await _check_form(conn, ngo_id, partner, now)
    predecessor_id = await _predecessor(conn, ngo_id, partner["registration_number"])
    partner_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO local_partner (id, ngo_id, status, name, legal_form, registration_number,
                                   registration_valid_to, regions, programme, address, npwp, funding_amount,
                                   funding_currency, starts_on, ends_on, has_bank_account, proposed_at, proposed_by,
                                   predecessor_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        ON CONFLICT (ngo_id, lower(registration_number)) WHERE status NOT IN ('rejected', 'ended')
        DO NOTHING RETURNING id
        """,
        uuid7(),
        ngo_id,
        Status.PROPOSED,
        *_columns(partner),
        now,
        by.subject,
        predecessor_id,
    )
    if partner_id is None:
        raise AlreadyExists(ALREADY_THERE)
    await _write_consents(conn, partner_id, partner["consents"])
    emit(
        conn,
        LocalPartnerProposed(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            regions=tuple(partner["regions"]),
            partner_id=partner_id,
            name=partner["name"],
            predecessor_id=predecessor_id,
        ),
    )
    return partner_id


async def change_partner(
    conn: Connection,
    partner_id: UUID,
    *,
    ngo_id: UUID,
    partner: Mapping[str, Any],
    version: int,
    by: ActedBy,
    now: datetime,
) -> None:
    """The whole form anew, until the orientation begins: what others have looked at stays as it is."""
    found = await lock_own_partner(conn, partner_id, ngo_id=ngo_id, version=version)
    advance(Status(found["status"]), Action.CHANGE)
    await _check_form(conn, ngo_id, partner, now)
    try:
        await conn.execute(
            """
            UPDATE local_partner
            SET version = version + 1, name = $2, legal_form = $3, registration_number = $4,
                registration_valid_to = $5, regions = $6, programme = $7, address = $8, npwp = $9,
                funding_amount = $10, funding_currency = $11, starts_on = $12, ends_on = $13,
                has_bank_account = $14, changed_by = $15, predecessor_id = $16
            WHERE id = $1
            """,
            partner_id,
            *_columns(partner),
            by.subject,
            await _predecessor(conn, ngo_id, partner["registration_number"], but=partner_id),
        )
    except asyncpg.UniqueViolationError:
        raise AlreadyExists(ALREADY_THERE) from None
    await conn.execute("DELETE FROM local_partner_consent WHERE partner_id = $1", partner_id)
    await _write_consents(conn, partner_id, partner["consents"])
    # A region in which it is to work no longer must learn of it too.
    regions = tuple(sorted({*found["regions"], *partner["regions"]}))
    emit(conn, LocalPartnerChanged(**about_partner(found, by, now) | {"regions": regions}))


async def _check_form(conn: Connection, ngo_id: UUID, partner: Mapping[str, Any], now: datetime) -> None:
    today = now.astimezone(JAKARTA).date()
    status = await conn.fetchval("SELECT status FROM organisation WHERE id = $1 FOR SHARE", ngo_id)
    require_active(OrganisationStatus(status), "to propose a local partner")
    check_registration(partner["registration_valid_to"], today)
    check_codes(listed("#/regions", partner["regions"]), on=today)
    consents = [(consent["region"], consent["issued_on"]) for consent in partner["consents"]]
    check_consents(consents, partner["regions"], today)


async def _predecessor(
    conn: Connection, ngo_id: UUID, registration_number: str, *, but: UUID | None = None
) -> UUID | None:
    """Whoever is over under the same number, if nobody is there; the new one is cleared anew all the same.

    `but`: the one that is changed. Also among those that the organisation holds since a merger.
    """
    found = await conn.fetchrow(
        """
        SELECT p.id, p.status IN ('rejected', 'ended') AS is_over
        FROM local_partner p JOIN holders(NULL) h ON h.ngo_id = p.ngo_id
        WHERE h.holder_id = $1 AND lower(p.registration_number) = lower($2) AND p.id IS DISTINCT FROM $3
        ORDER BY is_over, p.proposed_at DESC, p.id DESC LIMIT 1
        """,
        ngo_id,
        registration_number,
        but,
    )
    if found is None:
        return None
    if not found["is_over"]:
        raise AlreadyExists(ALREADY_THERE)
    predecessor_id: UUID = found["id"]
    return predecessor_id


def _columns(partner: Mapping[str, Any]) -> list[Any]:
    return [
        partner["name"],
        partner["legal_form"],
        partner["registration_number"],
        partner["registration_valid_to"],
        partner["regions"],
        partner["programme"],
        partner["address"],
        partner["npwp"],
        partner["funding_amount"],
        partner["funding_currency"],
        partner["starts_on"],
        partner["ends_on"],
        partner["has_bank_account"],
    ]


async def _write_consents(conn: Connection, partner_id: UUID, consents: Sequence[Mapping[str, Any]]) -> None:
    await conn.executemany(
        """
        INSERT INTO local_partner_consent (partner_id, region, document_number, issued_on, document_sha256)
        VALUES ($1, $2, $3, $4, $5)
        """,
        [(partner_id, c["region"], c["document_number"], c["issued_on"], c["document_sha256"]) for c in consents],
    )


async def decide_partner(
    conn: Connection,
    partner_id: UUID,
    decision: Decision,
    *,
    notes: str | None,
    version: int,
    by: ActedBy,
    now: datetime,
) -> None:
    partner = await lock_partner(conn, partner_id)
    if partner is None:
        raise NotFound("there is no local partner with this id")
    expect_version(partner["version"], version)
    if by.subject in (partner["proposed_by"], partner["changed_by"]):
        raise NotAllowed("whoever proposed a partner can't decide on it", rule="V23")
    today = now.astimezone(JAKARTA).date()
    action = DECISIONS[decision]
    status = advance(Status(partner["status"]), action)
    rule = await dated_rule(conn, ORIENTATION_REQUIRED, on=today)
    check_orientation(Status(partner["status"]), action, required=rule is not None and rule.value > 0)
    if decision is not Decision.REJECTED:
        check_registration(partner["registration_valid_to"], today)
    await conn.execute(
        """
        UPDATE local_partner
        SET status = $2, version = version + 1, notes = $3, decided_at = $4, decided_by = $5,
            decided_by_role = $6
        WHERE id = $1
        """,
        partner_id,
        status,
        notes,
        now,
        by.subject,
        by.role,
    )
    await record_step(conn, partner, action, status, note=notes, by=by, now=now)
    about = about_partner(partner, by, now)
    if decision is Decision.REJECTED:
        emit(conn, LocalPartnerRejected(**about, reason=notes or ""))
    else:
        valid_to = partner["registration_valid_to"]
        emit(conn, LocalPartnerApproved(**about, name=partner["name"], registration_valid_to=valid_to))
