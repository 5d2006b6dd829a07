"""The database of the local setting and the roles in it."""

from shared.local.folders import REPOSITORY
from shared.local.programs import DATABASE


async def prepare(superuser_dsn: str) -> None:
    """Make the database unless it is there, then its roles and schemas. Safe to repeat."""
    import asyncpg  # noqa: PLC0415  only `up` needs it

    conn = await asyncpg.connect(superuser_dsn)
    try:
        if not await conn.fetchval("SELECT true FROM pg_database WHERE datname = $1", DATABASE):
            await conn.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        await conn.close()
    conn = await asyncpg.connect(superuser_dsn, database=DATABASE)
    try:
        await conn.execute((REPOSITORY / "deploy" / "postgres" / "roles.sql").read_text())
    finally:
        await conn.close()
