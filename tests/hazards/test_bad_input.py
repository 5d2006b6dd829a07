"""Whatever stands in a topic: no crash, no stuck partition, every true event applied. Rules: docs/event-core.md."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, codec

from shared.db import Connection
from shared.events import acts
from shared.events.envelope import GENESIS, MAX_PAYLOAD_BYTES, Envelope
from tests.hazards.line import Headers, Line
from tests.shared.test_append import Happened, happened
from tests.world import World

Record = tuple[bytes | None, bytes | None, Headers]

ATTRIBUTES = {
    "specversion": "1.0",
    "source": "urn:singo:registry",
    "type": "singo.registry.Happened.v1",
    "sequence": "1",
    "time": "2020-01-06T02:00:00+00:00",
    "chain": "ab" * 32,
    "prevchain": GENESIS.hex(),
}
REQUIRED = (*ATTRIBUTES, "id")
PAYLOAD = happened("evil").model_dump_json().encode()


def headers(**changes: str | bytes | None) -> Headers:
    """Headers of a good event; a change to None leaves the attribute out."""
    wanted = {**ATTRIBUTES, "id": str(uuid4()), **changes}
    return [
        (f"ce_{name}", value if isinstance(value, bytes) else value.encode())
        for name, value in wanted.items()
        if value is not None
    ]


def true_headers(event: Envelope) -> Headers:
    own = {"id": str(event.id), "type": event.type, "sequence": str(event.sequence)}
    return headers(**{**event.attributes, **own})


def evil_key() -> bytes:
    return f"evil-{uuid4()}".encode()


def not_an_event(seed: random.Random) -> Record:
    """To be quarantined."""
    name = seed.choice(REQUIRED)
    wrong: list[Headers] = [
        [],
        headers(**{name: None}),
        headers(**{name: b"\xff\xfe"}),
        headers(**{name: ""}),
        headers(**{name: "\0"}),
        headers(specversion="0.3"),
        headers(source="urn:singo:reporting"),
        headers(type=seed.choice(["singo.registry.happened", f"singo.registry.H{'a' * 100_000}.v1"])),
        headers(sequence=seed.choice(["0", "-1", "1.5", str(2**63), "9" * 5000, "one"])),
        headers(time=seed.choice(["yesterday", "2020-01-06T02:00:00"])),
        headers(chain=seed.choice(["ab", "xy" * 32])),
        headers(after=seed.choice(["reporting", "reporting=", "=", "reporting=1.5"])),
    ]
    return seed.choice(
        [
            (None, PAYLOAD, headers()),
            (evil_key(), None, headers()),
            (b"", PAYLOAD, headers()),
            (b"\xff" * 8, PAYLOAD, headers()),
            (b"k" * 12_000, PAYLOAD, headers()),
            (b"evil\0key", PAYLOAD, headers()),
            (evil_key(), b"x" * (MAX_PAYLOAD_BYTES + 1), headers()),
            *((evil_key(), PAYLOAD, wrong_headers) for wrong_headers in wrong),
        ]
    )


def cannot_be_applied(seed: random.Random) -> tuple[Record, str]:
    """To be parked under its own key, and why."""
    return seed.choice(
        [
            ((evil_key(), PAYLOAD, headers(sequence=str(seed.randint(2, 2**62)))), "gap"),
            ((evil_key(), PAYLOAD, headers(prevchain="cd" * 32)), "fork"),
            ((evil_key(), PAYLOAD, headers(after="registry=2")), "waiting"),
            ((evil_key(), PAYLOAD, headers(after=f"registry={2**70}")), "waiting"),
            ((evil_key(), b"{", headers()), "failed"),
            ((evil_key(), b"", headers()), "failed"),
            ((evil_key(), b"[" * 100_000, headers()), "failed"),
            ((evil_key(), b'{"number": "\\u0000"}', headers()), "failed"),
            ((evil_key(), b"\xff\xfe", headers()), "failed"),
            ((evil_key(), PAYLOAD.replace(b"evil", b"\\ud800"), headers()), "failed"),
        ]
    )


@dataclass
class CarefulLine(Line):
    """Its handler reads the payload, as those of the services do."""

    async def apply(self, conn: Connection, events: Sequence[Envelope]) -> None:
        for event in events:
            Happened.model_validate_json(event.payload)
        await super().apply(conn, events)


@pytest.mark.parametrize("seed", range(3))
async def test_null_key_and_bad_json_and_all_else_that_is_hostile_harm_no_true_event(
    world: World, line: Line, seed: int
) -> None:
    line, chance = CarefulLine(world, reader=line.reader), random.Random(seed)
    keys = [f"ngo-{number}" for number in range(8)]
    quarantined, parked = 0, list[str]()
    async with line.relaying(), line.consuming():
        for number in range(6):
            await world.publish("registry", *(happened(key, number) for key in keys))
            await line.until_sent()
            for partition in range(3):
                bad = [not_an_event(chance) for _ in range(6)]
                badly = [cannot_be_applied(chance) for _ in range(4)]
                again = [
                    (event.key.encode(), event.payload, true_headers(event))
                    for event in (r.envelope for r in chance.choices(await world.received("registry"), k=4))
                ]
                records = [*bad, *(record for record, _ in badly), *again]
                chance.shuffle(records)
                await line.records_of_others(*records, partition=partition)
                quarantined += len(bad)
                parked += [reason for _, reason in badly]
        for key in keys:
            await line.until_applied(key, 6)
        pool = line.reader.db.pool
        await world.until(lambda: pool.fetchval("SELECT count(*) = $1 FROM quarantine", quarantined), "quarantined")
        await world.until(lambda: pool.fetchval("SELECT count(*) = $1 FROM parked", len(parked)), "parked")

    assert sorted(reason for _, _, reason, _ in await line.reader.parked()) == sorted(parked)
    assert {key.split("-")[0] for key, *_ in await line.reader.parked()} == {"evil"}


async def test_null_key_is_quarantined_with_the_place_where_it_stands(world: World, line: Line) -> None:
    await line.records_of_others((None, b"{}", []), (b"asb", b"not json", []), partition=1)
    async with line.consuming():
        pool = line.reader.db.pool
        await world.until(lambda: pool.fetchval("SELECT count(*) = 2 FROM quarantine"), "both are quarantined")

    rows = await pool.fetch('SELECT topic, partition, "offset", key, value, error FROM quarantine ORDER BY "offset"')
    assert [tuple(row) for row in rows] == [
        (line.topic, 1, 0, None, b"{}", "the record has no key or no value"),
        (line.topic, 1, 1, b"asb", b"not json", "the attribute ce_specversion is missing"),
    ]


async def test_a_codec_that_the_readers_lack_holds_none_of_them_up(
    world: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with line.relaying():
        await world.publish("registry", happened("asb"))
        await line.until_sent()
        producer = AIOKafkaProducer(bootstrap_servers=world.servers.kafka, compression_type="gzip")
        await producer.start()
        for partition in range(3):
            await producer.send_and_wait(line.topic, PAYLOAD * 10, key=b"evil", partition=partition)
        await producer.stop()
        monkeypatch.setattr(codec, "has_gzip", lambda: False)
        async with line.consuming():
            await world.publish("registry", happened("asb"))
            await line.until_applied("asb", 2)


class Renewed(Happened):
    """A second version, which no reader knows."""

    schema_version = 2


async def test_unknown_types_and_versions_are_passed_over_by_every_reader(world: World) -> None:
    for service in ("registry", "reporting", "recommendations", "notifications"):
        await world.start_worker(service)
    known = happened("asb")

    await world.publish("registry", known, Renewed(**known.model_dump()), happened("asb", 2))

    for reader in ("reporting", "recommendations", "notifications"):
        pool = await world.pool(reader)

        async def applied(pool: Any = pool) -> bool:
            row = await pool.fetchrow("SELECT sequence, parked FROM watermark WHERE source = 'registry'")
            return row is not None and tuple(row) == (3, False)

        await world.until(applied, f"{reader} has passed them over")
        assert await world.parked(reader) == []


def forged(sequence: int) -> Record:
    """A record that claims a place in the history of asb, and is not what its owner wrote there."""
    return b"asb", PAYLOAD, headers(sequence=str(sequence), prevchain="cd" * 32)


async def first_of_asb(world: World, line: Line) -> int:
    """Have the first event of asb applied; gives the partition in which it stands."""
    await world.publish("registry", happened("asb"))
    await line.until_applied("asb", 1)
    partition: int = await line.reader.db.pool.fetchval("SELECT partition FROM bookmark")
    return partition


async def test_a_sequence_from_the_future_holds_up_no_true_event_of_its_key(world: World, line: Line) -> None:
    async with line.relaying(), line.consuming():
        partition = await first_of_asb(world, line)
        await line.records_of_others(forged(10**15), partition=partition)
        await world.until(line.reader.parked, "it is parked")
        await world.publish("registry", happened("asb", 1), happened("asb", 2))

        async def applied() -> bool:
            await line.reader.drain()
            return await line.reader.effects("asb") == [1, 2, 3]

        await world.until(applied, "the true events are applied")

    assert await line.reader.parked() == [("asb", 10**15, "gap", False)]


async def test_a_forged_record_in_the_place_of_a_true_one_waits_for_an_operator(world: World, line: Line) -> None:
    async with line.relaying(), line.consuming():
        partition = await first_of_asb(world, line)
        await line.records_of_others(forged(2), partition=partition)
        await world.until(line.reader.parked, "it is parked")
        await world.publish("registry", happened("asb", 1), happened("asb", 2), happened("snv"))
        await line.until_applied("snv", 1)
        assert ("asb", 2, "fork", False) in await line.reader.parked()

        async with line.reader.db.transaction() as conn:
            assert await acts.discard(conn, "registry", "asb", 2, actor="op", reason="forged")
        await (await world.pool("registry")).execute("SELECT republish('asb', 1)")

        async def healed() -> bool:
            await line.reader.drain()
            return await line.reader.effects("asb") == [1, 2, 3] and await line.reader.parked() == []

        await world.until(healed, "the true history goes on")


async def test_a_forged_record_that_stands_last_when_a_relay_starts_stops_all_writing(world: World, line: Line) -> None:
    await line.records_of_others(forged(1), partition=0)

    async with line.relaying():
        pool = await world.pool("registry")
        reason = await world.until(lambda: pool.fetchval("SELECT reason FROM halt"), "writing is halted")

    assert "partition 0, offset 0 holds event 1 of key asb, which this database does not know" in reason
