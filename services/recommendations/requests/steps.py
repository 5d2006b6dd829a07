"""The steps that a request takes, written down for ever, and what each of its events says."""

import hashlib
import json
from datetime import datetime
from typing import Any

import asyncpg

from services.recommendations.requests.rules import Action
from shared.db import Connection
from shared.events.envelope import ActedBy


async def record_step(
    conn: Connection,
    before: asyncpg.Record,
    after: asyncpg.Record,
    action: Action,
    *,
    by: ActedBy,
    now: datetime,
    reason: str | None = None,
    content: dict[str, Any] | None = None,
) -> None:
    await conn.execute(
        """
        INSERT INTO request_step (request_id, version, action, from_status, to_status, actor, role, at, reason,
                                  content, content_sha256)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        after["id"],
        after["version"],
        action.name,
        before["status"],
        after["status"],
        by.subject,
        by.role,
        now,
        reason,
        content,
        _sha256(content) if content is not None else None,
    )


def about(request: asyncpg.Record, by: ActedBy, now: datetime) -> dict[str, Any]:
    """What every event of a request says."""
    return {
        "occurred_at": now,
        "actor": by,
        "ngo_id": request["ngo_id"],
        "regions": request["regions"],
        "request_id": request["id"],
        "agreement_id": request["agreement_id"],
        "kind": request["kind"],
    }


def _sha256(content: dict[str, Any]) -> bytes:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()
