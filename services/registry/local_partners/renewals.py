"""A registration (SKT or AHU) is renewed: given by the NGO, it holds once the Centre confirms it (V20).

Each function runs in the caller's transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.registry.errors import AlreadyExists
from services.registry.events import LocalPartnerRenewalGiven, LocalPartnerRenewalRefused, LocalPartnerRenewed
from services.registry.local_partners.clearance import about_partner, lock_own_partner, lock_partner, record_step
from services.registry.local_partners.rules import (
    Action,
    RenewalState,
    Status,
    advance,
    check_registration,
    check_renewal,
)
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import ActionNotAllowed, NotAllowed, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7


async def give_renewal(
    conn: Connection,
    partner_id: UUID,
    *,
    ngo_id: UUID,
    renewal: Mapping[str, Any],
    version: int,
    by: ActedBy,
    now: datetime,
) -> None:
    """`renewal`: its columns as they stand in the form. One that still waits gives way to it."""
    partner = await lock_own_partner(conn, partner_id, ngo_id=ngo_id, version=version)
    status = advance(Status(partner["status"]), Action.GIVE_RENEWAL)
    valid_to, today = renewal["registration_valid_to"], now.astimezone(JAKARTA).date()
    check_renewal(valid_to, partner["registration_valid_to"], today)
    await conn.execute(
        "UPDATE local_partner_renewal SET state = $2 WHERE partner_id = $1 AND state = $3",
        partner_id,
        RenewalState.REPLACED,
        RenewalState.GIVEN,
    )
    await conn.execute(
        """
        INSERT INTO local_partner_renewal (id, partner_id, state, registration_number, registration_valid_to,
                                           document_sha256, given_at, given_by, given_by_role)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        uuid7(),
        partner_id,
        RenewalState.GIVEN,
        renewal["registration_number"],
        valid_to,
        renewal["document_sha256"],
        now,
        by.subject,
        by.role,
    )
    await conn.execute("UPDATE local_partner SET version = version + 1 WHERE id = $1", partner_id)
    await record_step(conn, partner, Action.GIVE_RENEWAL, status, note=None, by=by, now=now)
    about = about_partner(partner, by, now)
    emit(conn, LocalPartnerRenewalGiven(**about, name=partner["name"], registration_valid_to=valid_to))


async def decide_renewal(
    conn: Connection,
    partner_id: UUID,
    *,
    confirmed: bool,
    reason: str | None,
    version: int,
    by: ActedBy,
    now: datetime,
) -> None:
    partner = await lock_partner(conn, partner_id)
    if partner is None:
        raise NotFound("there is no local partner with this id")
    expect_version(partner["version"], version)
    action = Action.CONFIRM_RENEWAL if confirmed else Action.REFUSE_RENEWAL
    status = advance(Status(partner["status"]), action)
    renewal = await _waiting(conn, partner_id)
    if renewal["given_by"] == by.subject:
        raise NotAllowed("whoever gave a renewed registration can't decide on it", rule="V23")
    if confirmed:
        await _confirm(conn, partner_id, renewal, now)
    else:
        await conn.execute("UPDATE local_partner SET version = version + 1 WHERE id = $1", partner_id)
    await conn.execute(
        """
        UPDATE local_partner_renewal
        SET state = $2, decided_at = $3, decided_by = $4, decided_by_role = $5, reason = $6, previous_number = $7,
            previous_valid_to = $8
        WHERE id = $1
        """,
        renewal["id"],
        RenewalState.CONFIRMED if confirmed else RenewalState.REFUSED,
        now,
        by.subject,
        by.role,
        reason,
        partner["registration_number"] if confirmed else None,
        partner["registration_valid_to"] if confirmed else None,
    )
    await record_step(conn, partner, action, status, note=reason, by=by, now=now)
    about = about_partner(partner, by, now)
    if confirmed:
        valid_to = renewal["registration_valid_to"]
        emit(conn, LocalPartnerRenewed(**about, name=partner["name"], registration_valid_to=valid_to))
    else:
        emit(conn, LocalPartnerRenewalRefused(**about, reason=reason or ""))


async def _waiting(conn: Connection, partner_id: UUID) -> Any:
    renewal = await conn.fetchrow(
        """
        SELECT id, registration_number, registration_valid_to, given_by FROM local_partner_renewal
        WHERE partner_id = $1 AND state = $2
        """,
        partner_id,
        RenewalState.GIVEN,
    )
    if renewal is None:
        raise ActionNotAllowed("no renewed registration of this local partner waits for a decision")
    return renewal


async def _confirm(conn: Connection, partner_id: UUID, renewal: Any, now: datetime) -> None:
    check_registration(renewal["registration_valid_to"], now.astimezone(JAKARTA).date())
    try:
        await conn.execute(
            """
            UPDATE local_partner
            SET version = version + 1, registration_number = $2, registration_valid_to = $3 WHERE id = $1
            """,
            partner_id,
            renewal["registration_number"],
            renewal["registration_valid_to"],
        )
    except asyncpg.UniqueViolationError:
        raise AlreadyExists("another local partner of the organisation has this registration number") from None
