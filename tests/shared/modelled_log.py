"""A log with Kafka's rules, in memory: partitions that only grow, producers whose acknowledgements may get lost."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from aiokafka.errors import RequestTimedOutError

from shared.events.envelope import Envelope, parse
from tests.shared.processes import step

BATCH_RECORDS_MAX: Final = 3

Broker = Literal["acknowledges", "refuses", "loses the acknowledgement", "refuses every other partition"]


class Record(NamedTuple):
    """What a Kafka client hands out of a record."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]

    def event(self) -> Envelope:
        return parse(self.key, self.value, self.headers, source=self.topic)


@dataclass
class Topic:
    """One service's topic; it has the service's name. `arrived`: all its records as time went by."""

    name: str
    partitions: list[list[Record]] = field(default_factory=lambda: [[], []])
    arrived: list[Record] = field(default_factory=list)

    def append(self, partition: int, batch: "Batch") -> int:
        """Returns the offset of the batch's first record."""
        log = self.partitions[partition]
        records = [Record(self.name, partition, len(log) + n, *record) for n, record in enumerate(batch.records)]
        log += records
        self.arrived += records
        return len(log) - len(records)


@dataclass
class Link:
    """What a relay's producer is connected to: where a real one has its server's address."""

    topic: Topic
    broker: Broker


class Turns(asyncio.Event):
    """Tells a relay to stop after so many turns of its loop; one without work does not wait for some."""

    def __init__(self, turns: int) -> None:
        super().__init__()
        self._left = turns

    def is_set(self) -> bool:
        self._left -= 1
        return self._left < 0

    async def wait(self) -> Literal[True]:
        return True


class Acknowledgement(NamedTuple):
    offset: int


class Batch:
    """A record batch that is full soon."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes, bytes, Sequence[tuple[str, bytes]]]] = []

    def append(
        self,
        *,
        key: bytes,
        value: bytes,
        headers: Sequence[tuple[str, bytes]],
        timestamp: None,  # noqa: ARG002 (the relay's call)
    ) -> object | None:
        """None when it is full. The broker sets the time."""
        if len(self.records) == BATCH_RECORDS_MAX:
            return None
        self.records.append((key, value, headers))
        return self

    def record_count(self) -> int:
        return len(self.records)


class Producer:
    """Stands in for AIOKafkaProducer in the relay. Its server's address is a link to the log."""

    def __init__(self, *, bootstrap_servers: Link, **_options: Any) -> None:
        self._link = bootstrap_servers

    async def start(self) -> None:
        await step("start")

    async def stop(self) -> None:
        """Nothing is open."""

    async def partitions_for(self, _topic: str) -> Collection[int]:
        return set(range(len(self._link.topic.partitions)))

    def create_batch(self) -> Batch:
        return Batch()

    async def send_batch(self, batch: Batch, _topic: str, *, partition: int) -> "asyncio.Future[Acknowledgement]":
        await step("send")
        broker = self._link.broker
        refused = broker == "refuses" or (broker == "refuses every other partition" and partition % 2 == 1)
        offset = -1 if refused else self._link.topic.append(partition, batch)
        acknowledged: asyncio.Future[Acknowledgement] = asyncio.get_running_loop().create_future()
        if refused or broker == "loses the acknowledgement":
            acknowledged.set_exception(RequestTimedOutError())
        else:
            acknowledged.set_result(Acknowledgement(offset))
            await step("acknowledged")
        return acknowledged
