"""Plays the whole story on servers of its own and keeps every record: `python -m tests.judges.record_run FOLDER`.

FOLDER/records.jsonl: each record of each topic as it lies in Kafka, and in `read` how Python reads it.
FOLDER/events.jsonl: the services' `event` tables, as an auditor exports them.
FOLDER/calls.jsonl: what the story's people sent with success.
The servers stay up for the judges of running services; whoever calls this stops them, with `stop`.
"""

import asyncio
import json
import shutil
import sys
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from rich.console import Console

from demo.__main__ import play
from demo.client import Answer, Person, Services
from shared.contracts import EXPORT_EVENTS
from shared.events.envelope import Envelope, parse
from shared.local import ports, postgres, programs, supervisor
from shared.local.folders import RUN
from tests.servers import SERVICES

STACK: Final = RUN / "judges"
"""Apart from `make up`: other data, other ports."""

READ_SECONDS: Final = 30
CALLS: Final = "calls.jsonl"


@dataclass
class KeptCalls(Services):
    """The story's calls, of which those that wrote are kept."""

    kept: ClassVar[list[dict[str, Any]]] = []

    async def call(
        self, who: Person | None, verb: str, service: str, path: str, body: Any = None, **options: Any
    ) -> Answer:
        answer = await super().call(who, verb, service, path, body, **options)
        if who is not None and verb != "GET" and answer.status < 400 and not isinstance(body, bytes):
            call = {"who": who.sub, "verb": verb, "service": service, "path": path.partition("?")[0], "body": body}
            self.kept.append(call)
        return answer


async def play_and_record(folder: Path) -> int:
    addresses = programs.addresses(STACK)
    if not await play(addresses, Console(quiet=True), None, KeptCalls):
        sys.exit("the story did not go as it must; `make demo` shows where")
    with (folder / CALLS).open("w") as file:
        _write(file, KeptCalls.kept)
    with (folder / "records.jsonl").open("w") as file:
        records = await asyncio.wait_for(every_record(str(addresses["kafka"])), READ_SECONDS)
        _write(file, map(described, records))
    with (folder / "events.jsonl").open("w") as file:
        for service in SERVICES:
            _write(file, await exported(service))
    return len(records)


async def every_record(bootstrap: str) -> list[ConsumerRecord]:
    """All that the topics hold, in the order of topic, partition and offset."""
    topics = [f"singo.{service}" for service in SERVICES]
    consumer = AIOKafkaConsumer(
        *topics, bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        records: list[ConsumerRecord] = []
        while len(records) < sum(ends.values()):
            for fetched in (await consumer.getmany(timeout_ms=1000)).values():
                records += fetched
    finally:
        await consumer.stop()
    return sorted(records, key=lambda record: (record.topic, record.partition, record.offset))


def described(record: ConsumerRecord) -> dict[str, Any]:
    read = parse(record.key, record.value, record.headers, source=record.topic.removeprefix("singo."))
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key.decode(),
        "headers": [[name, raw.decode()] for name, raw in record.headers],
        "value": b64encode(record.value).decode(),
        "read": as_read(read),
    }


def as_read(event: Envelope) -> dict[str, Any]:
    return {
        "attributes": dict(event.attributes),
        "source": event.source,
        "key": event.key,
        "sequence": event.sequence,
        "id": str(event.id),
        "type": event.type,
        "time": event.time.isoformat(),
        "chain": event.chain.hex(),
        "prevchain": event.prevchain.hex(),
        "after": dict(event.after),
        "data": event.data(),
    }


async def exported(service: str) -> list[dict[str, Any]]:
    port = ports.remembered(STACK)["postgres"]
    conn = await asyncpg.connect(postgres.address(port, user=service, database=programs.DATABASE))
    try:
        return [json.loads(row[0]) for row in await conn.fetch(EXPORT_EVENTS.read_text())]
    finally:
        await conn.close()


def _write(file: Any, lines: Iterable[Any]) -> None:
    file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def stop() -> None:
    supervisor.down(STACK, wipe=True)
    shutil.rmtree(STACK, ignore_errors=True)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    stop()
    supervisor.up(STACK)
    count = asyncio.run(play_and_record(folder))
    print(f"{count} records of a whole run in {folder / 'records.jsonl'}")


if __name__ == "__main__":
    main()
