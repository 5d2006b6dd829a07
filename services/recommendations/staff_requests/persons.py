"""Personal data: the one place that writes and reads it. One human has one identity, across passports and NGOs."""

from datetime import date
from typing import Literal
from uuid import UUID

import asyncpg
from fastapi import Request, Response
from pydantic import Field

from services.recommendations.access import Caller
from services.recommendations.dates import indonesian_date
from services.recommendations.staff_requests.bodies import Person
from services.recommendations.staff_requests.rules import normalised_name, normalised_passport
from shared import audit
from shared.db import Connection
from shared.http.body import View
from shared.http.etags import etag, known_tags, read_response
from shared.ids import uuid7


class PersonView(View):
    name: str = Field(max_length=200)
    sex: Literal["F", "M", "X"]
    birth_date: date
    birth_place: str = Field(max_length=200)
    nationality: str = Field(max_length=2)
    passport_number: str = Field(max_length=20)
    previous_passport_number: str | None = Field(max_length=20)
    passport_valid_from: date
    passport_valid_to: date


async def write_person(conn: Connection, request_id: UUID, person: Person) -> None:
    """Keep what the NGO wrote, under the identity of the human whom it describes."""
    await lock_identity(conn, person.birth_date)
    passport = normalised_passport(person.passport_number)
    previous = person.previous_passport_number and normalised_passport(person.previous_passport_number)
    name = normalised_name(person.name)
    identity = await _identify(conn, request_id, person, name, [n for n in (passport, previous) if n])
    await conn.execute(
        """
        INSERT INTO person (request_id, identity_id, name, normalised_name, sex, birth_date, birth_place,
                            nationality, passport_number, previous_passport_number, passport_valid_from,
                            passport_valid_to)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (request_id) DO UPDATE SET
            identity_id = EXCLUDED.identity_id, name = EXCLUDED.name, normalised_name = EXCLUDED.normalised_name,
            sex = EXCLUDED.sex, birth_date = EXCLUDED.birth_date, birth_place = EXCLUDED.birth_place,
            nationality = EXCLUDED.nationality, passport_number = EXCLUDED.passport_number,
            previous_passport_number = EXCLUDED.previous_passport_number,
            passport_valid_from = EXCLUDED.passport_valid_from, passport_valid_to = EXCLUDED.passport_valid_to
        """,
        request_id,
        identity,
        person.name,
        name,
        person.sex,
        person.birth_date,
        person.birth_place,
        person.nationality,
        passport,
        previous,
        person.passport_valid_from,
        person.passport_valid_to,
    )


