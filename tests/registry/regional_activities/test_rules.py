from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.regional_activities.rules import (
    NEXT,
    Action,
    Answer,
    Ground,
    Kind,
    Notice,
    Status,
    action_of,
    advance,
    check_notice,
)
from shared.errors import ActionNotAllowed, InvalidInput

PARTNER = UUID(int=1)
TODAY = date(2020, 5, 1)
NOTICE = Notice(Kind.NEW, ["53.06"], date(2020, 6, 1), date(2020, 12, 31), [PARTNER])
GROUND = Ground(
    agreement=(date(2020, 2, 1), date(2023, 2, 1)),
    agreement_regions=["53.06", "53.10"],
    licence=(date(2020, 2, 1), date(2023, 2, 1)),
    partners={PARTNER: date(2020, 5, 1)},
)
ANSWERS: list[Answer] = ["approved", "postponed", "refused"]


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_an_action_that_is_not_open_is_refused(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} a notified activity that is {status}"):
        advance(status, action)


@pytest.mark.parametrize(("status", "action"), sorted(NEXT))
def test_an_open_action_leads_where_the_table_says(status: Status, action: Action) -> None:
    assert advance(status, action) is NEXT[status, action]


def test_only_a_recorded_notice_is_answered_and_a_withdrawn_one_stays_so() -> None:
    assert {status for status, action in NEXT if action in (Action.ANSWER, Action.ANSWER_LAST)} == {Status.RECORDED}
    assert Status.WITHDRAWN not in {status for status, _ in NEXT}


@given(st.lists(st.tuples(st.sampled_from(["53.06", "53.10", "72.10"]), st.sampled_from(ANSWERS)), max_size=12))
def test_all_is_answered_once_each_region_has_approved_or_refused(given_: list[tuple[str, Answer]]) -> None:
    regions = ["53.06", "53.10", "72.10"]
    present: dict[str, Answer] = {}
    for region, answer in given_:
        if present.get(region) in ("approved", "refused"):
            with pytest.raises(ActionNotAllowed, match="already"):
                action_of(answer, region=region, regions=regions, present=present)
            continue
        action = action_of(answer, region=region, regions=regions, present=present)
        present[region] = answer
        final = [code for code in regions if present.get(code) in ("approved", "refused")]
        assert (action is Action.ANSWER_LAST) == (final == regions)


def broken(notice: Notice, ground: Ground) -> set[tuple[str, str | None]]:
    with pytest.raises(InvalidInput) as refusal:
        check_notice(notice, ground, TODAY)
    return {(error.pointer, error.rule) for error in refusal.value.errors}


def test_a_notice_rests_on_agreement_permit_and_partners() -> None:
    check_notice(NOTICE, GROUND, TODAY)

    assert broken(NOTICE, replace(GROUND, agreement=None)) == {("#/agreement_id", None)}
    assert broken(NOTICE, replace(GROUND, licence=None)) == {("#/licence_id", None)}
    assert broken(replace(NOTICE, regions=["53.06", "72.10"]), GROUND) == {("#/regions/1", "V04")}
    assert broken(replace(NOTICE, partners=[UUID(int=2)]), GROUND) == {("#/local_partner_ids/0", "V20")}


@given(st.integers(-2, 2), st.integers(-2, 2))
def test_the_activity_lies_within_agreement_and_permit(before: int, after: int) -> None:
    agreement, permit = (date(2020, 2, 1), date(2020, 12, 1)), (date(2020, 2, 2), date(2020, 11, 30))
    starts_on, ends_on = permit[0] + timedelta(before), permit[1] + timedelta(after)
    notice = replace(NOTICE, starts_on=starts_on, ends_on=ends_on)
    expected = set()
    if not (agreement[0] <= starts_on and ends_on <= agreement[1]):
        expected.add(("#/agreement_id", "V03"))
    if not (permit[0] <= starts_on and ends_on <= permit[1]):
        expected.add(("#/licence_id", "V02"))
    ground = replace(GROUND, agreement=agreement, licence=permit)

    if expected:
        assert broken(notice, ground) == expected
    else:
        check_notice(notice, ground, TODAY)


def test_v20_a_partner_is_registered_through_the_day_of_the_notice() -> None:
    check_notice(NOTICE, replace(GROUND, partners={PARTNER: TODAY}), TODAY)

    assert broken(NOTICE, replace(GROUND, partners={PARTNER: TODAY - timedelta(1)})) == {
        ("#/local_partner_ids/0", "V20")
    }


def test_an_activity_continues_under_an_extended_agreement_only() -> None:
    continued = replace(NOTICE, kind=Kind.CONTINUED_AFTER_EXTENSION)
    check_notice(continued, replace(GROUND, extends_another=True), TODAY)

    with pytest.raises(InvalidInput) as refusal:
        check_notice(continued, GROUND, TODAY)
    assert refusal.value.legal_basis == "PP 59/2016 art. 24"
