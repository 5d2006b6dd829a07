"""Every document that a published schema allows: what readers in any language must be ready for."""

from collections.abc import Mapping
from datetime import UTC, timedelta, timezone
from typing import Any, Final

from hypothesis import strategies as st

KNOWN: Final = {
    *("$schema", "$id", "$ref", "$defs", "title", "description", "default", "type", "enum", "const", "anyOf"),
    *("properties", "required", "items", "format", "pattern", "minLength", "maxLength", "minimum", "maximum"),
}
PRINTABLE: Final = st.characters(exclude_categories=["Cc", "Cs"])
INSTANTS: Final = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-5))])
)
FORMATS: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "uuid": st.uuids().map(str),
    "date": st.dates().map(lambda day: day.isoformat()),
    "date-time": INSTANTS.map(lambda instant: instant.isoformat()),
}
OF_TWO_VALUES_AT_MOST: Final = {"boolean": st.booleans(), "null": st.none()}


def documents(schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> st.SearchStrategy[Any]:
    """As parsed JSON. Raises LookupError for a keyword that it would have to pass over."""
    root = schema if root is None else root
    if strange := schema.keys() - KNOWN:
        raise LookupError(f"no documents for {', '.join(sorted(strange))}")
    if "$ref" in schema:
        return documents(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    if "anyOf" in schema:
        return st.one_of([documents(each, root) for each in schema["anyOf"]])
    if "const" in schema or "enum" in schema:
        return st.sampled_from([schema["const"]] if "const" in schema else schema["enum"])
    match schema["type"]:
        case "object":
            return _objects(schema, root)
        case "array":
            return st.lists(documents(schema["items"], root), max_size=4)
        case "string":
            return _texts(schema)
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case kind:
            return OF_TWO_VALUES_AT_MOST[kind]


def _objects(schema: Mapping[str, Any], root: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    fields = {name: documents(field, root) for name, field in schema["properties"].items()}
    required = {name: fields.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=fields)


def _texts(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    if "format" in schema:
        return FORMATS[schema["format"]]
    if "pattern" in schema:
        texts = st.from_regex(schema["pattern"], fullmatch=True, alphabet=PRINTABLE)
        return texts.filter(lambda text: shortest <= len(text) <= (longest or len(text)))
    alike = st.text(PRINTABLE, min_size=shortest, max_size=longest)
    # By itself Hypothesis hardly ever writes long texts.
    return alike | st.just("ä" * longest) if longest else alike
