"""`fields`, `expand` and `sort` on the lists of all services are allow-lists.

The lists come from the applications: a new one fails here until it has rows, and orders or a reason why it has none.
"""

from typing import Final

import pytest

from tests.shared.lists import ALL_LISTS, List
from tests.shared.shelf import Shelf

ORDERS: Final = {
    "registry": {
        "/v1/organisations": "name,-started_in_indonesia_on",
        "/v1/applications": "applied_at,name",
        "/v1/agreements": "ends_on,-amount,number,starts_on",
        "/v1/local-partners": "name,registration_valid_to",
        "/v1/local-partners/{partner_id}/opinions": "given_on",
        "/v1/regional-activities": "starts_on,title",
        "/v1/measures": "starts_on",
        "/v1/organisations/{ngo_id}/measures": "starts_on,decided_on",
        "/v1/organisations/{ngo_id}/licences": "valid_to,issued_on",
        "/v1/licences": "valid_to,issued_on",
        "/v1/organisations/{ngo_id}/foreign-ministry-steps": "reached_on",
        "/v1/agreements/{agreement_id}/programme-directions": "starts_on",
        "/v1/agreements/{agreement_id}/master-plan/versions": "version",
        "/v1/organisations/{ngo_id}/files": "name,started_at",
        "/v1/register": "name,-started_in_indonesia_on,-relevance",
    },
    "reporting": {
        "/v1/obligations": "due_on,-first_due_on",
        "/v1/work-plans": "year",
        "/v1/reports": "period",
        "/v1/visits": "starts_on",
        "/v1/stories": "published_at",
        "/v1/stories/written": "",
    },
    "recommendations": {
        "/v1/foreign-staff-requests": "starts_on",
        "/v1/tax-relief-requests": "starts_on",
        "/v1/foreign-staff": "starts_on,-ends_on",
    },
    "notifications": {"/v1/inbox": "occurred_at", "/v1/subscriptions": "name"},
}
"""Every list with chosen fields, and the orders that it allows beside `-id`."""

WITHOUT_FIELDS: Final = {
    "/v1/regions": "has a cursor by code; rows of thirteen short fields",
    "/v1/regions/search": "has a cursor by likeness; rows of ten short fields",
    "/v1/frameworks": "a fixed short list",
    "/v1/priorities": "a fixed short list",
    "/v1/sdgs": "17 rows",
    "/v1/sectors": "a fixed short list",
    "/v1/clearance-bodies": "a fixed short list",
    "/v1/licence-lead-times": "a fixed short list",
    "/v1/foreign-ministry-steps": "a fixed short list",
    "/v1/measure-kinds": "a fixed short list",
    "/v1/organisations/{ngo_id}/members": "100 at most, three fields",
    "/v1/register/changes": "a feed by number; six short fields",
    "/v1/register/downloads/json": "a file: the whole register",
    "/v1/coverage": "has a cursor by region and sector; seven short fields",
    "/v1/coverage/gaps": "has a cursor by region and sector; four short fields",
    "/v1/coverage/sectors": "a row for each sector",
    "/v1/organisations/{ngo_id}/invitations": "short rows; personal data: each read is logged as a whole",
    "/v1/organisations/{ngo_id}/profile/steps": "a log that is read as it stands",
    "/v1/invitations": "short rows, few of them one's own",
    "/v1/visits/{visit_id}/guests": "personal data: each read is logged as a whole",
    "/v1/personal-data-reads": "has a cursor; a log that is read as it stands",
    "/v1/event-types": "a fixed short list",
    "/v1/subscriptions/{subscription_id}/events": "CloudEvents as they were published, by number",
}
"""Lists without chosen fields, and why."""

WITH_FIELDS: Final = [each for each in ALL_LISTS if each.path not in WITHOUT_FIELDS]


@pytest.mark.parametrize("listed", ALL_LISTS, ids=str)
def test_every_list_of_the_domain_has_cursor_and_chosen_fields_or_a_reason_why_not(listed: List) -> None:
    if listed.path not in WITHOUT_FIELDS:
        assert {"limit", "cursor", "fields"} <= listed.parameters.keys()
        assert listed.path in ORDERS[listed.service]


def test_no_table_of_this_file_outlives_its_route() -> None:
    there = {(each.service, each.path) for each in ALL_LISTS}

    assert {(service, path) for service, orders in ORDERS.items() for path in orders} <= there
    assert WITHOUT_FIELDS.keys() <= {path for _, path in there}


SORT_REFUSED: Final = (("sort=colour", "sort", "id"), ("sort=id%20ASC;--", "sort", "id"))
EXPAND_REFUSED: Final = (
    ("expand=colour", "expand", "colour"),
    ("expand=organisation.agreements", "expand", "here; "),
)


@pytest.mark.parametrize("listed", WITH_FIELDS, ids=str)
async def test_fields_and_sort_and_expand_are_allow_lists_on_every_list(shelf: Shelf, listed: List) -> None:
    for order in filter(None, ORDERS[listed.service][listed.path].split(",")):
        answer = await shelf.get(listed, f"sort={order}")
        assert answer.status_code == 200, (order, answer.text)
    chosen = await shelf.rows(listed, "fields=id")
    assert [row.keys() for row in chosen] == [{"id"}] * len(chosen)
    assert chosen
    for query, parameter, named in (
        ("fields=id,colour", "fields", "colour"),
        ("fields=id;DROP", "fields", "…"),
        ("fields=", "fields", "…"),
        (f"fields={','.join(['id'] * 51)}", "fields", "50"),
        *(SORT_REFUSED if "sort" in listed.parameters else ()),
        *(EXPAND_REFUSED if "expand" in listed.parameters else ()),
    ):
        refused = await shelf.get(listed, query)
        assert refused.status_code == 422, (query, refused.text)
        [error] = refused.json()["errors"]
        assert error["pointer"] == f"query:{parameter}"
        assert named in error["detail"]
