from itertools import product

import pytest

from services.notifications.subscriptions.rules import NEXT, Action, Status, advance, is_region, with_around
from shared.errors import ActionNotAllowed


@pytest.mark.parametrize(("status", "action"), sorted(NEXT))
def test_an_open_action_leads_to_the_next_status(status: Status, action: Action) -> None:
    assert advance(status, action) is NEXT[status, action]


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_an_action_that_is_not_open_is_refused_and_names_what_is(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} .* {status}; open now: "):
        advance(status, action)


@pytest.mark.parametrize("code", ["53", "53.06", "31.71"])
def test_a_province_regency_or_city_is_a_region(code: str) -> None:
    assert is_region(code)


@pytest.mark.parametrize("code", ["", "5306", "53.6", "53.06.01", "99", "53.99", "53.06 ", "٥٣", "53.", "53\n"])
def test_anything_else_is_no_region(code: str) -> None:
    assert not is_region(code)


def test_a_region_lies_in_itself_and_in_its_province() -> None:
    assert with_around(["53.06", "53.10", "31"]) == ["31", "53", "53.06", "53.10"]
    assert with_around([]) == []
