"""Whatever stands in a record, reading it gives an event or says why not."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.envelope import MAX_PAYLOAD_BYTES, Envelope, NotAnEvent, parse, parse_after

VALID = {
    "specversion": "1.0",
    "id": str(uuid4()),
    "source": "urn:singo:registry",
    "type": "singo.registry.NgoApplied.v1",
    "sequence": "7",
    "time": "2020-01-06T02:00:00+00:00",
    "chain": "ab" * 32,
    "prevchain": "00" * 32,
    "after": "reporting=3",
}


def headers(attributes: dict[str, str]) -> list[tuple[str, bytes]]:
    return [(f"ce_{name}", text.encode()) for name, text in attributes.items()]


def test_a_valid_record_is_read() -> None:
    event = parse(b"ngo", b"{}", headers(VALID), source="registry")

    assert (event.key, event.sequence, event.after) == ("ngo", 7, {"reporting": 3})
    assert event.time == datetime(2020, 1, 6, 2, tzinfo=UTC)


@pytest.mark.parametrize("name", sorted(VALID.keys() - {"after"}))
def test_a_missing_attribute_is_named(name: str) -> None:
    with pytest.raises(NotAnEvent, match=f"ce_{name} is missing"):
        parse(b"ngo", b"{}", headers({n: text for n, text in VALID.items() if n != name}), source="registry")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("specversion", "0.3"),
        ("id", "not-a-uuid"),
        ("source", "urn:other:registry"),
        ("source", "urn:singo:reporting"),
        ("type", "singo.registry.ngoApplied.v1"),
        ("type", "singo.registry.NgoApplied.v0"),
        ("type", f"singo.registry.{'Ngo' * 100}.v1"),
        ("sequence", "0"),
        ("sequence", "-1"),
        ("sequence", "9" * 30),
        ("sequence", "1.5"),
        ("time", "yesterday"),
        ("time", "2020-01-06T02:00:00"),
        ("chain", "ab"),
        ("chain", "xy" * 32),
        ("after", "reporting"),
        ("after", "reporting=x"),
        ("subject", "a\0b"),
    ],
)
def test_a_wrong_attribute_is_refused(name: str, text: str) -> None:
    with pytest.raises(NotAnEvent):
        parse(b"ngo", b"{}", headers(VALID | {name: text}), source="registry")


def test_an_oversized_payload_is_refused() -> None:
    with pytest.raises(NotAnEvent, match="bytes"):
        parse(b"ngo", b"x" * (MAX_PAYLOAD_BYTES + 1), headers(VALID), source="registry")


names = st.sampled_from([*(f"ce_{name}" for name in VALID), "ce_", "content-type", "x"])
values = st.binary(max_size=80) | st.text(max_size=40).map(str.encode)


@given(
    key=st.none() | st.binary(max_size=50),
    value=st.none() | st.binary(max_size=100),
    wild=st.lists(st.tuples(names, values), max_size=12),
    base=st.booleans(),
)
def test_anything_else_never_raises_another_error(
    key: bytes | None, value: bytes | None, wild: list[tuple[str, bytes]], *, base: bool
) -> None:
    try:
        event = parse(key, value, (headers(VALID) if base else []) + wild, source="registry")
    except NotAnEvent as error:
        assert str(error)  # noqa: PT017 (either outcome is right)
    else:
        assert isinstance(event, Envelope)
        assert event.sequence > 0


@given(st.dictionaries(st.from_regex(r"[a-z]{1,20}", fullmatch=True), st.integers(1, 2**62), max_size=5))
def test_what_a_writer_had_applied_is_read_as_it_was_written(after: dict[str, int]) -> None:
    assert parse_after(",".join(f"{source}={n}" for source, n in after.items())) == after
