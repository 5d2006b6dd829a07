from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.licences.rules import check_principle_permit_period, years_later
from services.registry.reference.rules import DatedRule
from shared.errors import InvalidInput

THREE_YEARS = DatedRule(3, "PP 59/2016")
DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


@given(DAYS)
def test_a_permit_may_last_until_the_same_day_three_years_later(start: date) -> None:
    end = years_later(start, 3)

    check_principle_permit_period(start, end, THREE_YEARS, "#")
    with pytest.raises(InvalidInput) as refusal:
        check_principle_permit_period(start, end + timedelta(days=1), THREE_YEARS, "#")

    assert (refusal.value.rule, refusal.value.legal_basis) == ("V01", "PP 59/2016")
    assert refusal.value.errors[0].pointer == "#/valid_to"


@given(DAYS)
def test_three_years_later_is_the_same_day_of_the_same_month(start: date) -> None:
    end = years_later(start, 3)

    assert (end.year, end.month) == (start.year + 3, start.month)
    assert end.day == (28 if (start.month, start.day) == (2, 29) else start.day)


def test_before_there_was_a_rule_there_was_no_limit() -> None:
    check_principle_permit_period(date(2010, 1, 1), date(2020, 1, 1), None, "#")
