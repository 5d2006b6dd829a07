"""Organisations that may be the same as a given one, with why, for whoever decides on an application or a merger."""

from uuid import UUID

from fastapi import Request, Response

from services.registry.access import Fasker
from services.registry.duplicates.queries import find_likely_duplicates
from services.registry.duplicates.views import LikelyDuplicate, LikelyDuplicates
from shared.errors import NotFound
from shared.http.database import Db
from shared.http.etags import read_response
from shared.http.routing import resource

router = resource("/organisations/{ngo_id}", tag="duplicates")


@router.get("/likely-duplicates", response_model=LikelyDuplicates)
async def read_likely_duplicates(request: Request, ngo_id: UUID, _: Fasker, db: Db) -> Response:
    """Other applications too. Names and aliases are compared by trigrams; a score of 1: some number is equal."""
    async with db.read() as conn:
        if not await conn.fetchval("SELECT true FROM organisation WHERE id = $1", ngo_id):
            raise NotFound("there is no organisation with this id")
        rows = await find_likely_duplicates(conn, ngo_id)
    return read_response(request, LikelyDuplicates(candidates=[LikelyDuplicate.of(row) for row in rows]))
