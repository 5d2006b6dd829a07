from hypothesis import given
from hypothesis import strategies as st

from services.registry.duplicates.rules import ACRONYM_SCORE, NUMBERS, SIMILAR_FROM, Likeness, reasons, score

LIKENESS = st.builds(
    Likeness,
    similarity=st.floats(0, 1),
    own_name=st.just("name"),
    other_name=st.just("aliases"),
    same_acronym=st.booleans(),
    same_numbers=st.lists(st.sampled_from(NUMBERS), unique=True),
)


@given(LIKENESS)
def test_an_equal_number_is_certain_and_an_acronym_a_hint(likeness: Likeness) -> None:
    found = score(likeness)

    assert (found == 1.0) == (bool(likeness.same_numbers) or likeness.similarity == 1.0)
    assert likeness.similarity <= found <= 1
    assert not likeness.same_acronym or found >= ACRONYM_SCORE


@given(LIKENESS)
def test_each_thing_in_common_is_a_reason_and_nothing_else_is(likeness: Likeness) -> None:
    expected = set(likeness.same_numbers) | ({"acronym"} if likeness.same_acronym else set())
    if likeness.similarity >= SIMILAR_FROM:
        expected.add("name")

    assert {reason.field for reason in reasons(likeness)} == expected
