from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.master_plans.rules import Frame, Place, check_activities, may_approve
from shared.errors import InvalidInput

FRAME = Frame(frozenset({"53.01", "53.06"}), date(2020, 2, 1), date(2023, 2, 1))
PRIORITIES = {"PN5-2020": (2020, 2024), "PN1-2025": (2025, 2029)}
YEARS = st.integers(2018, 2025)


@given(YEARS, YEARS)
def test_an_activity_stays_within_the_years_of_its_agreement(one: int, other: int) -> None:
    first, last = sorted((one, other))
    outside = {name for name, is_outside in (("from_year", first < 2020), ("to_year", last > 2023)) if is_outside}

    found = fields_refused(Place(["53.01"], first, last, "PN5-2020"))

    assert found - {"priority"} == outside


def test_every_region_outside_the_agreement_is_named() -> None:
    place = Place(["53.01", "53.10", "53.06", "12.10"], 2020, 2023, "PN5-2020")

    assert fields_refused(place) == {"regions/1", "regions/3"}


@pytest.mark.parametrize("priority", ["PN9-2020", "", "PN1-2025"])
def test_the_priority_must_exist_and_hold_in_some_year_of_the_activity(priority: str) -> None:
    assert fields_refused(Place(["53.01"], 2020, 2023, priority)) == {"priority"}


def fields_refused(place: Place) -> set[str]:
    good = Place(["53.01"], 2020, 2020, "PN5-2020")
    try:
        check_activities([good, place], FRAME, PRIORITIES)
    except InvalidInput as refusal:
        errors = refusal.errors
    else:
        errors = ()
    assert {error.rule for error in errors} <= {"V04"}
    return {error.pointer.removeprefix("#/activities/1/") for error in errors}


def test_a_technical_unit_approves_for_its_own_partners_only() -> None:
    assert may_approve("fasker_officer", "", "BPSDM")
    assert may_approve("satker_officer", "BPSDM", "BPSDM")
    assert not may_approve("satker_officer", "Ditjen Bina Pemdes", "BPSDM")
