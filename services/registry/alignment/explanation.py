"""Why an activity counts for an item, in two languages. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from services.registry.alignment.rules import Count, Frameworks, Status


@dataclass(frozen=True, slots=True)
class Claim:
    """That an activity serves an item: its approved plan names it (no `proposed_by`), or somebody proposed it."""

    item: str
    status: Status
    decided_by: str | None
    proposed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    counts: Sequence[Count]
    years_left_out: Sequence[int]
    indonesian: str
    english: str


def explain(claim: Claim, frameworks: Frameworks, first: int, last: int, *, named: Collection[str]) -> Explanation:
    """For an activity of these years; `named`: every item that counts for it."""
    said = [_who_says(claim)]
    if claim.status is not Status.CONFIRMED:
        return _explanation((), (), said)
    counts = frameworks.counts(claim.item, first, last, named=named)
    left_out = frameworks.years_left_out(claim.item, first, last, named=named)
    said += [_why(count, claim.item, frameworks, first, last) for count in counts]
    if left_out:
        years = _years(left_out)
        said.append(
            (
                f"Untuk tahun {years} tidak ada kerangka sejenis yang berlaku dan memuat kelanjutannya.",
                f"In {years} no framework of this kind holds that continues it.",
            )
        )
    return _explanation(counts, left_out, said)


def _explanation(counts: Sequence[Count], left_out: Sequence[int], said: Sequence[tuple[str, str]]) -> Explanation:
    return Explanation(counts, left_out, " ".join(each[0] for each in said), " ".join(each[1] for each in said))


def _who_says(claim: Claim) -> tuple[str, str]:
    if claim.proposed_by is None:
        return (
            f"Rencana induk (RIK) yang disetujui {claim.decided_by} menyebut {claim.item}.",
            f"The master plan (RIK) that {claim.decided_by} approved names {claim.item}.",
        )
    if claim.status is Status.CONFIRMED:
        return (
            f"{claim.item} diusulkan {claim.proposed_by} dan dikukuhkan {claim.decided_by}.",
            f"{claim.item} was proposed by {claim.proposed_by} and confirmed by {claim.decided_by}.",
        )
    if claim.status is Status.PROPOSED:
        return (
            f"{claim.item} diusulkan {claim.proposed_by}; dihitung setelah dikukuhkan.",
            f"{claim.item} was proposed by {claim.proposed_by}; it counts once it is confirmed.",
        )
    what = {Status.REJECTED: ("ditolak", "rejected"), Status.WITHDRAWN: ("ditarik", "withdrawn")}[claim.status]
    return (
        f"{claim.item} {what[0]}, jadi tidak dihitung.",
        f"{claim.item} was {what[1]}, so it does not count.",
    )


def _why(count: Count, item: str, frameworks: Frameworks, first: int, last: int) -> tuple[str, str]:
    framework = frameworks.by_code[count.framework]
    holds = f"{framework.first_year}-{framework.last_year}"
    years = _years(count.years)
    if count.link is None:
        return (
            f"{framework.code} berlaku {holds}, kegiatan berjalan {first}-{last}: dihitung untuk {item} pada {years}.",
            f"{framework.code} holds {holds}, the activity runs {first}-{last}: it counts for {item} in {years}.",
        )
    measure = {"mainly": ("terutama", "mainly"), "partly": ("sebagian", "partly")}[count.link.kind]
    if count.link.earlier == item:
        how = f"melanjutkan {item} {measure[0]}", f"continues {item} {measure[1]}"
    else:
        how = f"dilanjutkan {item} {measure[0]}", f"is continued by {item} {measure[1]}"
    return (
        f"Pada {years} berlaku {framework.code} ({holds}): dihitung untuk {count.item}, yang {how[0]}.",
        f"In {years} {framework.code} holds ({holds}): it counts for {count.item}, which {how[1]}.",
    )


def _years(years: Sequence[int]) -> str:
    return ", ".join(_runs(years))


def _runs(years: Sequence[int]) -> Iterator[str]:
    start = 0
    for index, year in enumerate(years):
        if index + 1 == len(years) or years[index + 1] != year + 1:
            yield str(year) if index == start else f"{years[start]}-{year}"
            start = index + 1
