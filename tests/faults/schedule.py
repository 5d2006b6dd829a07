"""What a seed does. The same seed always plans the same faults, targets and times."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.faults.disasters import DISASTERS
from tests.faults.faults import KINDS, Kind, Planned

WINDOW_SECONDS: Final = 4.0
FAULTS: Final = (2, 4)
DISASTER_EVERY: Final = 4

BY_NAME: Final = {kind.name: kind for kind in (*KINDS, *DISASTERS)}


@dataclass(frozen=True)
class Schedule:
    """`faults` may overlap; `disaster` comes after them, alone, in one run of a few."""

    seed: int
    faults: Sequence[Planned]
    disaster: Planned | None

    def __str__(self) -> str:
        planned = [f"{fault.at:.1f} s {fault.kind} ({fault.target})" for fault in self.faults]
        return ", ".join([*planned, *([f"then {self.disaster.kind}"] if self.disaster else [])])


def plan(seed: int) -> Schedule:
    """Two kinds in turn, so that successive seeds go through all of them, and some at random."""
    rng = random.Random(seed)
    in_turn = [KINDS[(2 * seed + place) % len(KINDS)] for place in (0, 1)]
    others = rng.choices(KINDS, k=rng.randint(*FAULTS) - len(in_turn))
    faults = sorted((_planned(kind, rng) for kind in (*in_turn, *others)), key=lambda fault: fault.at)
    turn, rest = divmod(seed, DISASTER_EVERY)
    disaster = _planned(DISASTERS[turn % len(DISASTERS)], rng) if rest == 0 else None
    return Schedule(seed, faults, disaster)


def _planned(kind: Kind, rng: random.Random) -> Planned:
    return Planned(rng.uniform(0, WINDOW_SECONDS - 1), kind.name, rng.choice(kind.targets), rng.uniform(*kind.seconds))
