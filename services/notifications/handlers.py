"""All that notifications listens to: its copies, the news for inboxes, and every event for the feed."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from pydantic import BaseModel

from services.notifications.deliveries.commands import deliver
from services.notifications.inboxes import news
from services.notifications.inboxes.commands import write_messages
from shared.db import Connection
from shared.events.envelope import Envelope
from shared.events.inbox import Handlers, one_by_one


class NamedNgo(BaseModel):
    ngo_id: UUID
    name: str


class MemberAdded(BaseModel):
    ngo_id: UUID
    subject: str
    member_role: str


class MemberRemoved(BaseModel):
    ngo_id: UUID
    subject: str


async def copy_name(conn: Connection, event: NamedNgo) -> None:
    await conn.execute(
        "INSERT INTO ngo (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name",
        event.ngo_id,
        event.name,
    )


async def copy_member(conn: Connection, event: MemberAdded) -> None:
    await conn.execute(
        """
        INSERT INTO membership (subject, ngo_id, role) VALUES ($1, $2, $3)
        ON CONFLICT (subject, ngo_id) DO UPDATE SET role = EXCLUDED.role
        """,
        event.subject,
        event.ngo_id,
        event.member_role,
    )


async def remove_member(conn: Connection, event: MemberRemoved) -> None:
    await conn.execute("DELETE FROM membership WHERE subject = $1 AND ngo_id = $2", event.subject, event.ngo_id)


HANDLERS: Final[Handlers] = {
    "singo.registry.NgoApplied.v1": (NamedNgo, copy_name),
    "singo.registry.NgoVerified.v1": (NamedNgo, copy_name),
    "singo.registry.NgoProfileChanged.v1": (NamedNgo, copy_name),
    "singo.registry.MemberAdded.v1": (MemberAdded, copy_member),
    "singo.registry.MemberRoleChanged.v1": (MemberAdded, copy_member),
    "singo.registry.MemberRemoved.v1": (MemberRemoved, remove_member),
}

NEWS: Final[Mapping[str, type[news.News]]] = {
    "singo.registry.NgoApplied.v1": news.NgoNews,
    "singo.registry.NgoVerified.v1": news.NgoNews,
    "singo.registry.NgoProfileChanged.v1": news.ProfileChanged,
    "singo.registry.NgoProfileChecked.v1": news.ProfileChecked,
    "singo.registry.NgoRepresentativeChanged.v1": news.NgoNews,
    "singo.registry.NgoRejected.v1": news.NgoDecided,
    "singo.registry.NgoSuspended.v1": news.NgoDecided,
    "singo.registry.NgoReinstated.v1": news.NgoDecided,
    "singo.registry.NgoClosed.v1": news.NgoDecided,
    "singo.registry.NgoMerged.v1": news.NgoMerged,
    "singo.registry.MspSigned.v1": news.MspSigned,
    "singo.registry.MspExtended.v1": news.MspExtended,
    "singo.registry.MspEnded.v1": news.MspEnded,
    "singo.registry.MspRetracted.v1": news.MspRetracted,
    "singo.registry.ProgrammeDirectionRecorded.v1": news.ProgrammeDirection,
    "singo.registry.MasterPlanApproved.v1": news.MasterPlanNews,
    "singo.registry.MasterPlanAmended.v1": news.MasterPlanAmended,
    "singo.registry.AlignmentProposed.v1": news.AlignmentNews,
    "singo.registry.AlignmentConfirmed.v1": news.AlignmentNews,
    "singo.registry.AlignmentRejected.v1": news.AlignmentEnded,
    "singo.registry.AlignmentWithdrawn.v1": news.AlignmentEnded,
    "singo.registry.LicenceRecorded.v1": news.LicenceRecorded,
    "singo.registry.LicenceExpiring.v1": news.LicenceExpiring,
    "singo.registry.LicenceExpired.v1": news.LicenceExpired,
    "singo.registry.LicenceRevoked.v1": news.LicenceRevoked,
    "singo.registry.LicenceRetracted.v1": news.LicenceRetracted,
    "singo.registry.ForeignMinistryStepRecorded.v1": news.ForeignMinistryStep,
    "singo.registry.LocalPartnerProposed.v1": news.PartnerProposed,
    "singo.registry.LocalPartnerChanged.v1": news.PartnerNews,
    "singo.registry.LocalPartnersImported.v1": news.PartnersImported,
    "singo.registry.LocalPartnerApproved.v1": news.PartnerNamed,
    "singo.registry.LocalPartnerRejected.v1": news.PartnerRejected,
    "singo.registry.LocalPartnerStepped.v1": news.PartnerStepped,
    "singo.registry.LocalPartnerNoteReleased.v1": news.PartnerNews,
    "singo.registry.LocalPartnerStarted.v1": news.PartnerStarted,
    "singo.registry.LocalPartnerEnded.v1": news.PartnerEnded,
    "singo.registry.LocalPartnerRenewalGiven.v1": news.PartnerRenewed,
    "singo.registry.LocalPartnerRenewed.v1": news.PartnerRenewed,
    "singo.registry.LocalPartnerRenewalRefused.v1": news.PartnerRejected,
    "singo.registry.RegionalActivityNotified.v1": news.ActivityPlanned,
    "singo.registry.RegionalActivityChanged.v1": news.ActivityPlanned,
    "singo.registry.RegionalActivityRecorded.v1": news.ActivityRecorded,
    "singo.registry.RegionalActivityAnsweredByRegion.v1": news.ActivityAnswered,
    "singo.registry.RegionalActivityWithdrawn.v1": news.ActivityWithdrawn,
    "singo.registry.MeasureTaken.v1": news.MeasureTaken,
    "singo.registry.MeasureLifted.v1": news.MeasureLifted,
    "singo.registry.ExternalMeasureRecorded.v1": news.ExternalMeasure,
    "singo.reporting.ObligationDueSoon.v1": news.ObligationDueSoon,
    "singo.reporting.ObligationOverdue.v1": news.ObligationOverdue,
    "singo.reporting.ObligationExtended.v1": news.ObligationExtended,
    "singo.reporting.ObligationWaived.v1": news.ObligationSettled,
    "singo.reporting.ObligationReopened.v1": news.ObligationSettled,
    "singo.reporting.WorkPlanSubmitted.v1": news.WorkPlanNews,
    "singo.reporting.WorkPlanRevisionRequested.v1": news.WorkPlanNews,
    "singo.reporting.WorkPlanApproved.v1": news.WorkPlanNews,
    "singo.reporting.WorkPlanRejected.v1": news.WorkPlanRejected,
    "singo.reporting.WorkPlanWithdrawn.v1": news.WorkPlanNews,
    "singo.reporting.ReportSubmitted.v1": news.ReportNews,
    "singo.reporting.ReportRevisionRequested.v1": news.ReportNews,
    "singo.reporting.ReportAccepted.v1": news.ReportNews,
    "singo.reporting.ReportWithdrawn.v1": news.ReportNews,
    "singo.reporting.VisitAnnounced.v1": news.VisitPlanned,
    "singo.reporting.VisitChanged.v1": news.VisitPlanned,
    "singo.reporting.VisitAnsweredByRegion.v1": news.VisitAnswered,
    "singo.reporting.VisitAcknowledged.v1": news.VisitNews,
    "singo.reporting.VisitPostponed.v1": news.VisitStopped,
    "singo.reporting.VisitRejected.v1": news.VisitStopped,
    "singo.reporting.VisitCancelled.v1": news.VisitCancelled,
    "singo.reporting.StorySubmitted.v1": news.StoryNews,
    "singo.reporting.StoryPublished.v1": news.StoryNews,
    "singo.reporting.StoryUnpublished.v1": news.StoryUnpublished,
    "singo.recommendations.RecommendationSubmitted.v1": news.RecommendationNews,
    "singo.recommendations.RecommendationRevisionRequested.v1": news.RecommendationNews,
    "singo.recommendations.RecommendationIssued.v1": news.RecommendationIssued,
    "singo.recommendations.RecommendationRejected.v1": news.RecommendationRejected,
    "singo.recommendations.RecommendationWithdrawn.v1": news.RecommendationNews,
    "singo.recommendations.RecommendationRevoked.v1": news.RecommendationRevoked,
}

_update_copies = one_by_one(HANDLERS)


async def apply(conn: Connection, events: Sequence[Envelope]) -> None:
    """A whole batch: copies first, for messages use them; then few statements for messages and deliveries."""
    await _update_copies(conn, events)
    known = [
        (event, model.model_validate_json(event.payload))
        for event in events
        if (model := NEWS.get(event.type)) is not None
    ]
    await write_messages(conn, known)
    await deliver(conn, events)
