"""Since when each download of the register has the content that it has: for `Last-Modified`.

Whatever happens in the same second as a change must have a later time, or who read in between would never learn of it.
So the time is that of the next full second, and until that has come nothing is said.
"""

from datetime import datetime, timedelta
from typing import Final

from shared.db import Connection, Database

STEP: Final = timedelta(seconds=1)


async def unchanged_since(db: Database, name: str, etag: str, *, now: datetime) -> datetime | None:
    """Since when the file has this tag: as it seems from the times at which it was read."""
    async with db.read() as conn:
        since: datetime | None = await conn.fetchval(
            "SELECT since FROM register_file WHERE name = $1 AND etag = $2", name, etag
        )
    if since is None:
        async with db.transaction() as conn:
            since = await _note(conn, name, etag, now.replace(microsecond=0) + STEP)
    return since if since <= now else None


async def _note(conn: Connection, name: str, etag: str, since: datetime) -> datetime:
    noted: datetime = await conn.fetchval(
        """
        INSERT INTO register_file (name, etag, since) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET
            etag = EXCLUDED.etag,
            since = CASE WHEN register_file.etag = EXCLUDED.etag THEN register_file.since
                         ELSE greatest(EXCLUDED.since, register_file.since + $4::interval) END
        RETURNING since
        """,
        name,
        etag,
        since,
        STEP,
    )
    return noted
