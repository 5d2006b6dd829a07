"""How long a permit may last (V01). Pure."""

from datetime import date
from enum import StrEnum

from services.registry.reference.rules import DatedRule
from shared.errors import InvalidInput


class Kind(StrEnum):
    IZIN_PRINSIP = "IZIN_PRINSIP"
    IZIN_OPERASIONAL = "IZIN_OPERASIONAL"
    SKT_MITRA = "SKT_MITRA"


def years_later(day: date, years: int) -> date:
    """The same day so many years later; for 29 February the last of that month."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def check_principle_permit_period(valid_from: date, valid_to: date, longest: DatedRule | None, pointer: str) -> None:
    """`longest`: the rule, in years, of the day from which the permit is valid; none: there was no limit then."""
    if longest and valid_to > (end := years_later(valid_from, longest.value)):
        raise InvalidInput.field(
            f"{pointer}/valid_to",
            f"must be {end} at the latest: an izin prinsip is valid for {longest.value} years at most",
            rule="V01",
            legal_basis=longest.legal_basis,
        )
