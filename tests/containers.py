"""PostgreSQL and Kafka in containers. The images and tags are those of docker-compose.yml."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy


def start() -> tuple[str, str, Callable[[], None]]:
    """Start both; returns DSN, bootstrap servers, and a function that stops them."""
    postgres = (
        DockerContainer("postgres:17-trixie")
        .with_volume_mapping(str(Path(__file__).with_name("trust.sh")), "/docker-entrypoint-initdb.d/trust.sh")
        .with_env("POSTGRES_PASSWORD", "only-for-tests")  # pragma: allowlist secret
        .with_exposed_ports(5432)
        .with_command("postgres -c fsync=off -c full_page_writes=off -c max_connections=300")
        # The image starts once to run its scripts and once more for good.
        .waiting_for(LogMessageWaitStrategy("ready to accept connections", times=2).with_startup_timeout(60))
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kafka = DockerContainer("apache/kafka:4.3.1").with_bind_ports(9092, port)
    for name, value in _kafka_settings(port).items():
        kafka.with_env(name, value)
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    postgres.start()
    try:
        kafka.start()
        asyncio.run(_until_answered(port))
    except BaseException:
        postgres.stop()
        kafka.stop()
        raise

    def stop() -> None:
        kafka.stop()
        postgres.stop()

    host = postgres.get_container_host_ip()
    dsn = f"postgresql://postgres@{host}:{postgres.get_exposed_port(5432)}/postgres"
    return dsn, f"{host}:{port}", stop


async def _until_answered(port: int) -> None:
    """Wait for the broker itself: the published port accepts before it does, and what it logs is up to the image."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it reports each refused connection
    deadline = time.monotonic() + 60
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}", request_timeout_ms=3000)
        try:
            await admin.start()
            logging.getLogger("aiokafka").setLevel(logging.NOTSET)
            return
        except (KafkaError, OSError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.3)
        finally:
            await admin.close()


def _kafka_settings(port: int) -> dict[str, str]:
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }
