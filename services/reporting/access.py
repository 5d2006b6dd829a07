"""Who may do what. NGO people are known by their membership, officials by roles and regions in their token.

Every route takes one of these dependencies, or is marked public. What a caller may not see is not found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request

from shared.db import Database
from shared.errors import NotAllowed
from shared.events.envelope import ActedBy
from shared.http.auth import Actor, allow, signed_in
from shared.http.database import database_of
from shared.http.rights import all_of, in_regions, lets_in, own_of

OFFICIALS: Final = ("fasker_officer", "fasker_head", "satker_officer", "observer_tpoa")
"""Roles that see what every NGO has submitted."""

REGIONAL: Final = ("pemda_kesbangpol", "pemda_planner")
"""Roles that see what concerns their regions."""


MEMBERS: Final = ("ngo_admin", "ngo_staff", "ngo_director")

NEED_GUESTS: Final = ("fasker_officer", "pemda_kesbangpol")
"""Officials who need to know who a visit's guests are: who checks the papers, and who answers for the region."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who acts for an NGO."""

    subject: str
    ngo_id: UUID
    role: str
    ngo_status: str | None

    @property
    def acted_by(self) -> ActedBy:
        return ActedBy(subject=self.subject, role=self.role)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the caller may see: one NGO's, what concerns some regions, or (neither) all that was submitted."""

    actor: Actor
    ngo_id: UUID | None = None
    regions: Sequence[str] | None = None
    ngo_role: str = ""


async def _membership(actor: Actor, db: Database) -> Member | None:
    """A person of several organisations acts for the one joined last."""
    row = await db.pool.fetchrow(
        """
        SELECT m.ngo_id, m.role, n.status FROM membership m LEFT JOIN ngo n ON n.id = m.ngo_id
        WHERE m.subject = $1 ORDER BY m.since DESC, m.ngo_id LIMIT 1
        """,
        actor.subject,
    )
    return Member(actor.subject, row["ngo_id"], row["role"], row["status"]) if row else None


@lets_in(own_of(*MEMBERS))
async def _reporting_member(request: Request) -> Member:
    """A suspended organisation still owes its reports; one that is closed or merged no longer acts."""
    member = await _membership(await signed_in(request), database_of(request))
    if member is None:
        raise NotAllowed("this is for members of a registered organisation")
    if member.ngo_status not in ("active", "suspended"):
        raise NotAllowed(f"your organisation is {member.ngo_status or 'not verified'}")
    return member


@lets_in(own_of(*MEMBERS))
async def _active_member(request: Request) -> Member:
    member = await _reporting_member(request)
    if member.ngo_status != "active":
        raise NotAllowed(f"your organisation is {member.ngo_status}; it can only report")
    return member


@lets_in(own_of(*MEMBERS) | in_regions(*REGIONAL) | all_of(*OFFICIALS))
async def _scope(request: Request) -> Scope:
    actor = await signed_in(request)
    if actor.has(*OFFICIALS):
        return Scope(actor)
    if actor.has(*REGIONAL):
        return Scope(actor, regions=list(actor.regions))
    if member := await _membership(actor, database_of(request)):
        return Scope(actor, ngo_id=member.ngo_id, ngo_role=member.role)
    raise NotAllowed("this is for members of a registered organisation, the ministry and the regions")


@lets_in(own_of(*MEMBERS) | all_of("fasker_officer") | in_regions("pemda_kesbangpol"))
async def _reader_of_guests(request: Request) -> Scope:
    scope = await _scope(request)
    if scope.ngo_id is None and not scope.actor.has(*NEED_GUESTS):
        raise NotAllowed("guests' names are for fasker_officer, and pemda_kesbangpol of a region on the way")
    return scope


@lets_in(own_of("ngo_admin", "ngo_director") | all_of("fasker_head"))
async def whose_reads(request: Request) -> list[UUID] | None:
    """The organisations whose log of readings the caller may see; None means all."""
    actor = await signed_in(request)
    if actor.has("fasker_head"):
        return None
    member = await _membership(actor, database_of(request))
    if member is None or member.role not in ("ngo_admin", "ngo_director"):
        raise NotAllowed("this needs one of the roles ngo_admin, ngo_director in an organisation")
    return [member.ngo_id]


ReportingMember = Annotated[Member, Depends(_reporting_member)]
ActiveMember = Annotated[Member, Depends(_active_member)]
Reader = Annotated[Scope, Depends(_scope)]
GuestReader = Annotated[Scope, Depends(_reader_of_guests)]

Fasker = Annotated[Actor, Depends(allow("fasker_officer", "fasker_head"))]
FaskerHead = Annotated[Actor, Depends(allow("fasker_head"))]
Satker = Annotated[Actor, Depends(allow("satker_officer"))]
Kesbangpol = Annotated[Actor, Depends(lets_in(in_regions("pemda_kesbangpol"))(allow("pemda_kesbangpol")))]


def acted_by(actor: Actor, *roles: str) -> ActedBy:
    """An official, with the role that allowed it."""
    return ActedBy(subject=actor.subject, role=actor.role(*roles))
