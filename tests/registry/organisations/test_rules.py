from itertools import product

import pytest

from services.registry.organisations.rules import NEXT, Action, Status, advance, require_active
from shared.errors import ActionNotAllowed


@pytest.mark.parametrize(("status", "action"), sorted(NEXT))
def test_an_open_action_leads_to_its_status(status: Status, action: Action) -> None:
    assert advance(status, action) is NEXT[status, action]


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_an_action_that_is_not_open_is_refused_and_the_open_ones_are_named(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} an organisation that is {status}") as refusal:
        advance(status, action)

    named = refusal.value.detail.split("open now: ")[1]
    assert named == (", ".join(sorted(a for s, a in NEXT if s is status)) or "nothing")


def test_what_is_rejected_closed_or_merged_stays_so() -> None:
    ends = set(Status) - {status for status, _ in NEXT}

    assert ends == {Status.REJECTED, Status.CLOSED, Status.MERGED}


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ACTIVE}))
def test_only_an_active_organisation_may_start_something(status: Status) -> None:
    require_active(Status.ACTIVE, "to sign")

    with pytest.raises(ActionNotAllowed, match=f"to sign needs an active organisation; this one is {status}"):
        require_active(status, "to sign")
