"""A register of made-up organisations, the same for the same seed: agreements and plans of ten years, no people."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import asyncpg

FIRST_YEAR: Final = 2017
YEARS: Final = 10
AGREEMENT_YEARS: Final = 3
DUE_IN_A_YEAR: Final = 5

KINDS: Final = ("Yayasan", "Stichting", "Foundation", "Verein", "Fondation", "Society", "Trust", "Alliance")
QUALITIES: Final = (
    "Bersama",
    "Hijau",
    "Mandiri",
    "Lestari",
    "Sejahtera",
    "Inklusif",
    "Tangguh",
    "Cerdas",
    "Damai",
    "Maju",
)
THINGS: Final = (
    "Air",
    "Hutan",
    "Pangan",
    "Anak",
    "Desa",
    "Laut",
    "Energi",
    "Sekolah",
    "Kesehatan",
    "Petani",
    "Pesisir",
    "Benih",
)
COUNTRIES: Final = ("NL", "DE", "US", "GB", "JP", "CH", "BE", "FR", "AU", "SE")
DEEDS: Final = ("Pelatihan", "Penguatan", "Pendampingan", "Pembangunan", "Perlindungan", "Pemberdayaan", "Pengelolaan")
WHOM: Final = (
    "kelompok perempuan",
    "petani kopi",
    "nelayan kecil",
    "anak sekolah",
    "penyandang disabilitas",
    "relawan desa",
)
WHEREIN: Final = ("sanitasi", "pertanian", "kesiapsiagaan bencana", "gizi", "energi terbarukan", "perhutanan sosial")


@dataclass
class Register:
    """Rows of each table."""

    organisations: list[tuple[Any, ...]] = field(default_factory=list)
    agreements: list[tuple[Any, ...]] = field(default_factory=list)
    plans: list[tuple[Any, ...]] = field(default_factory=list)
    activities: list[tuple[Any, ...]] = field(default_factory=list)
    obligations: list[tuple[Any, ...]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Lists:
    """Codes that rows refer to."""

    regencies: list[str]
    sectors: list[str]
    priorities: dict[str, tuple[int, int]]

    @classmethod
    async def of(cls, conn: asyncpg.Connection) -> "Lists":
        regencies = await conn.fetch("SELECT code FROM region WHERE kind IN ('regency', 'city') ORDER BY code")
        sectors = await conn.fetch("SELECT code FROM sector ORDER BY position")
        priorities = await conn.fetch("SELECT code, valid_from, valid_to FROM priority ORDER BY code")
        return cls(
            [row["code"] for row in regencies],
            [row["code"] for row in sectors],
            {row["code"]: (row["valid_from"].year, row["valid_to"].year) for row in priorities},
        )


def make(lists: Lists, *, seed: int, ngos: int, activities: int) -> Register:
    """So many organisations, and about so many activities among all of them."""
    chance = random.Random(seed)
    register = Register()
    plans = ngos * len(list(_periods()))
    for number in range(ngos):
        _add_organisation(register, chance, lists, number, activities_of_a_plan=round(activities / plans))
    return register


def _add_organisation(
    register: Register, chance: random.Random, lists: Lists, number: int, *, activities_of_a_plan: int
) -> None:
    ngo_id = _id(chance)
    name = f"{chance.choice(KINDS)} {chance.choice(THINGS)} {chance.choice(QUALITIES)} {number + 1}"
    sectors = chance.sample(lists.sectors, 3)
    at = datetime(FIRST_YEAR, 1, 2, tzinfo=UTC)
    register.names.append(name)
    register.organisations.append(
        (
            *(ngo_id, "active", name, f"{name} International", f"O{number + 1}", [f"{name} Indonesia"], "foundation"),
            *(chance.choice(COUNTRIES), "Kota", "DEMO-street 1", "office@example.org", "https://example.org"),
            *(sectors, at.date(), "Ditjen Bina Bangda", "applicant", at, at),
        )
    )
    for place, (first, last) in enumerate(_periods()):
        _add_agreement(register, chance, lists, ngo_id, f"{number + 1}/{place + 1}", first, last, activities_of_a_plan)
    for year in range(FIRST_YEAR, FIRST_YEAR + YEARS):
        register.obligations += [
            (_id(chance), ngo_id, chance.choices(("FULFILLED", "OVERDUE"), (50, 1))[0], date(year, month + 1, 28))
            for month in range(DUE_IN_A_YEAR)
        ]


def _add_agreement(
    register: Register, chance: random.Random, lists: Lists, ngo_id: UUID, number: str, first: int, last: int, many: int
) -> None:
    agreement_id, plan_id = _id(chance), _id(chance)
    regions = sorted(chance.sample(lists.regencies, chance.randint(4, 18)))
    signed = datetime(first, 1, 2, tzinfo=UTC)
    title = f"{chance.choice(DEEDS)} {chance.choice(WHOM)} dalam {chance.choice(WHEREIN)}"
    register.agreements.append(
        (
            *(agreement_id, ngo_id, f"DEMO-MSP-{number}", title, date(first, 1, 1), date(last, 12, 31)),
            *("Ditjen Bina Bangda", [title], regions, Decimal(1_000_000), "EUR", ["Country Director"], signed, "head"),
        )
    )
    register.plans.append((plan_id, agreement_id, signed, "officer", "fasker_officer"))
    fitting = [code for code, (start, end) in lists.priorities.items() if start <= last and first <= end]
    for position in range(1, many + 1):
        begin = chance.randint(first, last)
        register.activities.append(
            (
                *(_id(chance), plan_id, position, f"{chance.choice(DEEDS)} {chance.choice(WHOM)}"),
                *(f"{chance.choice(DEEDS)} {chance.choice(WHEREIN)} di {len(regions)} kabupaten",),
                *(chance.choice(lists.sectors), chance.choice(fitting or [*lists.priorities]), [6]),
                *(sorted(chance.sample(regions, min(3, len(regions)))), begin, chance.randint(begin, last)),
                *(Decimal(25_000), "EUR", "indicator"),
            )
        )


def _periods() -> Iterator[tuple[int, int]]:
    for first in range(FIRST_YEAR, FIRST_YEAR + YEARS, AGREEMENT_YEARS):
        yield first, min(first + AGREEMENT_YEARS, FIRST_YEAR + YEARS) - 1


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


async def store(conn: asyncpg.Connection, register: Register) -> None:
    """By COPY, and what the planner knows of it brought up to date."""
    columns = {
        "organisation": "id status name name_en acronym aliases legal_form origin_country home_city office_address "
        "email website sectors started_in_indonesia_on counterpart_unit applicant applied_at verified_at",
        "agreement": "id ngo_id number title starts_on ends_on counterpart_unit scope regions amount currency "
        "signatory_functions signed_at signed_by",
        "master_plan": "id agreement_id approved_at approved_by approved_by_role",
        "master_plan_activity": "id master_plan_id position title detail sector priority sdgs regions from_year "
        "to_year budget currency outcome_indicator",
        "obligation_copy": "id ngo_id state due_on",
    }
    rows = (register.organisations, register.agreements, register.plans, register.activities, register.obligations)
    for (table, names), records in zip(columns.items(), rows, strict=True):
        await conn.copy_records_to_table(table, records=records, columns=names.split())
    await conn.execute("ANALYZE")
