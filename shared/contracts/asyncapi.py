"""asyncapi.yaml as data: which events there are, on which topic, who sends them and who listens. AsyncAPI 3.0."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from shared.contracts.schemas import HEADERS, contract_name, schema_urn, summary
from shared.events.envelope import GENESIS, Event

_REQUEST: Final = str(uuid5(NAMESPACE_URL, "urn:singo:example:request"))

INFO: Final = {
    "title": "SINGO events",
    "version": "1.0.0",
    "description": (
        "Every event that the services publish: CloudEvents 1.0 in Kafka's binary mode. Events of one key come in "
        "order, without gaps, at least once: `ce_sequence` tells a repetition. Readers pass over fields that they do "
        "not know."
    ),
    "license": {"name": "Apache-2.0"},
}


@dataclass(frozen=True, slots=True)
class Reading:
    """`reader` listens to these types of `source`."""

    reader: str
    source: str
    types: tuple[str, ...]


def document(examples: Sequence[Event], readings: Iterable[Reading]) -> dict[str, Any]:
    """`examples`: one event of every class, in the order in which they are to stand."""
    sources = list(dict.fromkeys(event.source for event in examples))
    classes = [type(event) for event in examples]
    return {
        "asyncapi": "3.0.0",
        "info": INFO,
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "description": "The installation's Kafka.",
                "variables": {"bootstrap": {"default": "localhost:9092", "description": "Host and port."}},
            }
        },
        "channels": {source: _channel(source, [c for c in classes if c.source == source]) for source in sources},
        "operations": {
            **{f"{source}Publishes": _operation("send", source, source, classes) for source in sources},
            **{
                f"{each.reader}Reads{each.source.capitalize()}": _operation(
                    "receive", each.reader, each.source, [c for c in classes if c.wire_type() in each.types]
                )
                for each in readings
            },
        },
        "components": {"messages": {event.wire_type(): _message(event) for event in examples}},
    }


def _channel(source: str, classes: Iterable[type[Event]]) -> dict[str, Any]:
    return {
        "address": f"singo.{source}",
        "title": f"Events of {source}",
        "description": f"The topic that {source} alone writes; `singo` is the default of its TOPIC_PREFIX.",
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {_id(each): {"$ref": f"#/components/messages/{each.wire_type()}"} for each in classes},
        "bindings": {
            "kafka": {
                "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operation(action: str, service: str, source: str, classes: Iterable[type[Event]]) -> dict[str, Any]:
    verb = "publishes" if action == "send" else "listens to"
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{source}"},
        "summary": f"What {service} {verb}" + ("." if action == "send" else f" of {source}."),
        "messages": [
            {"$ref": f"#/channels/{source}/messages/{_id(each)}"} for each in classes if each.source == source
        ],
    }


def _message(event: Event) -> dict[str, Any]:
    contract = contract_name(type(event))
    constant = {"ce_source": f"urn:singo:{event.source}", "ce_type": event.wire_type()}
    return {
        "name": event.wire_type(),
        "title": type(event).__name__,
        "summary": summary(type(event)),
        "contentType": "application/json",
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "headers": {
            "allOf": [
                {"$ref": f"./{HEADERS}.json"},
                {
                    "type": "object",
                    "properties": {
                        name: {"type": "string", "const": value}
                        for name, value in {**constant, "ce_dataschema": schema_urn(contract)}.items()
                    },
                },
            ]
        },
        "payload": {"$ref": f"./{contract}.json"},
        "bindings": {"kafka": {"key": {"type": "string", "minLength": 1}, "bindingVersion": "0.5.0"}},
        "examples": [
            {
                "name": "first",
                "summary": "As the first event of its key.",
                "headers": example_headers(event),
                "payload": json.loads(event.model_dump_json()),
            }
        ],
    }


def _id(event: type[Event]) -> str:
    return f"{event.__name__}V{event.schema_version}"


def example_headers(event: Event) -> dict[str, str]:
    """As the relay would send them, were it the key's first event; the hash is right for the compact payload."""
    number = uuid5(NAMESPACE_URL, f"urn:singo:example:{event.wire_type()}")
    payload = event.model_dump_json().encode()
    chain = sha256(GENESIS + number.bytes + (1).to_bytes(8, "big") + event.wire_type().encode() + payload)
    extensions: Mapping[str, str] = event.extensions()
    return {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": str(number),
        "ce_source": f"urn:singo:{event.source}",
        "ce_type": event.wire_type(),
        "ce_time": event.occurred_at.isoformat(),
        "ce_subject": event.stream_key(),
        "ce_dataschema": schema_urn(contract_name(type(event))),
        "ce_sequence": "1",
        "ce_chain": chain.hexdigest(),
        "ce_prevchain": GENESIS.hex(),
        "ce_correlationid": _REQUEST,
        **{f"ce_{name}": text for name, text in extensions.items() if text},
    }
