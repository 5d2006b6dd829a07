"""How likely two organisations are one, and why. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SIMILAR_FROM: Final = 0.45
"""Similarity of two names by trigrams, 0 to 1. Lower, and words like "International Foundation" alone make a pair."""

ACRONYM_SCORE: Final = 0.5
"""Two organisations may well have the same few letters."""

NUMBERS: Final = ("principle_permit", "home_registration_number", "iati_org_id", "lei", "npwp")
"""Each is given to one organisation only; that of the country of origin, within that country."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two organisations have in common. `own_name` and `other_name`: the fields of the most similar names."""

    similarity: float
    own_name: str
    other_name: str
    same_acronym: bool
    same_numbers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Reason:
    field: str
    other_field: str
    similarity: float


def score(likeness: Likeness) -> float:
    """1 with an equal number; else how similar the names are."""
    if likeness.same_numbers:
        return 1.0
    return max(likeness.similarity, ACRONYM_SCORE if likeness.same_acronym else 0.0)


def reasons(likeness: Likeness) -> list[Reason]:
    """Why, the strongest first."""
    found = [Reason(number, number, 1.0) for number in NUMBERS if number in likeness.same_numbers]
    if likeness.similarity >= SIMILAR_FROM:
        found.append(Reason(likeness.own_name, likeness.other_name, likeness.similarity))
    if likeness.same_acronym:
        found.append(Reason("acronym", "acronym", 1.0))
    return found
