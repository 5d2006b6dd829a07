"""Proposals of local partners and decisions on them. Each function runs in the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.errors import AlreadyExists
from services.registry.events import LocalPartnerApproved, LocalPartnerProposed, LocalPartnerRejected
from services.registry.local_partners.rules import Decision, Status, check_registration, decide
from services.registry.organisations.rules import Status as OrganisationStatus
from services.registry.organisations.rules import require_active
from services.registry.reference.queries import check_regions
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import NotAllowed, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7


async def propose_partner(
    conn: Connection, ngo_id: UUID, *, partner: Mapping[str, Any], by: ActedBy, now: datetime
) -> UUID:
    """`partner`: its columns as they stand in the form."""
    today = now.astimezone(JAKARTA).date()
    status = await conn.fetchval("SELECT status FROM organisation WHERE id = $1 FOR SHARE", ngo_id)
    require_active(OrganisationStatus(status), "to propose a local partner")
    check_registration(partner["registration_valid_to"], today)
    await check_regions(conn, partner["regions"], "#/regions", on=today)
    partner_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO local_partner (id, ngo_id, status, name, legal_form, registration_number,
                                   registration_valid_to, regions, programme, proposed_at, proposed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (ngo_id, lower(registration_number)) WHERE status <> 'rejected' DO NOTHING RETURNING id
        """,
        uuid7(),
        ngo_id,
        Status.PROPOSED,
        partner["name"],
        partner["legal_form"],
        partner["registration_number"],
        partner["registration_valid_to"],
        partner["regions"],
        partner["programme"],
        now,
        by.subject,
    )
    if partner_id is None:
        raise AlreadyExists("a local partner with this registration number is proposed or approved already")
    emit(
        conn,
        LocalPartnerProposed(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            regions=tuple(partner["regions"]),
            partner_id=partner_id,
            name=partner["name"],
        ),
    )
    return partner_id


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
    partner = await conn.fetchrow(
        """
        SELECT version, ngo_id, status, name, registration_valid_to, regions, proposed_by FROM local_partner
        WHERE id = $1 FOR UPDATE
        """,
        partner_id,
    )
    if partner is None:
        raise NotFound("there is no local partner with this id")
    expect_version(partner["version"], version)
    if partner["proposed_by"] == by.subject:
        raise NotAllowed("whoever proposed a partner can't decide on it", rule="V23")
    status = decide(Status(partner["status"]), decision)
    if decision is not Decision.REJECTED:
        check_registration(partner["registration_valid_to"], now.astimezone(JAKARTA).date())
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
    emit(conn, _decided(partner_id, partner, decision, notes or "", by=by, now=now))


def _decided(
    partner_id: UUID,
    partner: Mapping[str, Any],
    decision: Decision,
    notes: str,
    *,
    by: ActedBy,
    now: datetime,
) -> LocalPartnerApproved | LocalPartnerRejected:
    regions = tuple(partner["regions"])
    if decision is Decision.REJECTED:
        return LocalPartnerRejected(
            occurred_at=now,
            actor=by,
            ngo_id=partner["ngo_id"],
            regions=regions,
            partner_id=partner_id,
            reason=notes,
        )
    return LocalPartnerApproved(
        occurred_at=now,
        actor=by,
        ngo_id=partner["ngo_id"],
        regions=regions,
        partner_id=partner_id,
        name=partner["name"],
        registration_valid_to=partner["registration_valid_to"],
    )
