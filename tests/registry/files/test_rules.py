from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.files.rules import NEXT, PART_BYTES, Action, Status, advance, part_length, parts_of
from shared.errors import ActionNotAllowed
from shared.http.middleware import MAX_BODY_BYTES
from shared.http.ranges import wanted_range


@pytest.mark.parametrize(("status", "action"), sorted(NEXT))
def test_an_upload_is_completed_abandoned_or_expires(status: Status, action: Action) -> None:
    assert advance(status, action) is NEXT[status, action]


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_what_has_ended_stays_so(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} a file that is {status}; open now: nothing"):
        advance(status, action)


@given(st.integers(1, 64 * PART_BYTES))
def test_the_parts_make_up_the_file_and_each_fits_a_request(size: int) -> None:
    lengths = [part_length(size, number) for number in range(1, parts_of(size) + 1)]

    assert sum(lengths) == size
    assert all(0 < length <= PART_BYTES <= MAX_BODY_BYTES for length in lengths)
    assert set(lengths[:-1]) <= {PART_BYTES}


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(0, 10**9) | st.just(""))
def test_a_range_is_within_the_file_or_the_whole_comes(size: int, first: int, last: int | str) -> None:
    wanted = wanted_range(f"bytes={first}-{last}", size)

    there = first < size and (last == "" or first <= int(last))
    assert wanted == ((first, size - 1 if last == "" else min(int(last), size - 1)) if there else None)


@pytest.mark.parametrize("given_", ["", "bytes=-5", "bytes=0-1,3-4", "items=0-1", "bytes=a-b", "bytes=5-4"])
def test_a_range_of_another_kind_is_ignored(given_: str) -> None:
    assert wanted_range(given_, 100) is None
