"""`fields`, `expand` and `sort` on the lists of all services: allow-lists, with a bounded number of statements."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from shared.db import Connection
from shared.events.append import correlation_id
from tests.openapi.generate import app_of
from tests.recommendations.bodies import tax_body
from tests.recommendations.conftest import NOW, TAX, Recommendations
from tests.reporting.partners import START, Partner
from tests.servers import SERVICES
from tests.world import World

LISTS: Final = {
    "registry": {
        "/v1/organisations": "name,-started_in_indonesia_on",
        "/v1/applications": "applied_at,name",
        "/v1/agreements": "ends_on,-amount,number,starts_on",
        "/v1/local-partners": "name,registration_valid_to",
        "/v1/organisations/{ngo_id}/licences": "valid_to,issued_on",
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


def parameters_of(service: str) -> dict[str, dict[str, Any]]:
    paths = app_of(service).openapi()["paths"]
    return {
        path: {each["name"]: each for each in verbs["get"].get("parameters", []) if "name" in each}
        for path, verbs in paths.items()
        if "get" in verbs
    }


@pytest.mark.parametrize("service", SERVICES)
def test_every_list_of_the_domain_has_cursor_and_chosen_fields_or_a_reason_why_not(service: str) -> None:
    small = {
        "/v1/regions": "has a cursor by code; rows of eleven short fields",
        "/v1/priorities": "a fixed short list",
        "/v1/sdgs": "17 rows",
        "/v1/sectors": "a fixed short list",
        "/v1/organisations/{ngo_id}/members": "100 at most, three fields",
        "/v1/visits/{visit_id}/guests": "personal data: each read is logged as a whole",
        "/v1/personal-data-reads": "has a cursor; a log that is read as it stands",
        "/v1/event-types": "a fixed short list",
    }
    for path, verbs in app_of(service).openapi()["paths"].items():
        if not path.startswith("/v1/") or "get" not in verbs:
            continue
        schema = verbs["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        if "Page" in str(schema) and path not in small:
            names = {parameter.get("name") for parameter in verbs["get"]["parameters"]}
            assert {"limit", "cursor", "fields"} <= names or path.endswith("/events"), path
            assert path in LISTS[service] or "reads" in path, f"{path} stands in no table of this test"


@pytest.fixture
async def caller(world: World) -> Callable[[str, str], Awaitable[httpx.Response]]:
    """Reads as somebody who may read all lists."""
    roles = ("fasker_officer", "fasker_head")

    async def get(service: str, path: str) -> httpx.Response:
        return await (await world.api(service)).get(path, headers=world.read(*roles, sub="officer"))

    return get


Get = Callable[[str, str], Awaitable[httpx.Response]]


async def filled(world: World) -> UUID:
    """Some rows in the lists of reporting and recommendations, of several organisations; the last one's id."""
    await world.set_clock("reporting", START)
    await world.set_clock("recommendations", NOW)
    service = Recommendations(world, await world.api("recommendations"))
    ngo_id = UUID(int=0)
    for number in range(4):
        partner = Partner(f"staff-{number}")
        await world.publish("registry", *partner.history())
        ngo = await service.register_ngo(f"NGO {number}", member=f"member-{number}")
        await service.submitted(TAX, ngo, tax_body(ngo))
        ngo_id = partner.ngo_id
    await world.deliver("registry", "reporting")
    return ngo_id


SORT_REFUSED: Final = (("sort=colour", "sort", "id"), ("sort=id%20ASC;--", "sort", "id"))
EXPAND_REFUSED: Final = (
    ("expand=colour", "expand", "colour"),
    ("expand=organisation.agreements", "expand", "agreements"),
)


@pytest.mark.parametrize("service", SERVICES)
async def test_fields_and_sort_and_expand_are_allow_lists_on_every_list(
    world: World, caller: Get, service: str
) -> None:
    documented = parameters_of(service)
    for path, orders in LISTS[service].items():
        here = path.replace("{ngo_id}", str(await an_organisation(world)))
        for order in filter(None, orders.split(",")):
            answer = await caller(service, f"{here}?sort={order}")
            assert answer.status_code == 200, (path, answer.text)
        chosen = await caller(service, f"{here}?fields=id")
        assert all(item.keys() == {"id"} for item in chosen.json()["items"])
        for query, parameter, named in (
            ("fields=id,colour", "fields", "colour"),
            ("fields=id;DROP", "fields", "…"),
            ("fields=", "fields", "…"),
            (f"fields={','.join(['id'] * 51)}", "fields", "50"),
            *(
                [("sort=colour", "sort", "id"), ("sort=id%20ASC;--", "sort", "id")]
                if "sort" in documented[path]
                else []
            ),
            *(EXPAND_REFUSED if "expand" in documented[path] else ()),
        ):
            refused = await caller(service, f"{here}?{query}")
            assert refused.status_code == 422, (path, query, refused.text)
            [error] = refused.json()["errors"]
            assert error["pointer"] == f"query:{parameter}"
            assert named in error["detail"]


async def an_organisation(world: World) -> UUID:
    pool = await world.pool("registry")
    found: UUID | None = await pool.fetchval("SELECT id FROM organisation LIMIT 1")
    if found:
        return found
    made: UUID = await pool.fetchval(
        """
        INSERT INTO organisation (id, status, name, acronym, aliases, legal_form, origin_country, home_city,
                                  office_address, email, sectors, started_in_indonesia_on, counterpart_unit, applicant,
                                  applied_at, verified_at)
        VALUES (gen_random_uuid(), 'active', 'N', 'N', '{}', 'x', 'NL', 'x', 'x', 'x', '{}', '2012-01-01', 'x', 'x',
                now(), now())
        RETURNING id
        """
    )
    return made


