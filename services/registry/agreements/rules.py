"""Forms and states of agreements (MSP). Pure."""

from enum import StrEnum


class Status(StrEnum):
    """Whether time has ended an agreement is seen from its dates, not from here."""

    SIGNED = "signed"
    PASSED_ON = "passed_on"
    TERMINATED = "terminated"


def provinces_of(regions: list[str]) -> list[str]:
    """The provinces in which these regencies and cities lie."""
    return sorted({code[:2] for code in regions})
