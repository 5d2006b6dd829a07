"""What readers made of the events must be what the owners have. Each query gives the rows in which they differ."""

from collections.abc import Mapping
from typing import Any, Final

import asyncpg

from services.reporting.obligations.rules import due_under
from tests.faults.workload import ENDS_ON, STARTS_ON


def _same(one: str, other: str) -> str:
    """Rows that stand in only one of two queries, or not as often in both."""
    return f"(({one}) EXCEPT ALL ({other})) UNION ALL (({other}) EXCEPT ALL ({one}))"


MEMBERS: Final = "SELECT subject, ngo_id, role FROM {}.membership"
AGREEMENTS: Final = "SELECT id, ngo_id, starts_on, ends_on FROM {}.agreement"
STANDING: Final = "SELECT id, status FROM {}.ngo"
QUERIES: Final[Mapping[str, str]] = {
    **{
        f"members in registry and in {reader}": _same(MEMBERS.format("registry"), MEMBERS.format(reader))
        for reader in ("reporting", "recommendations", "notifications")
    },
    **{
        f"agreements in registry and in {reader}": _same(AGREEMENTS.format("registry"), AGREEMENTS.format(reader))
        for reader in ("reporting", "recommendations")
    },
    **{
        f"standing in registry and in {reader}": _same(
            "SELECT id, status FROM registry.organisation WHERE status <> 'applied'", STANDING.format(reader)
        )
        for reader in ("reporting", "recommendations")
    },
    "duties in reporting and in registry's copy": _same(
        "SELECT id, ngo_id, due_on, upper(status) FROM reporting.obligation",
        "SELECT id, ngo_id, due_on, state FROM registry.obligation_copy",
    ),
    "events and what the feed holds": _same(
        "SELECT id FROM ledger.every_event WHERE source <> 'notifications' AND type NOT LIKE 'singo.registry.Member%'",
        "SELECT id FROM notifications.feed_event",
    ),
    "messages about visits, not one for the region": """
        SELECT e.id, count(m.id) FROM reporting.event e
        LEFT JOIN notifications.message m ON m.event_id = e.id AND m.to_region IS NOT NULL
        WHERE e.type = 'singo.reporting.VisitAnnounced.v1' GROUP BY e.id HAVING count(m.id) <> 1
    """,
    "deliveries whose numbers are not 1 to n": """
        SELECT s.id, s.last_number, count(d.number), max(d.number)
        FROM notifications.subscription s LEFT JOIN notifications.delivery d ON d.subscription_id = s.id
        GROUP BY s.id HAVING s.last_number <> count(d.number) OR coalesce(max(d.number), 0) <> s.last_number
    """,
    "events that the subscriber to all did not get, since it subscribed": """
        SELECT f.id FROM notifications.feed_event f CROSS JOIN notifications.subscription s
        LEFT JOIN notifications.delivery d ON d.event_id = f.id AND d.subscription_id = s.id
        WHERE s.types = '{*}' AND d.event_id IS NULL
    """,
}


async def differences(conn: asyncpg.Connection) -> dict[str, list[Any]]:
    """Only those that there are, under the query's name."""
    found = {what: await conn.fetch(query) for what, query in QUERIES.items()}
    found["agreements without exactly their duties"] = await conn.fetch(
        """
        SELECT a.id, count(o.id) FROM reporting.agreement a LEFT JOIN reporting.obligation o ON o.agreement_id = a.id
        GROUP BY a.id HAVING count(o.id) <> $1
        """,
        len(due_under(STARTS_ON, ENDS_ON)),
    )
    return {what: rows for what, rows in found.items() if rows}
