"""The four services after the whole story, with every call that was made."""

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from rich.console import Console

from demo.__main__ import CHAPTERS
from demo.cast import load_partners
from demo.narrator import Narrator
from demo.stage import Stage
from shared.local import issuer
from tests.rights import epilogue
from tests.rights.recorder import Recorder
from tests.rights.samples import Thing
from tests.servers import SERVICES, Servers
from tests.world import ISSUER, World, listening


@dataclass
class Scene:
    world: World
    stage: Stage
    recorder: Recorder

    def unit_of(self, thing: Thing | None) -> str:
        """The technical unit that the thing's organisation works with."""
        units = [p.data["unit"] for p in self.stage.partners.values() if thing and p.ngo_id == thing.ngo_id]
        return str(units[0]) if units else ""


@pytest.fixture(scope="session")
async def scene(servers: Servers, template: str, issuer_keys: Path) -> AsyncIterator[Scene]:
    async with World.on_fresh_database(servers, template, issuer_keys) as world, AsyncExitStack() as running:
        tokens = uvicorn.Config(issuer.create_app(world.key, ISSUER), "127.0.0.1", 0, log_level="warning")
        addresses = {"issuer": await running.enter_async_context(listening(tokens))}
        for service in SERVICES:
            await world.start_worker(service)
            addresses[service] = str((await world.api(service)).base_url).rstrip("/")
        http = await running.enter_async_context(httpx.AsyncClient(timeout=30, trust_env=False))
        recorder = Recorder(addresses, http)
        narrator = Narrator(Console(file=io.StringIO(), width=120))
        stage = Stage(recorder, narrator, {partner.key: partner for partner in load_partners()})
        await recorder.set_clock(stage.now)
        for chapter in CHAPTERS:
            await chapter(stage)
        await epilogue.act(stage)
        yield Scene(world, stage, recorder)
