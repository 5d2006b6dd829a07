"""The copies as rules see them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Agreement:
    """A memorandum of understanding (MSP)."""

    id: UUID
    ngo_id: UUID
    starts_on: date
    ends_on: date
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """An activity of the master plan (RIK) and what may be spent on it over the agreement's whole period."""

    amount: Decimal
    currency: str
