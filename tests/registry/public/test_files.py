from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from services.registry.public.files import unchanged_since
from tests.world import World

NOON = datetime(2026, 8, 12, 12, tzinfo=UTC)

Read = Callable[[str, float], Awaitable[float | None]]


@pytest.fixture
async def read(world: World) -> Read:
    """A tag was seen so many seconds after noon: since how many seconds after noon is the file said to have it?"""
    db = await world.db("registry")

    async def since(etag: str, seconds: float) -> float | None:
        found = await unchanged_since(db, "csv", etag, now=NOON + timedelta(seconds=seconds))
        return None if found is None else (found - NOON).total_seconds()

    return since


async def test_a_file_has_a_date_from_the_next_full_second_on(read: Read) -> None:
    assert await read('"a"', 0.4) is None
    assert await read('"a"', 0.9) is None
    assert await read('"a"', 1.0) == 1
    assert await read('"a"', 100) == 1


async def test_two_changes_within_a_second_never_leave_a_reader_with_the_first(read: Read) -> None:
    await read('"a"', 0.4)
    assert await read('"a"', 1.1) == 1

    assert await read('"b"', 1.2) is None
    assert await read('"c"', 1.3) is None
    assert await read('"c"', 4) == 3


async def test_what_is_again_as_it_was_has_a_new_date(read: Read) -> None:
    await read('"a"', 0)
    await read('"b"', 10)

    assert await read('"a"', 20.5) is None
    assert await read('"a"', 22) == 21


async def test_a_clock_that_was_set_back_gives_no_date_a_second_time(read: Read) -> None:
    await read('"a"', 10)
    await read('"b"', 5)

    assert await read('"b"', 11.9) is None
    assert await read('"b"', 12) == 12
