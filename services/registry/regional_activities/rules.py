"""States of a notified activity, what a notice must rest on, and what the regions' answers do. Pure.

PP 59/2016 art. 19(2): a foreign organisation that will work in a region notifies the Minister of Home Affairs; art. 24:
after an extension of its permit it reports anew. Permendagri 49/2010: the region approves, postpones or refuses.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from shared.errors import ActionNotAllowed, FieldError, InvalidInput

Answer = Literal["approved", "postponed", "refused"]


class Kind(StrEnum):
    NEW = "new"
    CONTINUED_AFTER_EXTENSION = "continued_after_extension"


LEGAL_BASIS: Final[Mapping[Kind, str]] = {
    Kind.NEW: "PP 59/2016 art. 19(2)",
    Kind.CONTINUED_AFTER_EXTENSION: "PP 59/2016 art. 24",
}


class Status(StrEnum):
    """`answered`: every region has approved or refused, each for itself."""

    NOTIFIED = "notified"
    RECORDED = "recorded"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    CHANGE = "change"
    RECORD = "record"
    ANSWER = "answer"
    ANSWER_LAST = "answer as the last region"
    WITHDRAW = "withdraw"


NEXT: Final[Mapping[tuple[Status, Action], Status]] = {
    (Status.NOTIFIED, Action.RECORD): Status.RECORDED,
    (Status.RECORDED, Action.ANSWER): Status.RECORDED,
    (Status.RECORDED, Action.ANSWER_LAST): Status.ANSWERED,
    # Another notice: the Centre records it anew and the regions answer anew.
    (Status.NOTIFIED, Action.CHANGE): Status.NOTIFIED,
    (Status.RECORDED, Action.CHANGE): Status.NOTIFIED,
    (Status.ANSWERED, Action.CHANGE): Status.NOTIFIED,
    (Status.NOTIFIED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.RECORDED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.ANSWERED, Action.WITHDRAW): Status.WITHDRAWN,
}


def advance(status: Status, action: Action) -> Status:
    try:
        return NEXT[status, action]
    except KeyError:
        allowed = ", ".join(sorted(a for s, a in NEXT if s is status)) or "nothing"
        raise ActionNotAllowed(f"cannot {action} a notified activity that is {status}; open now: {allowed}") from None


def action_of(answer: Answer, *, region: str, regions: Collection[str], present: Mapping[str, Answer]) -> Action:
    """What an answer does. `present`: the regions' newest answers before this one, to this notice."""
    before = present.get(region)
    if before in ("approved", "refused"):
        raise ActionNotAllowed(f"{region} has {before} this activity already")
    answers = {**present, region: answer}
    final = all(answers.get(each) in ("approved", "refused") for each in regions)
    return Action.ANSWER_LAST if final else Action.ANSWER


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says, as far as rules judge it."""

    kind: Kind
    regions: Sequence[str]
    starts_on: date
    ends_on: date
    partners: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a notice rests on: none of these: it is not the organisation's own, or not there."""

    agreement: tuple[date, date] | None
    """The period of the agreement."""
    agreement_regions: Collection[str] = ()
    extends_another: bool = False
    """The agreement has a predecessor."""
    licence: tuple[date, date] | None = None
    """The period of the permit."""
    partners: Mapping[UUID, date] | None = None
    """Approved or active local partners, and until when they are registered."""


def check_notice(notice: Notice, ground: Ground, today: date) -> None:
    """Refuse with every broken rule at once."""
    errors = [
        *_check_period(notice, ground),
        *_check_agreement(notice, ground),
        *_check_partners(notice, ground, today),
    ]
    if errors:
        raise InvalidInput(
            "the activity cannot be notified",
            errors=errors,
            rule=errors[0].rule,
            legal_basis=LEGAL_BASIS[notice.kind],
        )


def _check_period(notice: Notice, ground: Ground) -> Iterator[FieldError]:
    for name, period, what in (
        ("agreement_id", ground.agreement, "a signed agreement (MSP)"),
        ("licence_id", ground.licence, "a permit"),
    ):
        if period is None:
            yield FieldError(f"#/{name}", f"must be {what} of your organisation")
        elif not period[0] <= notice.starts_on <= notice.ends_on <= period[1]:
            detail = f"must cover the whole activity; it runs from {period[0]} to {period[1]}"
            yield FieldError(f"#/{name}", detail, "V02" if name == "licence_id" else "V03")


def _check_agreement(notice: Notice, ground: Ground) -> Iterator[FieldError]:
    if ground.agreement is None:
        return
    for place, region in enumerate(notice.regions):
        if region not in ground.agreement_regions:
            yield FieldError(f"#/regions/{place}", f"{region} lies outside of the agreement's work area", "V04")
    if notice.kind is Kind.CONTINUED_AFTER_EXTENSION and not ground.extends_another:
        detail = "must be the extension of an earlier agreement, for the activity to continue after it"
        yield FieldError("#/agreement_id", detail)


def _check_partners(notice: Notice, ground: Ground, today: date) -> Iterator[FieldError]:
    for place, partner in enumerate(notice.partners):
        registered_to = (ground.partners or {}).get(partner)
        if registered_to is None or registered_to < today:
            detail = "must be an approved local partner whose registration is valid"
            yield FieldError(f"#/local_partner_ids/{place}", detail, "V20")
