"""The way of a submission. A reviewer never edits the NGO's text: he comments on its fields. Pure."""

from enum import StrEnum
from typing import Any, Final

from shared.errors import FieldError, InvalidInput, NotAllowed


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    REVISION_REQUESTED = "revision_requested"
    APPROVED = "approved"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    TAKE_UP = "take up"
    REQUEST_REVISION = "request revision of"
    APPROVE = "approve"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"


NEXT: Final = {
    (Status.DRAFT, Action.EDIT): Status.DRAFT,
    (Status.REVISION_REQUESTED, Action.EDIT): Status.REVISION_REQUESTED,
    (Status.DRAFT, Action.SUBMIT): Status.SUBMITTED,
    (Status.REVISION_REQUESTED, Action.SUBMIT): Status.SUBMITTED,
    (Status.SUBMITTED, Action.TAKE_UP): Status.IN_REVIEW,
    (Status.IN_REVIEW, Action.REQUEST_REVISION): Status.REVISION_REQUESTED,
    (Status.DRAFT, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.SUBMITTED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.REVISION_REQUESTED, Action.WITHDRAW): Status.WITHDRAWN,
}
"""What work plans and reports have in common; each adds how it is decided."""


def check_reviewer(reviewer: str, submitter: str) -> None:
    if reviewer == submitter:
        raise NotAllowed("who submitted it cannot decide on it", rule="V23")


def check_comments(content: Any, fields: list[str]) -> None:
    """Each comment is on a field that the submitted version has."""
    errors = [
        FieldError(f"#/comments/{number}/field", "must be a JSON pointer to a field of what was submitted")
        for number, field in enumerate(fields)
        if not _points_into(content, field)
    ]
    if errors:
        raise InvalidInput("a comment is on a field that is not there", errors=errors)


def _points_into(content: Any, pointer: str) -> bool:
    """RFC 6901."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(content, dict) and name in content:
            content = content[name]
        elif isinstance(content, list) and name.isascii() and name.isdigit() and int(name) < len(content):
            content = content[int(name)]
        else:
            return False
    return True
