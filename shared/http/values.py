"""Values as their schema has them, and nothing that only looks like them: no 0 for a date, no "yes" for true, no other
digits than 0-9. What comes as text in a query is held to the same.
"""

import re
from collections.abc import Hashable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final, Literal, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime
from pydantic_core import PydanticCustomError

Kinds = frozenset[type]

KINDS: Final = (str, bool, int, float, Decimal, datetime, date, UUID)
_HEX: Final = "[0-9A-Fa-f]"
_TEXTS: Final[dict[type, tuple[re.Pattern[str], str, str]]] = {
    date: (
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        "not_full_date",
        "must be a date written in full, such as 2026-01-31",
    ),
    datetime: (
        re.compile(
            r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
        ),
        "not_full_time",
        "must be a time written in full, such as 2026-01-31T08:00:00Z",
    ),
    Decimal: (
        re.compile(r"-?[0-9]{1,100}(\.[0-9]{1,100})?"),
        "not_plain_number",
        "must be written with digits 0-9 and a decimal point only",
    ),
    UUID: (
        re.compile(f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"),
        "uuid_parsing",
        "must be a UUID of 32 hexadecimal digits and four hyphens",
    ),
}
"""Kind -> how it is written in JSON (RFC 3339, RFC 9562), and what to say of another text."""
_IN_QUERIES: Final[dict[type, tuple[re.Pattern[str], str, str]]] = _TEXTS | {
    int: (re.compile(r"-?[0-9]{1,30}"), "int_parsing", "must be a whole number"),
    bool: (re.compile("true|false"), "bool_parsing", "must be true or false"),
}


@cache
def kinds_of(annotation: Hashable) -> Kinds:
    """Which kinds of simple values an annotation names, also in lists and as alternatives."""
    if annotation is AwareDatetime:
        return frozenset({datetime})
    if annotation in KINDS:
        return frozenset({annotation})
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        inner = inner[:1]
    elif get_origin(annotation) is Literal:
        inner = ()
    return frozenset[type]().union(*map(kinds_of, inner))


def check_json(kinds: Kinds, given: object) -> None:
    """Raise PydanticCustomError where pydantic would read more into a JSON value than it says."""
    if isinstance(given, list):
        for place, item in enumerate(given):
            _check(kinds, item, at=(place,))
    else:
        _check(kinds, given, at=())


def _check(kinds: Kinds, given: object, at: Sequence[int]) -> None:
    if str in kinds or not kinds:
        return
    context = {"at": at}
    if isinstance(given, bool) and bool not in kinds:
        raise PydanticCustomError("not_boolean", "must not be true or false", context)
    if isinstance(given, int | float) and not isinstance(given, bool):
        if kinds <= {bool}:
            raise PydanticCustomError("bool_type", "must be true or false", context)
        for kind in kinds & {date, datetime} - {int, float}:
            raise PydanticCustomError(_TEXTS[kind][1], _TEXTS[kind][2], context)
    if isinstance(given, str):
        if numbers := kinds & {bool, int, float}:
            name = "bool" if numbers == {bool} else "int" if int in numbers else "float"
            raise PydanticCustomError(f"{name}_type", "must not be a text", context)
        _check_text(_TEXTS, kinds, given, context)


def check_query(kinds: Kinds, given: str) -> None:
    if str not in kinds:
        _check_text(_IN_QUERIES, kinds, given, {})


def _check_text(
    forms: dict[type, tuple[re.Pattern[str], str, str]], kinds: Kinds, given: str, context: dict[str, Any]
) -> None:
    wanted = [forms[kind] for kind in KINDS if kind in kinds and kind in forms]
    if wanted and not any(form.fullmatch(given) for form, _, _ in wanted):
        raise PydanticCustomError(wanted[0][1], wanted[0][2], context)


def wrong(message: str, *at: str | int, rule: str | None = None) -> PydanticCustomError:
    """A validator's refusal of several fields together: `at` leads to the one to mend, as a JSON pointer does."""
    return PydanticCustomError("rule_broken", message, {"at": at, "rule": rule})
