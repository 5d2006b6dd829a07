"""Region codes at the edges of their time: the laws of 2022 gave new codes to the regencies of four new provinces."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.regions import (
    MOVED,
    Validity,
    check_codes,
    codes_about,
    codes_asked_for,
    codes_within,
    known_codes,
    lies_in,
    listed,
    misused_codes,
    present_code,
    region_name,
    same_place,
)

SPLIT = date(2022, 7, 25)
CODES = st.sampled_from(sorted(known_codes()))
MOVES = [(day, old, new) for day, moves in MOVED.items() for old, new in moves.items()]
ONE_DAY = timedelta(days=1)


def details(code: str, on: date, until: date | None = None, agreed: tuple[str, ...] = ()) -> list[str]:
    return [error.detail for error in misused_codes([("#/region", code)], on=on, until=until, agreed=agreed)]


# On which days a code holds


@pytest.mark.parametrize(
    ("code", "on", "wrong"),
    [
        ("91.01", date(2022, 7, 24), []),
        ("91.01", SPLIT, ["`91.01` held until 2022-07-24; since then it is `93.01` (asked for 2022-07-25)"]),
        (
            "93.01",
            date(2022, 7, 24),
            ["`93.01` holds from 2022-07-25; before that it was `91.01` (asked for 2022-07-24)"],
        ),
        ("93.01", SPLIT, []),
        ("93", date(2022, 7, 24), ["`93` holds from 2022-07-25 (asked for 2022-07-24)"]),
        ("92.71", date(2022, 12, 7), []),
        ("96.71", date(2022, 12, 8), []),
        ("53.06", date(1900, 1, 1), []),
        ("53.06", date(2199, 12, 31), []),
        ("53.99", SPLIT, ["`53.99` is no region code (asked for 2022-07-25)"]),
    ],
)
def test_a_code_is_good_on_the_days_on_which_it_holds(code: str, on: date, wrong: list[str]) -> None:
    assert details(code, on) == wrong


@pytest.mark.parametrize(("day", "old", "new"), MOVES)
def test_a_moved_code_ends_on_the_day_before_the_new_one_begins(day: date, old: str, new: str) -> None:
    before = day - ONE_DAY

    assert (details(old, before), details(new, day)) == ([], [])
    assert [f"since then it is `{new}`" in text for text in details(old, day)] == [True]
    assert [f"before that it was `{old}`" in text for text in details(new, before)] == [True]


@pytest.mark.parametrize(
    ("code", "first", "last", "good"),
    [
        ("91.01", date(2022, 1, 1), date(2022, 12, 31), True),  # the year of the change: both
        ("93.01", date(2022, 1, 1), date(2022, 12, 31), True),
        ("91.01", date(2022, 7, 24), date(2023, 6, 30), True),
        ("91.01", date(2022, 7, 25), date(2023, 6, 30), False),
        ("93.01", date(2021, 1, 1), date(2022, 7, 25), True),
        ("93.01", date(2021, 1, 1), date(2022, 7, 24), False),
    ],
)
def test_of_a_period_one_day_is_enough(code: str, first: date, last: date, good: bool) -> None:
    assert (details(code, first, last) == []) == good


@given(CODES, st.dates(), st.dates())
def test_a_code_holds_in_a_period_if_it_holds_on_one_of_its_ends_or_lies_within(
    code: str, one: date, other: date
) -> None:
    first, last = sorted([one, other])
    validity = known_codes()[code]
    ends = [day for day in (validity.valid_from, validity.valid_to) if day is not None]

    some_day = any(details(code, day) == [] for day in (first, last, *(d for d in ends if first <= d <= last)))

    assert (details(code, first, last) == []) == some_day


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.dates())
def test_both_days_of_a_validity_belong_to_it(one: date, other: date, on: date) -> None:
    valid_from, valid_to = sorted([one, other])
    validity = Validity(valid_from, valid_to)

    assert validity.holds(valid_from, valid_from)
    assert validity.holds(valid_to, valid_to)
    assert validity.holds(on, on) == (valid_from <= on <= valid_to)


@given(CODES, st.dates())
def test_what_is_agreed_may_be_used_for_ever(code: str, on: date) -> None:
    assert details(code, on, agreed=(code,)) == []


def test_a_refusal_names_every_wrong_field_in_both_languages() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_codes(listed("#/regions", ["91.01", "53.06", "53.99"]), on=SPLIT)

    assert [(error.pointer, error.rule) for error in refused.value.errors] == [
        ("#/regions/0", "V17"),
        ("#/regions/2", "V17"),
    ]
    assert all(error.indonesian for error in refused.value.errors)
    assert refused.value.indonesian


# Which place a code means


@pytest.mark.parametrize(
    ("region", "area", "inside"),
    [
        ("53.06", "53.06", True),
        ("53.06", "53", True),
        ("53", "53.06", False),
        ("53.06", "5", False),
        ("53.06.01", "53.06", True),
        ("91.01", "93.01", True),
        ("93.01", "91.01", True),  # an official whose token still has the old code
        ("91.01", "93", True),
        ("91.01", "91", False),  # no longer the old province's
        ("91.01", "94", False),
        ("91.03", "91", True),
        ("91", "93", False),  # of what concerned all of Papua, the province of that code goes on
        ("99.99", "99.99", True),
    ],
)
def test_a_place_lies_where_it_lies_today(region: str, area: str, inside: bool) -> None:
    assert lies_in(region, [area]) == inside
    assert not lies_in(region, [])


@given(CODES)
def test_a_place_has_one_code_today_which_holds(code: str) -> None:
    present = present_code(code)

    assert known_codes()[present].valid_to is None
    assert present_code(present) == present
    assert lies_in(code, [present])
    assert lies_in(present, [code])
    assert same_place(code, ["00", present]) == present
    assert region_name(code) == region_name(present) != code


@given(st.lists(CODES, max_size=5))
def test_the_codes_within_areas_are_those_that_lie_in_one(areas: list[str]) -> None:
    assert set(codes_within(areas)) == {code for code in known_codes() if lies_in(code, areas)}


@given(st.lists(CODES, max_size=5))
def test_the_codes_about_regions_lie_in_one_or_around_one(regions: list[str]) -> None:
    assert set(codes_about(tuple(regions))) == {
        code for code in known_codes() if lies_in(code, regions) or any(lies_in(region, [code]) for region in regions)
    }


def test_a_province_is_asked_for_with_the_former_codes_of_what_lies_in_it_now() -> None:
    assert set(codes_within(["93"])) == {
        *("93", "93.01", "93.02", "93.03", "93.04"),
        *("91.01", "91.16", "91.17", "91.18"),
    }
    assert not {old for _, old, _ in MOVES} & set(codes_within(["91", "92"]))


def test_a_filter_that_is_left_out_asks_for_no_codes() -> None:
    assert codes_asked_for(None) is None
    assert codes_asked_for("93.01") == ("91.01", "93.01")


def test_what_is_not_known_stands_for_itself() -> None:
    assert (present_code("53.99"), region_name("53.99"), same_place("53.99", ["53.06"])) == ("53.99", "53.99", None)
    assert codes_within(["53.06.01"]) == ("53.06.01",)
