from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.reporting.states import advance
from services.reporting.visits.content import Announcement
from services.reporting.visits.rules import NEXT, Action, Answer, Status, action_of, check_start, is_late
from shared.errors import ActionNotAllowed, InvalidInput
from tests.reporting.partners import FLORES_TIMUR, visit

REGIONS = ("53.01", "53.06", "53.10")
answers: st.SearchStrategy[Answer] = st.sampled_from(["approved", "postponed", "refused"])


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_an_action_that_is_not_open_is_refused(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} a visit that is {status}"):
        advance(NEXT, status, action, of="a visit")


@given(st.permutations(REGIONS), st.lists(answers, min_size=3, max_size=3))
def test_a_refusal_outweighs_a_postponement_which_outweighs_approvals(  # pragma: allowlist secret
    order: list[str], given_answers: list[Answer]
) -> None:
    status, approved_by, heard = Status.ANNOUNCED, set[str](), list[Answer]()
    for region, answer in zip(order, given_answers, strict=True):
        if status is Status.REJECTED:
            break
        others = [other for other in REGIONS if other != region]
        action = action_of(answer, others=others, approved_by=approved_by)
        status = advance(NEXT, status, action, of="a visit")
        heard.append(answer)
        if answer == "approved":
            approved_by.add(region)

    if "refused" in heard:
        assert status is Status.REJECTED
    elif "postponed" in heard:
        assert status is Status.POSTPONED
    else:
        assert status is Status.ACKNOWLEDGED


@pytest.mark.parametrize(("days", "late"), [(13, True), (14, False)])
def test_v16_later_than_fourteen_days_before_is_late(days: int, late: bool) -> None:
    today = date(2020, 2, 3)

    assert is_late(today + timedelta(days=days), today) is late


def test_v15_a_visit_starts_today_at_the_earliest() -> None:
    check_start(date(2020, 2, 3), date(2020, 2, 3))
    with pytest.raises(InvalidInput):
        check_start(date(2020, 2, 2), date(2020, 2, 3))


@pytest.mark.parametrize(
    ("on", "kept"), [("2020-03-01", False), ("2020-03-02", True), ("2020-03-06", True), ("2020-03-07", False)]
)
def test_v15_stops_lie_inside_the_visit(on: str, kept: bool) -> None:
    body = visit(stops=[{"region": FLORES_TIMUR, "on": on, "place": "Larantuka"}])
    if kept:
        Announcement.model_validate(body)
    else:
        with pytest.raises(ValidationError, match="inside the visit"):
            Announcement.model_validate(body)


def test_v15_a_visit_does_not_end_before_it_starts() -> None:
    with pytest.raises(ValidationError, match="must not be before `starts_on`"):
        Announcement.model_validate(visit(ends_on="2020-03-01"))
