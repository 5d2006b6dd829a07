"""What an event is in Python and on the wire: CloudEvents 1.0, Kafka binary binding.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

GENESIS: Final = bytes(32)
"""The hash before the first event of a key."""

MAX_PAYLOAD_BYTES: Final = 262_144
MAX_KEY_BYTES: Final = 200
_TYPE: Final = re.compile(r"singo\.[a-z]+\.[A-Z][A-Za-z]*\.v[1-9][0-9]*")
_SOURCE: Final = re.compile(r"urn:singo:([a-z]+)")


class ActedBy(BaseModel):
    """Who did it: the token's `sub` (an opaque id) and the role that allowed it; `system` is what time brings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    role: str


SYSTEM: Final = ActedBy(subject="system", role="system")


class Event(BaseModel):
    """A fact that happened, in the words of the service that owns it. Never holds personal data.

    A service derives one base with its `source` and `stream_key`; the class name is the event's name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: ClassVar[str]
    schema_version: ClassVar[int] = 1

    occurred_at: AwareDatetime
    actor: ActedBy

    @classmethod
    def wire_type(cls) -> str:
        return f"singo.{cls.source}.{cls.__name__}.v{cls.schema_version}"

    def stream_key(self) -> str:
        """Events of one key are in order and without gaps."""
        raise NotImplementedError

    def extensions(self) -> Mapping[str, str]:
        """CloudEvents attributes beside the standard ones, for readers that route without opening the payload."""
        return {}


class NotAnEvent(ValueError):
    """The record is not one of our CloudEvents; the text says why."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event as it was read from the log."""

    source: str
    key: str
    sequence: int
    id: UUID
    type: str
    time: datetime
    chain: bytes
    prevchain: bytes
    after: Mapping[str, int]
    attributes: Mapping[str, str]
    payload: bytes

    def data(self) -> Any:
        return json.loads(self.payload)


def parse_after(text: str) -> dict[str, int]:
    """`registry=17,reporting=3` -> how far the writer had applied each source for this key."""
    pairs = (part.split("=", 1) for part in text.split(",") if part)
    return {source: int(sequence) for source, sequence in pairs}


def parse(
    key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]], *, source: str
) -> Envelope:
    """Read one record of `source`'s topic. Raises NotAnEvent."""
    if key is None or value is None:
        raise NotAnEvent("the record has no key or no value")
    if not 0 < len(key) <= MAX_KEY_BYTES:
        raise NotAnEvent(f"the key has {len(key)} bytes, not 1 to {MAX_KEY_BYTES}")
    if len(value) > MAX_PAYLOAD_BYTES:
        raise NotAnEvent(f"the payload has {len(value)} bytes, {MAX_PAYLOAD_BYTES} at most")
    try:
        attributes = {name[3:]: (raw or b"").decode() for name, raw in headers if name.startswith("ce_")}
        envelope = _from_attributes(key.decode(), value, attributes)
    except KeyError as missing:
        raise NotAnEvent(f"the attribute ce_{missing.args[0]} is missing") from None
    except ValueError as error:  # UnicodeDecodeError is one
        raise NotAnEvent(str(error)) from error
    if envelope.source != source:
        raise NotAnEvent(f"the source is {envelope.source}, but this is the topic of {source}")
    return envelope


def _from_attributes(key: str, value: bytes, attributes: dict[str, str]) -> Envelope:
    if attributes["specversion"] != "1.0":
        raise ValueError(f"specversion {attributes['specversion']!r} is not 1.0")
    if not (source := _SOURCE.fullmatch(attributes["source"])):
        raise ValueError(f"source {attributes['source']!r} is not urn:singo:<service>")
    if not _TYPE.fullmatch(attributes["type"]):
        raise ValueError(f"type {attributes['type']!r} is not singo.<service>.<Name>.v<N>")
    sequence = int(attributes["sequence"])
    if not 0 < sequence < 2**63:
        raise ValueError(f"sequence {sequence} is out of range")
    chain, prevchain = bytes.fromhex(attributes["chain"]), bytes.fromhex(attributes["prevchain"])
    if len(chain) != len(GENESIS) or len(prevchain) != len(GENESIS):
        raise ValueError("chain and prevchain are 32 bytes in hexadecimal")
    time = datetime.fromisoformat(attributes["time"])
    if time.tzinfo is None:
        raise ValueError("time has no offset")
    if "\0" in key or any("\0" in text for pair in attributes.items() for text in pair):
        raise ValueError("NUL is not allowed in the key or an attribute")
    return Envelope(
        source=source[1],
        key=key,
        sequence=sequence,
        id=UUID(attributes["id"]),
        type=attributes["type"],
        time=time,
        chain=chain,
        prevchain=prevchain,
        after=parse_after(attributes.get("after", "")),
        attributes=attributes,
        payload=value,
    )
