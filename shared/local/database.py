"""The database of the local setting: its roles, the services' schemas, and their topics."""

import asyncio
from urllib.parse import urlsplit

from shared.local.folders import REPOSITORY
from shared.local.postgres import address
from shared.local.programs import DATABASE, SERVICES, TOPIC_PARTITIONS


async def prepare(superuser_dsn: str, kafka: str, *, with_data: bool = True) -> None:
    """Make the database unless it is there, then roles, schemas, data and topics as they are now. Safe to repeat.

    In this process: four `migrate` processes would spend most of their time importing what they do not need.
    """
    import asyncpg  # noqa: PLC0415  only `up` needs these

    from shared import migrate  # noqa: PLC0415
    from shared.settings import ServiceSettings  # noqa: PLC0415

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
    port = urlsplit(superuser_dsn).port or 5432
    await asyncio.gather(
        *(
            migrate.migrate(
                ServiceSettings(
                    dsn=address(port, user=f"{service}_owner", database=DATABASE),
                    kafka=kafka,
                    topic_partitions=TOPIC_PARTITIONS,
                    oidc_issuer="",
                ),
                service,
                with_data=with_data,
            )
            for service in SERVICES
        )
    )
