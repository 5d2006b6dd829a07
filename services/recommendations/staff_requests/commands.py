"""The details of a request for foreign staff, and its side of the machine (`STAFF`)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.recommendations.letters.content import StaffLetter, staff_letter
from services.recommendations.letters.queries import legal_bases, read_grounds
from services.recommendations.letters.rules import LetterText
from services.recommendations.requests.kind import Kind
from services.recommendations.requests.rules import DatedRule, Violation
from services.recommendations.staff import commands as staff
from services.recommendations.staff.queries import stays_of_ngo, stays_of_person
from services.recommendations.staff.rules import Stay
from services.recommendations.staff_requests.bodies import StaffRequest
from services.recommendations.staff_requests.persons import (
    PersonView,
    forget_submitted_person,
    keep_submitted_person,
    lock_identity,
    personal_lines,
    read_person,
    write_person,
)
from services.recommendations.staff_requests.rules import passport_violations, quota_violations
from shared.db import Connection
from shared.events.envelope import ActedBy
from shared.regions import region_name


async def write_details(conn: Connection, request_id: UUID, body: StaffRequest) -> None:
    await conn.execute(
        """
        INSERT INTO foreign_staff_request (request_id, position, duty_region, counterpart_position,
                                           knowledge_transfer_plan, permit_route)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (request_id) DO UPDATE SET
            position = EXCLUDED.position, duty_region = EXCLUDED.duty_region,
            counterpart_position = EXCLUDED.counterpart_position,
            knowledge_transfer_plan = EXCLUDED.knowledge_transfer_plan, permit_route = EXCLUDED.permit_route
        """,
        request_id,
        body.position,
        body.duty_region,
        body.counterpart_position,
        body.knowledge_transfer_plan,
        body.permit_route,
    )
    await keep_submitted_person(conn, request_id)
    await write_person(conn, request_id, body.person)


async def read_details(conn: Connection, request_id: UUID) -> asyncpg.Record:
    return await conn.fetchrow("SELECT * FROM foreign_staff_request WHERE request_id = $1", request_id)


async def _content(conn: Connection, request_id: UUID) -> dict[str, Any]:
    details = dict(await read_details(conn, request_id))
    person = await read_person(conn, request_id)
    del details["request_id"]
    return details | {"nationality": person["nationality"]}


async def _find_violations(
    conn: Connection, request: asyncpg.Record, rules: Mapping[str, DatedRule], _: date
) -> list[Violation]:
    person = await read_person(conn, request["id"])
    await lock_identity(conn, person["birth_date"])
    person = await read_person(conn, request["id"])  # another request may have joined identities meanwhile
    asked = Stay(person["identity_id"], request["starts_on"], request["ends_on"])
    return [
        *quota_violations(
            asked,
            await stays_of_ngo(conn, request["ngo_id"]),
            await stays_of_person(conn, asked.person),
            rules,
        ),
        *passport_violations(asked, person["passport_valid_from"], person["passport_valid_to"], rules),
    ]


async def _write_letter(conn: Connection, request: asyncpg.Record, today: date) -> LetterText:
    details = await read_details(conn, request["id"])
    bases = await legal_bases(conn, request["kind"], today)
    return staff_letter(
        StaffLetter(
            await read_grounds(conn, request["id"], bases),
            personal=personal_lines(PersonView.model_validate(dict(await read_person(conn, request["id"])))),
            position=details["position"],
            duty_region=region_name(details["duty_region"]),
            counterpart_position=details["counterpart_position"],
            permit_route=details["permit_route"],
            starts_on=request["starts_on"],
            ends_on=request["ends_on"],
        )
    )


async def _after_issue(conn: Connection, request: asyncpg.Record) -> None:
    details = await read_details(conn, request["id"])
    person = await read_person(conn, request["id"])
    await staff.open_posting(
        conn,
        request,
        position=details["position"],
        nationality=person["nationality"],
        duty_region=details["duty_region"],
    )


async def _after_revocation(conn: Connection, request: asyncpg.Record, by: ActedBy, now: datetime) -> None:
    await staff.end_with_letter(conn, request["id"], by=by, now=now)


STAFF: Final = Kind(
    name="foreign_staff",
    path="foreign-staff-requests",
    period_pointers=("#/starts_on", "#/ends_on"),
    content=_content,
    find_violations=_find_violations,
    write_letter=_write_letter,
    after_submission=forget_submitted_person,
    after_issue=_after_issue,
    after_revocation=_after_revocation,
)
