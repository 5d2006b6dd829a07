"""Who may do what: officials by their token's roles; people of an NGO by their membership, as registry tells it."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends

from services.recommendations.copies.queries import ngos_of
from shared.errors import NotAllowed
from shared.events.envelope import ActedBy
from shared.http.auth import Actor, SignedIn, allow
from shared.operations import Db

READERS: Final = ("fasker_officer", "fasker_head", "satker_officer", "observer_tpoa")
"""See every request, letter and posting, without the person."""

PERSON_READERS: Final = ("fasker_officer", "fasker_head")
"""Need the person: who checks the papers, and who signs the letter that names him. Every such read is logged."""

REGIONAL: Final = "pemda_kesbangpol"

Officer = Annotated[Actor, Depends(allow("fasker_officer"))]
Head = Annotated[Actor, Depends(allow("fasker_head"))]
Decider = Annotated[Actor, Depends(allow("fasker_officer", "fasker_head"))]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling; `ngos` are those that he acts for, with his role in each."""

    actor: Actor
    ngos: Mapping[UUID, str]

    @property
    def scope(self) -> list[UUID] | None:
        """Whose rows the caller may see: of these NGOs; None means of all, as far as submitted."""
        return None if self.actor.has(*READERS) else list(self.ngos)

    @property
    def regions(self) -> list[str]:
        """Region prefixes in which the caller may see who is posted."""
        return list(self.actor.regions) if self.actor.has(REGIONAL) else []

    def may_see_person(self, ngo_id: UUID) -> bool:
        return ngo_id in self.ngos or self.actor.has(*PERSON_READERS)

    def acting_for(self, ngo_id: UUID) -> ActedBy:
        """The caller as a member of one of his NGOs."""
        return ActedBy(subject=self.actor.subject, role=self.ngos[ngo_id])

    def role_towards(self, ngo_id: UUID) -> str:
        """The role in which the caller reads: the membership's in his own NGO, else the official's."""
        return self.ngos.get(ngo_id) or self.actor.role(*READERS, REGIONAL)


async def _caller(actor: SignedIn, db: Db) -> Caller:
    async with db.read() as conn:
        return Caller(actor, await ngos_of(conn, actor.subject))


async def _member(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
    if not caller.ngos:
        raise NotAllowed("this needs a membership of an organisation")
    return caller


def _reading(*officials: str) -> Callable[..., Coroutine[Any, Any, Caller]]:
    """A dependency that lets people of NGOs pass, and officials with one of these roles."""

    async def reader(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
        if not caller.ngos and not caller.actor.has(*officials):
            raise NotAllowed(f"this needs a membership of an organisation, or one of the roles {', '.join(officials)}")
        return caller

    return reader


Member = Annotated[Caller, Depends(_member)]
"""Somebody who acts for an NGO."""

Reader = Annotated[Caller, Depends(_reading(*READERS))]
"""Somebody of an NGO (sees its own), or an official (sees all)."""

PostingReader = Annotated[Caller, Depends(_reading(*READERS, REGIONAL))]
"""A Reader, or a regional office (sees who is posted in its own region)."""
