"""What bodies are made of: closed objects, bounded texts that a database can store."""

import re
from typing import Annotated, Any, Final, Generic, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic_core import PydanticCustomError

from shared.http.values import check_json, kinds_of

Item = TypeVar("Item")

NOT_PRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""Control characters but tab and ends of line, and lone surrogates."""


class Body(BaseModel):
    """A request body: unknown fields are refused, blanks around texts are cut."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)

    @field_validator("*", mode="wrap")
    @classmethod
    def _as_written(cls, given: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """What pydantic and the field's own rules accept must also be written as its kind is."""
        value = validate(given)
        if info.field_name:
            annotation: Any = cls.model_fields[info.field_name].annotation
            check_json(kinds_of(annotation), given)
        return value


class View(BaseModel):
    """A response body."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    @classmethod
    def of(cls, row: Any) -> Self:
        """Of a row whose columns have the fields' names."""
        return cls.model_validate(dict(row))


class Page(View, Generic[Item]):
    """One page of a list. `next_cursor` leads to the next one; null means that this was the last."""

    items: list[Item] = Field(max_length=100)
    next_cursor: str | None = Field(default=None, max_length=1500)


def _printable(text: str) -> str:
    if NOT_PRINTABLE.search(text):
        raise PydanticCustomError("not_printable", "must not hold control characters or lone surrogates")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:
        raise PydanticCustomError("not_one_line", "must be a single line")
    return text


def broken_rule(rule: str, message: str) -> PydanticCustomError:
    """A validator's refusal that names the rule of the domain; the problem document shows it in `rule`."""
    context: dict[str, Any] = {"rule": rule}
    return PydanticCustomError("rule_broken", message, context)


Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_printable),
    AfterValidator(_one_line),
]
"""A name, a number, a title."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=5000), AfterValidator(_printable)]
"""A paragraph or two."""

Reason = Annotated[str, StringConstraints(min_length=3, max_length=1000), AfterValidator(_printable)]
"""Why somebody decided so."""

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", max_length=64)]
"""The fingerprint of a file, in small hexadecimal digits."""

ShortText = Annotated[str, Field(max_length=200)]
"""In answers: what came in as a Line, or a code of ours."""

ShortTexts = Annotated[list[ShortText], Field(max_length=600)]
"""There are no more regions, and of nothing else in an answer so many."""

LongText = Annotated[str, Field(max_length=20_000)]
"""In answers: what came in as a Text, or was composed of several."""

Number = Annotated[int, Field(ge=0, lt=2**31)]
"""A count or a version, as PostgreSQL's `integer` holds it."""

BigNumber = Annotated[int, Field(ge=0, lt=2**63)]
"""The same as a `bigint`."""
