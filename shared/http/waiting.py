"""Requests that wait for something to happen: so many of one caller and of one process, so that they leave room for
those that have work to do (the middleware's RUNNING_MAX).
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fastapi import Request

from shared.errors import TooManyRequests, Unavailable
from shared.http.auth import Actor

WAITING_OF_CALLER_MAX: Final = 10
WAITING_MAX: Final = 100


@contextmanager
def place_to_wait(request: Request, actor: Actor) -> Iterator[None]:
    """To be held only while there is really something to wait for. Raises TooManyRequests or Unavailable."""
    waiting: Counter[str] = request.app.state.waiting
    if waiting[actor.subject] >= WAITING_OF_CALLER_MAX:
        raise TooManyRequests(
            f"{WAITING_OF_CALLER_MAX} requests of yours are waiting already",
            indonesian=f"{WAITING_OF_CALLER_MAX} permintaan Anda sudah menunggu",
            retry_after_seconds=1,
        )
    if waiting.total() >= WAITING_MAX:
        raise Unavailable(
            "too many requests are waiting at once; ask without waiting",
            indonesian="terlalu banyak permintaan menunggu sekaligus; tanyakan tanpa menunggu",
            retry_after_seconds=1,
        )
    waiting[actor.subject] += 1
    try:
        yield
    finally:
        waiting[actor.subject] -= 1
        if not waiting[actor.subject]:
            del waiting[actor.subject]
