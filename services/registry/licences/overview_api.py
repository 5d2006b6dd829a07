"""Licences of all organisations in one list: what ends next, and whose it is."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import Field

from services.registry.access import OwnOrNational
from services.registry.dates import Day
from services.registry.licences import queries
from services.registry.licences.api import LicenceView
from services.registry.licences.rules import Kind, Status
from services.registry.organisations.queries import organisations_named
from services.registry.organisations.views import OrganisationLink
from shared.http.database import Db
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown_page, with_related

router = resource("/licences", tag="licences")


class ShownLicence(LicenceView):
    organisation: OrganisationLink | None = Field(default=None, description="With `expand=organisation`: whose it is")


@router.get("", response_model=shown_page(ShownLicence))
async def list_all_licences(
    *,
    request: Request,
    scope: OwnOrNational,
    db: Db,
    page_request: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Annotated[Selection, Depends(selects(ShownLicence, "organisation"))],
    kind: Annotated[Kind | None, Query(description="Only of this kind")] = None,
    status: Annotated[Status | None, Query(description="Only those in this status")] = None,
    ngo_id: Annotated[UUID | None, Query(description="Only this organisation's")] = None,
    expires_before: Annotated[
        Day | None, Query(description="Only those that are in force or will be, and end before this day")
    ] = None,
) -> Response:
    """One's own NGO's licences; an official of the ministry sees all. By `valid_to` what ends next comes first."""
    async with db.read() as conn:
        rows = await queries.list_licences(
            conn, page_request, scope, kind=kind, status=status, ngo_id=ngo_id, expires_before=expires_before
        )
        found = await with_related(rows, chosen, "organisation", "ngo_id", partial(organisations_named, conn))
    return page_response(request, page_request, found, ShownLicence.of, chosen=chosen, sorting=queries.SORTING)
