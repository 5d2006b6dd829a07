"""`fields`, `expand`, `sort` and filters on the lists of all services: allow-lists, with few statements.

The lists and their filters come from the applications: a new one fails here until it has rows and a meaning.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from services.registry.public.changes import number_public_changes
from shared.db import Connection
from shared.events.append import correlation_id
from shared.ids import uuid7
from tests.notifications.happenings import ngo_applied
from tests.openapi.generate import document_of
from tests.recommendations.bodies import staff_body, tax_body
from tests.recommendations.conftest import NOW, STAFF, TAX, Recommendations
from tests.reporting.partners import START, Partner
from tests.servers import SERVICES, Servers
from tests.world import World

Json = dict[str, Any]

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

ASKED: Final = {"/v1/regions/search": "q=manggarai"}
"""Lists that show nothing without a question."""

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


@dataclass(frozen=True)
class List:
    """A route that answers with many rows."""

    service: str
    path: str

    @property
    def parameters(self) -> dict[str, Json]:
        operation = document_of_once(self.service)["paths"][self.path]["get"]
        return {each["name"]: each for each in operation["parameters"] if each.get("in") == "query"}

    @property
    def relations(self) -> list[str]:
        """As the document names them: `Also these relations, ...: organisation, obligation`."""
        text = self.parameters.get("expand", {}).get("description", "")
        return [name for name in text.rpartition(": ")[2].split(", ") if name]

    def __str__(self) -> str:
        return f"{self.service} {self.path}"


@cache
def document_of_once(service: str) -> Json:
    return document_of(service)


def lists_of(service: str) -> Iterator[List]:
    schemas = document_of_once(service)["components"]["schemas"]
    for path, verbs in document_of_once(service)["paths"].items():
        if path.startswith("/v1/") and "get" in verbs:
            content = verbs["get"]["responses"]["200"]["content"]
            if "application/json" not in content:
                continue
            schema = content["application/json"]["schema"]
            [named, *_] = schema.get("anyOf", [schema])
            if {"items", "events"} & schemas[named["$ref"].rpartition("/")[2]]["properties"].keys():
                yield List(service, path)


ALL_LISTS: Final = [each for service in SERVICES for each in lists_of(service)]
WITH_FIELDS: Final = [each for each in ALL_LISTS if each.path not in WITHOUT_FIELDS]


@pytest.mark.parametrize("listed", ALL_LISTS, ids=str)
def test_every_list_of_the_domain_has_cursor_and_chosen_fields_or_a_reason_why_not(listed: List) -> None:
    if listed.path not in WITHOUT_FIELDS:
        assert {"limit", "cursor", "fields"} <= listed.parameters.keys()
        assert listed.path in ORDERS[listed.service]


def test_no_table_of_this_file_outlives_its_route() -> None:
    there = {(each.service, each.path) for each in ALL_LISTS}
    paths = {path for _, path in there}

    assert {(service, path) for service, orders in ORDERS.items() for path in orders} <= there
    assert WITHOUT_FIELDS.keys() | OTHER_STATEMENTS.keys() | POSITIONS.keys() | WHOLE.keys() <= paths
    assert {(path, query.partition("=")[0]) for path, query in MEANT} <= {(f.path, name) for f, name in FILTERS}


# Rows


NGOS: Final = [UUID(int=number) for number in range(1, 10)]
"""Four that the public sees, three that applied, one that was rejected, and one more that the public sees."""


@dataclass(frozen=True)
class Shelf:
    """The four services with some rows in every list; `ids` are for the parameters of paths. Tests only read."""

    world: World
    ids: dict[str, Any]

    async def get(self, listed: List, query: str = "") -> httpx.Response:
        """Reads as somebody who may read all lists but one, and says why where that is needed."""
        who = self.world.read("fasker_officer", "fasker_head", sub="officer") | {"Singo-Reason": "a test of lists"}
        if listed.path == "/v1/organisations/{ngo_id}/invitations":
            who = self.world.read(sub="member-1")
        client = await self.world.api(listed.service)
        if listed.path in ASKED:
            query = f"{ASKED[listed.path]}&{query}"
        return await client.get(f"{listed.path.format_map(self.ids)}?{query}", headers=who)

    async def rows(self, listed: List, query: str = "") -> list[Json]:
        """All rows, page after page."""
        found: list[Json] = []
        cursor = ""
        while True:
            answer = await self.get(listed, f"{query}{cursor}")
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page.get("items", page.get("events"))
            if not page.get("next_cursor"):
                return found
            cursor = f"&cursor={page['next_cursor']}"


@pytest.fixture(scope="module")
async def shelf(servers: Servers, template: str, issuer_keys: Path) -> AsyncIterator[Shelf]:
    async with World.on_fresh_database(servers, template, issuer_keys) as world:
        ids = await subscriptions(world)
        await organisations(world)
        await activities(world)
        visit_id = await partners(world)
        await requests(world)
        await news(world)
        await world.run_job("registry", number_public_changes)
        for service in ("registry", "reporting", "recommendations"):
            await (await world.pool(service)).execute(
                """
                INSERT INTO personal_read (id, reader, role, own, owner_id, resource, fields, reason)
                SELECT gen_random_uuid(), 'x', 'fasker_officer', false, gen_random_uuid(), '/v1/x', '{name}', 'x'
                FROM generate_series(1, 4)
                """
            )
        pool = await world.pool("registry")
        partner_id = await pool.fetchval("SELECT id FROM local_partner LIMIT 1")
        agreement_id = await pool.fetchval("SELECT id FROM agreement WHERE number = 'MSP-1'")
        ids |= {"ngo_id": NGOS[0], "visit_id": visit_id, "partner_id": partner_id, "agreement_id": agreement_id}
        yield Shelf(world, ids)


async def organisations(world: World) -> None:
    """By SQL what would take long chains of calls: this is about reads."""
    pool = await world.pool("registry")
    await pool.executemany(
        """
        INSERT INTO organisation (id, status, name, acronym, aliases, legal_form, origin_country, home_city,
                                  office_address, email, sectors, started_in_indonesia_on, counterpart_unit, applicant,
                                  applied_at, verified_at)
        VALUES ($1, $2, $3, $4, $5, 'x', $6, 'x', 'x', 'x', $7, '2012-01-01', 'x', 'x', now(),
                CASE WHEN $2 NOT IN ('applied', 'rejected') THEN now() END)
        """,
        [
            (NGOS[0], "active", "Air Bersih", "AB", ["Tirta"], "NL", ["water_and_sanitation"]),
            (NGOS[1], "suspended", "Bumi Hijau", "BH", ["Tanah"], "DE", ["agriculture"]),
            (NGOS[2], "closed", "Cinta Anak", "CA", ["Kasih", "Sayang"], "NL", ["education"]),
            (NGOS[3], "active", "Desa Sehat", "DS", [], "US", ["health", "education"]),
            (NGOS[8], "active", "Energi Surya", "ES", [], "NL", ["health"]),
            *((ngo_id, "applied", f"Pemohon {ngo_id.int}", "P", [], "NL", ["health"]) for ngo_id in NGOS[4:7]),
            (NGOS[7], "rejected", "Tertolak", "T", [], "NL", ["health"]),
        ],
    )
    await pool.executemany(
        """
        INSERT INTO agreement (id, ngo_id, status, number, title, starts_on, ends_on, counterpart_unit, scope, regions,
                               amount, currency, signatory_functions, passed_to_ngo_id, signed_at, signed_by)
        VALUES (gen_random_uuid(), $1, $2, $3, 'x', $4, $5, 'x', '{}', $6, 1, 'EUR', '{}', $7, now(), 'x')
        """,
        [
            (NGOS[0], "signed", "MSP-1", date(2020, 1, 1), date(2022, 1, 1), ["53.06", "53.10"], None),
            (NGOS[0], "signed", "MSP-2", date(2022, 1, 2), date(2024, 1, 1), ["11.01"], None),
            (NGOS[1], "terminated", "MSP-3", date(2020, 1, 1), date(2022, 1, 1), ["72.10"], None),
            (NGOS[2], "passed_on", "MSP-4", date(2020, 1, 1), date(2022, 1, 1), ["72.10"], NGOS[3]),
        ],
    )
    await pool.executemany(
        """
        INSERT INTO local_partner (id, ngo_id, status, name, legal_form, registration_number, registration_valid_to,
                                   regions, programme, proposed_at, proposed_by)
        VALUES (gen_random_uuid(), $1, 'proposed', $2, 'x', $2, '2030-01-01', $3, 'x', now(), 'x')
        """,
        [(NGOS[n % 2], f"Mitra {n}", [region]) for n, region in enumerate(("53.06", "53.10", "72.10", "11.01"))],
    )
    await pool.execute(
        """
        UPDATE local_partner SET status = 'approved', decided_at = now(), decided_by = 'x',
                                 decided_by_role = 'fasker_officer' WHERE name = 'Mitra 0'
        """
    )
    await pool.execute(
        """
        INSERT INTO local_partner_opinion (id, partner_id, body, stance, text, given_on, recorded_at, recorded_by,
                                           recorded_by_role)
        SELECT gen_random_uuid(), p.id, b.code, 'in_favour', 'x', '2020-01-01', now(), 'x', 'fasker_officer'
        FROM local_partner p CROSS JOIN clearance_body b
        """
    )
    await pool.executemany(
        """
        INSERT INTO licence (id, ngo_id, kind, status, number, issuer, issued_on, valid_from, valid_to, recorded_at,
                             recorded_by)
        VALUES (gen_random_uuid(), $1, $2, $3, 'x', 'x', '2020-01-01', '2020-01-01', '2023-01-01', now(), 'x')
        """,
        [
            (NGOS[0], "IZIN_PRINSIP", "VALID"),
            (NGOS[0], "IZIN_OPERASIONAL", "EXPIRING"),
            (NGOS[0], "SKT_MITRA", "EXPIRED"),
        ],
    )
    await papers(pool)
    await activities_and_measures(pool)
    await pool.execute(
        """
        INSERT INTO evidence_file (id, ngo_id, status, kind, name, media_type, size_bytes, sha256, started_at,
                                   started_by, started_by_role, expires_at, ended_at)
        SELECT gen_random_uuid(), $1, CASE n % 2 WHEN 0 THEN 'stored' ELSE 'uploading' END,
               CASE WHEN n < 3 THEN 'msp' ELSE 'ap' END, 'Berkas ' || n, 'application/pdf', n, repeat(n::text, 64),
               now() + make_interval(mins => n), 'x', 'ngo_admin', now() + interval '1 day',
               CASE n % 2 WHEN 0 THEN now() END
        FROM generate_series(1, 4) n
        """,
        NGOS[0],
    )
    await pool.execute(
        """
        INSERT INTO profile_step (id, ngo_id, version, field, act, actor_subject, actor_role, actor_unit, at)
        SELECT gen_random_uuid(), $1, n, 'name', 'confirm', 'x', 'fasker_officer', 'x', now()
        FROM generate_series(1, 4) n
        """,
        NGOS[0],
    )
    await pool.execute(
        "INSERT INTO membership SELECT 'member-' || n, $1, 'ngo_admin', now() FROM generate_series(1, 6) n", NGOS[0]
    )
    await pool.execute(
        """
        INSERT INTO invitation (id, ngo_id, subject, role, status, invited_at, invited_by, expires_at)
        SELECT gen_random_uuid(), id, subject, 'ngo_staff', 'open', now(), 'member-1', now() + interval '14 days'
        FROM organisation CROSS JOIN unnest(ARRAY['officer', 'invited-1', 'invited-2']) AS subject
        WHERE status = 'active'
        """
    )


async def papers(pool: Any) -> None:
    """Of the first agreement: its programme directions, the versions of its plan; and its owner's track abroad."""
    agreement = await pool.fetchval("SELECT id FROM agreement WHERE number = 'MSP-1'")
    await pool.execute(
        """
        INSERT INTO foreign_ministry_step (id, ngo_id, step, reached_on, recorded_at, recorded_by, recorded_by_role)
        SELECT gen_random_uuid(), $1, 'x', '2020-01-01', now(), 'x', 'fasker_officer' FROM generate_series(1, 4)
        """,
        NGOS[0],
    )
    await pool.execute(
        """
        INSERT INTO programme_direction (id, agreement_id, number, title, starts_on, ends_on, document_sha256,
                                         recorded_at, recorded_by, recorded_by_role)
        SELECT gen_random_uuid(), $1, 'AP-' || n, 'x', '2020-01-01', '2021-01-01', 'x', now(), 'x', 'fasker_officer'
        FROM generate_series(1, 4) n
        """,
        agreement,
    )
    await pool.execute(
        """
        WITH plan AS (
            SELECT p.id FROM master_plan p WHERE p.agreement_id = $1
        ), made AS (
            INSERT INTO master_plan (id, agreement_id, approved_at, approved_by, approved_by_role)
            SELECT gen_random_uuid(), $1, now(), 'x', 'fasker_officer' WHERE NOT EXISTS (SELECT FROM plan)
            RETURNING id
        )
        INSERT INTO master_plan_version (id, master_plan_id, version, activities, reason, approved_at, approved_by,
                                         approved_by_role)
        SELECT gen_random_uuid(), id, n, '[]', CASE WHEN n > 1 THEN 'x' END, now(), 'x', 'fasker_officer'
        FROM (TABLE plan UNION ALL TABLE made) AS one CROSS JOIN generate_series(1, 4) n
        """,
        agreement,
    )


