"""Who may do what. Every route takes one of these dependencies, or says that it is public.

Officials have their roles in the token. People of an NGO are found by membership: their tokens only say who they
are. To somebody who may not see an organisation's affairs, these do not exist (404).
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Request

from services.registry.members import queries as members
from shared.errors import NotAllowed, NotFound
from shared.events.envelope import ActedBy
from shared.http.auth import Actor, allow, signed_in
from shared.http.auth import public as anybody
from shared.http.database import database_of
from shared.http.rights import Reach, all_of, in_regions, lets_in, own_of
from shared.regions import codes_within

NATIONAL_ROLES: Final = ("fasker_officer", "fasker_head", "satker_officer", "observer_tpoa")
REGIONAL_ROLES: Final = ("pemda_kesbangpol", "pemda_planner")

Check = Callable[..., Coroutine[Any, Any, ActedBy]]


def official(*roles: str) -> Check:
    """Lets officials with one of these roles pass."""
    let_in = allow(*roles)

    @lets_in(all_of(*roles))
    async def acting_official(request: Request) -> ActedBy:
        actor = await let_in(request)
        return ActedBy(subject=actor.subject, role=actor.role(*roles))

    return acting_official


def member_or(*official_roles: str, member_roles: tuple[str, ...] = members.ROLES) -> Check:
    """Lets members of the organisation in the path pass, as such whatever else they are, and these officials."""

    @lets_in(own_of(*member_roles) | all_of(*official_roles))
    async def acting_member_or_official(ngo_id: UUID, request: Request) -> ActedBy:
        actor, db = await signed_in(request), database_of(request)
        membership = await members.membership_of(db.pool, actor.subject)
        own_role = membership.role if membership and membership.ngo_id == ngo_id else None
        if own_role in member_roles:
            return ActedBy(subject=actor.subject, role=own_role)
        if actor.has(*official_roles):
            if not await db.pool.fetchval("SELECT true FROM organisation WHERE id = $1", ngo_id):
                raise NotFound("there is no organisation with this id")
            return ActedBy(subject=actor.subject, role=actor.role(*official_roles))
        if own_role is None:
            raise NotFound("there is no such organisation among those whose affairs you may see")
        raise NotAllowed(f"this needs one of the roles {', '.join(member_roles)}")

    return acting_member_or_official


@lets_in({"applicant": Reach.SELF} | own_of(*members.ROLES) | all_of("fasker_officer", "fasker_head"))
async def _reader_of_application(ngo_id: UUID, request: Request) -> ActedBy:
    """The applicant too: after a rejection nobody is a member any more."""
    actor, db = await signed_in(request), database_of(request)
    if await db.pool.fetchval(
        "SELECT applicant = $2 AND status = 'rejected' FROM organisation WHERE id = $1", ngo_id, actor.subject
    ):
        return ActedBy(subject=actor.subject, role="applicant")
    return await member_or("fasker_officer", "fasker_head")(ngo_id, request)


@dataclass(frozen=True, slots=True)
class Member:
    """A person who acts for an NGO."""

    by: ActedBy
    ngo_id: UUID


@lets_in(own_of(*members.ROLES))
async def _member(request: Request) -> Member:
    actor = await signed_in(request)
    membership = await members.membership_of(database_of(request).pool, actor.subject)
    if membership is None:
        raise NotAllowed(f"this needs one of the roles {', '.join(members.ROLES)} in an organisation")
    return Member(ActedBy(subject=actor.subject, role=membership.role), membership.ngo_id)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose affairs the caller may see, each role adding its own: one NGO's, those in regions (`codes_within`), all."""

    ngo_id: UUID | None = None
    regions: Sequence[str] = ()
    everything: bool = False


@lets_in(own_of(*members.ROLES) | in_regions(*REGIONAL_ROLES) | all_of(*NATIONAL_ROLES))
async def _scope(request: Request) -> Scope:
    actor = await signed_in(request)
    membership = await members.membership_of(database_of(request).pool, actor.subject)
    if membership is None and not actor.has(*NATIONAL_ROLES, *REGIONAL_ROLES):
        raise NotAllowed(f"this needs one of the roles {', '.join((*members.ROLES, *NATIONAL_ROLES, *REGIONAL_ROLES))}")
    return Scope(
        ngo_id=membership.ngo_id if membership else None,
        regions=codes_within(actor.regions) if actor.has(*REGIONAL_ROLES) else (),
        everything=actor.has(*NATIONAL_ROLES),
    )


