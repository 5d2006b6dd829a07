"""Cursor pages are stable while rows come and go: on a real PostgreSQL, in every order that the list allows."""

import asyncio
import base64
import json
import random
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.http.paging import NEWEST_FIRST, PageRequest, Sorting, fetch_page
from shared.ids import uuid7
from tests.world import World

SORTING: Final = Sorting("t.id", rank=("t.rank", int), name=("t.name", str))
NAMES = st.sampled_from(["", "a", "A", "ä", "b", "\N{PILE OF POO}" * 200, "a'b", "é"])

Row = tuple[UUID, int, str]
rows = st.tuples(st.builds(uuid7), st.integers(0, 3), NAMES)  # few ranks: ties are what ids must break
Change = tuple[str, Any]
inserts, deletions = st.tuples(st.just("insert"), rows), st.tuples(st.just("delete"), st.integers(0, 99))
changes: st.SearchStrategy[list[Change]] = st.lists(st.one_of(inserts, deletions), max_size=4)


@pytest.fixture
async def table(world: World) -> asyncpg.Pool:
    owner = await asyncpg.connect(world.servers.dsn_of("registry_owner", world.database))
    await owner.execute(
        """
        CREATE TABLE thing (id uuid PRIMARY KEY, rank int NOT NULL, name text NOT NULL);
        GRANT ALL ON thing TO registry
        """
    )
    await owner.close()
    return await world.pool("registry")


async def walk(
    pool: asyncpg.Pool, start: list[Row], between: list[list[Change]], sort: str, limit: int
) -> tuple[list[UUID], set[UUID]]:
    """All ids in the order shown, by cursors; and those that were there all the time."""
    await pool.execute("TRUNCATE thing")
    await pool.executemany("INSERT INTO thing VALUES ($1, $2, $3)", start)
    stayed = {id_ for id_, _, _ in start}
    seen: list[UUID] = []
    page, steps = PageRequest(limit, sort), iter(between)
    while True:
        fetched = await fetch_page(pool, page, "SELECT t.* FROM thing t WHERE true", sorting=SORTING)
        shown = fetched[:limit]
        seen += [row["id"] for row in shown]
        if len(fetched) <= limit:
            return seen, stayed
        own, after = SORTING.decode(SORTING.encode(page, shown[-1]), None)
        page = PageRequest(limit, own, after)
        for what, value in next(steps, []):
            if what == "insert":
                await pool.execute("INSERT INTO thing VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", *value)
            elif start:
                gone = start[value % len(start)][0]  # also the row that the cursor stands on
                await pool.execute("DELETE FROM thing WHERE id = $1", gone)
                stayed.discard(gone)


def ordered(rows_: list[Row], sort: str) -> list[UUID]:
    """Only for the orders that Python and the database agree on."""
    by = {"id": lambda row: row[0], "rank": lambda row: (row[1], row[0])}[sort.removeprefix("-")]
    return [row[0] for row in sorted(rows_, key=by, reverse=sort.startswith("-"))]


@settings(max_examples=150, deadline=timedelta(seconds=20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.lists(rows, max_size=12, unique_by=lambda row: row[0]),
    between=st.lists(changes, max_size=8),
    sort=st.sampled_from(SORTING.choices),
    limit=st.integers(1, 4),
)
async def test_no_row_is_shown_twice_and_none_that_was_there_all_the_time_is_missed(
    table: asyncpg.Pool, start: list[Row], between: list[list[Change]], sort: str, limit: int
) -> None:
    seen, stayed = await walk(table, start, between, sort, limit)

    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)
    if not any(between) and not sort.endswith("name"):
        assert seen == ordered(start, sort)


@pytest.mark.parametrize("sort", SORTING.choices)
async def test_pages_are_stable_beside_writers_that_never_rest(table: asyncpg.Pool, sort: str) -> None:
    shuffle = random.Random(sort)
    stay = [(uuid7(), shuffle.randint(0, 5), shuffle.choice("abc")) for _ in range(200)]
    await table.executemany("INSERT INTO thing VALUES ($1, $2, $3)", stay)
    done = asyncio.Event()

    async def write() -> int:
        turns = 0
        while not done.is_set():
            turns += 1
            visitor = (uuid7(), shuffle.randint(0, 5), shuffle.choice("abc"))
            async with table.acquire() as conn, conn.transaction():  # seen by others later than its id is made
                await conn.execute("INSERT INTO thing VALUES ($1, $2, $3)", *visitor)
                await asyncio.sleep(0)
            if shuffle.random() < 0.7:
                await table.execute("DELETE FROM thing WHERE id = $1", visitor[0])
        return turns

    async def read() -> list[UUID]:
        seen: list[UUID] = []
        page = PageRequest(7, sort)
        while True:
            fetched = await fetch_page(table, page, "SELECT t.* FROM thing t WHERE true", sorting=SORTING)
            shown = fetched[:7]
            seen += [row["id"] for row in shown]
            if len(fetched) <= 7:
                done.set()
                return seen
            page = PageRequest(7, *SORTING.decode(SORTING.encode(page, shown[-1]), sort))

    seen, *turns = await asyncio.gather(read(), write(), write(), write())

    assert len(seen) == len(set(seen))
    assert {id_ for id_, _, _ in stay} <= set(seen)
    assert min(turns) > 0


def test_a_cursor_is_of_one_order_and_nobody_makes_his_own() -> None:
    row = {"id": uuid7(), "rank": 3, "name": "a"}
    cursor = SORTING.encode(PageRequest(1, "-rank"), row)

    assert SORTING.decode(cursor, None) == SORTING.decode(cursor, "-rank")
    for wrong, sort in (
        (cursor, "rank"),
        (cursor, NEWEST_FIRST),
        (cursor[:-3], None),
        ("*", None),
        (forged(["id; DROP TABLE thing", 1, str(row["id"])]), None),
        (forged(["rank", "1) OR true --", str(row["id"])]), None),
        (forged(["rank", 1, "1"]), None),
        (forged(["rank", 1]), None),
        (forged(["name", "a\0b", str(row["id"])]), None),
        (forged({"rank": 1}), None),
        (forged([["rank"], 1, str(row["id"])]), None),
    ):
        with pytest.raises(InvalidInput):
            SORTING.decode(wrong, sort)


def forged(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
