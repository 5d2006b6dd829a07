"""Whatever a publisher may write is valid for its schema, and every reader can read it."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from shared.contracts.schemas import contract_name, payload_schema
from shared.events.envelope import Event
from tests.contracts.documents import documents
from tests.contracts.publishers import BY_TYPE, EVENTS
from tests.contracts.readers import READERS, fields_read
from tests.contracts.test_published import field_paths

LATER = {"added_later": {"nested": [1, None, "x"]}}


def extended(content: Any) -> Any:
    """With a field more in every object, as a later version of the publisher may send it."""
    if isinstance(content, dict):
        return {name: extended(value) for name, value in content.items()} | LATER
    return [extended(item) for item in content] if isinstance(content, list) else content


@cache
def published(event: type[Event]) -> tuple[jsonschema_rs.Draft202012Validator, st.SearchStrategy[Any]]:
    schema = payload_schema(event)
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True), documents(schema)


@pytest.mark.parametrize("event", EVENTS, ids=contract_name)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines are busy
@given(st.data())
def test_every_reader_reads_every_document_that_the_schema_allows(event: type[Event], data: st.DataObject) -> None:
    validator, allowed = published(event)
    document = data.draw(allowed)

    for content in (document, extended(document)):
        validator.validate(content)
        for reader in READERS:
            if reader.wire_type == event.wire_type() and reader.model:
                reader.model.model_validate_json(json.dumps(content))
    # The schema promises no more than the publisher's own model, and no less than it writes.
    written = event.model_validate_json(json.dumps(document)).model_dump_json()
    validator.validate(json.loads(written))


EVERYTHING: dict[str, Any] = {
    "type": "object",
    "properties": {
        "always": {"type": "array", "items": {"$ref": "#/$defs/Code"}},
        "perhaps": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 9}, {"type": "null"}]},
        "text": {"type": "string", "minLength": 1, "maxLength": 30},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "at": {"type": "string", "format": "date-time"},
    },
    "required": ["always"],
    "$defs": {"Code": {"type": "string", "pattern": "^[0-9]{2}(\\.[0-9]{2})?$"}},
}
FIRST_FOUND = settings(
    max_examples=2000, database=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)
VARIETIES: dict[str, Callable[[Any], bool]] = {
    "only what is required": lambda d: d.keys() == {"always"},
    "all that is allowed": lambda d: d.keys() == EVERYTHING["properties"].keys(),
    "nothing in an array": lambda d: d["always"] == [],
    "several in an array": lambda d: len(set(d["always"])) > 2,
    "the short form": lambda d: any(len(code) == 2 for code in d["always"]),
    "the long form": lambda d: any(len(code) == 5 for code in d["always"]),
    "null": lambda d: d.get("perhaps", 1) is None,
    "the lowest number": lambda d: d.get("perhaps") == 0,
    "the highest number": lambda d: d.get("perhaps") == 9,
    "the longest text": lambda d: len(d.get("text", "")) == 30,
    "a text beyond ASCII": lambda d: not d.get("text", "").isascii(),
    "the last of an enum": lambda d: d.get("kind") == "b",
    "another offset": lambda d: d.get("at", "").endswith("+07:00"),
    "before 1900": lambda d: "at" in d and d["at"] < "1900",
}


@pytest.mark.parametrize("variety", VARIETIES)
def test_the_documents_vary_in_all_that_a_schema_leaves_open(variety: str) -> None:
    assert find(documents(EVERYTHING), VARIETIES[variety], settings=FIRST_FOUND)


def test_a_keyword_that_the_documents_would_pass_over_is_noticed() -> None:
    with pytest.raises(LookupError, match="multipleOf"):
        documents({"type": "integer", "multipleOf": 5})


class InEuros(BaseModel):
    currency: Literal["EUR"]


class Somewhere(BaseModel):
    regions: Annotated[tuple[str, ...], Field(min_length=1)]


class ShortTitle(BaseModel):
    title: Annotated[str, Field(max_length=199)]


class InThisCentury(BaseModel):
    starts_on: Annotated[date, Field(ge=date(2000, 1, 1))]


@pytest.mark.parametrize("model", [InEuros, Somewhere, ShortTitle, InThisCentury])
def test_a_reader_that_counts_on_more_than_is_promised_is_found(model: type[BaseModel]) -> None:
    def refused(document: Any) -> bool:
        try:
            model.model_validate_json(json.dumps(document))
        except ValidationError:
            return True
        return False

    _, allowed = published(BY_TYPE["singo.registry.MspSigned.v1"])

    assert find(allowed, refused, settings=FIRST_FOUND)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: f"{reader.name}-{reader.wire_type}")
def test_what_is_listened_to_is_published_and_has_the_fields_that_are_read(reader: Any) -> None:
    assert reader.wire_type in BY_TYPE, f"{reader.name} waits for {reader.wire_type}, which nobody publishes"
    published = set(field_paths(payload_schema(BY_TYPE[reader.wire_type])))

    for choices in fields_read(reader.model) if reader.model else ():
        assert any(".".join(path) in published for path in choices), (
            f"{reader.name} reads {choices} of {reader.wire_type}"
        )


def test_a_field_that_a_reader_needs_and_does_not_get_is_noticed() -> None:
    """The proof above can fail: for each reader, its model refuses an empty document."""
    for reader in READERS:
        if reader.model:
            with pytest.raises(ValidationError):
                reader.model.model_validate_json("{}")
