"""What every chapter works with: the services, the narrator, the partners and the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from demo.cast import Partner
from demo.client import Answer, Arrival, Person, Services
from demo.narrator import Narrator


@dataclass
class Stage:
    services: Services
    narrator: Narrator
    partners: dict[str, Partner]
    now: datetime = datetime(2020, 1, 6, 2, tzinfo=UTC)

    async def chapter(self, title: str, title_en: str, now: datetime) -> None:
        self.now = now
        await self.services.set_clock(now)
        self.narrator.chapter(title, title_en, now)

    async def act(
        self,
        who: Person,
        did: str,
        verb: str,
        service: str,
        path: str,
        body: Any = None,
        *,
        match: int | None = None,
    ) -> Answer:
        """Somebody does something: told with the events it caused and who learnt of them."""
        answer = await self.services.call(who, verb, service, path, body, match=match)
        arrivals = await self.services.arrivals_of(answer)
        self.narrator.act(who.title, did, arrivals, took_ms=answer.took_ms)
        return answer

    async def quietly(
        self, who: Person, verb: str, service: str, path: str, body: Any = None, *, match: int | None = None
    ) -> tuple[Answer, Sequence[Arrival]]:
        """The same without telling; the chapter sums it up."""
        answer = await self.services.call(who, verb, service, path, body, match=match)
        return answer, await self.services.arrivals_of(answer)

    async def refused(
        self,
        who: Person,
        tried: str,
        verb: str,
        service: str,
        path: str,
        body: Any = None,
        *,
        status: int,
        match: int | None = None,
    ) -> dict[str, Any]:
        """Somebody tries what is not allowed, and is told why."""
        answer = await self.services.call(who, verb, service, path, body, match=match, expect=status)
        problem: dict[str, Any] = answer.body
        self.narrator.refused(who.title, tried, problem)
        return problem

    async def read(self, who: Person | None, service: str, path: str) -> Any:
        return (await self.services.call(who, "GET", service, path)).body
