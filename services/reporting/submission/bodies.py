"""How versions, decisions and comments look over HTTP."""

from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from shared.http.body import Body, LongText, Number, ShortText, ShortTexts, Text, View

Content = TypeVar("Content")


def _without_fragment_sign(pointer: str) -> str:
    return pointer.removeprefix("#")


Pointer = Annotated[
    str,
    StringConstraints(pattern=r"^#?(/[^/]*)+$", max_length=300),
    AfterValidator(_without_fragment_sign),
]
"""A JSON pointer (RFC 6901) into the submitted content: `/activities/0/target`."""


class Comment(Body):
    field: Pointer
    text: Text


Comments = Annotated[list[Comment], Field(max_length=100)]


class CommentView(View):
    field: LongText
    text: LongText


class VersionView(View, Generic[Content]):
    """A submitted version, which never changes, and what was decided on it."""

    version: Number
    content: Content
    content_sha256: ShortText
    submitted_at: AwareDatetime
    decision: ShortText | None
    decided_at: AwareDatetime | None
    reason: LongText | None
    comments: list[CommentView] = Field(max_length=10_000)


class SubmittedView(View, Generic[Content]):
    """What work plans and reports have in common."""

    id: UUID
    ngo_id: UUID
    agreement_id: UUID
    regions: ShortTexts
    status: ShortText
    submitted_version: Number = Field(description="Number of the latest submitted version; 0 before the first")
    submitted_at: AwareDatetime | None
    content: Content
    versions: list[VersionView[Content]] = Field(max_length=10_000)
    version: Number = Field(description="Changes with every change; what `If-Match` must name")


def as_dicts(comments: Comments) -> list[dict[str, Any]]:
    return [comment.model_dump() for comment in comments]
