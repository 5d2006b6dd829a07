"""Each filter on the lists of all services keeps the rows that it names, and no others.

The filters come from the applications: a new one fails here until it has rows and a meaning.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.shared.lists import ALL_LISTS, Json, List
from tests.shared.registry_rows import NGOS
from tests.shared.shelf import Shelf

NO_FILTERS: Final = {"limit", "cursor", "sort", "fields", "expand"}
"""Which page, in which order, and how much of it."""

POSITIONS: Final = {
    "/v1/subscriptions/{subscription_id}/events": {"after", "since", "wait"},
    "/v1/regions": {"on"},
    "/v1/regions/search": {"q", "level", "within", "on"},
    "/v1/register": {"as_of"},
    "/v1/local-partners": {"on"},
    "/v1/regional-activities": {"on"},
    "/v1/register/changes": {"after"},
    "/v1/register/downloads/json": {"as_of"},
    "/v1/coverage": {"year"},
    "/v1/coverage/gaps": {"year"},
    "/v1/coverage/sectors": {"year", "region"},
}
"""From where a feed is read, and how long it waits: see tests/notifications/deliveries. Of which day a list is, what is
searched and summed up: other rows than without it, not fewer; see tests/registry/regions, public, coverage and
organisations/test_passing_on."""

FILTERS: Final = [
    (each, name)
    for each in ALL_LISTS
    for name in sorted(each.parameters.keys() - NO_FILTERS - POSITIONS.get(each.path, set()))
]

Keeps = Callable[[Json], bool]


def lies_in(area: str) -> Keeps:
    return lambda row: any(code == area or code.startswith(f"{area}.") for code in row["regions"])


def is_named(*names: str) -> Keeps:
    return lambda row: row["name"] in names


MEANT: Final[dict[tuple[str, str], Keeps]] = {
    ("/v1/organisations", "q=air%20b"): is_named("Air Bersih"),
    ("/v1/organisations", "q=bh"): is_named("Bumi Hijau"),
    ("/v1/organisations", "q=sayang"): is_named("Cinta Anak"),
    ("/v1/organisations", "region=53"): is_named("Air Bersih"),
    ("/v1/organisations", "region=72.10"): is_named("Bumi Hijau", "Cinta Anak"),
    ("/v1/organisations", "sector=education"): is_named("Cinta Anak", "Desa Sehat"),
    ("/v1/agreements", f"ngo_id={NGOS[0]}"): lambda row: row["ngo_id"] == str(NGOS[0]),
    ("/v1/agreements", f"ngo_id={NGOS[3]}"): lambda row: str(NGOS[3]) in (row["ngo_id"], row["passed_to_ngo_id"]),
    ("/v1/agreements", "region=53.06"): lies_in("53.06"),
    ("/v1/agreements", "region=72"): lies_in("72"),
    ("/v1/register", "q=tirta"): is_named("Air Bersih"),
    ("/v1/register", "q=bumi%20ijau"): is_named("Bumi Hijau"),
    ("/v1/register", "region=53"): is_named("Air Bersih"),
    ("/v1/register", "region=72.10"): is_named("Bumi Hijau", "Cinta Anak"),
    ("/v1/register", "on=2022-01-02"): is_named("Air Bersih"),
    ("/v1/register", "sector=education"): is_named("Cinta Anak", "Desa Sehat"),
    ("/v1/register", "sector=energy"): is_named("Desa Sehat", "Energi Surya"),
    ("/v1/register", "country=DE"): is_named("Bumi Hijau"),
    ("/v1/register", "priority=PN3-2025"): is_named("Desa Sehat"),
    ("/v1/coverage", "organisations_min=2"): lambda row: row["organisation_count"] > 1,
    ("/v1/coverage", "region=64.03"): lambda row: row["region"] == "64.03",
    ("/v1/coverage/gaps", "region=64.03"): lambda row: row["region"] == "64.03",
    ("/v1/coverage/gaps", "sector=health&region=64"): lambda row: row["sector"] == "health",
    ("/v1/agreements", "on=2022-01-01"): lambda row: row["number"] in ("MSP-1", "MSP-4"),
    ("/v1/agreements", "on=2022-01-02"): lambda row: row["number"] == "MSP-2",
    ("/v1/local-partners", "region=53.06"): lies_in("53.06"),
    ("/v1/local-partners", "region=53"): lies_in("53"),
    ("/v1/licences", "expires_before=2024-01-01"): lambda row: (
        row["valid_to"] < "2024-01-01" and row["status"] in ("VALID", "EXPIRING")
    ),
    ("/v1/regional-activities", "region=53.06"): lies_in("53.06"),
    ("/v1/regional-activities", "region=53"): lies_in("53"),
    ("/v1/regions", "level=1"): lambda row: row["parent"] is None,
    ("/v1/regions", "level=2"): lambda row: row["parent"] is not None,
    ("/v1/regions", "parent=53"): lambda row: row["parent"] == "53",
    ("/v1/regions", "q=FLORES"): lambda row: "flores" in row["name"].lower(),
    ("/v1/frameworks", "on=2021-06-01"): lambda row: row["valid_from"] <= "2021-06-01" <= row["valid_to"],
    ("/v1/priorities", "on=2021-06-01"): lambda row: row["valid_from"] <= "2021-06-01" <= row["valid_to"],
    ("/v1/obligations", "due_from=2021-01-31"): lambda row: row["due_on"] >= "2021-01-31",
    ("/v1/obligations", "due_to=2021-01-31"): lambda row: row["due_on"] <= "2021-01-31",
    ("/v1/visits", "region=53.06"): lies_in("53.06"),
    ("/v1/visits", "region=53"): lies_in("53"),
    ("/v1/stories", "region=72.10"): lies_in("72.10"),
    ("/v1/stories", "region=53"): lies_in("53"),
    ("/v1/inbox", "unread=true"): lambda row: row["read_at"] is None,
}
"""(list, query) -> which rows it keeps. Not named here: a filter that is a field of the rows keeps what equals it."""

WHOLE: Final = {
    "/v1/applications": ("status=applied", "status=rejected"),
    "/v1/coverage/gaps": ("region=64",),  # 7,700 rows of the whole country say no more
}
"""Lists that show a part only, when no filter is given, and the queries that show all, or enough."""

VALUES_TRIED_MAX: Final = 4


@pytest.mark.parametrize(("listed", "name"), FILTERS, ids=str)
async def test_a_filter_keeps_what_it_names_and_nothing_else(shelf: Shelf, listed: List, name: str) -> None:
    parts = WHOLE.get(listed.path, ("",))
    whole = [row for query in parts for row in await shelf.rows(listed, query)]
    meant = {
        query: keeps for (path, query), keeps in MEANT.items() if (path, query.split("=")[0]) == (listed.path, name)
    }
    if not meant:
        assert all(name in row for row in whole), f"say in MEANT what `{name}` of {listed} keeps"
        values = sorted({row[name] for row in whole})[:VALUES_TRIED_MAX]
        meant = {f"{name}={value}": equals(name, value) for value in values}

    for query, keeps in meant.items():
        kept = await shelf.rows(listed, query)

        assert 0 < len(kept) < len(whole), query
        assert by_content(kept) == by_content(filter(keeps, whole)), query


def equals(name: str, value: Any) -> Keeps:
    return lambda row: bool(row[name] == value)


def by_content(rows: Any) -> list[str]:
    return sorted(map(repr, rows))


def test_no_meaning_outlives_its_filter() -> None:
    paths = {each.path for each in ALL_LISTS}

    assert POSITIONS.keys() | WHOLE.keys() <= paths
    assert {(path, query.partition("=")[0]) for path, query in MEANT} <= {(f.path, name) for f, name in FILTERS}
