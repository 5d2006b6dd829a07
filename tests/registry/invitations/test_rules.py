from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from services.registry.invitations.rules import NEXT, Action, Status, advance, status_at
from shared.errors import ActionNotAllowed

NOON = datetime(2020, 7, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(("status", "action"), sorted(NEXT))
def test_an_open_invitation_is_answered_or_withdrawn(status: Status, action: Action) -> None:
    assert advance(status, action) is NEXT[status, action]


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_what_is_no_longer_open_stays_as_it_is(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} an invitation that is {status}; open now: nothing"):
        advance(status, action)


@pytest.mark.parametrize("status", Status)
def test_only_what_is_open_expires_and_it_does_so_at_its_time(status: Status) -> None:
    before, after = NOON - timedelta(seconds=1), Status.EXPIRED if status is Status.OPEN else status

    assert status_at(status, NOON, before) is status
    assert status_at(status, NOON, NOON) is after
