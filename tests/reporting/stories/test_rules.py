from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.states import advance
from services.reporting.stories.rules import NEXT, Action, Status, personal_data_in
from shared.errors import ActionNotAllowed


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_an_action_that_is_not_open_is_refused(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed):
        advance(NEXT, status, action, of="a story")


@pytest.mark.parametrize(
    "text",
    [
        "NIK 5306011212900001",
        "call 0812-3456-7890",
        "call +62 812 3456 7890",
        "call 62812 3456 789",
        "office +31 70 3440 244",
        "passport A1234567",
        "(AB 123456)",
    ],
)
def test_v25_what_looks_like_personal_data_is_found(text: str) -> None:
    assert personal_data_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Rp 77.907.270.810 in 2020-06-30",
        "EUR 4,869,204.00 for 18 regencies, 120 latrines",
        "from 2020 to 2023, DEMO-MSP-10/2020, PN6-2020",
        "Permendagri 49/2010; 0,5 %; kode wilayah 53.06",
    ],
)
def test_v25_money_dates_and_codes_are_not_personal(text: str) -> None:
    assert personal_data_in(text) is None


@given(st.from_regex(r"\A[1-9][0-9]{15}\Z"), st.text(alphabet="abc ,.", max_size=10))
def test_v25_an_identity_number_is_found_anywhere(number: str, around: str) -> None:
    assert personal_data_in(f"{around}{number}{around}")
