"""Planted people: names, passports and phones are in their own tables, and in nothing else that is kept or said."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import quote

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from demo.story import experts
from demo.story.visit import visit
from tests.rights.conftest import Scene
from tests.servers import SERVICES

NAME: Final = "Zebulon Quackenbush"
PASSPORT: Final = "QX7315926"
PREVIOUS: Final = "QX1357913"
PHONE: Final = "+62 812-9191-7373"
BIRTH_PLACE: Final = "Zwartsluis"
PLANTED: Final = ("zebulon", "quackenbush", "qx7315926", "qx1357913", "9191-7373", "zwartsluis")
OWN_TABLES: Final = {("recommendations", "person"), ("recommendations", "submitted_person"), ("reporting", "guest")}


def planted_in(text: str) -> list[str]:
    return [plant for plant in PLANTED if plant in text.lower()]


class Planter:
    """Sends what it is told; keeps every refusal."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.refusals: list[httpx.Response] = []

    async def send(
        self, verb: str, service: str, path: str, body: Any = None, *, match: int | None = None, who: str = "snv-admin",
        role: str | None = None,
    ) -> httpx.Response:  # fmt: skip
        headers = self.scene.world.write(*([role] if role else []), sub=who, match=match)
        headers["Singo-Reason"] = "the letter"
        client = await self.scene.world.api(service)
        answer = await client.request(verb, path, json=body, headers=headers)
        if answer.status_code >= 400:
            self.refusals.append(answer)
        return answer

    async def done(self, verb: str, service: str, path: str, body: Any = None, **options: Any) -> Any:
        answer = await self.send(verb, service, path, body, **options)
        assert answer.is_success, answer.text
        return answer.json()


def person() -> dict[str, Any]:
    return {
        "name": NAME,
        "birth_place": BIRTH_PLACE,
        "birth_date": "1979-09-19",
        "passport_number": PASSPORT,
        "previous_passport_number": PREVIOUS,
    }


async def plant(planter: Planter) -> None:
    """The whole way of an expert and of a guest."""
    stage = planter.scene.stage
    request = experts.request(stage, 6) | {"starts_on": "2020-12-01", "ends_on": "2021-08-31"}
    request["person"] |= person()
    draft = await planter.done("POST", "recommendations", experts.PATH, request)
    path = f"{experts.PATH}/{draft['id']}"
    edited = await planter.done("PUT", "recommendations", path, request, match=1)
    sent = await planter.done("POST", "recommendations", f"{path}/submission", match=edited["version"])
    taken = await planter.done(
        "POST", "recommendations", f"{path}/review", match=sent["version"], who="officer-8", role="fasker_officer"
    )
    issued = await planter.done(
        "POST", "recommendations", f"{path}/decision", {"decision": "issued"}, match=taken["version"], who="head-8",
        role="fasker_head",
    )  # fmt: skip
    for address in (path, f"/v1/letters/{issued['letter']['id']}"):
        opened = await planter.send("GET", "recommendations", address, who="officer-8", role="fasker_officer")
        assert NAME in opened.text
    await plant_in_a_revision(planter, request)
    trip = visit(date(2021, 3, 1))
    trip["guests"][0] |= {"name": NAME, "passport_number": PASSPORT}
    announced = await planter.done("POST", "reporting", "/v1/visits", trip)
    path = f"/v1/visits/{announced['id']}"
    await planter.done("PUT", "reporting", path, trip | {"purpose": "Kunjungan contoh"}, match=1)
    assert NAME in (await planter.send("GET", "reporting", f"{path}/guests")).text


async def plant_in_a_revision(planter: Planter, request: dict[str, Any]) -> None:
    """Sent back and edited: the person it was submitted for, whom officials see, and the one it names now."""
    draft = await planter.done("POST", "recommendations", experts.PATH, request)
    path = f"{experts.PATH}/{draft['id']}"
    sent = await planter.done("POST", "recommendations", f"{path}/submission", match=1)
    officer: dict[str, Any] = {"who": "officer-8", "role": "fasker_officer"}
    taken = await planter.done("POST", "recommendations", f"{path}/review", match=sent["version"], **officer)
    comments = {"decision": "revision_requested", "comments": [{"field": "/position", "text": "Data contoh"}]}
    returned = await planter.done(
        "POST", "recommendations", f"{path}/decision", comments, match=taken["version"], **officer
    )
    await planter.done("PUT", "recommendations", path, request, match=returned["version"])
    assert NAME in (await planter.send("GET", "recommendations", path, **officer)).text


