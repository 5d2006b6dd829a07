from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recommendations.dates import months_later
from services.recommendations.staff.rules import NEXT, Action, Status, Stay, advance, exceeds_years, most_in_post
from shared.errors import ActionNotAllowed

START = date(2020, 1, 1)
DAYS = st.integers(0, 60).map(lambda days: START + timedelta(days))
PEOPLE = [UUID(int=n) for n in range(5)]


@st.composite
def stays(draw: st.DrawFn) -> Stay:
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return Stay(draw(st.sampled_from(PEOPLE)), first, last)


@pytest.mark.parametrize(("status", "action"), sorted(product(Status, Action)))
def test_a_posting_takes_only_the_steps_of_its_table(status: Status, action: Action) -> None:
    if (status, action) in NEXT:
        assert advance(status, action) is NEXT[status, action]
    else:
        with pytest.raises(ActionNotAllowed):
            advance(status, action)


@given(st.lists(stays(), max_size=8), stays())
def test_the_busiest_day_is_the_busiest_of_all_days(others: list[Stay], asked: Stay) -> None:
    days = [asked.first + timedelta(n) for n in range((asked.last - asked.first).days + 1)]
    by_day = [len({asked.person, *(s.person for s in others if s.first <= day <= s.last)}) for day in days]

    assert most_in_post(others, asked) == max(by_day)


def test_three_who_follow_each_other_take_one_place() -> None:
    others = [Stay(PEOPLE[n], START + timedelta(10 * n), START + timedelta(10 * n + 9)) for n in range(3)]

    assert most_in_post(others, Stay(PEOPLE[4], START, START + timedelta(29))) == 2


@pytest.mark.parametrize(
    ("last", "too_long"),
    [(date(2024, 12, 31), False), (date(2025, 1, 1), True)],
)
def test_five_years_end_the_day_before_the_fifth_anniversary(last: date, too_long: bool) -> None:
    assert exceeds_years([Stay(PEOPLE[0], START, last)], 5) is too_long


def test_days_counted_twice_count_once() -> None:
    stay = Stay(PEOPLE[0], START, date(2023, 12, 31))

    assert not exceeds_years([stay, Stay(PEOPLE[0], date(2021, 1, 1), date(2024, 12, 31)), stay], 5)


@given(st.lists(stays(), min_size=1, max_size=6))
def test_the_years_count_each_day_in_post_once(spent: list[Stay]) -> None:
    days = {s.first + timedelta(n) for s in spent for n in range((s.last - s.first).days + 1)}
    first = min(days)

    assert exceeds_years(spent, 0)
    assert exceeds_years(spent, 1) is (len(days) > (months_later(first, 12) - first).days)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2022, 8, 31), 6, date(2023, 2, 28)),
        (date(2022, 12, 31), 6, date(2023, 6, 30)),
        (date(2020, 6, 15), 6, date(2020, 12, 15)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_months_last(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later
