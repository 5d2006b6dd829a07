"""All that this service listens to. The consumer calls each handler once, in the order of the NGO's events.

The models name only the fields that are read; others may change freely.
"""

from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from services.reporting.copies.models import Agreement
from services.reporting.obligations import commands as obligations
from services.reporting.work_plans import commands as work_plans
from shared.db import Connection
from shared.events.inbox import Handlers


class RegistryEvent(BaseModel):
    ngo_id: UUID
    occurred_at: AwareDatetime


class NgoVerified(RegistryEvent):
    name: str


class NgoMerged(RegistryEvent):
    successor_id: UUID
    reason: str


class MemberAdded(RegistryEvent):
    subject: str
    member_role: str


class MemberRemoved(RegistryEvent):
    subject: str


class MspSigned(RegistryEvent):
    agreement_id: UUID
    starts_on: date
    ends_on: date
    counterpart_unit: str
    regions: tuple[str, ...]


class MasterPlanActivity(BaseModel):
    activity_id: UUID
    budget: Decimal
    currency: str


class MasterPlanApproved(RegistryEvent):
    agreement_id: UUID
    activities: tuple[MasterPlanActivity, ...]


class MspEnded(RegistryEvent):
    agreement_id: UUID
    cause: str
    ended_on: date
    reason: str | None = None


class MspRetracted(RegistryEvent):
    agreement_id: UUID
    reason: str


class LocalPartnerApproved(RegistryEvent):
    partner_id: UUID
    passed_to_ngo_id: UUID | None = None
    registration_valid_to: date


class LocalPartnerEnded(RegistryEvent):
    partner_id: UUID


async def record_ngo(conn: Connection, event: NgoVerified) -> None:
    await conn.execute("INSERT INTO ngo (id, name, status) VALUES ($1, $2, 'active')", event.ngo_id, event.name)


async def rename_ngo(conn: Connection, event: NgoVerified) -> None:
    """Of one that only applied there is no copy yet."""
    await conn.execute("UPDATE ngo SET name = $2 WHERE id = $1", event.ngo_id, event.name)


async def suspend_ngo(conn: Connection, event: RegistryEvent) -> None:
    await conn.execute("UPDATE ngo SET status = 'suspended' WHERE id = $1", event.ngo_id)


async def reinstate_ngo(conn: Connection, event: RegistryEvent) -> None:
    await conn.execute("UPDATE ngo SET status = 'active' WHERE id = $1", event.ngo_id)


async def close_ngo(conn: Connection, event: RegistryEvent) -> None:
    await conn.execute("UPDATE ngo SET status = 'closed' WHERE id = $1", event.ngo_id)


async def merge_ngo(conn: Connection, event: NgoMerged) -> None:
    """The successor takes over agreements, local partners, work plans and what is still due."""
    old, new = event.ngo_id, event.successor_id
    await conn.execute("UPDATE ngo SET status = 'merged', successor_id = $2 WHERE id = $1", old, new)
    # In the order in which a submission locks them: plan, agreement, obligation.
    await work_plans.pass_to_successor(conn, old, new)
    await conn.execute("UPDATE agreement SET ngo_id = $2 WHERE ngo_id = $1", old, new)
    await conn.execute("UPDATE local_partner SET ngo_id = $2 WHERE ngo_id = $1", old, new)
    await obligations.move_to_successor(conn, old, successor_id=new, reason=event.reason, now=event.occurred_at)


async def add_member(conn: Connection, event: MemberAdded) -> None:
    await conn.execute(
        """
        INSERT INTO membership (subject, ngo_id, role, since) VALUES ($1, $2, $3, $4)
        ON CONFLICT (subject, ngo_id) DO UPDATE SET role = EXCLUDED.role, since = EXCLUDED.since
        """,
        event.subject,
        event.ngo_id,
        event.member_role,
        event.occurred_at,
    )


async def change_role(conn: Connection, event: MemberAdded) -> None:
    await conn.execute(
        "UPDATE membership SET role = $3 WHERE subject = $1 AND ngo_id = $2",
        event.subject,
        event.ngo_id,
        event.member_role,
    )


async def remove_member(conn: Connection, event: MemberRemoved) -> None:
    await conn.execute("DELETE FROM membership WHERE subject = $1 AND ngo_id = $2", event.subject, event.ngo_id)


