"""The ways in which region codes are written, and what a search for a name means. Pure.

The codes are the Ministry of Home Affairs'. Those of the statistics office (BPS) look the same and mean other places.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

PARTS: Final = (2, 5, 8, 13)
"""How long the code of each level is, with its dots."""

_WRITTEN: Final = (
    r"^([0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?"  # as the ministry writes them
    r"|[0-9]{4}([0-9]{2}([0-9]{4})?)?)$"  # without dots, as the planning system SIPD does
)
_SIPD_PROVINCE: Final = "00"


def canonical(code: str) -> str:
    """The code with its dots. SIPD's `9100` is the province 91: no regency has the number 00."""
    if "." in code:
        return code
    if len(code) == 4 and code.endswith(_SIPD_PROVINCE):
        return code[:2]
    return ".".join(part for part in (code[:2], code[2:4], code[4:6], code[6:]) if part)


def sipd_code(code: str) -> str | None:
    """A province, regency or city as SIPD writes it: four digits. It has no codes below."""
    digits = code.replace(".", "")
    return digits.ljust(4, "0") if len(digits) <= 4 else None


def ancestors(code: str) -> list[str]:
    """The codes of what it lies in, largest first."""
    return [code[:length] for length in PARTS if length < len(code)]


AnyRegionCode = Annotated[
    str,
    StringConstraints(pattern=_WRITTEN, max_length=max(PARTS)),
    AfterValidator(canonical),
]
"""Of any level; with dots, without, or as SIPD writes it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search asks for: the name alone, all that was written, and the kinds that it names, if any."""

    name: str
    whole: str
    kinds: tuple[str, ...]


_KINDS: Final = {
    "provinsi": ("province",),
    "prov": ("province",),
    "kabupaten": ("regency",),
    "kab": ("regency",),
    "kota": ("city",),
    "kecamatan": ("district",),
    "kec": ("district",),
    "distrik": ("district",),
    "kelurahan": ("urban_village",),
    "kel": ("urban_village",),
    "desa": ("village", "customary_village"),
}
_FILLERS: Final = frozenset({"administrasi", "adm"})
_APART: Final = re.compile(r"[\s.,;:/()\"]+")


def asked(text: str) -> Asked:
    """`Kab. Manggarai` asks for the name `manggarai`, and rather for a regency."""
    words = [word for word in _APART.split(text.lower()) if any(map(str.isalnum, word))]
    kinds = _KINDS.get(words[0], ()) if len(words) > 1 else ()
    rest = words[1:] if kinds else words
    if kinds and len(rest) > 1 and rest[0] in _FILLERS:
        rest = rest[1:]
    return Asked(" ".join(rest), " ".join(words), kinds)
