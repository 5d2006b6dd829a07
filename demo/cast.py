"""Who plays: people by function, and the partners of `partners.toml`."""

import tomllib
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from typing import Any, Final

from demo.client import Person

FASKER: Final = Person("Petugas Fasker", "fasker-officer-1", ("fasker_officer",), unit="Pusat Fasilitasi Kerja Sama")
FASKER_HEAD: Final = Person("Kepala Fasker", "fasker-head-1", ("fasker_head",), unit="Pusat Fasilitasi Kerja Sama")
SATKER: Final = Person("Petugas Satker", "satker-officer-1", ("satker_officer",), unit="Ditjen Bina Pembangunan Daerah")
"""Of one unit; each partner's plans are for the unit that its agreement is with (`Partner.satker`)."""
FLORES_TIMUR: Final = Person("Kesbangpol Flores Timur (53.06)", "kesbangpol-53.06", ("pemda_kesbangpol",), ("53.06",))
MANGGARAI: Final = Person("Kesbangpol Manggarai (53.10)", "kesbangpol-53.10", ("pemda_kesbangpol",), ("53.10",))
NTT: Final = Person("Sistem Pemprov NTT (53)", "pemprov-53", ("integrator",), ("53",))


@dataclass
class Partner:
    """An organisation, its person in the story, and what it has been given so far."""

    key: str
    data: dict[str, Any]
    person: Person
    ngo_id: str = ""
    agreement_id: str = ""
    local_partner_id: str = ""
    master_activities: list[dict[str, Any]] = field(default_factory=list)
    work_plan_id: str = ""
    plan_activities: list[dict[str, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.data["acronym"])

    @property
    def regions(self) -> list[str]:
        return list(self.data["regions"])

    @property
    def satker(self) -> Person:
        unit = str(self.data["unit"])
        return SATKER if unit == SATKER.unit else Person(SATKER.title, f"satker: {unit}", SATKER.roles, unit=unit)

    @property
    def starts_on(self) -> date:
        day: date = self.data["from"]
        return day

    @property
    def ends_on(self) -> date:
        day: date = self.data["to"]
        return day


def partner(data: dict[str, Any]) -> Partner:
    key = data["key"]
    return Partner(key, data, Person(f"{data['acronym']} (Country Director)", f"{key}-admin"))


def load_partners() -> list[Partner]:
    return [partner(data) for data in tomllib.loads((files("demo") / "partners.toml").read_text())["partner"]]


# The successor of ICCO, as the register will know it.
CORDAID: Final = {
    "key": "cordaid",
    "name": "Cordaid",
    "name_en": "Catholic Organisation for Relief and Development Aid",
    "acronym": "Cordaid",
    "country": "NL",
    "city": "Den Haag",
    "unit": "Ditjen Bina Pembangunan Daerah",
    "sectors": ["agriculture"],
    "regions": ["76.04", "76.02"],
    "from": date(2021, 1, 1),
    "to": date(2023, 12, 31),
}

# Invented: nothing that happens to it is about anybody.
CONTOH: Final = {
    "key": "contoh",
    "name": "Yayasan Contoh Internasional (Data contoh)",
    "name_en": "Example Foundation International (demonstration data)",
    "acronym": "Contoh",
    "country": "NL",
    "city": "Utrecht",
    "unit": "Ditjen Bina Pembangunan Daerah",
    "sectors": ["education"],
    "regions": ["53.06"],
    "from": date(2020, 9, 1),
    "to": date(2023, 8, 31),
}
