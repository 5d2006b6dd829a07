"""A reader that only notes what it was given: one row per call of its handler, with nothing that hides a second one.

python -m tests.faults.ledger worker      a member of the ledger's group
python -m tests.faults.ledger intruder    reads the same partitions into the same schema, in a group of its own
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import asyncpg
from pydantic_settings import SettingsConfigDict

from shared import logging, migrate
from shared.db import Connection
from shared.events import consumer
from shared.events.envelope import Envelope
from shared.service import Service, main, open_database
from shared.settings import ServiceSettings
from tests.servers import SERVICES

NAME: Final = "ledger"

# No key but the number that shows the order: a doubled, lost or early effect stays to be seen.
TABLES: Final = """
    CREATE TABLE effect (
        n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        source text NOT NULL,
        key text NOT NULL,
        sequence bigint NOT NULL,
        event_id uuid NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    -- While it has a row, one event in `every` fails, after its effect was written.
    CREATE TABLE poison (every int NOT NULL CHECK (every > 0));
"""


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SINGO_LEDGER_", frozen=True, extra="ignore")


class Poisoned(Exception):
    """The handler fails, for as long as the test wants it to."""


async def apply(conn: Connection, events: Sequence[Envelope]) -> None:
    await conn.execute(
        """
        INSERT INTO effect (source, key, sequence, event_id)
        SELECT source, key, sequence, id
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::uuid[]) WITH ORDINALITY
            AS e (source, key, sequence, id, place)
        ORDER BY place
        """,
        [event.source for event in events],
        [event.key for event in events],
        [event.sequence for event in events],
        [event.id for event in events],
    )
    every = await conn.fetchval("SELECT every FROM poison")
    if every and any(event.id.int % every == 0 for event in events):
        raise Poisoned


SERVICE: Final = Service(
    name=NAME, title="What a reader was given", settings=Settings, routers=[], sources=SERVICES, apply=apply
)


async def prepare(conn: asyncpg.Connection) -> None:
    """Make the ledger's role, schema and tables, as superuser. Once per database."""
    database = await conn.fetchval("SELECT current_database()")
    await conn.execute(
        f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{NAME}') THEN
                CREATE ROLE {NAME} LOGIN;
                ALTER ROLE {NAME} SET search_path = {NAME};
            END IF;
        END $$;
        GRANT CONNECT ON DATABASE "{database}" TO {NAME};
        CREATE SCHEMA {NAME} AUTHORIZATION {NAME};
        SET ROLE {NAME};
        SET search_path = {NAME};
        """
    )
    core = [file.read_text() for name, file in migrate.migrations_of(SERVICES[0]) if name.startswith("events/")]
    async with conn.transaction():
        for sql in (*core, TABLES):
            await conn.execute(sql)
    await conn.execute("RESET ROLE; RESET search_path")
    await conn.execute(Path(__file__).with_name("views.sql").read_text())


async def intrude() -> None:
    """Never stops by itself; it is killed."""
    settings = Settings()
    logging.configure(NAME, "intruder", settings.log_format)
    subscription = consumer.Subscription(
        kafka=settings.kafka,
        group=f"{settings.topic_prefix}.intruder",
        member="intruder-1",
        topics={settings.topic(source): source for source in SERVICES},
        apply=apply,
    )
    async with open_database(NAME, settings, statement_seconds=30) as db:
        await consumer.run(db, subscription, asyncio.Event())


if __name__ == "__main__":
    if sys.argv[1:] == ["intruder"]:
        asyncio.run(intrude())
    else:
        main(SERVICE)