async def lock_identity(conn: Connection, birth_date: date) -> None:
    """Until the commit: whoever is born that day is matched, or given more time in post, by nobody else."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"person:{birth_date}")


async def _identify(conn: Connection, request_id: UUID, person: Person, name: str, passports: list[str]) -> UUID:
    """The same human: born on the same day, and the same name and nationality, or a passport in common.

    A renewed passport that names its predecessor may join what were two identities; they become one.
    """
    rows = await conn.fetch(
        """
        SELECT DISTINCT identity_id FROM person
        WHERE request_id <> $1 AND birth_date = $2
          AND (nationality = $3 AND normalised_name = $4
               OR passport_number = ANY($5) OR previous_passport_number = ANY($5))
        ORDER BY identity_id
        """,
        request_id,
        person.birth_date,
        person.nationality,
        name,
        passports,
    )
    if not rows:
        return uuid7()
    oldest: UUID = rows[0]["identity_id"]
    joined = [row["identity_id"] for row in rows]
    await conn.execute("UPDATE person SET identity_id = $1 WHERE identity_id = ANY($2)", oldest, joined)
    await conn.execute("UPDATE submitted_person SET identity_id = $1 WHERE identity_id = ANY($2)", oldest, joined)
    return oldest


async def read_person(conn: Connection, request_id: UUID) -> asyncpg.Record:
    return await conn.fetchrow("SELECT * FROM person WHERE request_id = $1", request_id)


async def keep_submitted_person(conn: Connection, request_id: UUID) -> None:
    """Before a request that came back is edited: whom it was submitted for is what officials go on to see."""
    await conn.execute(
        """
        DELETE FROM submitted_person p USING recommendation_request r
        WHERE p.request_id = $1 AND r.id = $1 AND p.submitted_at <> r.submitted_at
        """,
        request_id,
    )
    await conn.execute(
        """
        INSERT INTO submitted_person (request_id, submitted_at, identity_id, name, normalised_name, sex, birth_date,
                                      birth_place, nationality, passport_number, previous_passport_number,
                                      passport_valid_from, passport_valid_to)
        SELECT p.request_id, r.submitted_at, p.identity_id, p.name, p.normalised_name, p.sex, p.birth_date,
               p.birth_place, p.nationality, p.passport_number, p.previous_passport_number, p.passport_valid_from,
               p.passport_valid_to
        FROM person p JOIN recommendation_request r ON r.id = p.request_id
        WHERE p.request_id = $1 AND r.submitted_at IS NOT NULL
        ON CONFLICT (request_id) DO NOTHING
        """,
        request_id,
    )


async def forget_submitted_person(conn: Connection, request_id: UUID) -> None:
    """The request is handed in again: what it says now is what was submitted."""
    await conn.execute("DELETE FROM submitted_person WHERE request_id = $1", request_id)


async def read_person_as_seen(conn: Connection, request_id: UUID, *, own: bool) -> asyncpg.Record:
    """The NGO's own people see whom they name now; others whom the request was for when it was submitted last."""
    kept = (
        None
        if own
        else await conn.fetchrow(
            """
        SELECT p.* FROM submitted_person p JOIN recommendation_request r ON r.id = p.request_id
        WHERE p.request_id = $1 AND p.submitted_at = r.submitted_at
        """,
            request_id,
        )
    )
    return kept or await read_person(conn, request_id)


def personal_lines(person: PersonView) -> tuple[str, ...]:
    """What a letter says of the person; kept nowhere else."""
    sex = {"F": "Perempuan", "M": "Laki-laki", "X": "X"}[person.sex]
    validity = f"{indonesian_date(person.passport_valid_from)} s.d. {indonesian_date(person.passport_valid_to)}"
    return (
        f"Nama: {person.name}",
        f"Jenis kelamin: {sex}",
        f"Tempat/tanggal lahir: {person.birth_place}, {indonesian_date(person.birth_date)}",
        f"Kewarganegaraan (kode negara): {person.nationality}",
        f"Nomor paspor: {person.passport_number}, berlaku {validity}",
    )


async def open_person(
    conn: Connection, caller: Caller, request_id: UUID, ngo_id: UUID, *, resource: str, reason: str | None
) -> PersonView | None:
    """The person of a request, for those who need to know him. The reading is logged; an official says why."""
    own = ngo_id in caller.ngos
    if not caller.may_see_person(ngo_id) or (reason is None and not own):
        return None
    row = await read_person_as_seen(conn, request_id, own=own)
    await audit.record_read(
        conn,
        reader=caller.actor.subject,
        role=caller.role_towards(ngo_id),
        own=own,
        owner_id=ngo_id,
        resource=resource,
        fields=PersonView.model_fields,
        reason=reason,
        person_id=row["identity_id"],
    )
    return PersonView.of(row)


def read_with_person(request: Request, view: View, version: int, *, reason: str | None) -> Response:
    """As `read_response`, but in full for who gives a reason: without one he may have the same version, masked."""
    if reason is None:
        return read_response(request, view, version)
    known_tags(request)  # none is good for an answer in full, but what is too long is refused here, too
    return Response(view.model_dump_json(), 200, {"ETag": etag(version)}, "application/json")
