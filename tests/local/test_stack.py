"""The tests run in this order, on one stack: each leaves it running."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil  # type: ignore[import-untyped]
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.local import postgres, stack
from shared.local.folders import REPOSITORY
from shared.local.processes import find, stop, wait_for_end

START = """
import sys
from pathlib import Path
from shared.local import stack

print(stack.start(Path(sys.argv[1]), tied=sys.argv[2] == "tied", fast=True))
if sys.argv[2] == "tied":
    sys.stdout.flush()
    sys.stdin.read()
"""


def start_elsewhere(directory: Path, tied: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START, directory, tied],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def start(directory: Path) -> stack.Stack:
    return stack.start(directory, tied=False, fast=True)


def servers(directory: Path) -> list[psutil.Process]:
    return [one.process for one in find(directory) if one.name in stack.SERVERS]


async def write(running: stack.Stack) -> None:
    conn = await asyncpg.connect(running.dsn)
    await conn.execute("CREATE TABLE kept AS SELECT 'a row' AS text")
    await conn.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=running.kafka)
    await admin.start()
    await admin.create_topics([NewTopic("kept", 1, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=running.kafka, acks="all", enable_idempotence=True)
    await producer.start()
    await producer.send_and_wait("kept", b"a record")
    await producer.stop()


async def read(running: stack.Stack) -> tuple[str, bytes]:
    conn = await asyncpg.connect(running.dsn)
    row = await conn.fetchval("SELECT text FROM kept")
    await conn.close()
    consumer = AIOKafkaConsumer(bootstrap_servers=running.kafka, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition("kept", 0)])
    record = await asyncio.wait_for(consumer.getone(), 10)
    await consumer.stop()
    return row, record.value


def test_two_callers_at_once_get_the_same_stack_whatever_an_interrupted_one_left(directory: Path) -> None:
    data = postgres.data_folder(directory)
    halves = [data.with_name(f"{data.name}.new.interrupted"), directory / "kafka" / "data.new.interrupted"]
    for half in halves:
        half.mkdir(parents=True)

    callers = [start_elsewhere(directory, "untied") for _ in range(2)]
    answers = [caller.communicate(timeout=60)[0] for caller in callers]

    assert [caller.returncode for caller in callers] == [0, 0]
    assert answers[0] == answers[1]
    assert sorted(one.name for one in find(directory)) == ["kafka", "postgres"]
    assert not any(half.exists() for half in halves)


def test_both_servers_listen_on_loopback_only(directory: Path) -> None:
    listening = [
        connection.laddr.ip.removeprefix("::ffff:")
        for server in servers(directory)
        for connection in server.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]

    assert len(listening) == 3
    assert set(listening) == {"127.0.0.1"}


def test_what_was_written_survives_a_kill_of_both_servers_and_a_lock_file_that_names_a_stranger(
    directory: Path,
) -> None:
    asyncio.run(write(start(directory)))

    stop(servers(directory), sign=signal.SIGKILL)
    lock = postgres.data_folder(directory) / "postmaster.pid"
    lock.write_text("\n".join([str(os.getpid()), *lock.read_text().splitlines()[1:]]) + "\n")
    running = start(directory)

    assert asyncio.run(read(running)) == ("a row", b"a record")


def test_servers_that_run_already_are_left_alone(directory: Path) -> None:
    before = servers(directory)

    start(directory)

    assert servers(directory) == before


def test_a_damaged_state_file_costs_a_restart_and_no_data(directory: Path) -> None:
    (directory / "state.json").write_text('{"ports": {"kaf')

    running = start(directory)

    assert asyncio.run(read(running)) == ("a row", b"a record")
    assert len(servers(directory)) == 2
    assert json.loads((directory / "state.json").read_text())["ports"]["kafka"]


def test_a_tied_stack_ends_with_the_last_of_its_users_even_when_they_are_killed(directory: Path) -> None:
    users = [start_elsewhere(directory, "tied") for _ in range(2)]
    for user in users:
        assert user.stdout
        assert user.stdout.readline().startswith("Stack(")
    before = servers(directory)

    users[0].kill()
    users[0].communicate(timeout=5)
    assert servers(directory) == before

    users[1].kill()
    users[1].communicate(timeout=5)
    assert wait_for_end(before, seconds=15)


def test_wiping_removes_the_data(directory: Path) -> None:
    stack.stop(directory)

    stack.wipe(directory)

    assert not postgres.data_folder(directory).exists()
    assert not (directory / "kafka").exists()
