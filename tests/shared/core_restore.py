"""A database restored to an earlier point, for the services of `core_model`; and operators who clear up after it."""

import io
from collections.abc import Mapping
from typing import Final

from shared.events import acts
from tests.shared.core_model import SERVICES, Core

WHAT_A_WRITER_HAS: Final = ("stream", "event", "outbox", "change")
ROUNDS: Final = 20

Backup = Mapping[str, bytes]


async def back_up(core: Core, service: str) -> Backup:
    """All that a service has which hears nobody."""
    backup = {}
    for table in WHAT_A_WRITER_HAS:
        into = io.BytesIO()
        await core.scheduler.admin.copy_from_table(table, schema_name=service, output=into, format="binary")
        backup[table] = into.getvalue()
    return backup


async def restore(core: Core, service: str, backup: Backup) -> None:
    """All that runs is stopped for it. What was written since the backup is lost."""
    await core.scheduler.kill_all()
    before = await core.eyes[service].fetch("SELECT id, key FROM event")
    for table in WHAT_A_WRITER_HAS:
        await core.scheduler.admin.execute(f"TRUNCATE {service}.{table}")
        await core.scheduler.admin.copy_to_table(
            table, schema_name=service, source=io.BytesIO(backup[table]), format="binary"
        )
    left = {row["id"] for row in await core.eyes[service].fetch("SELECT id FROM event")}
    core.rewritten |= {(service, row["key"]) for row in before if row["id"] not in left}
    for change in core.changes:
        change.accepted = change.accepted and change.service != service


async def outgrow_what_was_lost(core: Core) -> None:
    """The owners go on writing until each new history is longer than the lost one."""
    for source, key in sorted(core.rewritten):
        lost = max(
            (record.event().sequence for record in core.topics[source].arrived if record.key == key.encode()), default=0
        )
        written = await core.eyes[source].fetchval("SELECT last_sequence FROM stream WHERE key = $1", key) or 0
        if written <= lost:
            await core.write(source, [key] * (lost - written + 1))


async def reconcile(core: Core) -> None:
    """Operators take the owner's history as the true one, until everything is at rest."""
    for _ in range(ROUNDS):
        await core.go_on()
        if not (unrest := await core.unrest()):
            return
        for reader in SERVICES:
            for row in await core.eyes[reader].fetch(
                "SELECT source, key, sequence, headers->>'chain' AS chain FROM parked WHERE reason = 'fork'"
            ):
                place = (row["source"], row["key"], row["sequence"])
                own = await core.eyes[row["source"]].fetchval(
                    "SELECT encode(hash, 'hex') FROM event WHERE key = $1 AND sequence = $2", *place[1:]
                )
                act = acts.skip if own == row["chain"] else acts.discard
                async with (await core.world.db(reader)).transaction() as conn:
                    await act(conn, *place, actor="operator", reason="the owner's database was restored")
        for source, key in core.rewritten:
            await core.republish(source, key, 1)
    raise AssertionError(f"operators cannot bring it to rest: {unrest}")
