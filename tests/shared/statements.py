"""Which statements are sent to the database for the sake of which request."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from shared.db import Connection
from shared.events.append import correlation_id

HOUSEKEEPING: Final = ("pg_catalog", "set_config('jit'", "take_calls")
"""Of a new connection, on which asyncpg looks types up, and of a caller's budget, taken anew at each minute's turn."""


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """Request id -> the statements that were sent for its sake; relays and readers of this process send others."""
    statements: dict[str, list[str]] = defaultdict(list)
    fetch = Connection._execute

    async def noting(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        if not any(words in query for words in HOUSEKEEPING):
            statements[correlation_id.get()].append(query)
        return await fetch(self, query, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "_execute", noting)
        yield statements
