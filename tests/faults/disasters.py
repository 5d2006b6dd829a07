"""Faults after which an operator must act, as docs/operations.md says. Nothing else is broken meanwhile."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from shared.ids import uuid7
from shared.local.programs import SERVICES
from tests.faults.faults import Kind, NotMade, Planned
from tests.faults.fleet import ALL_WORKERS, READERS, worker_names
from tests.faults.hostile import producing
from tests.faults.operators import Wrong, accept_halt, discard_forks
from tests.faults.scene import Scene
from tests.faults.workload import CALM_PAUSE_SECONDS, PAUSE_SECONDS, Workload

APIS: Final = [f"{service}-api" for service in SERVICES]
DISK: Final = "32m"
FORGED_SOURCE: Final = "recommendations"


async def restore_backup(work: Workload, _fault: Planned) -> None:
    """The database is put back to an earlier point. All must stop writing and say so, until the later copy is back."""
    scene = work.scene
    async with scene.servers:
        await scene.postgres.crash()
        backup = await scene.postgres.copy_data("backup")
        await scene.postgres.start()
        before = await _sequences(scene)
        for act in (work.add_member, work.announce_visit, work.publish, work.subscribe):  # one for each service
            await act(work.ngos[0], work.rng)
        await scene.until(_all_moved_on(scene, before), "every service publishes after the backup")
        async with _entrance_closed(work):
            await scene.fleet.hold_down(*APIS, sign=signal.SIGTERM)
            await scene.until(_outboxes_empty(scene), "the outboxes are empty")
            await scene.postgres.crash()
            scene.postgres.swap_data(backup)
            await scene.postgres.start()
            await scene.until(_all_halted(scene), "every service says that its writing is halted")
            await scene.fleet.release(*APIS)
            await scene.fleet.ready(scene.http)
            await _refused(work)
            await scene.postgres.crash()
            scene.postgres.swap_data(backup)
            await scene.postgres.start()
            for service in SERVICES:
                await scene.ask(service, "DELETE FROM halt")
            for service in SERVICES:
                for name in worker_names(service):  # its relay looks again within 30 s; nobody waits for that
                    scene.fleet.send(name, signal.SIGTERM)


async def _refused(work: Workload) -> None:
    """Whoever writes now gets 503, never a 2xx that would be lost."""
    ngo = work.ngos[0]
    attempts: Mapping[str, tuple[str, tuple[str, ...], Any]] = {
        "registry": (
            f"/v1/organisations/{ngo.id}/invitations",
            (ngo.admin,),
            {"subject": "nobody", "role": "ngo_staff"},
        ),
        "notifications": (
            "/v1/subscriptions",
            ("nobody", "integrator"),
            {"name": "contoh", "types": ["*"], "regions": []},
        ),
    }
    for service, (path, caller, body) in attempts.items():
        headers = {"Authorization": f"Bearer {work.scene.token(*caller)}", "Idempotency-Key": str(uuid7())}
        answer = await work.scene.http.post(work.scene.url(service) + path, json=body, headers=headers, timeout=10)
        if answer.status_code != 503 or "operator" not in answer.text:
            raise Wrong(f"{service} answers {answer.status_code} while its writing is halted: {answer.text[:300]}")


async def wipe_kafka(work: Workload, _fault: Planned) -> None:
    """A new, empty cluster. Its readers must stop and say so; then the events are sent again from the tables."""
    scene = work.scene
    async with scene.servers:
        await scene.kafka.crash()
        # One that was rewound a moment ago, and has read nothing since, knows of no old log.
        silent = {reader for reader in READERS if await scene.ask(reader, "SELECT EXISTS (SELECT FROM bookmark)")}
        await asyncio.to_thread(scene.kafka.wipe)
        await scene.kafka.start()
        await scene.create_topics()

        async def all_have_stopped() -> bool:
            """A worker of each: the one to which a partition falls that was read before. Restarted, it stops again."""
            stopped = {line.split(":")[0] for line in scene.fleet.complaints() if "worker_stopped_itself" in line}
            silent.difference_update({reader for reader in silent if stopped & {*worker_names(reader)}})
            return not silent

        try:
            await scene.until(all_have_stopped, "every reader of the old log stops", seconds=60)
        except TimeoutError as error:
            raise Wrong(f"{error}; still reading: {', '.join(sorted(silent))}") from error
        await scene.fleet.hold_down(*ALL_WORKERS)
        scene.fleet.forgive("worker_stopped_itself")
        for service in SERVICES:
            await scene.ask(service, "SELECT sum(republish(key, 1)) FROM stream")
        for reader in READERS:
            await scene.ask(reader, "DELETE FROM bookmark")
        await scene.fleet.release(*ALL_WORKERS)


async def fill_disk(work: Workload, fault: Planned) -> None:
    """A service's outbox lies on a full disk: its writes are refused with 503, and nothing of them remains."""
    scene, service = work.scene, fault.target
    api_log = scene.fleet.programs[f"{service}-api"].log
    read_before = api_log.stat().st_size
    async with scene.servers, _small_disk(scene) as disk, scene.postgres.connect(service) as pin:
        await scene.ask(service, "VACUUM FULL outbox")  # no room but what is made from now on
        await _move_outbox(scene, service, "small")
        work.pause_seconds = PAUSE_SECONDS
        try:
            await pin.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")  # no page is freed for reuse
            await asyncio.to_thread(_fill, disk / "filler")
            refused = work.tally.counts["answered 503"]

            async def refusing() -> bool:
                reason_told = b"DiskFullError" in api_log.read_bytes()[read_before:]
                return reason_told and work.tally.counts["answered 503"] > refused

            await scene.until(refusing, f"{service} refuses writes while the disk is full")
            await asyncio.sleep(fault.seconds)
        finally:
            (disk / "filler").unlink(missing_ok=True)
            await pin.execute("ROLLBACK")
            await _move_outbox(scene, service, "pg_default")
            work.pause_seconds = CALM_PAUSE_SECONDS


