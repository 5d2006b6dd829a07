"""Who may do what. NGO people are known by their membership, officials by roles and regions in their token.

Every route takes one of these dependencies, or is marked public. What a caller may not see is not found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends

from shared.errors import NotAllowed
from shared.events.envelope import ActedBy
from shared.http.auth import Actor, SignedIn, allow
from shared.operations import Db

OFFICIALS: Final = ("fasker_officer", "fasker_head", "satker_officer", "observer_tpoa")
"""Roles that see what every NGO has submitted."""

REGIONAL: Final = ("pemda_kesbangpol", "pemda_planner")
"""Roles that see what concerns their regions."""


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


async def _membership(actor: Actor, db: Db) -> Member | None:
    """A person of several organisations acts for the one joined last."""
    row = await db.pool.fetchrow(
        """
        SELECT m.ngo_id, m.role, n.status FROM membership m LEFT JOIN ngo n ON n.id = m.ngo_id
        WHERE m.subject = $1 ORDER BY m.since DESC, m.ngo_id LIMIT 1
        """,
        actor.subject,
    )
    return Member(actor.subject, row["ngo_id"], row["role"], row["status"]) if row else None


async def _reporting_member(actor: SignedIn, db: Db) -> Member:
    """A suspended organisation still owes its reports; one that is closed or merged no longer acts."""
    member = await _membership(actor, db)
    if member is None:
        raise NotAllowed("this is for members of a registered organisation")
    if member.ngo_status not in ("active", "suspended"):
        raise NotAllowed(f"your organisation is {member.ngo_status or 'not verified'}")
    return member


async def _active_member(member: Annotated[Member, Depends(_reporting_member)]) -> Member:
    if member.ngo_status != "active":
        raise NotAllowed(f"your organisation is {member.ngo_status}; it can only report")
    return member


async def _scope(actor: SignedIn, db: Db) -> Scope:
    if actor.has(*OFFICIALS):
        return Scope(actor)
    if actor.has(*REGIONAL):
        return Scope(actor, regions=list(actor.regions))
    if member := await _membership(actor, db):
        return Scope(actor, ngo_id=member.ngo_id)
    raise NotAllowed("this is for members of a registered organisation, the ministry and the regions")


ReportingMember = Annotated[Member, Depends(_reporting_member)]
ActiveMember = Annotated[Member, Depends(_active_member)]
Reader = Annotated[Scope, Depends(_scope)]

Fasker = Annotated[Actor, Depends(allow("fasker_officer", "fasker_head"))]
FaskerHead = Annotated[Actor, Depends(allow("fasker_head"))]
Satker = Annotated[Actor, Depends(allow("satker_officer"))]
Kesbangpol = Annotated[Actor, Depends(allow("pemda_kesbangpol"))]


def acted_by(actor: Actor, *roles: str) -> ActedBy:
    """An official, with the role that allowed it."""
    return ActedBy(subject=actor.subject, role=actor.role(*roles))
