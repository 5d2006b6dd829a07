import asyncio
import hashlib
import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from services.notifications.handlers import apply
from shared.events import inbox
from shared.http.waiting import WAITING_OF_CALLER_MAX
from tests.notifications.conftest import Subscribe
from tests.notifications.happenings import NOON, ngo_applied, story_published, visit_announced
from tests.world import World


class Reader:
    """A subscriber of everything, with its subscription."""

    def __init__(self, world: World, api: httpx.AsyncClient, subscription: dict[str, Any]) -> None:
        self._world = world
        self._api = api
        self.path = f"/v1/subscriptions/{subscription['id']}"

    async def read(self, caller: tuple[str, ...] = ("integrator",), **query: Any) -> httpx.Response:
        return await self._api.get(f"{self.path}/events", params=query, headers=self._world.read(*caller))

    async def numbers(self, **query: Any) -> list[int]:
        return [event["number"] for event in (await self.read(**query)).json()["events"]]

    async def position(self) -> dict[str, Any]:
        response = await self._api.get(self.path, headers=self._world.read("integrator"))
        position: dict[str, Any] = response.json()
        return position


@pytest.fixture
async def reader(world: World, api: httpx.AsyncClient, subscribe: Subscribe) -> Reader:
    return Reader(world, api, await subscribe())


async def happen(world: World, count: int) -> None:
    await world.publish("reporting", *[visit_announced(uuid4()) for _ in range(count)])
    await world.deliver("reporting", "notifications")


async def caught_up(world: World) -> list[dict[str, Any]]:
    events = await world.events("notifications")
    return [event["data"] for event in events if event["type"] == "SubscriptionCaughtUp"]


async def test_what_comes_is_a_cloud_event_that_others_can_parse_and_verify(world: World, reader: Reader) -> None:
    ngo = uuid4()
    await world.publish("reporting", visit_announced(ngo), visit_announced(ngo, ("53", "31.71")))
    await world.deliver("reporting", "notifications")

    feed = (await reader.read(after=0)).json()

    hashes = []
    for number, numbered in enumerate(feed["events"], 1):
        event = numbered["event"]
        parsed = JSONFormat().read(CloudEvent, json.dumps(event))
        assert numbered["number"] == number
        assert parsed.get_type() == "singo.reporting.VisitAnnounced.v1"
        assert parsed.get_source() == "urn:singo:reporting"
        assert parsed.get_subject() == str(ngo)
        assert parsed.get_extension("sequence") == str(number)
        data = json.dumps(event["data"], separators=(",", ":"), ensure_ascii=False)
        chained = bytes.fromhex(event["prevchain"]) + UUID(event["id"]).bytes + number.to_bytes(8)
        hashes.append(hashlib.sha256(chained + event["type"].encode() + data.encode()).hexdigest())
        assert hashes[-1] == event["chain"]
    assert feed["events"][1]["event"]["prevchain"] == hashes[0]
    assert feed["events"][1]["event"]["regions"] == "53,31.71"
    assert (feed["last_number"], feed["next_after"]) == (2, 2)


UNREADABLE = (b"", b"{", b"[]", b"\xff", b'{"name": "\\ud800"}', b"[" * 100_000, b'{"n": ' + b"9" * 5000 + b"}")


@pytest.mark.parametrize("payload", UNREADABLE, ids=range(len(UNREADABLE)))
async def test_what_no_subscriber_could_read_is_parked_and_the_feed_goes_on(
    world: World, reader: Reader, payload: bytes
) -> None:
    """Of a type that nobody knows, so that no model looks at it."""
    await world.publish("reporting", visit_announced(uuid4()), visit_announced(uuid4()))
    forged, good = await world.received("reporting")
    forged.envelope = replace(forged.envelope, type="singo.reporting.Unheard.v1", payload=payload)
    async with (await world.db("notifications")).transaction() as conn:
        await inbox.receive(conn, [forged, good], apply, {"reporting"})

    [parked] = await world.parked("notifications")
    assert (parked["key"], parked["reason"]) == (forged.envelope.key, "failed")
    assert await reader.numbers(after=0) == [1]


async def test_attributes_of_a_stranger_do_not_spoil_the_feed(world: World, reader: Reader) -> None:
    await world.publish("reporting", visit_announced(uuid4()))
    [forged] = await world.received("reporting")
    strange = {"ce_datacontenttype": b"x" * 1000, "ce_data": b"x", "ce_number": b"x", "ce_regions": b",,"}
    forged.envelope = replace(forged.envelope, headers={**forged.envelope.headers, **strange})
    async with (await world.db("notifications")).transaction() as conn:
        await inbox.receive(conn, [forged], apply, {"reporting"})

    assert await reader.numbers(after=0) == [1]


async def test_reading_on_with_next_after_gives_everything_once(world: World, reader: Reader) -> None:
    await happen(world, 7)

    seen: list[int] = []
    after = 0
    while page := (await reader.read(after=after, limit=3)).json()["events"]:
        seen += [event["number"] for event in page]
        after = seen[-1]

    assert seen == [1, 2, 3, 4, 5, 6, 7]


async def test_after_is_the_acknowledgement(world: World, reader: Reader) -> None:
    await happen(world, 5)

    before = await reader.position()
    await reader.read(after=3)
    after = await reader.position()
    again = await reader.numbers(after=1)

    assert (before["read_number"], before["behind"], before["read_at"]) == (0, 5, None)
    assert (after["read_number"], after["behind"], after["last_number"]) == (3, 2, 5)
    assert before["oldest_unread_at"] <= after["oldest_unread_at"] is not None
    assert again == [2, 3, 4, 5]
    assert (await reader.position())["read_number"] == 3


