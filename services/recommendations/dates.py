"""Arithmetic and wording of dates."""

from datetime import date, timedelta
from typing import Final

_MONTHS: Final = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the month's last day where that one does not exist."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(1)).day
    return date(year, month, min(day.day, last))


def indonesian_date(day: date) -> str:
    """31 Juli 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
