"""Who may do what: officials by their token's roles; people of an NGO by their membership, as registry tells it."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Request

from services.recommendations.copies.queries import ngos_of
from shared.errors import NotAllowed
from shared.events.envelope import ActedBy
from shared.http.auth import Actor, allow, signed_in
from shared.http.database import database_of
from shared.http.rights import Reach, all_of, lets_in, own_of
from shared.regions import codes_within

READERS: Final = ("fasker_officer", "fasker_head", "satker_officer", "observer_tpoa")
"""See every request, letter and posting, without the person."""

PERSON_READERS: Final = ("fasker_officer", "fasker_head")
"""Need the person: who checks the papers, and who signs the letter that names him. Every such read is logged."""

REGIONAL: Final = "pemda_kesbangpol"

MEMBERS: Final = ("ngo_admin", "ngo_staff", "ngo_director")

Officer = Annotated[Actor, Depends(allow("fasker_officer"))]
Head = Annotated[Actor, Depends(allow("fasker_head"))]
Decider = Annotated[Actor, Depends(allow("fasker_officer", "fasker_head"))]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling; `ngos` are those that he acts for, with his role in each."""

    actor: Actor
    ngos: Mapping[UUID, str]

    @property
    def sees_all(self) -> bool:
        """Whether the caller may see what every NGO has submitted."""
        return self.actor.has(*READERS)

    @property
    def scope(self) -> list[UUID] | None:
        """Whose letters and postings, which are no drafts, the caller may see: of these NGOs; None means of all."""
        return None if self.sees_all else list(self.ngos)

    @property
    def regions(self) -> Sequence[str]:
        """Codes of all regions in which the caller may see who is posted."""
        return codes_within(self.actor.regions) if self.actor.has(REGIONAL) else []

    def may_see_person(self, ngo_id: UUID) -> bool:
        return ngo_id in self.ngos or self.actor.has(*PERSON_READERS)

    def acting_for(self, ngo_id: UUID) -> ActedBy:
        """The caller as a member of one of his NGOs."""
        return ActedBy(subject=self.actor.subject, role=self.ngos[ngo_id])

    def role_towards(self, ngo_id: UUID) -> str:
        """The role in which the caller reads: the membership's in his own NGO, else the official's."""
        return self.ngos.get(ngo_id) or self.actor.role(*READERS, REGIONAL)


async def _caller(request: Request) -> Caller:
    actor = await signed_in(request)
    async with database_of(request).read() as conn:
        return Caller(actor, await ngos_of(conn, actor.subject))


@lets_in(own_of(*MEMBERS))
async def _member(request: Request) -> Caller:
    caller = await _caller(request)
    if not caller.ngos:
        raise NotAllowed("this needs a membership of an organisation")
    return caller


def _reading(*officials: str) -> Callable[..., Coroutine[Any, Any, Caller]]:
    """A dependency that lets people of NGOs pass, and officials with one of these roles."""

    @lets_in(own_of(*MEMBERS) | {role: Reach.REGIONS if role == REGIONAL else Reach.ALL for role in officials})
    async def reader(request: Request) -> Caller:
        caller = await _caller(request)
        if not caller.ngos and not caller.actor.has(*officials):
            raise NotAllowed(f"this needs a membership of an organisation, or one of the roles {', '.join(officials)}")
        return caller

    return reader


@lets_in(own_of("ngo_admin", "ngo_director") | all_of("fasker_head"))
async def whose_reads(request: Request) -> list[UUID] | None:
    """The organisations whose log of readings the caller may see; None means all."""
    caller = await _caller(request)
    if caller.actor.has("fasker_head"):
        return None
    own = [ngo_id for ngo_id, role in caller.ngos.items() if role in ("ngo_admin", "ngo_director")]
    if not own:
        raise NotAllowed("this needs one of the roles ngo_admin, ngo_director in an organisation")
    return own


Member = Annotated[Caller, Depends(_member)]
"""Somebody who acts for an NGO."""

Reader = Annotated[Caller, Depends(_reading(*READERS))]
"""Somebody of an NGO (sees its own), or an official (sees all)."""

PostingReader = Annotated[Caller, Depends(_reading(*READERS, REGIONAL))]
"""A Reader, or a regional office (sees who is posted in its own region)."""
