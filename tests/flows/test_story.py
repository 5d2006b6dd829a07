"""The whole story of the demo, on four APIs and four workers around a real Kafka."""

import io
from contextlib import AsyncExitStack

import uvicorn
from rich.console import Console

from demo.__main__ import play
from shared.local import issuer
from tests.servers import SERVICES
from tests.world import ISSUER, World, listening


async def play_on(world: World) -> None:
    """Play the story in a world, and see that it ended as expected."""
    told = io.StringIO()
    async with AsyncExitStack() as running:
        tokens = uvicorn.Config(issuer.create_app(world.key, ISSUER), "127.0.0.1", 0, log_level="warning")
        addresses = {"issuer": await running.enter_async_context(listening(tokens))}
        for service in SERVICES:
            await world.start_worker(service)
            addresses[service] = str((await world.api(service)).base_url).rstrip("/")
        as_expected = await play(addresses, Console(file=told, width=120), None)
    assert as_expected, told.getvalue()


async def test_the_story_of_twelve_partners_ends_as_expected(world: World) -> None:
    await play_on(world)