async def activities_and_measures(pool: Any) -> None:
    await pool.executemany(
        """
        INSERT INTO regional_activity (id, ngo_id, status, kind, agreement_id, licence_id, local_partner_ids, title,
                                       activities, regions, starts_on, ends_on, notified_at, notified_by,
                                       withdrawal_reason)
        SELECT gen_random_uuid(), $1, $2, $3, a.id, l.id, '{}', 'x', '{x}', ARRAY[$4], '2020-06-01', '2020-12-31',
               now(), 'x', CASE $2 WHEN 'withdrawn' THEN 'x' END
        FROM (SELECT id FROM agreement LIMIT 1) a, (SELECT id FROM licence LIMIT 1) l
        """,
        [
            (NGOS[0], "notified", "new", "53.06"),
            (NGOS[1], "notified", "continued_after_extension", "53.10"),
            (NGOS[1], "withdrawn", "new", "72.10"),
        ],
    )
    await pool.executemany(
        """
        INSERT INTO measure (id, ngo_id, origin, kind, effect, decided_on, starts_on, reason, legal_basis,
                             document_sha256, recorded_at, recorded_by, recorded_by_role)
        VALUES (gen_random_uuid(), $1, 'own', $2, $3, '2020-01-01', '2020-01-01', 'x', 'x', repeat('0', 64), now(), 'x',
                'fasker_head')
        """,
        [
            *((NGOS[0], "written_warning", "none") for _ in range(3)),
            *((ngo_id, "activity_suspension", "suspends") for ngo_id in NGOS[:3]),
        ],
    )


