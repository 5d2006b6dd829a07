"""The four services with some rows in every list, for tests of reading."""

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import httpx

from services.registry.public.changes import number_public_changes
from shared.ids import uuid7
from tests.notifications.happenings import ngo_applied
from tests.recommendations.bodies import staff_body, tax_body
from tests.recommendations.conftest import NOW, STAFF, TAX, Recommendations
from tests.reporting.partners import START, Partner
from tests.shared.lists import Json, List
from tests.shared.registry_rows import NGOS, registry_rows
from tests.world import World

ASKED: Final = {"/v1/regions/search": "q=manggarai"}
"""Lists that show nothing without a question."""


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


async def filled(world: World) -> Shelf:
    ids = await subscriptions(world)
    ids |= await registry_rows(await world.pool("registry"))
    ids["visit_id"] = await partners(world)
    await requests(world)
    await news(world)
    await world.run_job("registry", number_public_changes)
    for service in ("registry", "reporting", "recommendations"):
        await personal_reads(await world.pool(service))
    return Shelf(world, ids)


async def personal_reads(pool: Any) -> None:
    await pool.execute(
        """
        INSERT INTO personal_read (id, reader, role, own, owner_id, resource, fields, reason)
        SELECT gen_random_uuid(), 'x', 'fasker_officer', false, gen_random_uuid(), '/v1/x', '{name}', 'x'
        FROM generate_series(1, 4)
        """
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