async def record_agreement(conn: Connection, event: MspSigned) -> None:
    """From now on the NGO owes plans and reports for the agreement's years."""
    agreement = Agreement(event.agreement_id, event.ngo_id, event.starts_on, event.ends_on, event.regions)
    await conn.execute(
        """
        INSERT INTO agreement (id, ngo_id, starts_on, ends_on, regions, counterpart_unit)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        agreement.id,
        agreement.ngo_id,
        agreement.starts_on,
        agreement.ends_on,
        agreement.regions,
        event.counterpart_unit,
    )
    await obligations.create_under(conn, agreement, now=event.occurred_at)


async def end_agreement(conn: Connection, event: MspEnded) -> None:
    """One that was terminated makes nothing due any more for what begins later; any other end was known before."""
    if event.cause != "terminated":
        return
    await conn.execute(
        "UPDATE agreement SET ends_on = greatest(starts_on, least(ends_on, $2)) WHERE id = $1",
        event.agreement_id,
        event.ended_on,
    )
    reason = event.reason or "the agreement was terminated"
    await obligations.waive_after(conn, event.agreement_id, event.ended_on, reason=reason, now=event.occurred_at)


async def retract_agreement(conn: Connection, event: MspRetracted) -> None:
    """Its record was a mistake: nothing was ever due under it. It has no master plan, so no plan of it was approved."""
    await conn.execute("UPDATE agreement SET ends_on = starts_on WHERE id = $1", event.agreement_id)
    await obligations.waive_after(conn, event.agreement_id, date.min, reason=event.reason, now=event.occurred_at)


async def record_master_plan(conn: Connection, event: MasterPlanApproved) -> None:
    """A plan that is approved or amended replaces the one before; an activity that goes on has the same id."""
    await conn.execute("DELETE FROM master_plan_activity WHERE agreement_id = $1", event.agreement_id)
    await conn.executemany(
        "INSERT INTO master_plan_activity (id, agreement_id, budget, currency) VALUES ($1, $2, $3, $4)",
        [(a.activity_id, event.agreement_id, a.budget, a.currency) for a in event.activities],
    )


async def record_partner(conn: Connection, event: LocalPartnerApproved) -> None:
    await conn.execute(
        """
        INSERT INTO local_partner (id, ngo_id, registration_valid_to) VALUES ($1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET registration_valid_to = EXCLUDED.registration_valid_to
        """,
        event.partner_id,
        event.passed_to_ngo_id or event.ngo_id,
        event.registration_valid_to,
    )


async def renew_partner(conn: Connection, event: LocalPartnerApproved) -> None:
    await conn.execute(
        "UPDATE local_partner SET registration_valid_to = $2 WHERE id = $1",
        event.partner_id,
        event.registration_valid_to,
    )


async def forget_partner(conn: Connection, event: LocalPartnerEnded) -> None:
    """From now on no plan may name it (V20); what was approved before stands."""
    await conn.execute("DELETE FROM local_partner WHERE id = $1", event.partner_id)


HANDLERS: Final[Handlers] = {
    "singo.registry.NgoVerified.v1": (NgoVerified, record_ngo),
    "singo.registry.NgoProfileChanged.v1": (NgoVerified, rename_ngo),
    "singo.registry.NgoSuspended.v1": (RegistryEvent, suspend_ngo),
    "singo.registry.NgoReinstated.v1": (RegistryEvent, reinstate_ngo),
    "singo.registry.NgoClosed.v1": (RegistryEvent, close_ngo),
    "singo.registry.NgoMerged.v1": (NgoMerged, merge_ngo),
    "singo.registry.MemberAdded.v1": (MemberAdded, add_member),
    "singo.registry.MemberRoleChanged.v1": (MemberAdded, change_role),
    "singo.registry.MemberRemoved.v1": (MemberRemoved, remove_member),
    "singo.registry.MspSigned.v1": (MspSigned, record_agreement),
    "singo.registry.MspEnded.v1": (MspEnded, end_agreement),
    "singo.registry.MspRetracted.v1": (MspRetracted, retract_agreement),
    "singo.registry.MasterPlanApproved.v1": (MasterPlanApproved, record_master_plan),
    "singo.registry.MasterPlanAmended.v1": (MasterPlanApproved, record_master_plan),
    "singo.registry.LocalPartnerApproved.v1": (LocalPartnerApproved, record_partner),
    "singo.registry.LocalPartnerRenewed.v1": (LocalPartnerApproved, renew_partner),
    "singo.registry.LocalPartnerEnded.v1": (LocalPartnerEnded, forget_partner),
}
