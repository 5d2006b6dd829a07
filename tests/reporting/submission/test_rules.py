from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.reports.rules import NEXT as REPORT
from services.reporting.states import advance
from services.reporting.submission.rules import Action, Status, check_comments, check_reviewer
from services.reporting.submission.versions import content_sha256
from services.reporting.work_plans.rules import NEXT as WORK_PLAN
from shared.errors import ActionNotAllowed, InvalidInput, NotAllowed

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("table", [WORK_PLAN, REPORT], ids=["work plan", "report"])
@pytest.mark.parametrize(("status", "action"), sorted(product(Status, Action)))
def test_an_action_is_open_exactly_where_the_table_says_so(
    table: dict[tuple[Status, Action], Status], status: Status, action: Action
) -> None:
    if (status, action) in table:
        assert advance(table, status, action, of="it") is table[status, action]
    else:
        with pytest.raises(ActionNotAllowed, match=f"cannot {action} it that is {status}"):
            advance(table, status, action, of="it")


@pytest.mark.parametrize("table", [WORK_PLAN, REPORT], ids=["work plan", "report"])
def test_what_is_decided_finally_or_withdrawn_stays_so(table: dict[tuple[Status, Action], Status]) -> None:
    assert not {Status.APPROVED, Status.ACCEPTED, Status.REJECTED, Status.WITHDRAWN} & {s for s, _ in table}


@pytest.mark.parametrize("pointer", ["/a", "/a/0/b", "/c~1d", "/e~0f"])
def test_a_comment_points_to_a_field_that_is_there(pointer: str) -> None:
    check_comments({"a": [{"b": 1}], "c/d": 2, "e~f": 3}, [pointer])


@pytest.mark.parametrize("pointer", ["/b", "/a/1", "/a/x", "/a/-1", "/a/²", "/a/0/b/c", "/"])
def test_a_comment_on_a_field_that_is_not_there_is_refused(pointer: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_comments({"a": [{"b": 1}]}, ["/a", pointer])

    assert [error.pointer for error in refused.value.errors] == ["#/comments/1/field"]


def test_nobody_decides_on_what_he_submitted() -> None:
    check_reviewer("reviewer", "submitter")
    with pytest.raises(NotAllowed) as refused:
        check_reviewer("both", "both")
    assert refused.value.rule == "V23"


@given(st.dictionaries(st.text(max_size=5), json, max_size=4))
def test_the_hash_of_content_does_not_depend_on_the_order_of_names(content: dict[str, Any]) -> None:
    assert content_sha256(content) == content_sha256(dict(reversed(content.items())))
