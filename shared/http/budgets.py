"""How many requests a caller has in a minute, over all processes of a service, told before it runs out.

A row in PostgreSQL holds what a caller has taken of its minute. A process takes a twentieth at once and counts it down
in memory: a caller never gets more than the whole, and one request in many costs a round trip. What a process has
taken and not used is lost to the caller until the next minute. Where the database does not answer, nobody is refused.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

import asyncio
import math
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from fastapi import Request

from shared.clock import Clock
from shared.db import TRANSIENT, Database
from shared.errors import TooManyRequests

WINDOW_SECONDS: Final = 60
PARTS: Final = 20
CALLERS_MAX: Final = 10_000
WITHOUT_DATABASE_SECONDS: Final = 5.0

log = structlog.get_logger()

Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class _Share:
    """What this process may still let a caller do until `ends` (of the monotonic clock)."""

    ends: float = 0.0
    here: int = 0
    elsewhere: int = 0
    """Not yet taken by any process when we last looked."""
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Budgets:
    def __init__(self, calls_per_minute: int) -> None:
        self._quota = calls_per_minute
        self._part = max(1, calls_per_minute // PARTS)
        self._shares: OrderedDict[str, _Share] = OrderedDict()
        self._policy = (b"ratelimit-policy", f'"caller";q={calls_per_minute};w={WINDOW_SECONDS}'.encode())

    async def charge(self, request: Request, caller: str) -> None:
        """Count this request, once, and have its answer tell what is left. Raises TooManyRequests."""
        state: dict[str, Any] = request.scope.setdefault("state", {})
        if "budget" in state:
            return
        share = self._share_of(caller)
        if not share.here or time.monotonic() >= share.ends:
            await self._take(request, caller, share)
        wait = max(1, math.ceil(share.ends - time.monotonic()))
        allowed = share.here > 0
        share.here -= allowed
        left = f'"caller";r={share.here + share.elsewhere};t={wait}'.encode()
        state["budget"] = [self._policy, (b"ratelimit", left)]
        if not allowed:
            raise TooManyRequests(
                f"you have {self._quota} requests in {WINDOW_SECONDS} seconds; the next ones in {wait} s",
                indonesian=f"jatah Anda {self._quota} permintaan per {WINDOW_SECONDS} detik; tunggu {wait} detik",
                retry_after_seconds=wait,
            )

    def _share_of(self, caller: str) -> _Share:
        share = self._shares.get(caller)
        if share is None:
            share = self._shares[caller] = _Share()
            if len(self._shares) > CALLERS_MAX:
                self._shares.popitem(last=False)
        else:
            self._shares.move_to_end(caller)
        return share

    async def _take(self, request: Request, caller: str, share: _Share) -> None:
        """Take a part of what is left of the minute, unless somebody else has just done so, or nothing is left."""
        async with share.taking:
            fresh = time.monotonic() < share.ends
            if fresh and (share.here or not share.elsewhere):
                return
            try:
                row = await request.app.state.db.pool.fetchrow(
                    "SELECT taken, seconds_left FROM take_calls($1, $2, $3)", caller, self._part, WINDOW_SECONDS
                )
            except TRANSIENT as error:
                log.warning("budget_not_known", error=repr(error))
                share.here, share.elsewhere = self._quota, 0
                share.ends = time.monotonic() + WITHOUT_DATABASE_SECONDS
                return
            before = row["taken"] - self._part
            share.here = max(0, min(self._part, self._quota - before))
            share.elsewhere = max(0, self._quota - row["taken"])
            share.ends = time.monotonic() + row["seconds_left"]


async def charge_caller(request: Request, subject: str) -> None:
    """Whoever the token names."""
    await _charge(request, f"subject:{subject}")


async def charge_address(request: Request) -> None:
    """Who comes without a valid token is counted by the address that he comes from."""
    await _charge(request, f"address:{request.client.host if request.client else ''}")


async def _charge(request: Request, caller: str) -> None:
    budgets: Budgets | None = getattr(request.app.state, "budgets", None)
    if budgets and not request.scope["path"].startswith("/health/"):
        await budgets.charge(request, caller)


async def forget_past_minutes(db: Database, _: Clock) -> None:
    """What was taken of a minute counts in that minute only; whose addresses came is not to be kept."""
    await db.pool.execute(
        "DELETE FROM call_budget WHERE minute < floor(extract(epoch FROM clock_timestamp()) / $1::int)", WINDOW_SECONDS
    )