async def activities(world: World) -> None:
    """Of two organisations whose agreements last, one of them alone in a regency, and in one together."""
    pool = await world.pool("registry")
    for number, ngo_id, regions, sector, priority in (
        (5, NGOS[8], ["64.01", "64.02"], "energy", "PN5-2020"),
        (6, NGOS[3], ["64.02", "64.03"], "energy", "PN3-2025"),
        (7, NGOS[3], ["64.03"], "health", "PN3-2025"),
    ):
        await pool.execute(
            """
            WITH msp AS (
                INSERT INTO agreement (id, ngo_id, number, title, starts_on, ends_on, counterpart_unit, scope, regions,
                                       amount, currency, signatory_functions, signed_at, signed_by)
                VALUES (gen_random_uuid(), $1, $2, 'x', '2023-01-01', '2199-12-31', 'x', '{}', $3, 1, 'EUR', '{}',
                        now(), 'x')
                RETURNING id
            ), plan AS (
                INSERT INTO master_plan (id, agreement_id, approved_at, approved_by, approved_by_role)
                SELECT gen_random_uuid(), id, now(), 'x', 'fasker_officer' FROM msp RETURNING id
            )
            INSERT INTO master_plan_activity (id, master_plan_id, position, title, detail, sector, priority, sdgs,
                                              regions, from_year, to_year, budget, currency, outcome_indicator)
            SELECT gen_random_uuid(), id, 1, 'x', 'x', $4, $5, '{7}', $3, 2023, 2199, 1, 'EUR', 'x' FROM plan
            """,
            ngo_id,
            f"MSP-{number}",
            regions,
            sector,
            priority,
        )


