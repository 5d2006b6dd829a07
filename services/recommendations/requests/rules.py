"""States of a request for a recommendation, of either kind, and the conditions that both share. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from shared.errors import ActionNotAllowed, FieldError, InvalidInput, NotAllowed


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    REVISION_REQUESTED = "revision_requested"
    ISSUED = "issued"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


class Action(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    TAKE_UP = "take up"
    REQUEST_REVISION = "request a revision of"
    ISSUE = "issue"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    REVOKE = "revoke"


NEXT: Final[Mapping[tuple[Status, Action], Status]] = {
    (Status.DRAFT, Action.EDIT): Status.DRAFT,
    (Status.DRAFT, Action.SUBMIT): Status.SUBMITTED,
    (Status.DRAFT, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.SUBMITTED, Action.TAKE_UP): Status.IN_REVIEW,
    (Status.SUBMITTED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.IN_REVIEW, Action.REQUEST_REVISION): Status.REVISION_REQUESTED,
    (Status.IN_REVIEW, Action.ISSUE): Status.ISSUED,
    (Status.IN_REVIEW, Action.REJECT): Status.REJECTED,
    (Status.REVISION_REQUESTED, Action.EDIT): Status.REVISION_REQUESTED,
    (Status.REVISION_REQUESTED, Action.SUBMIT): Status.SUBMITTED,
    (Status.REVISION_REQUESTED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.ISSUED, Action.REVOKE): Status.REVOKED,
}


def advance(status: Status, action: Action) -> Status:
    try:
        return NEXT[status, action]
    except KeyError:
        open_now = ", ".join(sorted(a for s, a in NEXT if s is status)) or "nothing"
        raise ActionNotAllowed(f"cannot {action} a request that is {status}; open now: {open_now}") from None


def expect_other_person(actor: str, *, submitted_by: str, reviewed_by: str | None = None) -> None:
    """Four eyes: who reviews is not who submitted; who signs is neither, nor the only one who reviewed."""
    if actor == submitted_by:
        raise NotAllowed("whoever submitted a request can't decide on it", rule="V23")
    if actor == reviewed_by:
        raise NotAllowed("whoever took a request up can't sign its letter as well", rule="V23")


@dataclass(frozen=True, slots=True)
class DatedRule:
    """A limit as it holds on a date. `rule`: V.. of the domain's rules, R.. of the conditions of a recommendation."""

    rule: str
    value: int | None
    legal_basis: str

    @property
    def limit(self) -> int:
        if self.value is None:
            raise ValueError(f"rule {self.rule} has no value")
        return self.value


@dataclass(frozen=True, slots=True)
class Violation:
    """What stands against a recommendation. `pointer` leads into the request's own fields."""

    pointer: str
    detail: str
    rule: str
    legal_basis: str

    @classmethod
    def of(cls, rule: DatedRule, pointer: str, detail: str) -> "Violation":
        return cls(pointer, detail, rule.rule, rule.legal_basis)


@dataclass(frozen=True, slots=True)
class Standing:
    """What our copies say about the NGO and about what the request rests on. None: not known here."""

    ngo_status: str | None
    agreement: tuple[date, date] | None
    activity_year: int | None
    oldest_overdue_on: date | None


def standing_violations(
    standing: Standing,
    dated: Mapping[str, DatedRule],
    *,
    period: tuple[date, date],
    pointers: tuple[str, str],
    today: date,
) -> list[Violation]:
    """Against an active NGO, an agreement in force over the whole period, an approved activity, no service hold."""
    found: list[Violation] = []

    def against(key: str, pointer: str, detail: str) -> None:
        found.append(Violation.of(dated[key], pointer, detail))

    if standing.ngo_status != "active":
        status = (standing.ngo_status or "not registered").lower()
        against("ngo.active", "#/agreement_id", f"the organisation must be active; it is {status}")
    if standing.agreement is None:
        against("agreement.in_force", "#/agreement_id", "must be a signed agreement (MSP) of the organisation")
    else:
        for day, pointer in zip(period, pointers, strict=True):
            if not standing.agreement[0] <= day <= standing.agreement[1]:
                first, last = standing.agreement
                against("agreement.in_force", pointer, f"must lie within the agreement, {first} to {last}")
    if standing.activity_year is None:
        detail = "must be an activity of an approved work plan (RKT) of this agreement"
        against("activity.approved", "#/work_plan_activity_id", detail)
    elif not period[0].year <= standing.activity_year <= period[1].year:
        detail = f"must be an activity of a year of the period; its work plan is of {standing.activity_year}"
        against("activity.approved", "#/work_plan_activity_id", detail)
    hold = dated.get("service_hold.overdue_days")
    if hold and standing.oldest_overdue_on and standing.oldest_overdue_on + timedelta(hold.limit) < today:
        detail = f"no recommendations while something due on {standing.oldest_overdue_on} is overdue"
        found.append(Violation.of(hold, "#/agreement_id", detail))
    return found


def refuse(violations: Sequence[Violation]) -> None:
    """Name everything that stands against the request at once, so that the NGO mends it in one go."""
    if violations:
        first = violations[0]
        errors = [FieldError(v.pointer, f"{v.detail} ({v.legal_basis})", v.rule) for v in violations]
        raise InvalidInput(
            f"{len(errors)} condition(s) of a recommendation are not met",
            errors=errors,
            rule=first.rule,
            legal_basis=first.legal_basis,
        )
