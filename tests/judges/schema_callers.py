"""Who calls an operation in schemathesis' requests: somebody whom the table of rights lets in, whose rows they are."""

from collections.abc import Mapping
from itertools import cycle
from typing import Any, Final

from demo.cast import FASKER, FASKER_HEAD, NTT, SATKER
from demo.client import Person
from shared.http.rights import ANYBODY, SIGNED_IN, Reach, Right

MEMBER: Final = Person("A member of an organisation with plans, reports, visits and experts", "snv-admin")
PROVINCES: Final = tuple(str(code) for code in range(11, 98))
KESBANGPOL: Final = Person("Kesbangpol of wherever it is", "kesbangpol-everywhere", ("pemda_kesbangpol",), PROVINCES)
OFFICIALS: Final = (
    FASKER,
    FASKER_HEAD,
    SATKER,
    KESBANGPOL,
    NTT,
    Person("Planner", "bappeda-53.06", ("pemda_planner",), ("53.06",)),
    Person("Observer", "tpoa-1", ("observer_tpoa",)),
    Person("Operator", "operator-1", ("operator",)),
)
EVERYBODY: Final = (MEMBER, *OFFICIALS)


APPLICANT: Final = "applicant"
"""Stands for somebody new, who acts for no organisation yet."""
APPLICANTS: Final = 600


def caller_for(right: Right) -> str:
    """The subject who calls: a member where it is about own rows, else the first official."""
    if SIGNED_IN in right.grants and right.grants[SIGNED_IN] is Reach.SELF:
        return APPLICANT
    if {ANYBODY, SIGNED_IN} & right.grants.keys() or any(role.startswith("ngo_") for role in right.grants):
        return MEMBER.sub
    return next(person.sub for person in OFFICIALS if {*person.roles} & right.grants.keys())


class Callers:
    """Of one service. The scene has tokens by subject, callers by operation, and owners by id."""

    def __init__(self, scene: Mapping[str, Any]) -> None:
        self._callers: dict[str, str] = scene["callers"]
        self._tokens: dict[str, str] = scene["tokens"]
        self._subjects = {token: subject for subject, token in self._tokens.items()}
        self._owners: dict[str, str] = dict(scene["owners"])
        self._applicants = cycle(f"{APPLICANT}-{number}" for number in range(APPLICANTS))

    def token(self, operation: str, path_parameters: Mapping[str, Any]) -> str | None:
        caller = self._callers.get(operation)
        if caller == MEMBER.sub:  # of the organisation whose row it is, so far as we know it
            owners = [self._owners.get(str(value)) for value in path_parameters.values()]
            caller = next((owner for owner in owners if owner), caller)
        elif caller == APPLICANT:
            caller = next(self._applicants)
        return self._tokens.get(caller) if caller else None

    def token_of(self, subject: str) -> str:
        return self._tokens[subject]

    def made(self, id_: str, token: str) -> None:
        """Somebody made a thing: who asks for it later must be the same."""
        if subject := self._subjects.get(token):
            self._owners.setdefault(id_, subject)
