"""Who may do what. Every route takes one of these dependencies, or says that it is public.

Officials have their roles in the token. People of an NGO are found by membership: their tokens only say who they
are. To somebody who may not see an organisation's affairs, these do not exist (404).
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends

from services.registry.members import queries as members
from shared.errors import NotAllowed, NotFound
from shared.events.envelope import ActedBy
from shared.http.auth import Actor, SignedIn, allow
from shared.http.auth import public as anybody
from shared.operations import Db

NATIONAL_ROLES: Final = ("fasker_officer", "fasker_head", "satker_officer", "observer_tpoa")
REGIONAL_ROLES: Final = ("pemda_kesbangpol", "pemda_planner")

Check = Callable[..., Coroutine[Any, Any, ActedBy]]


def official(*roles: str) -> Check:
    """Lets officials with one of these roles pass."""

    async def acting_official(actor: Annotated[Actor, Depends(allow(*roles))]) -> ActedBy:
        return ActedBy(subject=actor.subject, role=actor.role(*roles))

    return acting_official


def member_or(*official_roles: str, member_roles: tuple[str, ...] = members.ROLES) -> Check:
    """Lets members of the organisation in the path pass, and officials with one of these roles."""

    async def acting_member_or_official(ngo_id: UUID, actor: SignedIn, db: Db) -> ActedBy:
        if actor.has(*official_roles):
            if not await db.pool.fetchval("SELECT true FROM organisation WHERE id = $1", ngo_id):
                raise NotFound("there is no organisation with this id")
            return ActedBy(subject=actor.subject, role=actor.role(*official_roles))
        membership = await members.membership_of(db.pool, actor.subject)
        if membership is None or membership.ngo_id != ngo_id:
            raise NotFound("there is no such organisation among those whose affairs you may see")
        if membership.role not in member_roles:
            raise NotAllowed(f"this needs one of the roles {', '.join(member_roles)}")
        return ActedBy(subject=actor.subject, role=membership.role)

    return acting_member_or_official


async def _reader_of_application(ngo_id: UUID, actor: SignedIn, db: Db) -> ActedBy:
    """The applicant too: after a rejection nobody is a member any more."""
    if await db.pool.fetchval(
        "SELECT applicant = $2 AND status = 'rejected' FROM organisation WHERE id = $1", ngo_id, actor.subject
    ):
        return ActedBy(subject=actor.subject, role="applicant")
    return await member_or("fasker_officer", "fasker_head")(ngo_id, actor, db)


@dataclass(frozen=True, slots=True)
class Member:
    """A person who acts for an NGO."""

    by: ActedBy
    ngo_id: UUID


async def _member(actor: SignedIn, db: Db) -> Member:
    membership = await members.membership_of(db.pool, actor.subject)
    if membership is None:
        raise NotAllowed(f"this needs one of the roles {', '.join(members.ROLES)} in an organisation")
    return Member(ActedBy(subject=actor.subject, role=membership.role), membership.ngo_id)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose affairs the caller may see: one NGO's, those in some regions (code prefixes), or, with neither, all."""

    ngo_id: UUID | None = None
    regions: tuple[str, ...] | None = None


async def _scope(actor: SignedIn, db: Db) -> Scope:
    if actor.has(*NATIONAL_ROLES):
        return Scope()
    if actor.has(*REGIONAL_ROLES):
        return Scope(regions=actor.regions)
    return Scope(ngo_id=(await _member(actor, db)).ngo_id)


PUBLIC: Final = Depends(anybody)

FaskerOfficer = Annotated[ActedBy, Depends(official("fasker_officer"))]
FaskerHead = Annotated[ActedBy, Depends(official("fasker_head"))]
Fasker = Annotated[ActedBy, Depends(official("fasker_officer", "fasker_head"))]

NgoMember = Annotated[Member, Depends(_member)]
OwnAdmin = Annotated[ActedBy, Depends(member_or(member_roles=("ngo_admin",)))]
OwnMemberOrFasker = Annotated[ActedBy, Depends(member_or("fasker_officer", "fasker_head"))]
ApplicationReader = Annotated[ActedBy, Depends(_reader_of_application)]
OwnMemberOrNational = Annotated[ActedBy, Depends(member_or(*NATIONAL_ROLES))]

Visible = Annotated[Scope, Depends(_scope)]
