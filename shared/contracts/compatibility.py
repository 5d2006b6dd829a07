"""Whether a published schema may take the place of a released one: FULL, in both directions. Pure.

Old readers must take new documents and new readers old ones. Between open objects only an added optional field (and
words for people: titles, descriptions, defaults, examples) leaves both true; so all else is a break, and a keyword
that is not known here is one, too. What is added once can't go again, so this holds over all releases (TRANSITIVE).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

_FOR_PEOPLE: Final = {
    *("$schema", "$id", "$comment", "$defs", "title", "description", "default", "examples", "deprecated"),
    "discriminator",  # says which of the alternatives it is, whose own `const` says it as well
}
_BOUNDS: Final = (
    *("format", "pattern", "minLength", "maxLength", "contentEncoding", "contentMediaType"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
_ALTERNATIVES: Final = ("anyOf", "oneOf")
_KNOWN: Final = {
    *("type", "enum", "const", "properties", "required", "additionalProperties", "items", "prefixItems"),
    *_BOUNDS,
    *_ALTERNATIVES,
}


class Break(NamedTuple):
    """`path`: the names of the fields that lead to it; an array's items and a field's alternatives add none."""

    path: tuple[str, ...]
    problem: str

    def __str__(self) -> str:
        return f"`{'.'.join(self.path)}` {self.problem}" if self.path else f"the document {self.problem}"


@dataclass(frozen=True, slots=True)
class _Comparison:
    """`met`: the pairs of references that are being compared further up, for types that contain themselves."""

    old_root: Mapping[str, Any]
    new_root: Mapping[str, Any]
    met: frozenset[tuple[str, str]] = frozenset()


def breaks(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Break]:
    """What stands against replacing the released `old` by `new`; nothing if both fit each other's readers."""
    return list(_compare(_Comparison(old, new), old, new, ()))


def _compare(within: _Comparison, old: Any, new: Any, path: tuple[str, ...]) -> Iterator[Break]:
    references = (_reference(old), _reference(new))
    if all(references):
        if references in within.met:
            return
        within = _Comparison(within.old_root, within.new_root, within.met | {references})
    old, new = _resolved(within.old_root, old), _resolved(within.new_root, new)
    strange = (old.keys() | new.keys()) - _KNOWN - _FOR_PEOPLE
    if strange:
        yield Break(path, f"uses {', '.join(sorted(strange))}, which this check does not know")
    if _kinds(old) != _kinds(new):
        yield Break(path, f"was {_name(old)} and became {_name(new)}")
        return
    yield from _compare_values(old, new, path)
    yield from _compare_objects(within, old, new, path)
    yield from _compare_arrays(within, old, new, path)
    for keyword in _ALTERNATIVES:
        yield from _compare_alternatives(within, old.get(keyword, []), new.get(keyword, []), path)


def _compare_values(old: Mapping[str, Any], new: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Break]:
    before, after = _values(old), _values(new)
    if before is None or after is None:
        if before is not after:
            yield Break(
                path, "took any value and takes only some" if before is None else "is no longer limited to some"
            )
    else:
        if lost := before - after:
            yield Break(path, f"no longer has the value {', '.join(sorted(lost))}")
        if gained := after - before:
            yield Break(path, f"has the new value {', '.join(sorted(gained))}, which old readers do not know")
    for keyword in _BOUNDS:
        if old.get(keyword) != new.get(keyword):
            yield Break(path, f"has {_shown(new, keyword)}, released was {_shown(old, keyword)}")


def _compare_objects(
    within: _Comparison, old: Mapping[str, Any], new: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[Break]:
    old_fields, new_fields = _fields(old), _fields(new)
    was_required, is_required = set(old.get("required", ())), set(new.get("required", ()))
    others_before, others_now = old.get("additionalProperties", True), new.get("additionalProperties", True)
    for name in sorted(old_fields.keys() | new_fields.keys()):
        at = (*path, name)
        if name not in new_fields:
            yield Break(at, "is gone" + _renamed(within, old_fields, new_fields, name))
        elif name not in old_fields:
            if name in is_required:
                yield Break(at, "is new and required: older documents do not have it")
            if others_before is not True:
                yield Break(at, "is new in an object that was closed to further fields")
        else:
            if name in is_required - was_required:
                yield Break(at, "is required now: older documents may lack it")
            if name in was_required - is_required:
                yield Break(at, "is no longer required: old readers count on it")
            yield from _compare(within, old_fields[name], new_fields[name], at)
    if isinstance(others_before, bool) and isinstance(others_now, bool):
        if others_before != others_now:
            yield Break(path, "is open to further fields now" if others_now else "is closed to further fields now")
    else:
        yield from _compare(within, others_before, others_now, (*path, "*"))


def _renamed(within: _Comparison, old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> str:
    alike = [other for other in sorted(new.keys() - old.keys()) if not [*_compare(within, old[name], new[other], ())]]
    return f" (renamed to `{alike[0]}`?)" if alike else ""


def _compare_arrays(
    within: _Comparison, old: Mapping[str, Any], new: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[Break]:
    first_before, first_now = old.get("prefixItems", []), new.get("prefixItems", [])
    if len(first_before) != len(first_now):
        yield Break(path, f"has {len(first_now)} items of their own type, released were {len(first_before)}")
    else:
        for before, now in zip(first_before, first_now, strict=True):
            yield from _compare(within, before, now, path)
    if "items" in old or "items" in new:
        yield from _compare(within, old.get("items", True), new.get("items", True), path)


def _compare_alternatives(
    within: _Comparison, old: Sequence[Any], new: Sequence[Any], path: tuple[str, ...]
) -> Iterator[Break]:
    gone, added = [], list(new)
    for before in old:
        fitting = next((i for i, now in enumerate(added) if not [*_compare(within, before, now, path)]), None)
        if fitting is None:
            gone.append(before)
        else:
            del added[fitting]
    if len(gone) == len(added) == 1:
        yield from _compare(within, gone[0], added[0], path)
        return
    yield from (Break(path, f"can no longer be {_name(_resolved(within.old_root, each))}") for each in gone)
    for each in added:
        yield Break(path, f"can be {_name(_resolved(within.new_root, each))} now, which old readers do not know")


def _reference(schema: Any) -> str:
    return str(schema.get("$ref", "")) if isinstance(schema, Mapping) else ""


def _resolved(root: Mapping[str, Any], schema: Any) -> Mapping[str, Any]:
    if isinstance(schema, bool):
        return {} if schema else {"enum": []}
    while reference := _reference(schema):
        target: Any = root
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    resolved: Mapping[str, Any] = schema
    return resolved


def _fields(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {**dict.fromkeys(schema.get("required", ()), True), **schema.get("properties", {})}


def _values(schema: Mapping[str, Any]) -> set[str] | None:
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if values is None else {json.dumps(value, sort_keys=True) for value in values}


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    kinds = schema.get("type", [])
    alternatives = [keyword for keyword in _ALTERNATIVES if keyword in schema]
    return sorted([kinds] if isinstance(kinds, str) else kinds) + alternatives


def _name(schema: Mapping[str, Any]) -> str:
    alternatives = [each for keyword in _ALTERNATIVES for each in schema.get(keyword, ()) if isinstance(each, Mapping)]
    kinds = schema.get("type", [])
    names = [*([kinds] if isinstance(kinds, str) else kinds), *(_name(each) for each in alternatives)]
    return " or ".join(names) or _reference(schema).rpartition("/")[2] or "anything"


def _shown(schema: Mapping[str, Any], keyword: str) -> str:
    return f"{keyword} {schema[keyword]}" if keyword in schema else f"no {keyword}"
