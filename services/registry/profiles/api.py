"""What organisations say of themselves: changed by them, and checked field by field by the ministry."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from services.registry.access import PUBLIC, FaskerOfficer, OwnMember, OwnMemberOrFasker
from services.registry.profiles import commands, queries
from services.registry.profiles.rules import FieldState
from services.registry.profiles.views import Confirmations, FieldChecks, Profile, ProfileStep, ProfileView
from shared.clock import JAKARTA
from shared.errors import NotFound
from shared.http.body import Page
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageQuery, page_response
from shared.http.routing import resource
from shared.http.writes import KeyedWrite, Transaction

router = resource("/organisations/{ngo_id}", tag="profiles")


async def _answer(tx: Transaction, ngo_id: UUID) -> None:
    view = ProfileView.model_validate(await queries.find_profile(tx.conn, ngo_id))
    tx.answer(view, version=view.version)


@router.get("/profile", response_model=ProfileView)
async def read_profile(request: Request, ngo_id: UUID, _: OwnMemberOrFasker, db: Db) -> Response:
    """Every field, and of each: confirmed, queried with which comment, when it was confirmed last and by whom."""
    async with db.read() as conn:
        view = ProfileView.model_validate(await queries.find_profile(conn, ngo_id))
    return read_response(request, view, view.version)


@router.put("/profile", response_model=ProfileView)
async def change_profile(
    ngo_id: UUID, body: Profile, by: OwnMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Say it anew, whole. Fields that differ are unconfirmed again, and what was asked of them is answered."""
    async with write.begin() as tx:
        await commands.change_profile(
            tx.conn,
            ngo_id,
            body.profile(),
            version=version,
            by=by,
            today=tx.now.astimezone(JAKARTA).date(),
            now=tx.now,
        )
        await _answer(tx, ngo_id)
    return tx.response


@router.get("/profile/steps", response_model=Page[ProfileStep])
async def list_profile_steps(
    request: Request, ngo_id: UUID, _: OwnMemberOrFasker, db: Db, paging: PageQuery
) -> Response:
    """Every change of a field and every check of it, newest first."""
    async with db.read() as conn:
        rows = await queries.list_steps(conn, ngo_id, paging)
    return page_response(request, paging, rows, ProfileStep.of)


@router.post("/field-checks", response_model=ProfileView)
async def check_fields(
    ngo_id: UUID, body: FieldChecks, by: FaskerOfficer, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Confirm fields as they stand, or query them with a comment; not of one's own organisation (V23)."""
    checks: list[tuple[Any, FieldState, str | None]] = [
        (check.field, FieldState(check.state), check.comment) for check in body.checks
    ]
    async with write.begin() as tx:
        await commands.check_fields(tx.conn, ngo_id, checks, version=version, by=by, unit=tx.actor.unit, now=tx.now)
        await _answer(tx, ngo_id)
    return tx.response


@router.get("/confirmations", response_model=Confirmations, dependencies=[PUBLIC])
async def read_confirmations(request: Request, ngo_id: UUID, db: Db) -> Response:
    """When each field that the public sees was confirmed last, and by which office."""
    async with db.read() as conn:
        found = await queries.find_confirmations(conn, ngo_id)
    if found is None:
        raise NotFound("there is no such organisation in the public register")
    return read_response(request, Confirmations.model_validate({"fields": found}))