HOUSEKEEPING: Final = ("pg_catalog", "set_config('jit'", "take_calls")
"""Of a new connection, on which asyncpg looks types up, and of a caller's budget, taken anew at each minute's turn."""


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """Request id -> the statements that were sent for its sake; relays and readers of this process send others."""
    statements: dict[str, list[str]] = defaultdict(list)
    fetch = Connection._execute

    async def noting(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        if not any(words in query for words in HOUSEKEEPING):
            statements[correlation_id.get()].append(query)
        return await fetch(self, query, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "_execute", noting)
        yield statements


STATEMENTS_MAX: Final = 2
"""The page itself, and who is calling."""


@pytest.mark.parametrize(
    ("service", "path", "relations"),
    [
        ("registry", "/v1/agreements", "organisation"),
        ("registry", "/v1/local-partners", "organisation"),
        ("reporting", "/v1/obligations", "organisation"),
        ("reporting", "/v1/reports", "organisation,obligation"),
        ("reporting", "/v1/work-plans", "organisation"),
        ("reporting", "/v1/visits", "organisation"),
        ("recommendations", "/v1/tax-relief-requests", "agreement"),
    ],
)
async def test_a_page_costs_a_few_statements_and_one_for_each_relation_however_many_rows(
    world: World, caller: Get, monkeypatch: pytest.MonkeyPatch, service: str, path: str, relations: str
) -> None:
    await filled(world)
    await two_of_each(world)
    names = relations.split(",")

    counts = {}
    for limit in (2, 50):
        for expand in ("", f"&expand={relations}"):
            with counted(monkeypatch) as sent:
                answer = await caller(service, f"{path}?limit={limit}{expand}")
            assert answer.status_code == 200, answer.text
            items = answer.json()["items"]
            assert len(items) >= 2
            assert all((name in item) is bool(expand) for item in items for name in names)
            assert all(item[name]["id"] for item in items for name in names if expand)
            counts[limit, bool(expand)] = len(sent[answer.headers["x-request-id"]])

    assert counts[2, False] <= STATEMENTS_MAX
    assert counts[50, False] == counts[2, False]
    assert counts[2, True] == counts[50, True] == counts[2, False] + len(names)


async def two_of_each(world: World) -> None:
    """By SQL what would take long chains of calls: this is about reads."""
    ngo_id = await an_organisation(world)
    registry = await world.pool("registry")
    reporting = await world.pool("reporting")
    for number in range(3):
        await registry.execute(
            """
            INSERT INTO agreement (id, ngo_id, number, title, starts_on, ends_on, counterpart_unit, scope, regions,
                                   amount, currency, signatory_functions, signed_at, signed_by)
            VALUES (gen_random_uuid(), $1, $2, 'x', '2020-01-01', '2022-01-01', 'x', '{}', '{53.06}', 1, 'EUR', '{}',
                    now(), 'x')
            """,
            ngo_id,
            f"number {number}",
        )
        await registry.execute(
            """
            INSERT INTO local_partner (id, ngo_id, status, name, legal_form, registration_number,
                                       registration_valid_to, regions, programme, proposed_at, proposed_by)
            VALUES (gen_random_uuid(), $1, 'proposed', 'x', 'x', $2, '2030-01-01', '{53.06}', 'x', now(), 'x')
            """,
            ngo_id,
            f"number {number}",
        )
    await reporting.execute(
        """
        INSERT INTO report (id, ngo_id, obligation_id, agreement_id, kind, period, content, regions, status,
                            submitted_version, submitted_at, submitted_by, days_late)
        SELECT gen_random_uuid(), ngo_id, id, agreement_id, kind, period, '{}', regions, 'submitted', 1, now(), 'x', 0
        FROM obligation WHERE kind <> 'work_plan'
        """
    )
    await reporting.execute(
        """
        INSERT INTO work_plan (id, ngo_id, agreement_id, year, content, regions, status, submitted_version,
                               submitted_at, submitted_by)
        SELECT gen_random_uuid(), ngo_id, id, 2020, '{"title": "x"}', regions, 'submitted', 1, now(), 'x'
        FROM agreement
        """
    )
    await reporting.execute(
        """
        INSERT INTO visit (id, ngo_id, purpose, starts_on, ends_on, late, guests, nationalities, regions, stops)
        SELECT gen_random_uuid(), id, 'x', '2020-03-01', '2020-03-02', false, 1, '{NL}', '{53.06}', '[]' FROM ngo
        """
    )


@pytest.mark.parametrize(
    ("service", "path", "keeps", "drops"),
    [
        ("registry", "/v1/agreements", "status=signed", "status=terminated"),
        ("registry", "/v1/organisations", "origin_country=NL", "origin_country=DE"),
        ("registry", "/v1/organisations", "status=active", "status=closed"),
        ("registry", "/v1/local-partners", "region=53", "region=53.07"),
        ("reporting", "/v1/obligations", "due_from=2019-01-01", "due_to=2019-01-01"),
        ("reporting", "/v1/visits", "region=53.06", "region=11"),
        ("reporting", "/v1/reports", "period=2020-S1", "period=2019-S1"),
        ("reporting", "/v1/work-plans", "year=2020", f"ngo_id={UUID(int=1)}"),
        ("recommendations", "/v1/tax-relief-requests", "status=submitted", f"ngo_id={UUID(int=1)}"),
    ],
)
async def test_a_filter_keeps_what_it_names_and_nothing_else(
    world: World, caller: Get, service: str, path: str, keeps: str, drops: str
) -> None:
    await filled(world)
    await two_of_each(world)

    kept = (await caller(service, f"{path}?{keeps}")).json()["items"]
    dropped = (await caller(service, f"{path}?{drops}")).json()["items"]

    assert (len(kept) > 0, dropped) == (True, [])
