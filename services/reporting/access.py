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
from shared.regions import codes_within

OFFICIALS: Final = ("fasker_officer", "fasker_head", "satker_officer", "observer_tpoa")
"""Roles that see what every NGO has submitted."""

REGIONAL: Final = ("pemda_kesbangpol", "pemda_planner")
"""Roles that see what concerns their regions."""


MEMBERS: Final = ("ngo_admin", "ngo_staff", "ngo_director")

GUESTS_ANYWHERE: Final = "fasker_officer"
GUESTS_ON_THE_WAY: Final = "pemda_kesbangpol"
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
    """What the caller may see, each role adding its own: his NGO's; of what was submitted all, or his regions'.

    `regions`: the codes of all that lies in these (`codes_within`).
    """

    actor: Actor
    ngo_id: UUID | None = None
    ngo_role: str = ""
    everything: bool = False
    regions: Sequence[str] = ()

    def owns(self, ngo_id: UUID) -> bool:
        return ngo_id == self.ngo_id


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


async def _scope_of(request: Request, *, national: Sequence[str], regional: Sequence[str], refusal: str) -> Scope:
    """Made of those roles only that may read here: another one, however far it reaches elsewhere, widens nothing."""
    actor = await signed_in(request)
    member = await _membership(actor, database_of(request))
    if member is None and not actor.has(*national, *regional):
        raise NotAllowed(refusal)
    return Scope(
        actor,
        ngo_id=member.ngo_id if member else None,
        ngo_role=member.role if member else "",
        everything=actor.has(*national),
        regions=codes_within(actor.regions) if actor.has(*regional) else (),
    )


@lets_in(own_of(*MEMBERS) | in_regions(*REGIONAL) | all_of(*OFFICIALS))
async def _scope(request: Request) -> Scope:
    refusal = "this is for members of a registered organisation, the ministry and the regions"
    return await _scope_of(request, national=OFFICIALS, regional=REGIONAL, refusal=refusal)


@lets_in(own_of(*MEMBERS) | all_of(GUESTS_ANYWHERE) | in_regions(GUESTS_ON_THE_WAY))
async def _reader_of_guests(request: Request) -> Scope:
    refusal = f"guests' names are for {GUESTS_ANYWHERE}, and {GUESTS_ON_THE_WAY} of a region on the way"
    return await _scope_of(request, national=[GUESTS_ANYWHERE], regional=[GUESTS_ON_THE_WAY], refusal=refusal)


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
