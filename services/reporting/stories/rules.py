"""The states of a story, and what must not be in its text. Pure."""

import re
from enum import StrEnum
from typing import Final

from shared.errors import InvalidInput


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"


class Action(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"


NEXT: Final = {
    (Status.DRAFT, Action.EDIT): Status.DRAFT,
    (Status.DRAFT, Action.SUBMIT): Status.SUBMITTED,
    (Status.SUBMITTED, Action.PUBLISH): Status.PUBLISHED,
    (Status.PUBLISHED, Action.UNPUBLISH): Status.UNPUBLISHED,
}

_PERSONAL: Final = (
    ("an identity number (NIK)", re.compile(r"(?<!\d)\d{16}(?!\d)")),
    ("a phone number", re.compile(r"(?<![\w.,])(?:\+\d|08|62[ .-]?8)(?:[ .-]?\d){7,13}(?!\d)")),
    ("a passport number", re.compile(r"(?<!\w)[A-Z]{1,2} ?\d{6,8}(?!\w)")),
)


def personal_data_in(text: str) -> str | None:
    """What the text seems to hold that must not be published, if anything."""
    return next((what for what, pattern in _PERSONAL if pattern.search(text)), None)


def check_consent(*, consent_given: bool) -> None:
    if not consent_given:
        raise InvalidInput.field(
            "#/consent_given", "every recognisable person, or guardian, must have consented", rule="V25"
        )
