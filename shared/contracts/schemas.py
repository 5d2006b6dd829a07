"""JSON Schemas of what is sent: a payload schema for each event class, one for the record headers of all."""

from collections.abc import Iterable
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from shared.contracts.values import EXTENSIONS
from shared.events.envelope import Event

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
HEADERS: Final = "headers.v1"


class _AsWritten(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False  # `Ngo Id` says no more than `ngo_id`

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: FBT001 (pydantic's signature)
        """We write every field; only one that may be null can have been added later, and be missing before."""
        default = field["schema"]
        return default.get("default") is not None or super().field_is_required(field, total)


def contract_name(event: type[Event]) -> str:
    return f"{event.source}/{event.__name__}.v{event.schema_version}"


def schema_urn(contract: str) -> str:
    """What records carry as `dataschema`."""
    return f"urn:singo:schema:{contract.replace('/', ':')}"


def payload_schema(event: type[Event]) -> dict[str, Any]:
    """Open objects, though we write no other fields: a reader passes over what later versions add."""
    schema = _opened(event.model_json_schema(mode="serialization", schema_generator=_AsWritten))
    head = {"$schema": DIALECT, "$id": schema_urn(contract_name(event)), "title": event.__name__}
    return {**head, "description": summary(event), **{key: schema[key] for key in sorted(schema) if key != "title"}}


def summary(event: type[Event]) -> str:
    """The docstring, or that of the nearest base that has one."""
    for each in event.__mro__:
        if each.__doc__ and each is not Event:
            return " ".join(each.__doc__.split())
    raise TypeError(f"{event.__name__} and its bases have no docstring")


def headers_schema(extensions: Iterable[str]) -> dict[str, Any]:
    """The record's headers: CloudEvents in Kafka, binary mode. `extensions`: what events add, as values.py has it."""
    text = {"type": "string", "minLength": 1}
    digest = _text("^[0-9a-f]{64}$")
    required = {
        "content-type": {"type": "string", "const": "application/json"},
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid"},
        "ce_source": _text("^urn:singo:[a-z]+$"),
        "ce_type": _text(r"^singo\.[a-z]+\.[A-Z][A-Za-z]*\.v[1-9][0-9]*$"),
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {**text, "description": "The record's key: events of one key are in order and without gaps."},
        "ce_dataschema": _text(r"^urn:singo:schema:[a-z]+:[A-Z][A-Za-z]*\.v[1-9][0-9]*$"),
        "ce_sequence": _text("^[1-9][0-9]*$", "Counts the events of one key in one source, from 1 on."),
        "ce_chain": {
            **digest,
            "description": "SHA-256 over prevchain, id (16 bytes), sequence (8 bytes, big-endian), type and payload.",
        },
        "ce_prevchain": {**digest, "description": "The chain of the key's event before; zeros for the first."},
    }
    optional = {
        "ce_after": _text(
            "^[a-z]+=[1-9][0-9]*(,[a-z]+=[1-9][0-9]*)*$",
            "How far the writer had applied other sources' events of the key: apply those first.",
        ),
        "ce_correlationid": {**text, "description": "The request that started it all."},
        "ce_causationid": {
            "type": "string",
            "format": "uuid",
            "description": "The event whose handling caused this one.",
        },
        **{f"ce_{name}": EXTENSIONS[name] for name in sorted(extensions)},
    }
    return {
        "$schema": DIALECT,
        "$id": schema_urn(HEADERS),
        "title": "Headers",
        "description": "CloudEvents 1.0, Kafka protocol binding, binary content mode.",
        "type": "object",
        "properties": {**required, **optional},
        "required": sorted(required),
    }


def _text(pattern: str, description: str | None = None) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern} | ({"description": description} if description else {})


def _opened(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _opened(value) for key, value in schema.items() if (key, value) != ("additionalProperties", False)}
    return [_opened(item) for item in schema] if isinstance(schema, list) else schema
