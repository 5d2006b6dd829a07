"""Alternating runs, and what is said about them."""

import operator
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Run = Callable[[], Awaitable[float]]
"""Does the work once; returns its rate (events per second)."""


@dataclass(frozen=True)
class Target:
    """What a figure should be."""

    sign: Literal["≥", ">", "≤"]
    bound: float

    def met_by(self, value: float) -> bool:
        return bool({"≥": operator.ge, ">": operator.gt, "≤": operator.le}[self.sign](value, self.bound))

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:g}"


@dataclass(frozen=True)
class Figure:
    """One figure with its target. `spread`: the least and the greatest of the pairs of runs that it comes from."""

    name: str
    value: float
    unit: str = ""
    target: Target | None = None
    spread: tuple[float, float] | None = None

    def as_json(self) -> dict[str, Any]:
        described: dict[str, Any] = {"value": _rounded(self.value), "unit": self.unit or "ratio"}
        if self.spread:
            described["spread"] = [_rounded(bound) for bound in self.spread]
        if self.target:
            described |= {"target": str(self.target), "met": self.target.met_by(self.value)}
        return described


@dataclass(frozen=True)
class Measure:
    """What one module measured: figures first, then each run's raw rates, by what ran."""

    figures: Sequence[Figure]
    raw: Mapping[str, Any] = field(default_factory=dict)


async def in_turns(contestants: Mapping[str, Run], rounds: int) -> dict[str, list[float]]:
    """Every contestant once per round, in changing order; the first round warms up and is not counted."""
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    for round_ in range(rounds + 1):
        names = list(contestants)
        for name in names if round_ % 2 else reversed(names):
            rate = await contestants[name]()
            if round_:
                rates[name].append(rate)
    return rates


def ratio(name: str, ours: Sequence[float], theirs: Sequence[float], target: Target | None = None) -> Figure:
    """The median of the ratios of runs that were neighbours in time."""
    ratios = [own / other for own, other in zip(ours, theirs, strict=True)]
    return Figure(name, statistics.median(ratios), target=target, spread=(min(ratios), max(ratios)))


def summary(rates: Mapping[str, Sequence[float]], unit: str = "events/s") -> dict[str, Any]:
    return {
        name: {
            "median": round(statistics.median(values)),
            "least": round(min(values)),
            "most": round(max(values)),
            "unit": unit,
            "runs": [round(value) for value in values],
        }
        for name, values in rates.items()
    }


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")