@asynccontextmanager
async def _small_disk(scene: Scene) -> AsyncIterator[Path]:
    """A little file system of its own, as a tablespace."""
    disk = scene.postgres.data.with_name(f"{scene.postgres.data.name}.disk")
    owner = scene.postgres.data.stat()
    disk.mkdir(exist_ok=True)
    options = f"size={DISK},uid={owner.st_uid},gid={owner.st_gid},mode=0700"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
    try:
        await asyncio.to_thread(subprocess.run, mount, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        disk.rmdir()
        raise NotMade("this user can't mount a small disk here") from error
    space = disk / "space"
    try:
        space.mkdir(mode=0o700)
        os.chown(space, owner.st_uid, owner.st_gid)
        await scene.ask("public", f"CREATE TABLESPACE small LOCATION '{space}'")
        yield disk
        await scene.ask("public", "DROP TABLESPACE small")
    finally:
        await asyncio.to_thread(subprocess.run, ["umount", "--lazy", str(disk)], check=True)
        disk.rmdir()


async def _move_outbox(scene: Scene, service: str, tablespace: str) -> None:
    await scene.ask(service, f"ALTER TABLE outbox SET TABLESPACE {tablespace}")
    await scene.ask(service, f"ALTER INDEX outbox_pkey SET TABLESPACE {tablespace}")


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return  # full, as wanted


async def forge(work: Workload, fault: Planned) -> None:
    """Somebody continues a key on recommendations' topic by another history. Readers park it as a fork."""
    scene, source = work.scene, FORGED_SOURCE
    async with scene.servers:
        await work.publish(work.ngos[0], work.rng)
        key = work.ngos[0].id
        sequence = 1 + await scene.ask(source, "SELECT last_sequence FROM stream WHERE key = $1", key)
        forged = [
            ("ce_specversion", b"1.0"),
            ("ce_id", str(uuid7()).encode()),
            ("ce_source", f"urn:singo:{source}".encode()),
            ("ce_type", b"singo.recommendations.RecommendationWithdrawn.v1"),
            ("ce_sequence", str(sequence).encode()),
            ("ce_time", b"2026-01-01T00:00:00+00:00"),
            ("ce_chain", os.urandom(32).hex().encode()),
            ("ce_prevchain", os.urandom(32).hex().encode()),
        ]
        async with producing(scene) as producer:
            topic = scene.settings(source).topic(source)
            await producer.send_and_wait(topic, key=key.encode(), value=b"{}", headers=forged)
        await asyncio.sleep(fault.seconds)
        await accept_halt(scene, source)
        # The true events of that sequence and after it: so the forged one is neither the key's newest nor the log's.
        for _ in range(3):
            await work.publish(work.ngos[0], work.rng)
        await scene.until(_forgery_is_gone(scene, key, sequence), "the forged record is gone and the key goes on")


def _forgery_is_gone(scene: Scene, key: str, sequence: int) -> Any:
    async def gone() -> bool:
        """Discard it wherever it has parked the key, and have the owner send the truth again."""
        discarded = [reader for reader in READERS for _ in await discard_forks(scene, reader)]
        if discarded:
            await scene.ask(FORGED_SOURCE, "SELECT republish($1, $2)", key, sequence)
            return False
        async with scene.postgres.connect() as conn:
            return not await conn.fetchval(
                "SELECT true FROM ledger.behind WHERE key = $1 AND source = $2 LIMIT 1", key, FORGED_SOURCE
            )

    return gone


@asynccontextmanager
async def _entrance_closed(work: Workload) -> AsyncIterator[None]:
    work.scene.writing.clear()
    try:
        yield
    finally:
        work.scene.writing.set()


async def _sequences(scene: Scene) -> dict[str, int]:
    return {
        service: await scene.ask(service, "SELECT coalesce(sum(last_sequence), 0) FROM stream") for service in SERVICES
    }


def _all_moved_on(scene: Scene, before: Mapping[str, int]) -> Any:
    async def moved_on() -> bool:
        return all(now > before[service] for service, now in (await _sequences(scene)).items())

    return moved_on


def _outboxes_empty(scene: Scene) -> Any:
    async def empty() -> bool:
        async with scene.postgres.connect() as conn:
            return not await conn.fetchval("SELECT true FROM ledger.waiting WHERE place LIKE '%.outbox' LIMIT 1")

    return empty


def _all_halted(scene: Scene) -> Any:
    async def halted() -> bool:
        return len(await scene.halted()) == len(SERVICES)

    return halted


DISASTERS: Final = (
    Kind(
        "restored backup",
        "the database put back to an earlier point while Kafka knows more",
        ("postgres",),
        (0, 0),
        restore_backup,
        alone=True,
    ),
    Kind("wiped kafka", "Kafka wiped, and refilled from the event tables", ("kafka",), (0, 0), wipe_kafka, alone=True),
    Kind("full disk", "the outbox on a full disk", ("registry",), (0.5, 1.5), fill_disk, alone=True),
    Kind(
        "forged record",
        "a record that continues a key by another history",
        ("recommendations",),
        (0.5, 1.5),
        forge,
        alone=True,
    ),
)
