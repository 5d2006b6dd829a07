"""Everybody who asks: two organisations' people in three roles, officials of the centre and of two regions, systems."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from demo.cast import FASKER, FASKER_HEAD, NTT, SATKER, Partner
from demo.client import Person
from shared.http.rights import ANYBODY, SIGNED_IN, Reach, Right
from tests.rights.epilogue import INVITED, REJECTED
from tests.world import World

REGIONS: Final = ("53.06", "72.10")
"""Flores Timur, where the first organisation works; Sigi, where the second does."""


@dataclass(frozen=True)
class Caller:
    """Somebody who asks; `roles` as in the table of rights, a membership's among them. No `person`: no token."""

    name: str
    person: Person | None
    roles: frozenset[str]
    ngo_id: str = ""

    def headers(self, world: World) -> dict[str, str]:
        return _headers(world, self.person) if self.person else {}

    def reaches(self, right: Right) -> set[Reach]:
        return {reach for role, reach in right.grants.items() if role in self.roles}

    def is_of_unit(self, unit: str) -> bool:
        return "satker_officer" in self.roles and self.person is not None and self.person.unit == unit

    def covers(self, region: str) -> bool:
        own = self.person.regions if self.person else ()
        return any(region == code or region.startswith(f"{code}.") for code in own)


@cache
def _headers(world: World, person: Person) -> dict[str, str]:
    claims: dict[str, Any] = {"sub": person.sub, "regions": person.regions, "unit": person.unit}
    return world.read(*person.roles, **claims)


def callers(partners: Mapping[str, Partner]) -> list[Caller]:
    """The last ones have two roles, of which one reaches further than the other, and neither lends it its reach."""
    people = [
        Person("Observer", "tpoa-1", ("observer_tpoa",)),
        Person("No region", "kesbangpol-none", ("pemda_kesbangpol",)),
        Person("Integrator elsewhere", "pemprov-72", ("integrator",), ("72",)),
        Person("Operator", "operator-1", ("operator",)),
        INVITED,
        *(FASKER, FASKER_HEAD, SATKER, NTT),
        *(Person(f"Kesbangpol {r}", f"kesbangpol-{r}", ("pemda_kesbangpol",), (r,)) for r in REGIONS),
        *(Person(f"Bappeda {r}", f"bappeda-{r}", ("pemda_planner",), (r,)) for r in REGIONS),
    ]
    found = [Caller(person.sub, person, frozenset({*person.roles, SIGNED_IN, ANYBODY})) for person in people]
    found.append(Caller("rejected", REJECTED, frozenset({"applicant", SIGNED_IN, ANYBODY})))
    found.append(Caller("anonymous", None, frozenset({ANYBODY})))
    for key in ("snv", "irw"):
        for role in ("admin", "staff", "director"):
            roles = frozenset({f"ngo_{role}", SIGNED_IN, ANYBODY})
            found.append(Caller(f"{key}-{role}", Person(key, f"{key}-{role}"), roles, partners[key].ngo_id))
    return found + with_two_roles(partners)


def with_two_roles(partners: Mapping[str, Partner]) -> list[Caller]:
    """A role that reads everywhere and one of a region; a region's, or the ministry's, and a membership."""
    flores_timur, sigi = REGIONS
    officials = [
        ("satker_officer", "pemda_kesbangpol", flores_timur),
        ("observer_tpoa", "pemda_kesbangpol", sigi),
        ("fasker_head", "pemda_kesbangpol", flores_timur),
        ("observer_tpoa", "pemda_planner", sigi),
        ("fasker_officer", "pemda_planner", flores_timur),
        ("integrator", "pemda_kesbangpol", sigi),
    ]
    found = []
    for wide, narrow, region in officials:
        person = Person(f"{wide} and {narrow} {region}", f"{wide}+{narrow}", (wide, narrow), (region,), SATKER.unit)
        found.append(Caller(person.title, person, frozenset({*person.roles, SIGNED_IN, ANYBODY})))
    for sub, ngo_role, key, role, region in (
        ("snv-staff", "ngo_staff", "snv", "pemda_kesbangpol", sigi),
        ("irw-staff", "ngo_staff", "irw", "pemda_planner", flores_timur),
        ("snv-director", "ngo_director", "snv", "observer_tpoa", ""),
        ("irw-staff", "ngo_staff", "irw", "satker_officer", ""),
        ("snv-staff", "ngo_staff", "snv", "fasker_officer", ""),
        ("irw-director", "ngo_director", "irw", "fasker_head", ""),
    ):
        person = Person(f"{sub} and {role} {region}", sub, (role,), (region,) if region else (), SATKER.unit)
        roles = frozenset({ngo_role, role, SIGNED_IN, ANYBODY})
        found.append(Caller(person.title, person, roles, partners[key].ngo_id))
    return found
