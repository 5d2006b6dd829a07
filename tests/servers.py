"""Where tests get their PostgreSQL and Kafka, and the database template with all schemas migrated."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from shared import migrate
from shared.local import stack
from tests import containers

SERVICES: Final = ("registry", "reporting", "recommendations", "notifications")
SERVICES_FOLDER: Final = Path(__file__).parents[1] / "services"
ROLES_SQL: Final = Path(__file__).parents[1] / "deploy" / "postgres" / "roles.sql"


@dataclass(frozen=True)
class Servers:
    dsn: str
    kafka: str

    def dsn_of(self, role: str, database: str) -> str:
        """The address of a database as one of the services' roles."""
        parts = urlsplit(self.dsn)
        return urlunsplit(parts._replace(netloc=f"{role}@{parts.hostname}:{parts.port}", path=f"/{database}"))


def start_embedded(directory: Path) -> Servers:
    started = stack.start(directory, tied=True, fast=True)
    return Servers(started.dsn, started.kafka)


def docker_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, timeout=20, check=False).returncode == 0


def start_containers() -> tuple[Servers, Callable[[], None]]:
    """PostgreSQL and Kafka in containers, by testcontainers; and how to stop them."""
    dsn, kafka, stop = containers.start()
    return Servers(dsn, kafka), stop


async def template_database(dsn: str) -> str:
    """Make the template unless one for exactly these migrations is there; of several processes one does it.

    Without the services' data: each test's database is a copy, and 91,000 rows would make every one of them slower.
    """
    sql = [ROLES_SQL.read_text()]
    sql += [file.read_text() for service in SERVICES for _, file in migrate.migrations_of(service)]
    name = "singo_template_" + hashlib.sha256("\0".join(sql).encode()).hexdigest()[:16]
    admin = await asyncpg.connect(dsn)
    try:
        await admin.execute("SELECT pg_advisory_lock(7001)")
        if await admin.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", name):
            return name
        making = f"{name}_making"
        await admin.execute(f"DROP DATABASE IF EXISTS {making} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {making}")
        await prepare_database(Servers(dsn, ""), making)
        await admin.execute(f"ALTER DATABASE {making} RENAME TO {name}")
        return name
    finally:
        await admin.close()


async def template_with_data(servers: Servers, template: str) -> str:
    """A copy of the template that holds the services' data too; made once for this data."""
    loaders = [file for service in SERVICES for file in (SERVICES_FOLDER / service).glob("data.py")]
    name = template + "_" + hashlib.sha256(b"".join(file.read_bytes() for file in loaders)).hexdigest()[:16]
    admin = await asyncpg.connect(servers.dsn)
    try:
        await admin.execute("SELECT pg_advisory_lock(7001)")
        if await admin.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", name):
            return name
        making = f"{name}_making"
        await admin.execute(f"DROP DATABASE IF EXISTS {making} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {making} TEMPLATE {template}")
        for service in SERVICES:
            await migrate.migrate_schema(servers.dsn_of(f"{service}_owner", making), service)
        await admin.execute(f"ALTER DATABASE {making} RENAME TO {name}")
        return name
    finally:
        await admin.close()


async def prepare_database(servers: Servers, database: str) -> None:
    """Roles, schemas and migrations."""
    conn = await asyncpg.connect(servers.dsn_of(urlsplit(servers.dsn).username or "postgres", database))
    try:
        await conn.execute(ROLES_SQL.read_text())
    finally:
        await conn.close()
    for service in SERVICES:
        await migrate.migrate_schema(servers.dsn_of(f"{service}_owner", database), service, with_data=False)
