"""Links in an OpenAPI document: what can be done next with what an answer shows.

From whoever makes, shows or changes a thing to every operation on it, with the id and the version (`If-Match`) that
the answer has; from a list to its first item. A link says how, not that the caller may, or that the state allows it.

https://spec.openapis.org/oas/v3.1.1.html#link-object
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]

_ITEM: Final = re.compile(r"(?P<list>/[^{}]+)/\{(?P<id>\w+)\}")
VERBS: Final = ("get", "put", "post", "delete")


@dataclass(frozen=True, slots=True)
class Thing:
    """What has an address of its own: where it stands, where its like are listed, what its id is called there."""

    path: str
    list: str
    id: str


def add_links(paths: Json, schemas: Json) -> Json:
    """Put references to links into the answers of `paths`. What they refer to, by name, for the components."""
    links: Json = {}
    for thing in _things(paths):
        targets = list(_targets(paths, thing))
        for target in targets:
            links[target["operationId"]] = _link(target, thing.id, "$response.body#/id")
        for source, answer in _answers(paths, thing, schemas):
            others = [target["operationId"] for target in targets if target is not source]
            answer["links"] = {name: {"$ref": f"#/components/links/{name}"} for name in others}
        listing, item = paths.get(thing.list, {}).get("get"), paths[thing.path].get("get")
        if listing and item and (key := _key_of_items(listing, thing, schemas)):
            name = f"first_of_{listing['operationId']}"
            links[name] = _link(item, thing.id, f"$response.body#/items/0/{key}")
            listing["responses"]["200"]["links"] = {item["operationId"]: {"$ref": f"#/components/links/{name}"}}
    used = {
        each["$ref"].rpartition("/")[2]
        for item in paths.values()
        for operation in item.values()
        for answer in operation["responses"].values()
        for each in answer.get("links", {}).values()
    }
    return {name: links[name] for name in sorted(used)}


def _things(paths: Json) -> Iterator[Thing]:
    """Paths that end with their only variable part, and such that nothing but an operation on it stands there."""
    places = {match[0]: match for path in paths if (match := _ITEM.match(path)) and path.startswith("/v1/")}
    for path, match in places.items():
        if path in paths:
            yield Thing(path, match["list"], match["id"])


def _targets(paths: Json, thing: Thing) -> Iterator[Json]:
    for path, item in paths.items():
        if path == thing.path or (path.startswith(f"{thing.path}/") and "{" not in path.removeprefix(thing.path)):
            yield from (item[verb] for verb in VERBS if verb in item)


def _answers(paths: Json, thing: Thing, schemas: Json) -> Iterator[tuple[Json, Json]]:
    """Operations and their answers that show the thing itself, with its id and its version."""
    own = [paths.get(thing.list, {}).get("post"), *(paths[thing.path].get(verb) for verb in VERBS)]
    shown = {name for operation in own if operation for name in _shown(operation)}
    for operation in filter(None, [*own[:1], *_targets(paths, thing)]):
        for status in ("200", "201"):
            answer = operation["responses"].get(status, {})
            names = _shown_by(answer)
            if names & shown and "ETag" in answer["headers"] and all("id" in _properties(schemas, n) for n in names):
                yield operation, answer


def _key_of_items(listing: Json, thing: Thing, schemas: Json) -> str | None:
    """Which property of a list's items says where the item stands."""
    for page in _shown_by(listing["responses"]["200"]):
        items = _properties(schemas, page).get("items", {}).get("items", {})
        for each in items.get("anyOf", [items]):
            shown = _properties(schemas, each.get("$ref", "").rpartition("/")[2])
            for key in ("id", thing.id, "code"):
                if key in shown:
                    return key
    return None


def _shown(operation: Json) -> set[str]:
    return {name for status in ("200", "201") for name in _shown_by(operation["responses"].get(status, {}))}


def _shown_by(answer: Json) -> set[str]:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return {each.get("$ref", "").rpartition("/")[2] for each in schema.get("anyOf", [schema])} - {""}


def _properties(schemas: Json, name: str) -> Json:
    found: Json = schemas.get(name, {}).get("properties", {})
    return found


def _link(target: Json, id_name: str, value: str) -> Json:
    parameters = {f"path.{id_name}": value}
    if any(each.get("$ref", "").endswith("/If-Match") for each in target.get("parameters", ())):
        parameters["header.If-Match"] = "$response.header.ETag"
    return {"operationId": target["operationId"], "parameters": parameters}
