"""Schemas as pydantic makes them, made precise: bounds that follow from a format, and no generated titles."""

from typing import Any, Final

Json = dict[str, Any]

MAPS: Final = ("properties", "patternProperties", "$defs")
LISTS: Final = ("anyOf", "oneOf", "allOf", "prefixItems")
ONES: Final = ("items", "additionalProperties", "not")

LENGTHS: Final = {"uuid": 36, "date": 10, "date-time": 40}
BOUNDED: Final = {"maxLength", "pattern", "format", "enum", "const"}
DECIMAL: Final = r"^-?[0-9]+(\.[0-9]+)?$"
DECIMAL_LENGTH_MAX: Final = 50
INT32_MAX: Final = 2**31 - 1


def prepared(schema: Json) -> Json:
    made: Json = {}
    for key, value in schema.items():
        if key in MAPS:
            made[key] = {name: prepared(each) for name, each in value.items()}
        elif key in LISTS:
            made[key] = [prepared(each) for each in value]
        elif key in ONES and isinstance(value, dict):
            made[key] = prepared(value)
        elif not _says_nothing(key, value):
            made[key] = value
    return made | _bounds(made)


def _says_nothing(key: str, value: Any) -> bool:
    """`Ngo Id` says no more than `ngo_id`, and what is not required is absent or null by default."""
    return (key == "title" and isinstance(value, str)) or (key == "default" and value is None)


def _bounds(schema: Json) -> Json:
    match schema.get("type"):
        case "string" if schema.get("format") in LENGTHS and "maxLength" not in schema:
            return {"maxLength": LENGTHS[schema["format"]]}
        case "string" if BOUNDED.isdisjoint(schema):  # so pydantic describes an exact decimal; texts have their bounds
            return {"pattern": DECIMAL, "maxLength": DECIMAL_LENGTH_MAX}
        case "integer" if "format" not in schema:
            largest = schema.get("maximum", schema.get("exclusiveMaximum", INT32_MAX + 2) - 1)
            return {"format": "int32" if largest <= INT32_MAX else "int64"}
        case "number" if "format" not in schema:
            return {"format": "double"}
    return {}


def without_null(schema: Json) -> Json:
    """Of a parameter: what is absent cannot be sent as null."""
    others: list[Json] = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(others) != 1:
        return schema
    return others[0] | {key: value for key, value in schema.items() if key not in ("anyOf", "title")}
