"""Reads of invitations: a person's own, and those of an organisation."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from shared.db import Connection
from shared.errors import NotFound
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page

SORTING: Final = Sorting("i.id")


async def select_invitations(
    conn: Connection,
    page: PageRequest = ONE,
    *,
    subject: str | None = None,
    ngo_id: UUID | None = None,
    invitation_id: UUID | None = None,
    open_at: datetime | None = None,
) -> list[Any]:
    """To this person, or by this organisation; `open_at`: only those that can be accepted then."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT i.id, i.ngo_id, o.name AS ngo_name, i.subject, i.role, i.status, i.invited_at, i.expires_at, i.version
        FROM invitation i JOIN organisation o ON o.id = i.ngo_id
        WHERE ($1::text IS NULL OR i.subject = $1) AND ($2::uuid IS NULL OR i.ngo_id = $2)
          AND ($3::uuid IS NULL OR i.id = $3)
          AND ($4::timestamptz IS NULL OR i.status = 'open' AND $4 < i.expires_at AND o.status = 'active')
        """,
        subject,
        ngo_id,
        invitation_id,
        open_at,
        sorting=SORTING,
    )


async def find_invitation(conn: Connection, invitation_id: UUID, *, subject: str | None = None) -> Any:
    """In whatever status; of this person, if one is named."""
    rows = await select_invitations(conn, subject=subject, invitation_id=invitation_id)
    if not rows:
        raise NotFound("there is no such invitation that you may see")
    return rows[0]
