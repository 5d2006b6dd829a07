"""Read your writes across services: a read waits until named events have been applied here.

A write answers `Singo-Events: ...;position="reporting/<key>/42"`; the reader sends `Singo-After: reporting/<key>/42`
(several with commas) and, if it likes, `Prefer: wait=5` (RFC 7240), seconds, 10 at most.
"""

import asyncio
import re
import time
from typing import Any, Final

from fastapi import Request

from shared.db import Database
from shared.errors import InvalidInput, NotYetArrived
from shared.http.auth import signed_in
from shared.http.headers import bounded
from shared.http.waiting import place_to_wait

Positions = list[tuple[str, str, int]]
"""Of (source, key, sequence)."""

_POSITION: Final = re.compile(r"([a-z]+)/([\x21-\x2b\x2d-\x7e]{1,100})/([1-9][0-9]{0,17})")
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait=([0-9]{1,3})(?:$|[,;\s])")
WAIT_SECONDS_DEFAULT: Final = 5
WAIT_SECONDS_MAX: Final = 10
POSITIONS_MAX: Final = 20
FIRST_PAUSE_SECONDS: Final = 0.002
LONGEST_PAUSE_SECONDS: Final = 0.25


async def read_after(request: Request) -> None:
    """Wait until the events that a read names have been applied here."""
    if request.method not in ("GET", "HEAD"):
        return
    prefer = bounded(request, "Prefer")
    if "singo-after" not in request.headers:
        return
    actor = await signed_in(request)  # waiting is for callers we know, also where the route is public
    state: Any = request.app.state
    texts = bounded(request, "Singo-After").split(",")  # an empty header is one that names nothing: refused
    if len(texts) > POSITIONS_MAX:
        raise InvalidInput.field("header:Singo-After", f"must be at most {POSITIONS_MAX} positions")
    positions = [_parse(text.strip()) for text in texts]
    if unknown := {source for source, _, _ in positions} - {state.service, *state.sources}:
        raise InvalidInput.field("header:Singo-After", f"this service does not listen to {', '.join(sorted(unknown))}")
    wanted = [(source, key, sequence) for source, key, sequence in positions if source != state.service]
    wait = _WAIT.search(prefer)
    seconds = min(int(wait[1]) if wait else WAIT_SECONDS_DEFAULT, WAIT_SECONDS_MAX)
    if not (missing := await _not_applied(state.db, wanted)):
        return
    with place_to_wait(request, actor):
        if not await _applied_within(state.db, missing, seconds):
            raise NotYetArrived(
                "the events named in `Singo-After` have not all been applied here", retry_after_seconds=1
            )


def _parse(text: str) -> tuple[str, str, int]:
    if not (position := _POSITION.fullmatch(text)):
        raise InvalidInput.field("header:Singo-After", "must be positions such as `reporting/<key>/42`, with commas")
    return position[1], position[2], int(position[3])


async def _applied_within(db: Database, positions: Positions, seconds: float) -> bool:
    """Whether this service has applied all of them before the time is over."""
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE_SECONDS
    while time.monotonic() + pause <= deadline:
        await asyncio.sleep(pause)
        if not (positions := await _not_applied(db, positions)):
            return True
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
    return False


async def _not_applied(db: Database, positions: Positions) -> Positions:
    if not positions:
        return []
    behind = await db.pool.fetch(
        """
        SELECT n.source, n.key, n.sequence
        FROM unnest($1::text[], $2::text[], $3::bigint[]) AS n (source, key, sequence)
        LEFT JOIN watermark w ON w.key = n.key AND w.source = n.source
        WHERE coalesce(w.sequence, 0) < n.sequence
        """,
        *map(list, zip(*positions, strict=True)),
    )
    return [(row["source"], row["key"], row["sequence"]) for row in behind]
