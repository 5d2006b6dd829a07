"""Kinds of evidence, the parts in which a file comes, and the states of an upload. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.errors import ActionNotAllowed

PART_BYTES: Final = 1_048_576
"""As much as a request's body may have."""

UPLOADING_MAX: Final = 10
STORED_MAX: Final = 1000
STORED_OF_APPLICANT_MAX: Final = 100
"""Of one organisation. Anybody may apply, so what an application brings is far less than what a partner gathers."""


class Kind(StrEnum):
    """What a file proves: the papers that Foreign Affairs asks for, the documents of the cooperation, and the logo."""

    PROPOSAL_LETTER = "proposal_letter"
    HEAD_APPOINTMENT = "head_appointment"
    EMBASSY_RECOMMENDATION = "embassy_recommendation"
    CERTIFICATE_OF_ESTABLISHMENT = "certificate_of_establishment"
    BUDGET_AND_STRUCTURE = "budget_and_structure"
    SOURCES_OF_FINANCE = "sources_of_finance"
    PROGRAMME_PLANS = "programme_plans"
    PROFILE = "profile"
    LOCAL_AFFILIATES = "local_affiliates"
    IZIN_PRINSIP = "izin_prinsip"
    IZIN_OPERASIONAL = "izin_operasional"
    MSP = "msp"
    AP = "ap"
    RIK = "rik"
    SKT_MITRA = "skt_mitra"
    TAX_REGISTRATION = "tax_registration"
    LOGO = "logo"
    OTHER = "other"


class Status(StrEnum):
    UPLOADING = "uploading"
    STORED = "stored"
    ABANDONED = "abandoned"
    EXPIRED = "expired"


class Action(StrEnum):
    COMPLETE = "complete"
    ABANDON = "abandon"
    EXPIRE = "expire"


NEXT: Final[Mapping[tuple[Status, Action], Status]] = {
    (Status.UPLOADING, Action.COMPLETE): Status.STORED,
    (Status.UPLOADING, Action.ABANDON): Status.ABANDONED,
    (Status.UPLOADING, Action.EXPIRE): Status.EXPIRED,
}


def advance(status: Status, action: Action) -> Status:
    try:
        return NEXT[status, action]
    except KeyError:
        allowed = ", ".join(sorted(a for s, a in NEXT if s is status)) or "nothing"
        raise ActionNotAllowed(f"cannot {action} a file that is {status}; open now: {allowed}") from None


def parts_of(size_bytes: int) -> int:
    return -(-size_bytes // PART_BYTES)


def part_length(size_bytes: int, number: int) -> int:
    """Of part `number`, from 1: all but the last are full."""
    return min(PART_BYTES, size_bytes - (number - 1) * PART_BYTES)