async def test_without_after_it_goes_on_where_the_subscriber_acknowledged(world: World, reader: Reader) -> None:
    await happen(world, 3)
    await reader.read(after=2)

    assert await reader.numbers() == [3]
    assert (await reader.position())["read_number"] == 2


async def test_a_waiting_reader_gets_an_event_as_soon_as_it_is_there(world: World, reader: Reader) -> None:
    waiting = asyncio.create_task(reader.read(after=0, wait=20))
    started = time.monotonic()
    await happen(world, 1)

    feed = (await waiting).json()

    assert [event["number"] for event in feed["events"]] == [1]
    assert time.monotonic() - started < 10


async def test_waiting_ends_with_nothing_when_nothing_comes(reader: Reader) -> None:
    feed = (await reader.read(after=0, wait=1)).json()

    assert feed == {"events": [], "last_number": 0, "next_after": 0}


async def test_many_waiting_readers_hold_no_connection(world: World, reader: Reader) -> None:
    count = WAITING_OF_CALLER_MAX  # more than there are connections
    waiting = [asyncio.create_task(reader.read(after=0, wait=20)) for _ in range(count)]

    answer = await reader.position()
    await happen(world, 1)
    feeds = [(await each).json() for each in waiting]

    assert answer["read_number"] == 0
    assert all(feed["last_number"] == 1 for feed in feeds)


async def test_more_readings_than_one_caller_may_have_waiting_are_refused(world: World, reader: Reader) -> None:
    reading = [asyncio.create_task(reader.read(after=0, wait=20)) for _ in range(WAITING_OF_CALLER_MAX + 1)]

    [refused], waiting = await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED, timeout=20)
    at_once = await reader.read(after=0)
    await happen(world, 1)

    assert refused.result().status_code == 429
    assert refused.result().headers["retry-after"] == "1"
    assert at_once.status_code == 200
    assert {(await each).status_code for each in waiting} == {200}


async def test_catching_up_after_falling_behind_is_told_once(world: World, reader: Reader) -> None:
    await happen(world, 25)

    for after in (0, 10, 20, 25, 25):
        await reader.read(after=after)

    [told] = await caught_up(world)
    assert (told["position"], told["events_behind"]) == (25, 25)
    assert told["actor"]["subject"] == "integrator-1"


async def test_who_reads_in_time_has_not_fallen_behind(world: World, reader: Reader) -> None:
    await reader.read(after=0)
    await happen(world, 3)
    await reader.read(after=0)
    await reader.read(after=3)

    assert await caught_up(world) == []


async def test_a_replay_starts_at_a_time_and_acknowledges_nothing(world: World, reader: Reader) -> None:
    ngo = uuid4()
    days = [story_published(ngo, at=NOON + timedelta(days=day)) for day in range(4)]
    await world.publish("reporting", *days)
    await world.deliver("reporting", "notifications")

    numbers = await reader.numbers(since=(NOON + timedelta(days=2)).isoformat())
    nothing = (await reader.read(since=(NOON + timedelta(days=9)).isoformat())).json()

    assert numbers == [3, 4]
    assert nothing == {"events": [], "last_number": 4, "next_after": 4}
    assert (await reader.position())["read_number"] == 0


@pytest.mark.parametrize(
    "query",
    [
        {"after": 1},
        {"after": -1},
        {"after": 2**63},
        {"after": "x"},
        {"after": 0, "since": NOON.isoformat()},
        {"since": "2020-07-01T05:00:00"},
        {"limit": 0},
        {"limit": 201},
        {"wait": 21},
    ],
)
async def test_wrong_parameters_are_refused_by_name(reader: Reader, query: dict[str, Any]) -> None:
    response = await reader.read(**query)

    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert error["pointer"] == f"query:{list(query)[-1]}"


async def test_an_operator_reads_along_without_moving_the_position(world: World, reader: Reader) -> None:
    await happen(world, 2)

    feed = (await reader.read(("operator",), after=2)).json()

    assert feed == {"events": [], "last_number": 2, "next_after": 2}
    assert (await reader.position())["read_number"] == 0


async def test_somebody_elses_feed_is_not_there(world: World, api: httpx.AsyncClient, reader: Reader) -> None:
    other = await api.get(f"{reader.path}/events", headers=world.read("integrator", sub="other"))
    member = await api.get(f"{reader.path}/events", headers=world.read(sub="ngo-member"))

    assert (other.status_code, member.status_code) == (404, 403)


async def test_who_has_lost_the_region_reads_no_further(world: World, api: httpx.AsyncClient) -> None:
    created = await api.post(
        "/v1/subscriptions",
        json={"name": "x", "types": ["*"], "regions": ["53.06"]},
        headers=world.write("pemda_planner", regions=["53"]),
    )

    moved = await api.get(
        f"/v1/subscriptions/{created.json()['id']}/events",
        headers=world.read("pemda_planner", regions=["31"]),
    )

    assert moved.status_code == 403


async def test_a_read_can_wait_for_what_a_write_elsewhere_has_caused(
    world: World, api: httpx.AsyncClient, reader: Reader
) -> None:
    [written] = await world.publish("registry", ngo_applied(uuid4()))
    headers = world.read("integrator") | {"Singo-After": written.position}

    reading = asyncio.create_task(api.get(f"{reader.path}/events?after=0", headers=headers))
    await world.deliver("registry", "notifications")

    assert [event["event"]["id"] for event in (await reading).json()["events"]] == [str(written.id)]
