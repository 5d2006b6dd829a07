from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.public.rules import KINDS, PROFILE_CHANGED, change_of, known_before, safe_cell
from services.registry.public.views import Change
from shared.clock import JAKARTA
from shared.errors import InvalidInput

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 3, tzinfo=UTC)
INSTANTS = st.floats(0, 10_000).map(lambda days: NOW - timedelta(days=days))


def test_each_kind_of_change_is_one_that_the_list_can_tell() -> None:
    assert {*KINDS.values()} == {*get_args(Change.model_fields["kind"].annotation)}


def test_a_day_ends_at_midnight_in_jakarta() -> None:
    assert known_before(date(2026, 3, 30), TODAY) == datetime(2026, 3, 30, 17, tzinfo=UTC)


def test_of_today_all_is_told_that_is_known_now() -> None:
    assert known_before(TODAY, TODAY) is None
    assert known_before(None, TODAY) is None


@given(st.dates(min_value=TODAY + timedelta(days=1), max_value=date.max))
def test_nobody_knows_what_will_be_known(day: date) -> None:
    with pytest.raises(InvalidInput):
        known_before(day, TODAY)


@given(INSTANTS, st.dates(max_value=TODAY))
def test_what_happened_on_a_day_or_before_it_is_known_as_of_it(happened: datetime, day: date) -> None:
    before = known_before(day, TODAY)

    known = before is None or happened < before
    assert known == (happened.astimezone(JAKARTA).date() <= day)


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe_cell(text).replace("'", "") == text.replace("'", "")


@given(st.lists(st.text(";=+-@ a'")).map(";".join))
def test_no_cell_does_so_where_a_spreadsheet_takes_semicolons_for_its_borders(text: str) -> None:
    assert not any(part.lstrip().startswith(("=", "+", "-", "@")) for part in safe_cell(text).split(";"))


@pytest.mark.parametrize("text", ["", "a=b", "a-b; c", "50% + 1", "it's"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_a_profile_changes_in_public_with_a_field_that_the_public_sees() -> None:
    assert change_of(PROFILE_CHANGED, {"changed_fields": ["phone", "website"]}) == "profile_changed"
    assert change_of(PROFILE_CHANGED, {"changed_fields": ["phone", "npwp", "office_address"]}) is None
