"""What others may put on the bus: copies of true records, and records that are no events."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.events import relay
from shared.local.programs import SERVICES
from tests.faults.scene import Scene

COPIES: Final = 30
BURST_SECONDS: Final = 5.0
PAUSE_SECONDS: Final = (0.3, 1.5)

Headers = list[tuple[str, bytes]]


def junk(rng: random.Random) -> tuple[bytes | None, bytes | None, Headers]:
    """A record that is not one of our events: key, value, headers."""
    good: Headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"01890000-0000-7000-8000-000000000000"),
        ("ce_source", b"urn:singo:registry"),
        ("ce_type", b"singo.registry.NgoApplied.v1"),
        ("ce_sequence", b"1"),
        ("ce_time", b"2026-01-01T00:00:00+00:00"),
        ("ce_chain", b"00" * 32),
        ("ce_prevchain", b"00" * 32),
    ]
    spoilt = rng.choice(good)[0]
    return rng.choice(
        [
            (None, b"{}", good),
            (b"key", None, good),
            (b"", b"{}", good),
            (b"k" * 201, b"{}", good),
            (b"\xff\xfe", b"{}", good),
            (b"key", b"x" * 262_145, good),
            (b"key", b"{}", []),
            (b"key", b"{}", [(name, value) for name, value in good if name != spoilt]),
            (b"key", b"{}", [(name, b"\xff" if name == spoilt else value) for name, value in good]),
            (b"key", b"{}", [*good[:2], ("ce_source", b"urn:singo:nobody"), *good[3:]]),
            (b"key", b"{}", [*good[:4], ("ce_sequence", b"0"), *good[5:]]),
            (b"key", b"{}", [*good[:4], ("ce_sequence", b"9223372036854775808"), *good[5:]]),
        ]
    )


async def disturb_until(scene: Scene, rng: random.Random, stopping: asyncio.Event, counts: Counter[str]) -> None:
    """Burst after burst; while Kafka or PostgreSQL is away, none."""
    while not stopping.is_set():
        await scene.writing.wait()
        try:
            async with asyncio.timeout(BURST_SECONDS):
                counts.update(await _burst(scene, rng))
        except (OSError, TimeoutError, KafkaError, asyncpg.PostgresError, asyncpg.InterfaceError):
            counts["bursts given up"] += 1
        await asyncio.sleep(rng.uniform(*PAUSE_SECONDS))


async def _burst(scene: Scene, rng: random.Random) -> dict[str, int]:
    service = rng.choice(SERVICES)
    copies = await true_records(scene, service, COPIES)
    junk_records = [junk(rng) for _ in range(2)]
    async with producing(scene) as producer:
        topic = scene.settings(service).topic(service)
        for key, value, headers in (*copies, *junk_records):
            await producer.send(topic, key=key, value=value, headers=headers)
        await producer.flush()
    return {"copies": len(copies), "junk": len(junk_records)}


async def true_records(scene: Scene, service: str, count: int) -> list[tuple[bytes, bytes, Headers]]:
    """Some of the service's newest events, exactly as its relay sends them."""
    own = relay.Relay("", service, "", "")
    async with scene.postgres.connect(service) as conn:
        await conn.set_type_codec("json", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
        rows = await conn.fetch(
            """
            SELECT * FROM (SELECT * FROM event ORDER BY appended_at DESC LIMIT $1) newest
            ORDER BY key, sequence
            """,
            count,
        )
    return [(row["key"].encode(), row["payload"], relay._headers(own, row)) for row in rows]


@asynccontextmanager
async def producing(scene: Scene) -> AsyncIterator[AIOKafkaProducer]:
    """A plain producer, as anybody could run one."""
    producer = AIOKafkaProducer(bootstrap_servers=scene.kafka.address, request_timeout_ms=3000)
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()