async def plant_where_it_does_not_belong(planter: Planter) -> None:
    """As values of wrong fields, in addresses, and in a request on which the database itself fails."""
    stage = planter.scene.stage
    request = experts.request(stage, 7)
    for wrong in ("sex", "birth_date", "nationality", "passport_number", "passport_valid_to", "phone"):
        for value in (NAME, PHONE, PASSPORT + PASSPORT + PASSPORT, [PASSPORT], {NAME: PHONE}):
            body = request | {"person": request["person"] | person() | {wrong: value}}
            assert (await planter.send("POST", "recommendations", experts.PATH, body)).status_code in (201, 422)
        await planter.send("POST", "recommendations", experts.PATH, request | {wrong: NAME})
    for name in (NAME, PHONE, PASSPORT, BIRTH_PLACE):
        as_keys = ({name: 1}, request | {name: 1}, request | {"person": request["person"] | person() | {name: 1}})
        for body in as_keys:
            assert (await planter.send("POST", "recommendations", experts.PATH, body)).status_code == 422
        for query in (f"{quote(name)}=1", f"fields={quote(name)}", f"expand={quote(name)}", f"sort={quote(name)}"):
            path = f"{experts.PATH}?{query}"
            assert (await planter.send("GET", "recommendations", path)).status_code == 422
    story = {"title": "t", "category": "news", "summary": "s", "text": f"Hubungi {NAME}, {PHONE}, {PASSPORT}"}
    more = {"regions": ["53.06"], "sdg": [6], "consent_given": True}
    assert (await planter.send("POST", "reporting", "/v1/stories", story | more)).status_code == 422
    for service, path in (
        ("recommendations", f"{experts.PATH}/{quote(NAME)}"),
        ("recommendations", f"/v1/letters/{PASSPORT}/verification"),
        ("registry", f"/v1/{quote(NAME)}"),
        ("registry", f"/v1/organisations?q={quote(NAME)}&cursor={PASSPORT}"),
        ("registry", f"/v1/regions/{quote(PHONE)}"),
        ("registry", f"/v1/organisations/{stage.partners['snv'].ngo_id}/members/{quote(NAME)}"),
    ):
        await planter.send("GET", service, path)
        await planter.send("DELETE", service, path)
    await fail_in_the_database(planter, request | {"person": request["person"] | person()})


async def fail_in_the_database(planter: Planter, body: dict[str, Any]) -> None:
    world = planter.scene.world
    owner = await asyncpg.connect(world.servers.dsn_of("recommendations_owner", world.database))
    try:
        await owner.execute("ALTER TABLE person ADD CONSTRAINT nobody CHECK (false) NOT VALID")
        answer = await planter.send("POST", "recommendations", experts.PATH, body)
        assert answer.status_code == 500
    finally:
        await owner.execute("ALTER TABLE person DROP CONSTRAINT nobody")
        await owner.close()


async def tables_with_plants(scene: Scene) -> dict[tuple[str, str], list[str]]:
    """(schema, table) -> what of the planted stands in any column of it, bytes read as text."""
    found = {}
    admin = await asyncpg.connect(scene.world.servers.dsn.rsplit("/", 1)[0] + f"/{scene.world.database}")
    try:
        columns = await admin.fetch(
            """
            SELECT table_schema AS schema, table_name AS name, array_agg(
                     CASE data_type WHEN 'bytea' THEN format('encode(%I, ''escape'')', column_name)
                                    ELSE format('%I::text', column_name) END) AS texts
            FROM information_schema.columns WHERE table_schema = ANY($1) GROUP BY 1, 2
            """,
            list(SERVICES),
        )
        for table in columns:
            row = f"concat_ws(chr(10), {', '.join(table['texts'])}) AS row"
            rows = await admin.fetch(f'SELECT {row} FROM {table["schema"]}."{table["name"]}"')  # noqa: S608
            if plants := planted_in("\n".join(row["row"] for row in rows)):
                found[(table["schema"], table["name"])] = plants
    finally:
        await admin.close()
    return found


async def records_with_plants(scene: Scene) -> list[str]:
    """Of all topics, from their start to their end."""
    world = scene.world
    for service in SERVICES:
        pool = await world.pool(service)
        nothing_waits = partial(pool.fetchval, "SELECT NOT EXISTS (SELECT FROM outbox)")
        await world.until(nothing_waits, "an empty outbox")
    consumer = AIOKafkaConsumer(bootstrap_servers=world.servers.kafka, auto_offset_reset="earliest")
    await consumer.start()
    texts: list[str] = []
    try:
        partitions = [TopicPartition(world.settings(s).topic(s), number) for s in SERVICES for number in range(3)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        while any([await consumer.position(p) < end for p, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                texts += [str((r.key, r.value, r.headers)) for r in records]
    finally:
        await consumer.stop()
    assert len(texts) > 300
    return [plant for plant in PLANTED if any(plant in text.lower() for text in texts)]


async def test_planted_people_are_in_their_own_tables_only(scene: Scene, capfd: pytest.CaptureFixture[str]) -> None:
    planter = Planter(scene)
    capfd.readouterr()
    for service in SERVICES:
        await scene.world.set_clock(service, datetime(2021, 1, 20, 2, tzinfo=UTC))

    await plant(planter)
    await plant_where_it_does_not_belong(planter)

    in_topics = await records_with_plants(scene)
    in_tables = await tables_with_plants(scene)
    logged = "".join(capfd.readouterr())
    assert set(in_tables) == OWN_TABLES
    assert in_topics == []
    assert '"event":"request"' in logged
    assert "request_failed" in logged
    assert "violates check constraint" in logged
    assert planted_in(logged) == []
    assert len(planter.refusals) > 30
    assert [r.text for r in planter.refusals if planted_in(r.text)] == []


async def test_a_search_finds_what_was_planted_elsewhere(scene: Scene) -> None:
    """The judge judged: a table, in text and in bytes, and a document in which there is a plant."""
    pool = await scene.world.pool("notifications")
    await pool.execute(
        """
        INSERT INTO request (caller, idempotency_key, body_sha256, status, headers, body)
        VALUES ('leak', 'leak', '', 200, '{}', $1)
        """,
        f'{{"name": "{NAME}"}}'.encode(),
    )

    found = await tables_with_plants(scene)

    await pool.execute("DELETE FROM request WHERE caller = 'leak'")
    assert found[("notifications", "request")] == ["zebulon", "quackenbush"]
