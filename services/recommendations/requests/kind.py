"""What the two kinds of request do differently. All else is one machine: rules, commands, routes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.recommendations.events import RecommendationKind
from services.recommendations.letters.rules import LetterText
from services.recommendations.requests.rules import DatedRule, Violation
from shared.db import Connection
from shared.events.envelope import ActedBy


@dataclass(frozen=True, slots=True)
class Terms:
    """What a request of either kind states. For goods both dates are the day of arrival."""

    agreement_id: UUID
    work_plan_activity_id: UUID
    starts_on: date
    ends_on: date
    named_regions: tuple[tuple[str, str], ...]
    """Each with the pointer to where the document names it."""
    replaces_letter_id: UUID | None = None

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(sorted({region for _, region in self.named_regions}))


@dataclass(frozen=True, slots=True)
class Kind:
    name: RecommendationKind
    path: str
    period_pointers: tuple[str, str]
    """Where the first and the last day stand in the NGO's document."""

    content: Callable[[Connection, UUID], Awaitable[dict[str, Any]]]
    """The details as submitted, without personal data."""

    find_violations: Callable[[Connection, asyncpg.Record, Mapping[str, DatedRule], date], Awaitable[list[Violation]]]
    write_letter: Callable[[Connection, asyncpg.Record, date], Awaitable[LetterText]]
    after_submission: Callable[[Connection, UUID], Awaitable[None]] | None = None
    after_issue: Callable[[Connection, asyncpg.Record], Awaitable[None]] | None = None
    after_revocation: Callable[[Connection, asyncpg.Record, ActedBy, datetime], Awaitable[None]] | None = None
