"""A page of a list costs few statements, and as many for many rows as for few: on the lists of all services."""

from typing import Final

import pytest

from tests.shared.lists import ALL_LISTS, List
from tests.shared.shelf import Shelf
from tests.shared.statements import counted

STATEMENTS_MAX: Final = 2
"""The page itself, and who is calling."""

OTHER_STATEMENTS: Final = {
    "/v1/event-types": (0, "is a list in the code"),
    "/v1/regions/search": (3, "asks the clock which day it is, and for the names of what the regions lie in"),
    "/v1/organisations/{ngo_id}/licences": (3, "finds the organisation"),
    "/v1/organisations/{ngo_id}/foreign-ministry-steps": (3, "finds whether the organisation is the caller's"),
    "/v1/organisations/{ngo_id}/files": (3, "finds the organisation"),
    "/v1/organisations/{ngo_id}/profile/steps": (3, "finds the organisation"),
    "/v1/organisations/{ngo_id}/measures": (4, "finds the organisation, asks the clock which are in force"),
    "/v1/register": (
        3,
        "asks the clock for the standing's day, finds all that belongs to the organisations of the page",
    ),
    "/v1/register/downloads/json": (3, "asks the clock for the day, and since when the file is as it is, or notes it"),
    "/v1/organisations/{ngo_id}/members": (4, "finds the organisation, notes who read them, and why"),
    "/v1/organisations/{ngo_id}/invitations": (4, "asks the clock which are open, notes who read them"),
    "/v1/visits/{visit_id}/guests": (5, "finds the visit and its answers, notes who read them, and why"),
    "/v1/subscriptions/{subscription_id}/events": (6, "finds the subscription, acknowledges, says how much is left"),
}
"""Lists that cost more or less, and why."""


@pytest.mark.parametrize("listed", ALL_LISTS, ids=str)
async def test_a_page_costs_a_few_statements_and_one_for_each_relation_however_many_rows(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, listed: List
) -> None:
    """A list that is short and has no pages has more rows here than it may cost statements."""
    most, _ = OTHER_STATEMENTS.get(listed.path, (STATEMENTS_MAX, ""))
    relations = listed.relations
    counts, sizes = {}, {}

    for limit in ("limit=2", "limit=50") if "limit" in listed.parameters else ("",):
        for expand in ("", f"&expand={','.join(relations)}") if relations else ("",):
            with counted(monkeypatch) as sent:
                answer = await shelf.get(listed, f"{limit}{expand}")
            assert answer.status_code == 200, answer.text
            page = answer.json()
            rows = page.get("items", page.get("events"))
            assert all((name in row) is bool(expand) for row in rows for name in relations)
            assert all(row[name]["id"] for row in rows for name in relations if expand)
            counts[limit, bool(expand)] = len(sent[answer.headers["x-request-id"]])
            sizes[limit] = len(rows)

    alone = {count for (_, expanded), count in counts.items() if not expanded}
    together = {count for (_, expanded), count in counts.items() if expanded}
    assert max(sizes.values()) > (sizes.get("limit=2") or most), "too few rows to tell"
    assert len(alone) == 1, counts
    assert min(most, 1) <= min(alone) <= most, counts
    assert together == {count + len(relations) for count in alone if relations}, counts


def test_no_exception_outlives_its_route() -> None:
    assert OTHER_STATEMENTS.keys() <= {each.path for each in ALL_LISTS}
