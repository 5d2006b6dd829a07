from datetime import date
from uuid import UUID

import pytest

from services.recommendations.requests.rules import DatedRule
from services.recommendations.staff.rules import Stay
from services.recommendations.staff_requests.rules import (
    masked_name,
    normalised_name,
    passport_violations,
    quota_violations,
)

RULES = {
    "staff.max_in_post": DatedRule("V12", 3, "PP 59/2016 art. 25"),
    "staff.max_years": DatedRule("V12", 5, "PP 59/2016 art. 25"),
    "staff.passport_margin_months": DatedRule("V13", 6, "margin"),
}
STAY = Stay(UUID(int=9), date(2020, 4, 1), date(2022, 3, 31))


@pytest.mark.parametrize(("others", "refused"), [(2, False), (3, True)])
def test_the_fourth_in_post_is_refused(others: int, refused: bool) -> None:
    of_ngo = [Stay(UUID(int=n), STAY.first, STAY.last) for n in range(others)]

    found = quota_violations(STAY, of_ngo, [], RULES)

    expected = [("V12", "#/starts_on", "PP 59/2016 art. 25")] if refused else []
    assert [(v.rule, v.pointer, v.legal_basis) for v in found] == expected


@pytest.mark.parametrize(("earlier_from", "refused"), [(date(2017, 4, 1), False), (date(2017, 3, 31), True)])
def test_earlier_stays_count_towards_five_years(earlier_from: date, refused: bool) -> None:
    earlier = Stay(STAY.person, earlier_from, date(2020, 3, 31))

    found = quota_violations(STAY, [], [earlier], RULES)

    assert [v.pointer for v in found] == (["#/ends_on"] if refused else [])


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "pointers"),
    [
        (date(2020, 4, 1), date(2022, 9, 30), []),
        (date(2020, 4, 2), date(2022, 9, 30), ["#/person/passport_valid_from"]),
        (date(2020, 4, 1), date(2022, 9, 29), ["#/person/passport_valid_to"]),
    ],
)
def test_the_passport_covers_the_stay_and_six_months(valid_from: date, valid_to: date, pointers: list[str]) -> None:
    found = passport_violations(STAY, valid_from, valid_to, RULES)

    assert [v.pointer for v in found] == pointers
    assert {v.rule for v in found} <= {"V13"}


@pytest.mark.parametrize("name", ["Zoë van der Berg", "VAN DER BERG, Zoe", "van  der-Berg zoe."])
def test_one_name_written_in_several_ways_is_one_name(name: str) -> None:
    assert normalised_name(name) == "berg der van zoe"


def test_a_masked_name_keeps_only_initials() -> None:
    assert masked_name("Demo van Person") == "D. v. P."
