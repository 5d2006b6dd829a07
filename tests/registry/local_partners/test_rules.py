from datetime import date
from itertools import product

import pytest

from services.registry.local_partners.rules import NEXT, Decision, Status, check_registration, decide
from shared.errors import ActionNotAllowed, InvalidInput


@pytest.mark.parametrize(("status", "decision"), sorted(product(Status, Decision)))
def test_a_partner_is_decided_once(status: Status, decision: Decision) -> None:
    if status is Status.PROPOSED:
        assert decide(status, decision).value == decision.value
    else:
        with pytest.raises(ActionNotAllowed, match=f"it is {status}"):
            decide(status, decision)


def test_every_decision_has_its_status() -> None:
    assert set(NEXT.values()) == set(Status) - {Status.PROPOSED}


def test_a_registration_is_valid_through_its_last_day() -> None:
    check_registration(date(2020, 12, 31), on=date(2020, 12, 31))

    with pytest.raises(InvalidInput) as refusal:
        check_registration(date(2020, 12, 31), on=date(2021, 1, 1))

    assert refusal.value.rule == "V20"
