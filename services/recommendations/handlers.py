"""All that this service listens to."""

from typing import Final

from services.recommendations.copies import registry, reporting
from shared.events.inbox import Handlers

HANDLERS: Final[Handlers] = {
    "singo.registry.NgoVerified.v1": (registry.NgoVerified, registry.activate),
    "singo.registry.NgoProfileChanged.v1": (registry.NgoVerified, registry.rename),
    "singo.registry.NgoSuspended.v1": (registry.NgoStandingChanged, registry.suspend),
    "singo.registry.NgoReinstated.v1": (registry.NgoStandingChanged, registry.reinstate),
    "singo.registry.NgoClosed.v1": (registry.NgoStandingChanged, registry.close),
    "singo.registry.NgoMerged.v1": (registry.NgoMerged, registry.merge),
    "singo.registry.MemberAdded.v1": (registry.MemberAdded, registry.add_member),
    "singo.registry.MemberRoleChanged.v1": (registry.MemberAdded, registry.add_member),
    "singo.registry.MemberRemoved.v1": (registry.MemberRemoved, registry.remove_member),
    "singo.registry.MspSigned.v1": (registry.MspSigned, registry.sign_agreement),
    "singo.registry.MspEnded.v1": (registry.MspEnded, registry.end_agreement),
    "singo.registry.MspRetracted.v1": (registry.MspRetracted, registry.retract_agreement),
    "singo.reporting.WorkPlanApproved.v1": (reporting.WorkPlanApproved, reporting.replace_activities),
    "singo.reporting.ObligationOverdue.v1": (reporting.ObligationOverdue, reporting.note_overdue),
    "singo.reporting.ObligationFulfilled.v1": (reporting.ObligationSettled, reporting.forget_overdue),
    "singo.reporting.ObligationExtended.v1": (reporting.ObligationSettled, reporting.forget_overdue),
    "singo.reporting.ObligationWaived.v1": (reporting.ObligationSettled, reporting.forget_overdue),
}
