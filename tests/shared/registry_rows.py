"""Rows in every list of the registry, by SQL what would take long chains of calls: this is about reads."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from tests.shared.samples import NOW, add

NGOS: Final = [UUID(int=number) for number in range(1, 10)]
"""Four that the public sees, three that applied, one that was rejected, and one more that the public sees."""

DECIDED: Final = {"decided_at": NOW, "decided_by": "x", "decided_by_role": "fasker_officer"}


async def registry_rows(pool: Any) -> dict[str, Any]:
    """Ids for the parameters of paths."""
    await organisations(pool)
    ids = await papers(pool)
    await activities_and_measures(pool, ids["agreement_id"])
    await plans_that_last(pool)
    return ids | {"ngo_id": NGOS[0]}


async def organisations(pool: Any) -> None:
    """The first has everything; three more the public sees, and four that it does not."""
    for number, status, name, acronym, aliases, country, sectors in (
        (0, "active", "Air Bersih", "AB", ["Tirta"], "NL", ["water_and_sanitation"]),
        (1, "suspended", "Bumi Hijau", "BH", ["Tanah"], "DE", ["agriculture"]),
        (2, "closed", "Cinta Anak", "CA", ["Kasih", "Sayang"], "NL", ["education"]),
        (3, "active", "Desa Sehat", "DS", [], "US", ["health", "education"]),
        (8, "active", "Energi Surya", "ES", [], "NL", ["health"]),
        *((n, "applied", f"Pemohon {n}", "P", [], "NL", ["health"]) for n in (4, 5, 6)),
        (7, "rejected", "Tertolak", "T", [], "NL", ["health"]),
    ):
        await add(
            pool,
            "organisation",
            id=NGOS[number],
            status=status,
            name=name,
            acronym=acronym,
            aliases=aliases,
            origin_country=country,
            sectors=sectors,
            verified_at=None if status in ("applied", "rejected") else NOW,
        )
    for n in range(1, 7):
        await add(pool, "membership", subject=f"member-{n}", ngo_id=NGOS[0])
    for number in (0, 3, 8):
        for subject in ("officer", "invited-1", "invited-2"):
            await add(pool, "invitation", ngo_id=NGOS[number], subject=subject, invited_by="member-1")
    for n in range(1, 5):
        await add(pool, "profile_step", ngo_id=NGOS[0], version=n)
        await add(pool, "foreign_ministry_step", ngo_id=NGOS[0])
        await add(
            pool,
            "evidence_file",
            ngo_id=NGOS[0],
            status="uploading" if n % 2 else "stored",
            kind="msp" if n < 3 else "ap",
            name=f"Berkas {n}",
            size_bytes=n,
            sha256=str(n) * 64,
            started_at=NOW + timedelta(minutes=n),
            ended_at=None if n % 2 else NOW,
        )


async def papers(pool: Any) -> dict[str, Any]:
    """Agreements; of the first one programme directions and the versions of its plan; partners, opinions, licences."""
    first, second = (date(2020, 1, 1), date(2022, 1, 1)), (date(2022, 1, 2), date(2024, 1, 1))
    for ngo, status, number, (starts_on, ends_on), regions, passed_to in (
        (1, "terminated", "MSP-3", first, ["72.10"], None),
        (2, "passed_on", "MSP-4", first, ["72.10"], NGOS[3]),
        (0, "signed", "MSP-2", second, ["11.01"], None),
        (0, "signed", "MSP-1", first, ["53.06", "53.10"], None),
    ):
        agreement_id = await add(
            pool,
            "agreement",
            ngo_id=NGOS[ngo],
            status=status,
            number=number,
            starts_on=starts_on,
            ends_on=ends_on,
            regions=regions,
            passed_to_ngo_id=passed_to,
        )
    plan_id = await add(pool, "master_plan", agreement_id=agreement_id)
    for n in range(1, 5):
        await add(pool, "programme_direction", agreement_id=agreement_id, number=f"AP-{n}")
        await add(pool, "master_plan_version", master_plan_id=plan_id, version=n, reason="x" if n > 1 else None)
    for n, region in enumerate(("53.10", "72.10", "11.01", "53.06")):
        decided = {"status": "approved", **DECIDED} if region == "53.06" else {}
        partner_id = await add(
            pool,
            "local_partner",
            ngo_id=NGOS[(n + 1) % 2],
            name=f"Mitra {n}",
            registration_number=f"Mitra {n}",
            regions=[region],
            **decided,
        )
        for body in await pool.fetch("SELECT code FROM clearance_body"):
            await add(pool, "local_partner_opinion", partner_id=partner_id, body=body["code"])
    for kind, status in (("IZIN_PRINSIP", "VALID"), ("IZIN_OPERASIONAL", "EXPIRING"), ("SKT_MITRA", "EXPIRED")):
        await add(pool, "licence", ngo_id=NGOS[0], kind=kind, status=status)
    await add(pool, "licence", ngo_id=NGOS[1], number="y", valid_to=date(2024, 1, 1))
    return {"agreement_id": agreement_id, "partner_id": partner_id}


async def activities_and_measures(pool: Any, agreement_id: UUID) -> None:
    licence_id = await pool.fetchval("SELECT id FROM licence ORDER BY id LIMIT 1")
    for ngo, status, kind, region in (
        (0, "notified", "new", "53.06"),
        (1, "notified", "continued_after_extension", "53.10"),
        (1, "withdrawn", "new", "72.10"),
    ):
        await add(
            pool,
            "regional_activity",
            ngo_id=NGOS[ngo],
            status=status,
            kind=kind,
            agreement_id=agreement_id,
            licence_id=licence_id,
            regions=[region],
            withdrawal_reason="x" if status == "withdrawn" else None,
        )
    for ngo in (0, 0, 0):
        await add(pool, "measure", ngo_id=NGOS[ngo])
    for ngo in (0, 1, 2):
        await add(pool, "measure", ngo_id=NGOS[ngo], kind="activity_suspension", effect="suspends")


async def plans_that_last(pool: Any) -> None:
    """Of two organisations whose agreements last, one of them alone in a regency, and in one together."""
    for number, ngo, regions, sector, priority in (
        (5, 8, ["64.01", "64.02"], "energy", "PN5-2020"),
        (6, 3, ["64.02", "64.03"], "energy", "PN3-2025"),
        (7, 3, ["64.03"], "health", "PN3-2025"),
    ):
        agreement_id = await add(
            pool,
            "agreement",
            ngo_id=NGOS[ngo],
            number=f"MSP-{number}",
            starts_on=date(2023, 1, 1),
            ends_on=date(2199, 12, 31),
            regions=regions,
        )
        plan_id = await add(pool, "master_plan", agreement_id=agreement_id)
        await add(
            pool,
            "master_plan_activity",
            master_plan_id=plan_id,
            sector=sector,
            priority=priority,
            sdgs=[7],
            regions=regions,
            from_year=2023,
            to_year=2199,
        )
