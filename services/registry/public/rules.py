"""What the public is told, and as of when. Pure: no clock, no database."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from services.registry.profiles.rules import PUBLIC_FIELDS
from shared.clock import JAKARTA
from shared.errors import InvalidInput

PROFILE_CHANGED: Final = "singo.registry.NgoProfileChanged.v1"

KINDS: Final[Mapping[str, str]] = {
    "singo.registry.NgoVerified.v1": "registered",
    PROFILE_CHANGED: "profile_changed",
    "singo.registry.NgoSuspended.v1": "suspended",
    "singo.registry.NgoReinstated.v1": "reinstated",
    "singo.registry.NgoClosed.v1": "closed",
    "singo.registry.NgoMerged.v1": "merged",
    "singo.registry.MspSigned.v1": "agreement_signed",
    "singo.registry.MspExtended.v1": "agreement_extended",
    "singo.registry.MspEnded.v1": "agreement_ended",
    "singo.registry.MspRetracted.v1": "agreement_retracted",
    "singo.registry.MasterPlanApproved.v1": "master_plan_approved",
    "singo.registry.MasterPlanAmended.v1": "master_plan_amended",
}
"""Events that change what the public sees, and what the list of changes calls them. What is not here stays inside."""

LIKE_A_FORMULA: Final = re.compile(r"(^|; *)(?=\s*[=+\-@]|[\t\r\n])")
"""Also after a semicolon, which begins a cell where the decimal point is a comma, as in Indonesia."""


def change_of(event_type: str, payload: Mapping[str, Any]) -> str | None:
    """What the list of changes calls it; nothing, if the public sees nothing of it."""
    if event_type == PROFILE_CHANGED and not {*PUBLIC_FIELDS} & {*payload["changed_fields"]}:
        return None
    return KINDS.get(event_type)


def known_before(as_of: date | None, today: date) -> datetime | None:
    """The instant at which the day ends in Jakarta; none for today, of which all is told that is known now."""
    if as_of is None or as_of == today:
        return None
    if as_of > today:
        raise InvalidInput.field("query:as_of", f"must not lie after today, {today}")
    return datetime.combine(as_of + timedelta(days=1), time(), JAKARTA)


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection."""
    return LIKE_A_FORMULA.sub(r"\1'", text)
