"""Connections, transactions and their time limits."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
from pydantic_core import from_json

from shared.events import append

# Errors after which the same work, repeated, may well succeed: nobody's data is to blame.
TRANSIENT: Final = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,  # statement time-out, shutdown, crash recovery
    asyncpg.TransactionRollbackError,  # deadlock, serialisation
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalClientError,
    asyncpg.InvalidCachedStatementError,  # a migration changed a table under a prepared statement
    asyncpg.IdleInTransactionSessionTimeoutError,
)

WRITING_HALTED: Final = "SG001"
"""The SQLSTATE that `append` raises while the table `halt` has a row."""


def is_transient(error: BaseException) -> bool:
    """Whether to repeat the whole transaction later. A halt of writing ends when an operator has reconciled."""
    if isinstance(error, RuntimeError) and "the handler is closed" in str(error):
        return True  # uvloop's way to say that the connection has gone
    return isinstance(error, TRANSIENT) or getattr(error, "sqlstate", None) == WRITING_HALTED


def is_fault_of_connection(error: BaseException, conn: "Connection") -> bool:
    """Whether a handler's error is transient.

    asyncpg raises InterfaceError for wrong calls too, which are not. Nor is a statement that reached its time limit:
    one that always does would be repeated for ever, and its partition with it.
    """
    if isinstance(error, asyncpg.QueryCanceledError):
        return False
    if isinstance(error, (OSError, asyncpg.InterfaceError)) and not isinstance(error, TimeoutError):
        return bool(conn.is_closed())
    return is_transient(error)


class Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """A connection that holds the events which its open transaction emitted (`pending`) and has `appended`."""

    __slots__ = ("appended", "pending")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pending: list[append.Emitted] = []
        self.appended: list[append.Appended] = []


async def prepare_connection(conn: Connection) -> None:
    for name in ("json", "jsonb"):
        await conn.set_type_codec(name, encoder=json.dumps, decoder=from_json, schema="pg_catalog")


async def _nothing_to_reset(_: Connection) -> None:
    """Everything we set is local to a transaction: asyncpg's own reset would cost each a round trip."""


def _no_wake() -> None:
    """Nobody listens: the relay finds the events at its next poll."""


@dataclass(frozen=True, slots=True)
class Database:
    """A service's own schema: the pool, and how to tell the relay that something was committed."""

    pool: asyncpg.Pool
    wake_relay: Callable[[], None] = field(default=_no_wake)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Commit at the end of the block, after appending the events that the block emitted.

        A connection whose state is in doubt (the caller was cancelled in mid-query) is thrown away, not reused.
        """
        async with self.pool.acquire(timeout=5) as conn, conn.transaction():
            conn.pending.clear()
            conn.appended.clear()
            yield conn
            await append.flush(conn)
            appended = bool(conn.appended)
        if appended:
            self.wake_relay()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """One consistent snapshot, read only."""
        async with (
            self.pool.acquire(timeout=5) as conn,
            conn.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield conn


@asynccontextmanager
async def savepoint(conn: Connection) -> AsyncIterator[None]:
    """Undo what the block did, its emitted events included, if it raises."""
    pending = conn.pending  # a lost connection no longer has it
    emitted = len(pending)
    try:
        async with conn.transaction():
            yield
    except BaseException:
        del pending[emitted:]
        raise


@asynccontextmanager
async def open_pool(
    dsn: str, *, application_name: str, max_size: int, statement_timeout_seconds: float
) -> AsyncIterator[asyncpg.Pool]:
    milliseconds = str(int(statement_timeout_seconds * 1000))
    pool = await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=max_size,
        timeout=10,
        command_timeout=statement_timeout_seconds + 5,  # only when the server itself no longer answers
        connection_class=Connection,
        init=prepare_connection,
        reset=_nothing_to_reset,
        server_settings={
            "application_name": application_name,
            "timezone": "UTC",
            "statement_timeout": milliseconds,
            "lock_timeout": milliseconds,
            "idle_in_transaction_session_timeout": "30000",
        },
    )
    try:
        yield pool
    finally:
        pool.terminate()
