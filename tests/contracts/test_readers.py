"""Whatever a publisher may write is valid for its schema, and every reader can read it."""

import json
from datetime import UTC, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any, get_args, get_origin

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, ValidationError

from shared.contracts.schemas import contract_name, payload_schema
from shared.events.envelope import Event
from tests.contracts.publishers import BY_TYPE, EVENTS
from tests.contracts.readers import READERS, fields_read
from tests.contracts.test_published import field_paths

INSTANTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))]))
LATER = {"added_later": {"nested": [1, None, "x"]}}


def documents(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Every instance that the publisher's own model allows."""
    return st.builds(
        model,
        **{
            name: values(Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation)
            for name, field in model.model_fields.items()
        },
    )


def values(annotation: Any) -> st.SearchStrategy[Any]:
    if annotation is AwareDatetime:
        return INSTANTS
    if annotation is Decimal:
        return st.decimals(min_value=0, max_value=Decimal("999999999999999999.99"), places=2)
    if get_origin(annotation) is tuple:
        return st.lists(values(get_args(annotation)[0]), max_size=3).map(tuple)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return documents(annotation)
    return st.from_type(annotation)


def extended(content: Any) -> Any:
    """With a field more in every object, as a later version of the publisher may send it."""
    if isinstance(content, dict):
        return {name: extended(value) for name, value in content.items()} | LATER
    return [extended(item) for item in content] if isinstance(content, list) else content


@pytest.mark.parametrize("event", EVENTS, ids=contract_name)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines are busy
@given(st.data())
def test_every_reader_reads_every_document_that_the_publisher_may_write(
    event: type[Event], data: st.DataObject
) -> None:
    document = data.draw(documents(event)).model_dump_json()
    later = json.dumps(extended(json.loads(document)))
    schema = jsonschema_rs.Draft202012Validator(payload_schema(event), validate_formats=True)

    for payload in (document, later):
        schema.validate(json.loads(payload))
        for reader in READERS:
            if reader.wire_type == event.wire_type() and reader.model:
                reader.model.model_validate_json(payload)


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
