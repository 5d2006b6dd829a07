from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.local_partners.rules import (
    DECISIONS,
    NEXT,
    Action,
    Decision,
    Status,
    advance,
    check_consents,
    check_day,
    check_orientation,
    check_registration,
    check_renewal,
    missing,
)
from shared.errors import ActionNotAllowed, InvalidInput

CLEARANCE = (Status.PROPOSED, Status.PRE_ORIENTATION, Status.ORIENTATION)


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_an_action_that_is_not_open_is_refused(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} a local partner: it is {status}"):
        advance(status, action)


@pytest.mark.parametrize(("status", "action"), sorted(NEXT))
def test_an_open_action_leads_where_the_table_says(status: Status, action: Action) -> None:
    assert advance(status, action) is NEXT[status, action]


def test_every_state_is_reached_and_what_is_rejected_or_ended_stays_so() -> None:
    assert set(NEXT.values()) == set(Status)
    assert {status for status, _ in NEXT} == set(Status) - {Status.REJECTED, Status.ENDED}


@pytest.mark.parametrize(("status", "decision"), sorted(product(CLEARANCE, Decision)))
def test_once_the_clearance_has_begun_only_its_end_approves(status: Status, decision: Decision) -> None:
    action = DECISIONS[decision]
    if status is Status.PRE_ORIENTATION and decision is not Decision.REJECTED:
        assert (status, action) not in NEXT
    else:
        assert advance(status, action).value == decision.value


@pytest.mark.parametrize("action", [Action.APPROVE, Action.APPROVE_WITH_NOTES])
def test_the_rule_of_the_day_may_require_the_orientation(action: Action) -> None:
    check_orientation(Status.PROPOSED, action, required=False)
    check_orientation(Status.ORIENTATION, action, required=True)
    check_orientation(Status.PROPOSED, Action.REJECT, required=True)

    with pytest.raises(ActionNotAllowed, match="after its orientation only"):
        check_orientation(Status.PROPOSED, action, required=True)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(-3, 3))
def test_v20_a_registration_is_valid_through_its_last_day(last: date, days: int) -> None:
    if days <= 0:
        check_registration(last, on=last + timedelta(days))
        return
    with pytest.raises(InvalidInput) as refusal:
        check_registration(last, on=last + timedelta(days))
    assert refusal.value.rule == "V20"


@pytest.mark.parametrize(
    ("valid_to", "rule", "renews"),
    [
        (date(2027, 7, 1), None, True),
        (date(2027, 6, 30), None, False),
        (date(2026, 1, 1), None, False),
        (date(2025, 1, 1), "V20", False),
    ],
)
def test_a_renewed_registration_lasts_longer_than_the_present_one(
    valid_to: date, rule: str | None, renews: bool
) -> None:
    present, today = date(2027, 6, 30), date(2025, 6, 1)
    if renews:
        check_renewal(valid_to, present, today)
        return
    with pytest.raises(InvalidInput) as refusal:
        check_renewal(valid_to, present, today)
    assert (refusal.value.errors[0].pointer, refusal.value.rule) == ("#/registration_valid_to", rule)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 400), st.integers(-5, 405))
def test_what_is_recorded_happened_from_the_earliest_day_to_today(earliest: date, open_days: int, after: int) -> None:
    day, today = earliest + timedelta(after), earliest + timedelta(open_days)
    if 0 <= after <= open_days:
        check_day("#/started_on", day, earliest=earliest, today=today)
        return
    with pytest.raises(InvalidInput) as refusal:
        check_day("#/started_on", day, earliest=earliest, today=today)
    assert refusal.value.errors[0].pointer == "#/started_on"


@pytest.mark.parametrize(
    ("consent", "pointer"),
    [(("72.10", date(2020, 3, 2)), "#/consents/1/region"), (("53.10", date(2020, 3, 3)), "#/consents/1/issued_on")],
)
def test_a_local_government_has_consented_for_a_region_of_the_partner(consent: tuple[str, date], pointer: str) -> None:
    today, regions = date(2020, 3, 2), ["53.06", "53.10"]
    check_consents([("53.06", today)], regions, today)

    with pytest.raises(InvalidInput) as refusal:
        check_consents([("53.06", today), consent], regions, today)
    assert refusal.value.errors[0].pointer == pointer


def test_what_a_partner_has_not_shown_is_named() -> None:
    bare = dict.fromkeys(("address", "npwp", "funding_amount", "starts_on", "ends_on", "has_bank_account"))
    full = dict.fromkeys(bare, True)

    assert missing(bare | {"regions": ["53.06", "53.10"]}, {"53.10"}) == [*bare, "consents/53.06"]
    assert missing(full | {"regions": ["53.06"]}, {"53.06"}) == []
