from itertools import product

import pytest

from services.notifications.subscriptions.rules import NEXT, Action, Status, advance
from shared.errors import ActionNotAllowed


@pytest.mark.parametrize(("status", "action"), sorted(NEXT))
def test_an_open_action_leads_to_the_next_status(status: Status, action: Action) -> None:
    assert advance(status, action) is NEXT[status, action]


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_an_action_that_is_not_open_is_refused_and_names_what_is(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} .* {status}; open now: "):
        advance(status, action)
