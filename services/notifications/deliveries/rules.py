"""How far a subscriber has read. Pure: no clock, no database."""

from dataclasses import dataclass
from typing import Final

FELL_BEHIND: Final = 10
"""With more events than this unread when it asks, a subscriber has fallen behind."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`most_behind`: the most that was unread when the subscriber asked, since it last had read all."""

    read_number: int = 0
    most_behind: int = 0


def read_up_to(reading: Reading, number: int, last_number: int) -> tuple[Reading, int]:
    """The subscriber has acknowledged `number` and asks on. Returns also how many it caught up on, or 0."""
    read_number = max(reading.read_number, number)
    behind = last_number - read_number
    most_behind = max(reading.most_behind, behind)
    if behind > 0:
        return Reading(read_number, most_behind), 0
    return Reading(read_number), most_behind if most_behind > FELL_BEHIND else 0