async def partners(world: World) -> UUID:
    """Of three organisations, what is due and what was handed in; a visit with guests."""
    await world.set_clock("reporting", START)
    for number, ngo_id in enumerate(NGOS[:3]):
        await world.publish("registry", *replace(Partner(f"staff-{number}"), ngo_id=ngo_id).history())
    await world.deliver("registry", "reporting")
    pool = await world.pool("reporting")
    await pool.execute(
        "UPDATE obligation SET status = 'waived', waiver_reason = 'x' WHERE ngo_id = $1 AND kind = 'annual_report'",
        NGOS[0],
    )
    await pool.execute(
        """
        INSERT INTO report (id, ngo_id, obligation_id, agreement_id, kind, period, content, regions, status,
                            submitted_version, submitted_at, submitted_by, days_late)
        SELECT gen_random_uuid(), ngo_id, id, agreement_id, kind, period, '{}', regions,
               CASE kind WHEN 'annual_report' THEN 'accepted' ELSE 'submitted' END, 1, now(), 'x', 0
        FROM obligation WHERE kind <> 'work_plan'
        """
    )
    await pool.execute(
        """
        INSERT INTO work_plan (id, ngo_id, agreement_id, year, content, regions, status, submitted_version,
                               submitted_at, submitted_by)
        SELECT gen_random_uuid(), ngo_id, id, year, '{"title": "x"}', regions,
               CASE year WHEN 2020 THEN 'approved' ELSE 'submitted' END, 1, now(), 'x'
        FROM agreement CROSS JOIN generate_series(2020, 2021) AS year
        """
    )
    await pool.executemany(
        """
        INSERT INTO story (id, ngo_id, title, category, summary, body, regions, sdg, consent_given, status,
                           submitted_by, published_at)
        VALUES (gen_random_uuid(), $1, 'x', $2, 'x', 'x', $3, '{6}', true, $4, 'x', now())
        """,
        [
            (NGOS[0], "success_story", ["53.06"], "published"),
            (NGOS[1], "news", ["72.10"], "published"),
            (NGOS[1], "news", ["53.10"], "published"),
            (NGOS[1], "news", ["53.10"], "submitted"),
        ],
    )
    for ngo_id, region, status in zip(
        NGOS[:3], ("53.06", "53.10", "72.10"), ("announced", "announced", "rejected"), strict=True
    ):
        visit_id: UUID = await pool.fetchval(
            """
            INSERT INTO visit (id, ngo_id, purpose, starts_on, ends_on, late, guests, nationalities, regions, stops,
                               status)
            VALUES (gen_random_uuid(), $1, 'x', '2020-03-01', '2020-03-02', false, 6, '{NL}', ARRAY[$2], '[]', $3)
            RETURNING id
            """,
            ngo_id,
            region,
            status,
        )
    await pool.execute(
        "INSERT INTO guest SELECT $1, n, 'Guest ' || n, 'NL', 'DEMO' || n, NULL FROM generate_series(1, 6) n", visit_id
    )
    return visit_id


