"""The fields of a profile, the states of each, and when they may be changed and checked. Pure.

A reviewer never edits the NGO's text: he confirms a field or queries it with a comment; the NGO answers by changing it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from services.registry.organisations.rules import Status
from shared.errors import ActionNotAllowed

FIELDS: Final = (
    "name",
    "name_en",
    "acronym",
    "aliases",
    "legal_form",
    "origin_country",
    "home_city",
    "headquarters_address",
    "home_registration_number",
    "iati_org_id",
    "lei",
    "office_address",
    "phone",
    "fax",
    "email",
    "website",
    "sectors",
    "started_in_indonesia_on",
    "counterpart_unit",
    "npwp",
    "has_indonesian_bank_account",
    "last_msp_signed_on",
    "working_areas",
)
"""Each is a column of `organisation`."""

REPRESENTATIVE: Final = "representative"
"""Who heads the office: kept apart, as a person's data, and checked like a field."""

CHECKED: Final = (*FIELDS, REPRESENTATIVE)

PUBLIC_FIELDS: Final = (
    "name",
    "name_en",
    "acronym",
    "aliases",
    "legal_form",
    "origin_country",
    "home_city",
    "iati_org_id",
    "lei",
    "website",
    "sectors",
    "started_in_indonesia_on",
    "counterpart_unit",
)
"""What the public register shows of them."""

OPEN: Final = (Status.APPLIED, Status.ACTIVE, Status.SUSPENDED)
"""Of a rejected, closed or merged organisation nothing changes any more."""


class FieldState(StrEnum):
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    QUERIED = "queried"


class FieldAct(StrEnum):
    CHANGE = "change"
    CONFIRM = "confirm"
    QUERY = "query"


NEXT: Final[Mapping[tuple[FieldState, FieldAct], FieldState]] = {
    (FieldState.UNCONFIRMED, FieldAct.CHANGE): FieldState.UNCONFIRMED,
    (FieldState.UNCONFIRMED, FieldAct.CONFIRM): FieldState.CONFIRMED,
    (FieldState.UNCONFIRMED, FieldAct.QUERY): FieldState.QUERIED,
    (FieldState.CONFIRMED, FieldAct.CHANGE): FieldState.UNCONFIRMED,
    (FieldState.CONFIRMED, FieldAct.CONFIRM): FieldState.CONFIRMED,
    (FieldState.CONFIRMED, FieldAct.QUERY): FieldState.QUERIED,
    (FieldState.QUERIED, FieldAct.CHANGE): FieldState.UNCONFIRMED,
    (FieldState.QUERIED, FieldAct.CONFIRM): FieldState.CONFIRMED,
    (FieldState.QUERIED, FieldAct.QUERY): FieldState.QUERIED,
}


def require_open(status: Status, what: str) -> None:
    if status not in OPEN:
        raise ActionNotAllowed(f"{what} is not open for an organisation that is {status}")


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Both in the form in which JSON has them."""
    return tuple(field for field in FIELDS if before[field] != after[field])


def is_lei(text: str) -> bool:
    """Whether the last two digits of a legal entity identifier prove the rest (ISO 17442, ISO 7064 MOD 97-10)."""
    return int("".join(str(int(character, 36)) for character in text)) % 97 == 1
