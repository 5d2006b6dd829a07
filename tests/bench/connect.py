"""Kafka Connect with Debezium's outbox event router, for the optional step: its jars, settings and process.

The jars come as Kafka's do, checked against `connect.lock`; `python -m tests.bench.connect relock` resolves them anew.
"""

import asyncio
import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg

from shared.local import jars, kafka, ports, processes
from shared.local.folders import cache, locked
from shared.local.processes import MARK, CannotStart, Program, log_tail
from shared.local.stack import Stack, silent

KAFKA_CONNECT: Final = "4.1.1"
DEBEZIUM: Final = "3.3.2.Final"
LOCK: Final = Path(__file__).with_name("connect.lock")
RESOLVED: Final = (
    f"org.apache.kafka:connect-runtime:{KAFKA_CONNECT}",
    f"io.debezium:debezium-connector-postgres:{DEBEZIUM}",
)
NAME: Final = "connect"
PORT: Final = {NAME: 18083}
SLOT: Final = "bench_outbox"
READY_SECONDS: Final = 180


@dataclass(frozen=True)
class Tuning:
    """Settings that are not the defaults."""

    connector: Mapping[str, str] = field(default_factory=dict)
    worker: Mapping[str, str] = field(default_factory=dict)


# The fastest of what was tried (polls up to 500 ms, batches up to 20,000, lingering 5 ms).
TUNED: Final = Tuning({"poll.interval.ms": "1"}, {"producer.linger.ms": "0", "producer.batch.size": "524288"})
AS_IT_COMES: Final = Tuning()

HEADERS: Final = ("specversion", "id", "source", "type", "sequence", "time", "subject", "chain", "prevchain")
CONNECTOR: Final = {
    "name": "outbox",
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "plugin.name": "pgoutput",
    "slot.name": SLOT,
    "topic.prefix": "debezium",
    "table.include.list": "public.debezium_outbox",
    "publication.autocreate.mode": "filtered",
    "snapshot.mode": "no_data",
    "skipped.operations": "u,d,t",
    "transforms": "outbox",
    "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
    "transforms.outbox.route.by.field": "topic",
    "transforms.outbox.route.topic.replacement": "${routedByValue}",
    "transforms.outbox.table.field.event.id": "id",
    "transforms.outbox.table.field.event.key": "key",
    "transforms.outbox.table.field.event.payload": "payload",
    "transforms.outbox.table.fields.additional.placement": ",".join(f"{name}:header:ce_{name}" for name in HEADERS),
}
WORKER: Final = {
    "plugin.discovery": "service_load",
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
    "value.converter": "io.debezium.converters.BinaryDataConverter",
    "header.converter": "org.apache.kafka.connect.storage.StringConverter",
}


def fetch_jars() -> list[Path]:
    """The paths of all locked jars, and of Kafka's logging, fetched where they are missing or damaged."""
    wanted = dict(line.split() for line in LOCK.read_text().splitlines())
    folder = cache() / "m2"
    with locked(folder.with_name("m2.lock")):
        jars._fetch_missing(folder, wanted, silent)
    logging = [jar for jar in jars.fetch(silent) if "log4j" in jar.name]
    return [*(jars._path(folder, jar) for jar in wanted), *logging]


@asynccontextmanager
async def running(directory: Path, servers: Stack, database: str, tuning: Tuning) -> AsyncIterator[None]:
    """A standalone worker with the connector; the block begins when it streams."""
    stop(directory)  # of an earlier bench that was killed
    _forget_offsets(directory)
    with ports.claimed(directory, PORT, in_use=()) as port:
        program = _program(directory / NAME, port[NAME], servers, database, tuning)
        started = processes.spawn(directory, program)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not await _is_streaming(servers.dsn):
            if started.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"Debezium does not come up; {log_tail(program.log)}")
            await asyncio.sleep(0.2)
        yield
    finally:
        stop(directory)


def stop(directory: Path) -> None:
    processes.stop(one.process for one in processes.find(directory) if one.name == NAME)


def _forget_offsets(directory: Path) -> None:
    (directory / NAME / "offsets").unlink(missing_ok=True)


async def _is_streaming(dsn: str) -> bool:
    conn = await asyncpg.connect(dsn)
    try:
        return bool(await conn.fetchval("SELECT active FROM pg_replication_slots WHERE slot_name = $1", SLOT))
    finally:
        await conn.close()


def _program(folder: Path, port: int, servers: Stack, database: str, tuning: Tuning) -> Program:
    if shutil.which("java") is None:
        raise CannotStart("Kafka Connect needs a java, 17 or newer, on the PATH")
    address = urlsplit(servers.dsn)
    worker = {
        **WORKER,
        **tuning.worker,
        "bootstrap.servers": servers.kafka,
        "listeners": f"http://127.0.0.1:{port}",
        "offset.storage.file.filename": str(folder / "offsets"),
    }
    connector = {
        **CONNECTOR,
        **tuning.connector,
        "database.hostname": str(address.hostname),
        "database.port": str(address.port),
        "database.user": str(address.username),
        "database.dbname": database,
    }
    logging, first, second = (folder / f"{name}.properties" for name in ("log4j2", "worker", "connector"))
    return Program(
        name=NAME,
        command=(
            *("java", "-Xms256m", "-Xmx1g", f"-Dlog4j2.configurationFile={logging}", f"-D{MARK}"),
            *("org.apache.kafka.connect.cli.ConnectStandalone", str(first), str(second)),
        ),
        log=folder / "connect.log",
        environment={"CLASSPATH": ":".join(str(jar) for jar in fetch_jars())},
        files={logging: kafka.LOGGING, first: _properties(worker), second: _properties(connector)},
    )


def _properties(settings: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def relock() -> None:
    from jgo import resolve  # noqa: PLC0415  slow to load, rarely needed

    found: dict[str, str] = {}  # what stands in both is as Kafka Connect wants it
    for coordinate in RESOLVED:
        for jar in resolve(coordinate):
            found.setdefault(f"{jar.groupId}:{jar.artifactId}", f"{jar.groupId}:{jar.artifactId}:{jar.version}")
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"{jar} {_sha256(jars._download(Path(folder), jar))}\n" for jar in sorted(found.values())]
    LOCK.write_text("".join(lines))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    if sys.argv[1:] != ["relock"]:
        sys.exit("usage: python -m tests.bench.connect relock")
    relock()