@lets_in(own_of(*members.ROLES) | all_of(*NATIONAL_ROLES))
async def _own_or_all(request: Request) -> Scope:
    """For what regions don't see."""
    actor = await signed_in(request)
    membership = await members.membership_of(database_of(request).pool, actor.subject)
    if membership is None and not actor.has(*NATIONAL_ROLES):
        raise NotAllowed(f"this needs one of the roles {', '.join((*members.ROLES, *NATIONAL_ROLES))}")
    return Scope(ngo_id=membership.ngo_id if membership else None, everything=actor.has(*NATIONAL_ROLES))


@dataclass(frozen=True, slots=True)
class OwnOrOfficer:
    """Somebody who acts for his organisation on what is its own, or as an officer on anybody's."""

    member: Member | None = None
    officer: ActedBy | None = None

    def acts_for(self, ngo_id: UUID) -> ActedBy | None:
        """As what he acts on what is this organisation's; none: it does not exist for him."""
        return self.member.by if self.member and self.member.ngo_id == ngo_id else self.officer


@lets_in(own_of(*members.ROLES) | all_of("fasker_officer"))
async def _own_or_officer(request: Request) -> OwnOrOfficer:
    actor = await signed_in(request)
    membership = await members.membership_of(database_of(request).pool, actor.subject)
    own = Member(ActedBy(subject=actor.subject, role=membership.role), membership.ngo_id) if membership else None
    officer = ActedBy(subject=actor.subject, role="fasker_officer") if actor.has("fasker_officer") else None
    if own is None and officer is None:
        raise NotAllowed(f"this needs one of the roles {', '.join((*members.ROLES, 'fasker_officer'))}")
    return OwnOrOfficer(own, officer)


@lets_in(own_of("ngo_admin", "ngo_director") | all_of("fasker_head"))
async def whose_reads(request: Request) -> list[UUID] | None:
    """The organisations whose log of readings the caller may see; None means all."""
    actor = await signed_in(request)
    if actor.has("fasker_head"):
        return None
    member = await _member(request)
    if member.by.role not in ("ngo_admin", "ngo_director"):
        raise NotAllowed("this needs one of the roles ngo_admin, ngo_director")
    return [member.ngo_id]


def scope_of(actor: Actor) -> Scope:
    """Of an official as such, whatever organisation he is a member of."""
    regions = codes_within(actor.regions) if actor.has(*REGIONAL_ROLES) else ()
    return Scope(regions=regions, everything=actor.has(*NATIONAL_ROLES))


PUBLIC: Final = Depends(anybody)

FaskerOfficer = Annotated[ActedBy, Depends(official("fasker_officer"))]
FaskerHead = Annotated[ActedBy, Depends(official("fasker_head"))]
Fasker = Annotated[ActedBy, Depends(official("fasker_officer", "fasker_head"))]

NgoMember = Annotated[Member, Depends(_member)]
OwnMemberOrOfficer = Annotated[OwnOrOfficer, Depends(_own_or_officer)]
OwnAdmin = Annotated[ActedBy, Depends(member_or(member_roles=("ngo_admin",)))]
OwnMember = Annotated[ActedBy, Depends(member_or())]
OwnMemberOrFasker = Annotated[ActedBy, Depends(member_or("fasker_officer", "fasker_head"))]
ApplicationReader = Annotated[ActedBy, Depends(_reader_of_application)]
OwnMemberOrNational = Annotated[ActedBy, Depends(member_or(*NATIONAL_ROLES))]

Kesbangpol = Annotated[Actor, Depends(lets_in(in_regions("pemda_kesbangpol"))(allow("pemda_kesbangpol")))]
Visible = Annotated[Scope, Depends(_scope)]
OwnOrNational = Annotated[Scope, Depends(_own_or_all)]
