from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.registry.organisations.rules import Status
from services.registry.profiles.rules import (
    FIELDS,
    NEXT,
    OPEN,
    PUBLIC_FIELDS,
    FieldAct,
    FieldState,
    changed_fields,
    is_lei,
    require_open,
)
from shared.errors import ActionNotAllowed

LEI = "5493001KJTIIGC8Y1R12"  # pragma: allowlist secret
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_every_act_leads_somewhere_from_every_state() -> None:
    assert NEXT.keys() == set(product(FieldState, FieldAct))


@pytest.mark.parametrize("state", FieldState)
def test_a_change_leaves_a_field_unconfirmed_whatever_was_found_of_it(state: FieldState) -> None:
    assert NEXT[state, FieldAct.CHANGE] is FieldState.UNCONFIRMED


@pytest.mark.parametrize("status", Status)
def test_a_profile_is_open_until_the_organisation_has_come_to_its_end(status: Status) -> None:
    if status in OPEN:
        require_open(status, "to change the profile")
    else:
        with pytest.raises(ActionNotAllowed, match=f"to change the profile is not open .* that is {status}"):
            require_open(status, "to change the profile")


def test_the_public_sees_no_field_that_there_is_not() -> None:
    assert set(PUBLIC_FIELDS) < set(FIELDS)


@given(st.sets(st.sampled_from(FIELDS)))
def test_just_the_fields_that_differ_are_changed(changed: set[str]) -> None:
    before: dict[str, str] = dict.fromkeys(FIELDS, "as it was")

    assert set(changed_fields(before, before | dict.fromkeys(changed, "otherwise"))) == changed


def test_a_legal_entity_identifier_ends_with_its_check_digits() -> None:
    assert is_lei(LEI)


@given(st.integers(0, 19), st.sampled_from(ALPHABET))
def test_a_legal_entity_identifier_with_another_digit_or_letter_is_none(place: int, character: str) -> None:
    assume(character.isdigit() == LEI[place].isdigit())
    other = LEI[:place] + character + LEI[place + 1 :]

    assert is_lei(other) == (other == LEI)


@given(st.text(ALPHABET, min_size=18, max_size=18))
def test_any_eighteen_characters_have_check_digits(text: str) -> None:
    number = int("".join(str(int(each, 36)) for each in f"{text}00"))

    assert is_lei(f"{text}{98 - number % 97:02}")
