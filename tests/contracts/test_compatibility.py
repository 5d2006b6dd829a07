"""The gate itself: each kind of break is refused, each harmless change passes."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.compatibility import Break, breaks

TEXT = {"type": "string"}
DAY = {"type": "string", "format": "date"}

RELEASED: dict[str, Any] = {
    "$id": "urn:singo:schema:x:Thing.v1",
    "type": "object",
    "properties": {
        "name": TEXT,
        "note": {"anyOf": [TEXT, {"type": "null"}], "default": None},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "fixed": {"type": "string", "const": "x"},
        "count": {"type": "integer", "minimum": 0, "maximum": 10},
        "code": {"type": "string", "pattern": "^[0-9]+$", "minLength": 1, "maxLength": 5},
        "day": DAY,
        "place": {"$ref": "#/$defs/Place"},
        "stops": {"type": "array", "items": {"$ref": "#/$defs/Place"}, "maxItems": 9},
        "pair": {"type": "array", "prefixItems": [TEXT, DAY], "minItems": 2, "maxItems": 2},
        "amounts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "way": {"oneOf": [{"$ref": "#/$defs/Place"}, DAY]},
        "closed": {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False},
        "tree": {"$ref": "#/$defs/Tree"},
    },
    "required": ["name", "kind", "place"],
    "$defs": {
        "Place": {"type": "object", "properties": {"code": TEXT, "near": TEXT}, "required": ["code"]},
        "Tree": {
            "type": "object",
            "properties": {"leaf": TEXT, "branches": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
        },
    },
}

GONE = object()


def changed(*changes: tuple[str, Any]) -> dict[str, Any]:
    """RELEASED with values put at `/`-separated paths; GONE removes."""
    schema = copy.deepcopy(RELEASED)
    for path, value in changes:
        *parents, last = path.split("/")
        place: Any = schema
        for name in parents:
            place = place[int(name) if isinstance(place, list) else name]
        if value is GONE:
            del place[last]
        elif isinstance(place, list):
            place[int(last)] = value
        else:
            place[last] = value
    return schema


REFUSED = [
    ("removed", "note", "is gone", [("properties/note", GONE)]),
    ("renamed", "name", "is gone (renamed to `title`?)", [
        ("properties/name", GONE), ("properties/title", TEXT), ("required", ["title", "kind", "place"])]),
    ("renamed, optional", "day", "is gone (renamed to `on`?)", [("properties/day", GONE), ("properties/on", DAY)]),
    ("retyped", "name", "was string and became integer", [("properties/name", {"type": "integer"})]),
    ("retyped to several", "name", "was string and became string or null", [
        ("properties/name", {"type": ["string", "null"]})]),
    ("any type now", "name", "was string and became anything", [("properties/name", {})]),
    ("forbidden now", "name", "was string and became anything", [("properties/name", False)]),
    ("nullable now", "name", "was string and became string or null", [
        ("properties/name", {"anyOf": [TEXT, {"type": "null"}]})]),
    ("not nullable now", "note", "was string or null and became string", [("properties/note", TEXT)]),
    ("retyped, nullable", "note", "was string and became integer", [
        ("properties/note/anyOf/0", {"type": "integer"})]),
    ("one or many", "name", "was string and became array", [("properties/name", {"type": "array", "items": TEXT})]),
    ("newly required", "note", "is required now: older documents may lack it", [
        ("required", ["name", "kind", "place", "note"])]),
    ("new and required", "extra", "is new and required: older documents do not have it", [
        ("properties/extra", TEXT), ("required", ["name", "kind", "place", "extra"])]),
    ("required by name alone", "extra", "is new and required: older documents do not have it", [
        ("required", ["name", "kind", "place", "extra"])]),
    ("no longer required", "name", "is no longer required: old readers count on it", [("required", ["kind", "place"])]),
    ("enum narrowed", "kind", 'no longer has the value "b"', [("properties/kind/enum", ["a"])]),
    ("enum widened", "kind", 'has the new value "c", which old readers do not know', [
        ("properties/kind/enum", ["a", "b", "c"])]),
    ("enum new", "name", "took any value and takes only some", [("properties/name/enum", ["a"])]),
    ("enum gone", "kind", "is no longer limited to some", [("properties/kind/enum", GONE)]),
    ("const changed", "fixed", 'no longer has the value "x"', [("properties/fixed/const", "y")]),
    ("bound tightened", "count", "has maximum 5, released was maximum 10", [("properties/count/maximum", 5)]),
    ("bound loosened", "count", "has no minimum, released was minimum 0", [("properties/count/minimum", GONE)]),
    ("bound new", "name", "has maxLength 80, released was no maxLength", [
        ("properties/name", {**TEXT, "maxLength": 80})]),
    ("pattern changed", "code", "has pattern ^[0-9.]+$, released was pattern ^[0-9]+$", [
        ("properties/code/pattern", "^[0-9.]+$")]),
    ("format changed", "day", "has format date-time, released was format date", [
        ("properties/day", {**DAY, "format": "date-time"})]),
    ("format new", "name", "has format uuid, released was no format", [
        ("properties/name", {**TEXT, "format": "uuid"})]),
    ("array bound", "stops", "has maxItems 3, released was maxItems 9", [("properties/stops/maxItems", 3)]),
    ("items", "stops", "was object and became string", [("properties/stops/items", TEXT)]),
    ("any items", "stops", "was object and became anything", [("properties/stops/items", GONE)]),
    ("tuple", "pair", "was string and became integer", [("properties/pair/prefixItems/0", {"type": "integer"})]),
    ("longer tuple", "pair", "has 3 items of their own type, released were 2", [
        ("properties/pair/prefixItems", [TEXT, DAY, TEXT])]),
    ("map", "amounts.*", "was integer and became string", [("properties/amounts/additionalProperties", TEXT)]),
    ("field beside a map", "amounts.total", "is new in an object that was closed to further fields", [
        ("properties/amounts/properties", {"total": {"type": "integer"}})]),
    ("object closed", "", "is closed to further fields now", [("additionalProperties", False)]),
    ("object opened", "closed", "is open to further fields now", [("properties/closed/additionalProperties", GONE)]),
    ("field in a closed object", "closed.b", "is new in an object that was closed to further fields", [
        ("properties/closed/properties/b", TEXT)]),
    ("alternative gone", "way", "was Place or string and became string", [("properties/way", DAY)]),
    ("alternative new", "way", "can be integer now, which old readers do not know", [
        ("properties/way/oneOf", [{"$ref": "#/$defs/Place"}, DAY, {"type": "integer"}])]),
    ("alternative changed", "way", "has format time, released was format date", [
        ("properties/way/oneOf/1", {**DAY, "format": "time"})]),
    ("nested removed", "place.near", "is gone", [("$defs/Place/properties/near", GONE)]),
    ("nested required", "place.near", "is required now: older documents may lack it", [
        ("$defs/Place/required", ["code", "near"])]),
    ("in an array's items", "stops.near", "is gone", [("$defs/Place/properties/near", GONE)]),
    ("in a type that contains itself", "tree.leaf", "was string and became integer", [
        ("$defs/Tree/properties/leaf", {"type": "integer"})]),
    ("unknown keyword", "name", "uses not, which this check does not know", [
        ("properties/name", {**TEXT, "not": {"const": "x"}})]),
]  # fmt: skip

HARMLESS = [
    ("nothing", []),
    ("optional field", [("properties/extra", TEXT)]),
    ("optional nullable field", [("properties/extra", {"anyOf": [TEXT, {"type": "null"}], "default": None})]),
    ("optional object with required fields", [
        ("properties/extra", {"type": "object", "properties": {"a": TEXT}, "required": ["a"]})]),
    ("nested optional field", [("$defs/Place/properties/extra", {"type": "integer"})]),
    ("optional field in a type that contains itself", [("$defs/Tree/properties/colour", TEXT)]),
    ("words for people", [
        ("title", "Thing"), ("description", "New words."), ("properties/name", {**TEXT, "description": "d",
         "title": "t", "examples": ["e"], "deprecated": True, "default": "n"})]),
    ("order", [
        ("properties/kind/enum", ["b", "a"]), ("required", ["place", "name", "kind"]),
        ("properties/note/anyOf", [{"type": "null"}, TEXT]),
        ("properties/way/oneOf", [DAY, {"$ref": "#/$defs/Place"}])]),
    ("definition renamed", [
        ("$defs/Spot", RELEASED["$defs"]["Place"]), ("properties/place", {"$ref": "#/$defs/Spot"})]),
    ("definition written out", [("properties/place", RELEASED["$defs"]["Place"])]),
    ("const as an enum of one", [("properties/fixed", {"type": "string", "enum": ["x"]})]),
    ("type as a list of one", [("properties/name", {"type": ["string"]})]),
    ("openness said aloud", [("additionalProperties", True)]),
]  # fmt: skip


@pytest.mark.parametrize(("field", "problem", "changes"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_a_break_is_refused_and_named(field: str, problem: str, changes: list[tuple[str, Any]]) -> None:
    found = breaks(RELEASED, changed(*changes))

    assert Break(tuple(field.split(".")) if field else (), problem) in found


@pytest.mark.parametrize("changes", [c[1] for c in HARMLESS], ids=[c[0] for c in HARMLESS])
def test_a_harmless_change_passes(changes: list[tuple[str, Any]]) -> None:
    assert breaks(RELEASED, changed(*changes)) == []


@pytest.mark.parametrize("case", [c for c in REFUSED if c[0] != "unknown keyword"], ids=lambda case: case[0])
def test_a_break_taken_back_is_a_break_again(case: tuple[str, str, str, list[tuple[str, Any]]]) -> None:
    """FULL looks both ways. Only an optional field that goes may come back."""
    came_back = breaks(changed(*case[3]), RELEASED)

    if case[0] in {"removed", "nested removed", "in an array's items"}:
        assert came_back == []
    else:
        assert came_back


leaves = st.sampled_from(
    [TEXT, DAY, {"type": "integer"}, {"type": "number", "minimum": 0}, {"type": "boolean"}, {"enum": ["a", "b"]}]
)
names = st.sampled_from(["a", "b", "c", "d"])


def objects(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = st.dictionaries(names, values, min_size=1)
    return fields.flatmap(
        lambda properties: st.lists(st.sampled_from(sorted(properties)), unique=True).map(
            lambda required: {"type": "object", "properties": properties, "required": required}
        )
    )


schemas = objects(
    st.recursive(
        leaves,
        lambda inner: (
            objects(inner)
            | inner.map(lambda items: {"type": "array", "items": items})
            | inner.map(lambda one: {"anyOf": [one, {"type": "null"}]})
        ),
        max_leaves=6,
    )
)


def fields_of(schema: Any) -> list[tuple[dict[str, Any], str]]:
    """Every field at any depth: the object schema that has it, and its name."""
    if isinstance(schema, list):
        return [field for each in schema for field in fields_of(each)]
    if not isinstance(schema, dict):
        return []
    own = [(schema, name) for name in schema.get("properties", {})] if schema.get("type") == "object" else []
    return own + [field for value in schema.values() for field in fields_of(value)]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines are busy
@given(schemas, st.data())
def test_in_any_schema_only_an_added_optional_field_passes(schema: dict[str, Any], data: st.DataObject) -> None:
    after = copy.deepcopy(schema)
    holder, name = data.draw(st.sampled_from(fields_of(after)), label="field")
    act = data.draw(st.sampled_from(["add", "remove", "rename", "retype", "flip required"]), label="act")
    required = set(holder["required"])
    if act == "add":
        holder["properties"]["extra"] = data.draw(leaves)
    elif act == "remove":
        del holder["properties"][name]
        required.discard(name)
    elif act == "rename":
        holder["properties"]["extra"] = holder["properties"].pop(name)
        required = {"extra" if each == name else each for each in required}
    elif act == "retype":
        holder["properties"][name] = {"type": "array", "items": holder["properties"][name]}
    else:
        required ^= {name}
    holder["required"] = sorted(required)

    found = breaks(schema, after)

    assert bool(found) == (act != "add"), found
    assert act == "add" or any(name in each.path for each in found)
