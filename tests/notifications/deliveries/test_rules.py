from hypothesis import given
from hypothesis import strategies as st

from services.notifications.deliveries.rules import FELL_BEHIND, Reading, read_up_to


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), max_size=30))
def test_the_position_only_moves_forward_and_catching_up_is_told_once(steps: list[tuple[int, int]]) -> None:
    reading, last_number, fell_behind = Reading(), 0, False
    for new, asked in steps:
        last_number += new
        number = min(asked, last_number)
        before = reading
        reading, caught_up = read_up_to(reading, number, last_number)

        assert before.read_number <= reading.read_number <= last_number
        fell_behind |= last_number - reading.read_number > FELL_BEHIND
        assert bool(caught_up) == (fell_behind and reading.read_number == last_number)
        if reading.read_number == last_number:
            fell_behind = False


def test_a_few_unread_events_are_nothing_to_tell() -> None:
    reading, _ = read_up_to(Reading(), 0, FELL_BEHIND)

    assert read_up_to(reading, FELL_BEHIND, FELL_BEHIND) == (Reading(FELL_BEHIND), 0)


def test_catching_up_tells_by_how_much_it_was_behind_at_most() -> None:
    reading, _ = read_up_to(Reading(), 0, 500)
    reading, _ = read_up_to(reading, 100, 700)

    assert read_up_to(reading, 700, 700) == (Reading(700), 600)
