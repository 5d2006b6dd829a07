"""The time, as the domain sees it. A setting lets demonstrations and tests move it; then every process of a service
reads how far ahead it runs from the service's own schema.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:  # pure rules use the time zone and must not reach a database
    from shared.db import Connection

JAKARTA: Final = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True, slots=True)
class Clock:
    settable: bool = False

    async def now(self, conn: "Connection") -> datetime:
        if not self.settable:
            return datetime.now(UTC)
        ahead: timedelta | None = await conn.fetchval("SELECT ahead FROM clock")
        return datetime.now(UTC) + (ahead or timedelta())

    async def set(self, conn: "Connection", now: datetime) -> None:
        """Make it `now` from this moment on. Only where the setting allows it."""
        if not self.settable:
            raise PermissionError("the clock of this service can't be set")
        await conn.execute(
            "INSERT INTO clock (ahead) VALUES ($1) ON CONFLICT ((true)) DO UPDATE SET ahead = EXCLUDED.ahead",
            now - datetime.now(UTC),
        )
