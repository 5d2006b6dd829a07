"""Many local partners at once: what a single proposal demands holds for each row.

One event tells of up to 2,500 of them. An event for each would be 10,000 records and as many messages in the officers'
inboxes for what is one act of one person; what a reader needs of a single partner stands in the partner itself, and
its approval, on which others act, is an event of its own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.registry.events import LocalPartnersImported
from services.registry.local_partners.rules import Status, check_registration
from services.registry.organisations.rules import Status as OrganisationStatus
from services.registry.organisations.rules import require_active
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import InvalidInput
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.http.bulk import RowError
from shared.ids import uuid7
from shared.regions import listed, misused_codes

PARTNERS_PER_EVENT: Final = 2500
"""Their ids take 100 KB of the 256 KiB that an event may have."""


class PartnerImport:
    """One import, in the caller's transaction: chunks of rows, and at the end the events."""

    def __init__(self, conn: Connection, ngo_id: UUID, *, by: ActedBy, now: datetime) -> None:
        self._conn = conn
        self._ngo_id = ngo_id
        self._by = by
        self._now = now
        self._today = now.astimezone(JAKARTA).date()
        self._held: list[UUID] = []
        self._imported: list[tuple[UUID, Sequence[str]]] = []

    async def prepare(self) -> None:
        status = await self._conn.fetchval("SELECT status FROM organisation WHERE id = $1 FOR SHARE", self._ngo_id)
        require_active(OrganisationStatus(status), "to propose local partners")
        held = await self._conn.fetch("SELECT ngo_id FROM holders(NULL) WHERE holder_id = $1", self._ngo_id)
        self._held = [row["ngo_id"] for row in held]

    async def write(self, chunk: Sequence[tuple[int, Any]]) -> list[RowError]:
        problems = [problem for line, row in chunk for problem in self._broken_rules(line, row)]
        bad = {problem.line for problem in problems}
        good = [(uuid7(), line, row) for line, row in chunk if line not in bad]
        new = await self._insert([(partner_id, row) for partner_id, _, row in good])
        self._imported += [(partner_id, row.regions) for partner_id, _, row in good if partner_id in new]
        detail = "a local partner with this registration number is proposed or approved already"
        return problems + [
            RowError(line, "registration_number", detail) for partner_id, line, _ in good if partner_id not in new
        ]

    def _broken_rules(self, line: int, row: Any) -> list[RowError]:
        problems = []
        try:
            check_registration(row.registration_valid_to, self._today)
        except InvalidInput as error:
            problems.append(RowError(line, "registration_valid_to", error.errors[0].detail, error.rule))
        problems += [
            RowError(line, "regions", error.detail, error.rule, error.indonesian)
            for error in misused_codes(listed("regions", row.regions), on=self._today)
        ]
        return problems

    async def _insert(self, rows: Sequence[tuple[UUID, Any]]) -> set[UUID]:
        """Ids of those that are new; also within one statement a registration number counts once."""
        written = await self._conn.fetch(
            """
            INSERT INTO local_partner (id, ngo_id, status, name, legal_form, registration_number,
                                       registration_valid_to, regions, programme, proposed_at, proposed_by,
                                       predecessor_id)
            SELECT r.id, $1, $2, r.name, r.legal_form, r.number, r.valid_to, string_to_array(r.regions, ' '),
                   r.programme, $3, $4,
                   (SELECT o.id FROM local_partner o
                    WHERE o.ngo_id = ANY($12) AND lower(o.registration_number) = lower(r.number)
                      AND o.status IN ('rejected', 'ended')
                    ORDER BY o.proposed_at DESC, o.id DESC LIMIT 1)
            FROM unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::date[], $10::text[], $11::text[])
                 AS r (id, name, legal_form, number, valid_to, regions, programme)
            WHERE NOT EXISTS (
                SELECT FROM local_partner o
                WHERE o.ngo_id = ANY($12) AND lower(o.registration_number) = lower(r.number)
                  AND o.status NOT IN ('rejected', 'ended'))
            ON CONFLICT (ngo_id, lower(registration_number)) WHERE status NOT IN ('rejected', 'ended')
            DO NOTHING RETURNING id
            """,
            self._ngo_id,
            Status.PROPOSED,
            self._now,
            self._by.subject,
            [partner_id for partner_id, _ in rows],
            [row.name for _, row in rows],
            [row.legal_form for _, row in rows],
            [row.registration_number for _, row in rows],
            [row.registration_valid_to for _, row in rows],
            [" ".join(row.regions) for _, row in rows],
            [row.programme for _, row in rows],
            self._held,
        )
        return {row["id"] for row in written}

    def emit_events(self) -> None:
        for start in range(0, len(self._imported), PARTNERS_PER_EVENT):
            part = self._imported[start : start + PARTNERS_PER_EVENT]
            emit(
                self._conn,
                LocalPartnersImported(
                    occurred_at=self._now,
                    actor=self._by,
                    ngo_id=self._ngo_id,
                    regions=tuple(sorted({code for _, regions in part for code in regions})),
                    partner_ids=tuple(partner_id for partner_id, _ in part),
                    count=len(part),
                ),
            )
