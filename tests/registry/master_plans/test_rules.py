from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.master_plans.rules import Frame, Place, check_activities, check_identity, may_approve
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


@given(st.lists(st.tuples(st.integers(2019, 2024), st.sampled_from(["53.01", "53.06", "53.10"])), max_size=6))
def test_targets_are_of_the_years_and_regions_of_their_activity_and_each_once(targets: list[tuple[int, str]]) -> None:
    place = Place(["53.01", "53.06"], 2020, 2023, "PN5-2020", targets)

    refused = fields_refused(place)

    assert {name for name in refused if name.endswith("/year")} == {
        f"targets/{i}/year" for i, (year, _) in enumerate(targets) if not 2020 <= year <= 2023
    }
    assert {name for name in refused if name.endswith("/region")} == {
        f"targets/{i}/region" for i, (_, region) in enumerate(targets) if region == "53.10"
    }
    assert {name for name in refused if name.count("/") == 1} == {
        f"targets/{i}" for i, target in enumerate(targets) if target in targets[:i]
    }


KNOWN = [uuid4() for _ in range(3)]


@given(st.lists(st.sampled_from([None, *KNOWN, uuid4()]), max_size=6))
def test_an_amendment_goes_on_with_activities_in_force_each_once(ids: list[UUID | None]) -> None:
    wrong = {i for i, id_ in enumerate(ids) if id_ is not None and (id_ not in KNOWN or id_ in ids[:i])}

    found: set[tuple[str, str | None]] = set()
    try:
        check_identity(ids, KNOWN)
    except InvalidInput as refusal:
        found = {(error.pointer, error.rule) for error in refusal.errors}

    assert found == {(f"#/activities/{i}/id", "V04") for i in wrong}


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
