from datetime import date
from itertools import product

import pytest

from services.recommendations.requests.rules import (
    NEXT,
    Action,
    DatedRule,
    Standing,
    Status,
    advance,
    expect_other_person,
    standing_violations,
)
from shared.errors import ActionNotAllowed, NotAllowed

RULES = {
    "ngo.active": DatedRule("R01", None, "PP 59/2016"),
    "agreement.in_force": DatedRule("R02", None, "PP 59/2016"),
    "activity.approved": DatedRule("R03", None, "RKT"),
}
SOUND = Standing("active", (date(2020, 1, 1), date(2022, 12, 31)), 2020, None)


@pytest.mark.parametrize(("status", "action"), sorted(NEXT))
def test_every_open_action_leads_to_its_status(status: Status, action: Action) -> None:
    assert advance(status, action) is NEXT[status, action]


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_an_action_that_is_not_open_is_refused(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} a request that is {status}"):
        advance(status, action)


@pytest.mark.parametrize("status", [Status.REJECTED, Status.WITHDRAWN, Status.REVOKED])
def test_nothing_follows_an_end(status: Status) -> None:
    assert not [action for s, action in NEXT if s is status]


@pytest.mark.parametrize("actor", ["submitter", "reviewer"])
def test_whoever_submitted_or_took_up_cannot_sign(actor: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        expect_other_person(actor, submitted_by="submitter", reviewed_by="reviewer")

    assert refusal.value.rule == "V23"


def against(
    standing: Standing, *, first: date = date(2020, 4, 1), last: date = date(2022, 3, 31), hold: int | None = None
) -> list[tuple[str, str]]:
    rules = RULES | ({"service_hold.overdue_days": DatedRule("R04", hold, "Setneg")} if hold is not None else {})
    pointers = ("#/starts_on", "#/ends_on")
    found = standing_violations(standing, rules, period=(first, last), pointers=pointers, today=date(2020, 3, 1))
    return [(v.rule, v.pointer) for v in found]


def test_nothing_stands_against_a_sound_request() -> None:
    assert against(SOUND) == []


@pytest.mark.parametrize("status", ["suspended", "closed", "merged", None])
def test_the_ngo_must_be_active(status: str | None) -> None:
    assert against(Standing(status, SOUND.agreement, 2020, None)) == [("R01", "#/agreement_id")]


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (date(2020, 1, 1), date(2022, 12, 31), []),
        (date(2019, 12, 31), date(2022, 12, 31), [("R02", "#/starts_on")]),
        (date(2020, 1, 1), date(2023, 1, 1), [("R02", "#/ends_on")]),
    ],
)
def test_the_agreement_covers_the_whole_period(first: date, last: date, found: list[tuple[str, str]]) -> None:
    assert against(SOUND, first=first, last=last) == found


@pytest.mark.parametrize(("year", "found"), [(2019, True), (2020, False), (2022, False), (2023, True), (None, True)])
def test_the_activity_is_approved_for_a_year_of_the_period(year: int | None, found: bool) -> None:
    expected = [("R03", "#/work_plan_activity_id")] if found else []

    assert against(Standing("active", SOUND.agreement, year, None)) == expected


@pytest.mark.parametrize(("hold", "held"), [(None, False), (29, False), (28, True)])
def test_a_service_hold_counts_days_and_is_off_by_default(hold: int | None, held: bool) -> None:
    overdue = Standing("active", SOUND.agreement, 2020, date(2020, 2, 1))

    assert against(overdue, hold=hold) == ([("R04", "#/agreement_id")] if held else [])


def test_everything_that_stands_against_a_request_is_named_at_once() -> None:
    assert [rule for rule, _ in against(Standing(None, None, None, None))] == ["R01", "R02", "R03"]
