"""The details of a request for tax relief, and its side of the machine (`TAX`)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.recommendations.copies.queries import dated_rules, find_agreement
from services.recommendations.dates import months_later
from services.recommendations.letters.content import Goods, TaxLetter, tax_letter
from services.recommendations.letters.queries import legal_bases, read_grounds
from services.recommendations.letters.rules import LegalBasis, LetterText
from services.recommendations.requests.kind import Kind
from services.recommendations.requests.rules import DatedRule, Violation
from services.recommendations.tax_requests.bodies import TaxRequest
from services.recommendations.tax_requests.rules import distribution_violations
from shared.db import Connection
from shared.regions import region_name


async def write_details(conn: Connection, request_id: UUID, body: TaxRequest) -> None:
    await conn.execute("DELETE FROM tax_distribution WHERE request_id = $1", request_id)
    await conn.execute("DELETE FROM tax_goods WHERE request_id = $1", request_id)
    await conn.execute(
        """
        INSERT INTO tax_relief_request (request_id, tax_kind, purpose, disaster_stage, gift_certificate_number,
                                        sender, port_of_entry)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (request_id) DO UPDATE SET
            tax_kind = EXCLUDED.tax_kind, purpose = EXCLUDED.purpose, disaster_stage = EXCLUDED.disaster_stage,
            gift_certificate_number = EXCLUDED.gift_certificate_number, sender = EXCLUDED.sender,
            port_of_entry = EXCLUDED.port_of_entry
        """,
        request_id,
        body.kind,
        body.purpose,
        body.disaster_stage,
        body.gift_certificate_number,
        body.sender,
        body.port_of_entry,
    )
    await conn.executemany(
        """
        INSERT INTO tax_goods (request_id, position, description, hs_code, quantity, unit, condition, value,
                               currency, origin)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        [
            (
                request_id,
                position,
                g.description,
                g.hs_code,
                g.quantity,
                g.unit,
                g.condition,
                g.value,
                g.currency,
                g.origin,
            )
            for position, g in enumerate(body.goods)
        ],
    )
    await conn.executemany(
        "INSERT INTO tax_distribution (request_id, goods_position, region, quantity) VALUES ($1, $2, $3, $4)",
        [(request_id, share.goods_index, share.region, share.quantity) for share in body.distribution],
    )


async def read_details(conn: Connection, request_id: UUID) -> dict[str, Any]:
    details = await conn.fetchrow("SELECT * FROM tax_relief_request WHERE request_id = $1", request_id)
    goods = await conn.fetch(
        """
        SELECT description, hs_code, quantity, unit, condition, value, currency, origin
        FROM tax_goods WHERE request_id = $1 ORDER BY position
        """,
        request_id,
    )
    distribution = await conn.fetch(
        """
        SELECT region, goods_position AS goods_index, quantity
        FROM tax_distribution WHERE request_id = $1 ORDER BY goods_position, region
        """,
        request_id,
    )
    return {
        "kind": details["tax_kind"],
        "purpose": details["purpose"],
        "disaster_stage": details["disaster_stage"],
        "goods": [dict(row) for row in goods],
        "distribution": [dict(row) for row in distribution],
        "gift_certificate_number": details["gift_certificate_number"],
        "sender": details["sender"],
        "port_of_entry": details["port_of_entry"],
    }


async def _content(conn: Connection, request_id: UUID) -> dict[str, Any]:
    details = await read_details(conn, request_id)
    goods = [g | {"quantity": f"{g['quantity']:f}", "value": f"{g['value']:f}"} for g in details["goods"]]
    shares = [s | {"quantity": f"{s['quantity']:f}"} for s in details["distribution"]]
    return details | {"goods": goods, "distribution": shares}


async def _find_violations(
    conn: Connection, request: asyncpg.Record, rules: Mapping[str, DatedRule], today: date
) -> list[Violation]:
    details = await read_details(conn, request["id"])
    agreement = await find_agreement(conn, request["agreement_id"])
    found = distribution_violations(
        [g["quantity"] for g in details["goods"]],
        [(s["goods_index"], s["region"], s["quantity"]) for s in details["distribution"]],
        agreement["regions"] if agreement else [],
        rules,
    )
    if not await _bases(conn, details, today):
        detail = f"{details['kind']} for {details['purpose']} has no legal basis on {today}"
        found.append(Violation.of(rules["tax.basis"], "#/kind", detail))
    return found


async def _bases(conn: Connection, details: Mapping[str, Any], on: date) -> list[LegalBasis]:
    return await legal_bases(conn, details["kind"], on, disaster=details["purpose"] == "bencana_alam")


async def _write_letter(conn: Connection, request: asyncpg.Record, today: date) -> LetterText:
    details = await read_details(conn, request["id"])
    grounds = await read_grounds(conn, request["id"], await _bases(conn, details, today))
    months = (await dated_rules(conn, today))["tax.letter_months"].limit
    return tax_letter(
        TaxLetter(
            grounds,
            tax_kind=details["kind"],
            purpose=details["purpose"],
            disaster_stage=details["disaster_stage"],
            goods=[Goods(**g) for g in details["goods"]],
            regions=[region_name(code) for code in request["regions"]],
            gift_certificate_number=details["gift_certificate_number"],
            sender=details["sender"],
            port_of_entry=details["port_of_entry"],
            arrives_on=request["starts_on"],
            valid_to=min(months_later(today, months), grounds.agreement_ends_on),
        )
    )


TAX: Final = Kind(
    name="tax_relief",
    path="tax-relief-requests",
    period_pointers=("#/estimated_arrival_on", "#/estimated_arrival_on"),
    content=_content,
    find_violations=_find_violations,
    write_letter=_write_letter,
)