async def requests(world: World) -> None:
    """Of three organisations, a member of foreign staff in post or expected, one more asked for, and goods."""
    await world.set_clock("recommendations", NOW)
    service = Recommendations(world, await world.api("recommendations"))
    for number in range(1, 4):
        ngo = await service.register_ngo(f"NGO {number}", member=f"member-{number}")
        await service.issued(STAFF, ngo, staff_body(ngo, number))
        await service.submitted(STAFF, ngo, staff_body(ngo, number + 3))
        await service.submitted(TAX, ngo, tax_body(ngo))
    await service.in_review(TAX, ngo, tax_body(ngo))
    pool = await world.pool("recommendations")
    await pool.execute("UPDATE posting SET status = 'in_post', arrived_on = starts_on WHERE ngo_id = $1", ngo.id)


async def subscriptions(world: World) -> dict[str, Any]:
    client = await world.api("notifications")
    for name in ("one", "two", "three"):
        made = await client.post(
            "/v1/subscriptions",
            json={"name": name, "types": ["*"]},
            headers=world.write("fasker_officer", sub="officer"),
        )
        assert made.status_code == 201, made.text
    paused = await client.post(
        f"/v1/subscriptions/{made.json()['id']}/pause",
        json={"reason": "for a while"},
        headers=world.write("fasker_officer", sub="officer", match=1),
    )
    assert paused.status_code == 200, paused.text
    active = await client.get("/v1/subscriptions?status=active", headers=world.read("fasker_officer", sub="officer"))
    return {"subscription_id": active.json()["items"][0]["id"]}


async def news(world: World) -> None:
    """Of all that has happened by now: messages to officers, of which one is marked as read, and a feed."""
    applied = [ngo_applied(ngo_id) for ngo_id in (uuid7(), uuid7(), uuid7(), uuid7())]
    await world.publish("registry", *applied)
    await world.deliver("registry", "notifications")
    client = await world.api("notifications")
    inbox = await client.get("/v1/inbox", headers=world.read("fasker_officer", sub="officer"))
    address = f"/v1/inbox/{inbox.json()['items'][0]['id']}/read"
    read = await client.post(address, headers=world.write("fasker_officer", sub="officer"))
    assert read.status_code == 200, read.text


# Fields, orders and relations

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


# Statements

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


# Filters

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
