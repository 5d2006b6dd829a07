"""Recording of licences. Runs in the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.errors import AlreadyExists
from services.registry.events import LicenceRecorded
from services.registry.licences.rules import Kind, check_principle_permit_period
from services.registry.reference.queries import dated_rule
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import InvalidInput
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7


async def record_licence(
    conn: Connection,
    ngo_id: UUID,
    kind: Kind,
    *,
    licence: Mapping[str, Any],
    pointer: str,
    by: ActedBy,
    now: datetime,
) -> UUID:
    """`licence`: its columns as they stand in the form; `pointer`: where the form has them."""
    if licence["issued_on"] > now.astimezone(JAKARTA).date():
        raise InvalidInput.field(f"{pointer}/issued_on", "must not lie in the future")
    if kind is Kind.IZIN_PRINSIP:
        valid_from, valid_to = licence["valid_from"], licence["valid_to"]
        longest = await dated_rule(conn, "licence.izin_prinsip.years_max", on=valid_from)
        check_principle_permit_period(valid_from, valid_to, longest, pointer)
    licence_id = await _insert(conn, ngo_id, kind, licence, by=by, now=now)
    emit(
        conn,
        LicenceRecorded(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            licence_id=licence_id,
            kind=kind,
            number=licence["number"],
            issuer=licence["issuer"],
            issued_on=licence["issued_on"],
            valid_from=licence["valid_from"],
            valid_to=licence["valid_to"],
        ),
    )
    return licence_id


async def _insert(
    conn: Connection, ngo_id: UUID, kind: Kind, licence: Mapping[str, Any], *, by: ActedBy, now: datetime
) -> UUID:
    licence_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO licence (id, ngo_id, kind, number, issuer, issued_on, valid_from, valid_to,
                             document_sha256, recorded_at, recorded_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (ngo_id, kind, lower(number)) DO NOTHING RETURNING id
        """,
        uuid7(),
        ngo_id,
        kind,
        licence["number"],
        licence["issuer"],
        licence["issued_on"],
        licence["valid_from"],
        licence["valid_to"],
        licence["document_sha256"],
        now,
        by.subject,
    )
    if licence_id is None:
        raise AlreadyExists(f"the {kind} with this number is recorded already")
    return licence_id
