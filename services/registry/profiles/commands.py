"""A profile: the NGO changes it, the ministry checks it. Each function runs in the caller's transaction.

A change and a check rest on the organisation's version, so that nobody confirms what he has not seen.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_jsonable_python

from services.registry.events import NgoProfileChanged, NgoProfileChecked
from services.registry.organisations.rules import Status
from services.registry.profiles.queries import fetch_profile
from services.registry.profiles.rules import FIELDS, FieldAct, FieldState, changed_fields, require_open
from services.registry.reference.queries import check_sectors
from shared.db import Connection
from shared.errors import ActionNotAllowed, FieldError, InvalidInput, NotAllowed, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7
from shared.regions import check_codes, listed

PAST: Final = ("started_in_indonesia_on", "last_msp_signed_on")


async def check_profile(conn: Connection, profile: Mapping[str, Any], *, today: date) -> None:
    """What a form says must fit the lists (V17 for regions) and the calendar."""
    sectors = profile["sectors"]
    await check_sectors(conn, sectors, [f"#/sectors/{index}" for index in range(len(sectors))])
    check_codes(listed("#/working_areas", profile["working_areas"]), on=today)
    wrong = [
        FieldError(f"#/{field}", "must not lie in the future")
        for field in PAST
        if profile[field] is not None and profile[field] > today
    ]
    if wrong:
        raise InvalidInput("must not lie in the future", errors=wrong)


async def change_profile(
    conn: Connection,
    ngo_id: UUID,
    profile: Mapping[str, Any],
    *,
    version: int,
    by: ActedBy,
    today: date,
    now: datetime,
) -> None:
    """What changes is unconfirmed again. `profile`: all fields as in the form; the same once more changes nothing."""
    before = await _lock(conn, ngo_id, version)
    require_open(Status(before["status"]), "to change the profile")
    await check_profile(conn, profile, today=today)
    changed = changed_fields(to_jsonable_python(dict(before)), to_jsonable_python(profile))
    if not changed:
        return
    await _write(conn, ngo_id, profile)
    previous = {field: to_jsonable_python(before[field]) for field in changed}
    await note_change(conn, ngo_id, version + 1, previous, by=by, now=now)
    emit(
        conn,
        NgoProfileChanged(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            changed_fields=changed,
            name=profile["name"],
            acronym=profile["acronym"],
            origin_country=profile["origin_country"],
            sectors=tuple(profile["sectors"]),
            counterpart_unit=profile["counterpart_unit"],
        ),
    )


async def note_change(
    conn: Connection, ngo_id: UUID, version: int, previous: Mapping[str, Any], *, by: ActedBy, now: datetime
) -> None:
    """What was found of these fields holds no more. `previous`: what each of them was; `version`: the new one."""
    await conn.execute(
        "UPDATE profile_field SET state = $3, comment = NULL WHERE ngo_id = $1 AND field = ANY($2)",
        ngo_id,
        list(previous),
        FieldState.UNCONFIRMED,
    )
    await _record_steps(
        conn, ngo_id, version, FieldAct.CHANGE, list(previous), previous=previous, by=by, unit="", now=now
    )


async def _write(conn: Connection, ngo_id: UUID, profile: Mapping[str, Any]) -> None:
    await conn.execute(
        """
        UPDATE organisation o
        SET (version, name, name_en, acronym, aliases, legal_form, origin_country, home_city, headquarters_address,
             home_registration_number, iati_org_id, lei, office_address, phone, fax, email, website, sectors,
             started_in_indonesia_on, counterpart_unit, npwp, has_indonesian_bank_account, last_msp_signed_on,
             working_areas)
          = (SELECT o.version + 1, name, name_en, acronym, aliases, legal_form, origin_country, home_city,
                    headquarters_address, home_registration_number, iati_org_id, lei, office_address, phone, fax,
                    email, website, sectors, started_in_indonesia_on, counterpart_unit, npwp,
                    has_indonesian_bank_account, last_msp_signed_on, working_areas
             FROM jsonb_populate_record(NULL::organisation, $2))
        WHERE id = $1
        """,
        ngo_id,
        to_jsonable_python(profile),
    )


async def check_fields(
    conn: Connection,
    ngo_id: UUID,
    checks: Sequence[tuple[str, FieldState, str | None]],
    *,
    version: int,
    by: ActedBy,
    unit: str,
    now: datetime,
) -> None:
    """Confirm fields, or query them with a comment. Nobody checks what he wrote himself (V23)."""
    found = await _lock(conn, ngo_id, version)
    await _expect_other_eyes(conn, ngo_id, found["applicant"], by.subject)
    require_open(Status(found["status"]), "to check the profile")
    await conn.execute("UPDATE organisation SET version = version + 1 WHERE id = $1", ngo_id)
    for field, state, comment in checks:
        await _set_state(conn, ngo_id, field, state, comment, by=by, unit=unit, now=now)
    confirmed = tuple(field for field, state, _ in checks if state is FieldState.CONFIRMED)
    queried = tuple(field for field, state, _ in checks if state is FieldState.QUERIED)
    comments = {field: comment for field, _, comment in checks if comment}
    for act, fields in ((FieldAct.CONFIRM, confirmed), (FieldAct.QUERY, queried)):
        await _record_steps(conn, ngo_id, version + 1, act, fields, comments=comments, by=by, unit=unit, now=now)
    emit(
        conn,
        NgoProfileChecked(occurred_at=now, actor=by, ngo_id=ngo_id, confirmed_fields=confirmed, queried_fields=queried),
    )


async def expect_nothing_queried(conn: Connection, ngo_id: UUID) -> None:
    queried = await conn.fetchval(
        "SELECT string_agg(field, ', ' ORDER BY field) FROM profile_field WHERE ngo_id = $1 AND state = $2",
        ngo_id,
        FieldState.QUERIED,
    )
    if queried:
        raise ActionNotAllowed(f"the organisation has not answered what was asked of {queried}")


async def confirm_the_rest(
    conn: Connection, ngo_id: UUID, *, version: int, by: ActedBy, unit: str, now: datetime
) -> None:
    """Whoever accepts an application has seen all its fields. `version`: that of the acceptance.

    Not who heads the office: each reading of that has its own reason.
    """
    rows = await conn.fetch(
        """
        SELECT f.field FROM unnest($2::text[]) WITH ORDINALITY AS f (field, place)
        WHERE NOT EXISTS (SELECT FROM profile_field p WHERE p.ngo_id = $1 AND p.field = f.field AND p.state = $3)
        ORDER BY f.place
        """,
        ngo_id,
        FIELDS,
        FieldState.CONFIRMED,
    )
    fields = [row["field"] for row in rows]
    for field in fields:
        await _set_state(conn, ngo_id, field, FieldState.CONFIRMED, None, by=by, unit=unit, now=now)
    await _record_steps(conn, ngo_id, version, FieldAct.CONFIRM, fields, by=by, unit=unit, now=now)


async def _lock(conn: Connection, ngo_id: UUID, version: int) -> Any:
    await conn.execute("SELECT FROM organisation WHERE id = $1 FOR UPDATE", ngo_id)
    found = await fetch_profile(conn, ngo_id)
    if found is None:
        raise NotFound("there is no organisation with this id")
    expect_version(found["version"], version)
    return found


async def _expect_other_eyes(conn: Connection, ngo_id: UUID, applicant: str, subject: str) -> None:
    own = await conn.fetchval(
        """
        SELECT EXISTS (SELECT FROM membership WHERE ngo_id = $1 AND subject = $2)
            OR EXISTS (SELECT FROM profile_step WHERE ngo_id = $1 AND actor_subject = $2 AND act = 'change')
        """,
        ngo_id,
        subject,
    )
    if own or subject == applicant:
        raise NotAllowed("whoever wrote a profile, or acts for its organisation, can't check it", rule="V23")


async def _set_state(
    conn: Connection,
    ngo_id: UUID,
    field: str,
    state: FieldState,
    comment: str | None,
    *,
    by: ActedBy,
    unit: str,
    now: datetime,
) -> None:
    """A query leaves who confirmed the field before, and when."""
    confirmation = (now, by.subject, by.role, unit) if state is FieldState.CONFIRMED else (None,) * 4
    await conn.execute(
        """
        INSERT INTO profile_field AS f (ngo_id, field, state, comment, confirmed_at, confirmed_by, confirmed_by_role,
                                        confirmed_by_unit)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (ngo_id, field) DO UPDATE
        SET state = EXCLUDED.state, comment = EXCLUDED.comment,
            confirmed_at = coalesce(EXCLUDED.confirmed_at, f.confirmed_at),
            confirmed_by = coalesce(EXCLUDED.confirmed_by, f.confirmed_by),
            confirmed_by_role = coalesce(EXCLUDED.confirmed_by_role, f.confirmed_by_role),
            confirmed_by_unit = coalesce(EXCLUDED.confirmed_by_unit, f.confirmed_by_unit)
        """,
        ngo_id,
        field,
        state,
        comment,
        *confirmation,
    )


async def _record_steps(
    conn: Connection,
    ngo_id: UUID,
    version: int,
    act: FieldAct,
    fields: Sequence[str],
    *,
    previous: Mapping[str, Any] | None = None,
    comments: Mapping[str, str] | None = None,
    by: ActedBy,
    unit: str,
    now: datetime,
) -> None:
    """`previous` and `comments` by field."""
    await conn.execute(
        """
        INSERT INTO profile_step (id, ngo_id, version, field, act, comment, previous, actor_subject, actor_role,
                                  actor_unit, at)
        SELECT s.id, $1, $2, s.field, $3, $4::jsonb ->> s.field, $5::jsonb -> s.field, $6, $7, $8, $9
        FROM unnest($10::uuid[], $11::text[]) AS s (id, field)
        """,
        ngo_id,
        version,
        act,
        comments or {},
        previous or {},
        by.subject,
        by.role,
        unit,
        now,
        [uuid7() for _ in fields],
        fields,
    )
