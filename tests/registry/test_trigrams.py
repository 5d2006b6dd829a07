"""What the database must bring along for searches that forgive misspellings."""

import asyncpg
import pytest

from tests.world import World


@pytest.mark.parametrize("role", ["registry", "registry_owner"])
async def test_registry_compares_trigrams_without_being_superuser(world: World, role: str) -> None:
    conn = await asyncpg.connect(world.servers.dsn_of(role, world.database))
    try:
        alike = await conn.fetchval("SELECT word_similarity('Arbeiter-Smartier', 'Arbeiter-Samariter-Bund')")
        superuser = await conn.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    finally:
        await conn.close()

    assert alike > 0.5
    assert not superuser


async def test_registrys_owner_builds_an_index_of_trigrams(world: World) -> None:
    conn = await asyncpg.connect(
        world.servers.dsn_of("registry_owner", world.database), server_settings={"search_path": "registry"}
    )
    try:
        await conn.execute("CREATE TABLE named (name text NOT NULL)")
        await conn.execute("CREATE INDEX named_trigrams ON named USING gin (name gin_trgm_ops)")
        made = await conn.fetchval("SELECT count(*) FROM pg_indexes WHERE indexname = 'named_trigrams'")
    finally:
        await conn.close()

    assert made == 1
