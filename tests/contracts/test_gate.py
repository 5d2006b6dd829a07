"""The gate on a real contract: whichever release a change breaks, it is refused with the names of its readers."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.gate import objections, releases
from tests.contracts.generate import published

CONTRACT = "registry/MspSigned.v1"
FEED = "notifications.deliver"
NEWS = "notifications.write_messages"
REQUESTS = "recommendations.sign_agreement"
DUTIES = "reporting.record_agreement"

Schema = dict[str, Any]
Change = Callable[[Schema], None]


def changed(schema: Schema, change: Change) -> Schema:
    after = copy.deepcopy(schema)
    change(after)
    return after


def released() -> Schema:
    return dict(releases()[1][CONTRACT])


def remove(schema: Schema, name: str) -> None:
    del schema["properties"][name]
    schema["required"] = [other for other in schema["required"] if other != name]


def rename(schema: Schema, name: str, to: str) -> None:
    schema["properties"][to] = schema["properties"][name]
    remove(schema, name)
    schema["required"].append(to)


def put(name: str, **keywords: Any) -> Change:
    """The field with these keywords, beside those that it has; optional if it is new."""
    return lambda schema: schema["properties"].setdefault(name, {}).update(keywords)


def require(schema: Schema, name: str) -> None:
    schema["properties"].setdefault(name, {"type": "string"})
    schema["required"].append(name)


REFUSED: dict[str, tuple[Change, str, tuple[str, ...]]] = {
    "removed": (lambda s: remove(s, "ends_on"), "`ends_on` is gone", (NEWS, REQUESTS, DUTIES)),
    "removed, read by subscribers only": (lambda s: remove(s, "amount"), "`amount` is gone", ()),
    "renamed": (
        lambda s: rename(s, "starts_on", "from_day"),
        "`starts_on` is gone (renamed to `from_day`?)",
        (NEWS, REQUESTS, DUTIES),
    ),
    "retyped": (
        put("agreement_id", type="integer"),
        "`agreement_id` was string and became integer",
        (NEWS, REQUESTS, DUTIES),
    ),
    "newly required": (
        lambda s: require(s, "signed_on"),
        "`signed_on` is new and required: older documents do not have it",
        (),
    ),
    "narrowed to an enum": (
        put("title", enum=["one", "other"]),
        "`title` took any value and takes only some",
        (NEWS, REQUESTS),
    ),
    "narrowed by a pattern": (
        put("counterpart_unit", pattern="^Ditjen"),
        "`counterpart_unit` has pattern ^Ditjen, released was no pattern",
        (DUTIES,),
    ),
    "narrowed by a length": (
        put("number", maxLength=50),
        "`number` has maxLength 50, released was maxLength 200",
        (NEWS, REQUESTS),
    ),
    "narrowed by a format": (
        put("title", format="hostname"),
        "`title` has format hostname, released was no format",
        (NEWS, REQUESTS),
    ),
    "narrowed by a bound of its items": (
        lambda s: s["properties"]["regions"].update(minItems=1),
        "`regions` has minItems 1, released was no minItems",
        (NEWS, REQUESTS, DUTIES),
    ),
}


@pytest.mark.parametrize(("change", "problem", "readers"), REFUSED.values(), ids=REFUSED)
def test_a_break_is_refused_with_the_names_of_those_who_read_the_field(
    change: Change, problem: str, readers: tuple[str, ...]
) -> None:
    found = [*objections({CONTRACT: changed(released(), change)}, {1: {CONTRACT: released()}})]

    affected = ", ".join(sorted([FEED, *readers]))
    expected = f"{CONTRACT}: {problem} (release 1). It would break {affected}; publish a new version beside it."
    assert expected in found


KIND = "reporting/ObligationCreated.v1"


def test_a_narrowed_enum_is_refused_with_the_names_of_those_who_read_it() -> None:
    before = dict(releases()[1][KIND])
    after = changed(before, put("kind", enum=["work_plan", "semester_report"]))

    [found] = objections({KIND: after}, {1: {KIND: before}})

    assert found.startswith(f'{KIND}: `kind` no longer has the value "annual_report" (release 1). It would break ')
    assert FEED in found


def test_a_narrowed_number_is_refused() -> None:
    plan = "reporting/WorkPlanSubmitted.v1"
    before = dict(releases()[1][plan])
    after = changed(before, put("year", minimum=2000))

    [found] = objections({plan: after}, {1: {plan: before}})

    assert found.startswith(f"{plan}: `year` has minimum 2000, released was minimum 1900 (release 1). It would break ")


def test_an_added_optional_field_passes_against_every_contract_that_was_released() -> None:
    after = {name: changed(dict(schema), put("later", type="string")) for name, schema in published().items()}

    assert [*objections(after, releases())] == []


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
SEVERAL: dict[str, tuple[list[dict[str, Schema]], dict[str, Schema], list[int]]] = {
    # The fields that each release added to the first; those of now; the releases that refuse.
    "all is kept": ([{}, {"one": TEXT}, {"one": TEXT, "two": TEXT}], {"one": TEXT, "two": TEXT, "three": TEXT}, []),
    "what the first did not have is gone": ([{}, {"one": TEXT}, {"one": TEXT, "two": TEXT}], {"two": TEXT}, [2, 3]),
    "another type than the first had, which the last no longer has": ([{"one": TEXT}, {}], {"one": NUMBER}, [1]),
    "as the first had it, though not the last": ([{"one": TEXT}, {"one": NUMBER}], {"one": TEXT}, [2]),
    "a bound that only one in the middle had otherwise": (
        [{}, {"one": {**TEXT, "maxLength": 9}}, {}],
        {"one": {**TEXT, "maxLength": 5}},
        [2],
    ),
}


@pytest.mark.parametrize(("history", "now", "refusing"), SEVERAL.values(), ids=SEVERAL)
def test_all_releases_are_asked_and_not_only_the_last(
    history: list[dict[str, Schema]], now: dict[str, Schema], refusing: list[int]
) -> None:
    def with_fields(fields: dict[str, Schema]) -> Schema:
        return changed(released(), lambda schema: schema["properties"].update(fields))

    before = {number: {CONTRACT: with_fields(fields)} for number, fields in enumerate(history, start=1)}

    found = [*objections({CONTRACT: with_fields(now)}, before)]

    assert [number for number in before if any(f"(release {number})" in line for line in found)] == refusing
