"""Holds every answer that a test gets over HTTP against the service's OpenAPI document, and every body it accepted."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpx
import jsonschema_rs

from shared.http.openapi_parts import HEADERS
from tests.openapi.generate import document_of

Json = dict[str, Any]

OF_NO_OPERATION: Final = {404, 405}
"""What an address or a verb that there is not answers."""


@dataclass(frozen=True)
class Operation:
    path: re.Pattern[str]
    verb: str
    described: Json


def judge(service: str, response: httpx.Response) -> None:
    """Raise AssertionError unless the document says that this answer may come. The body has been read."""
    request = response.request
    where = f"{request.method} {request.url.path} {response.status_code}"
    operation = _find(service, request.method.lower(), request.url.path)
    if operation is None:
        return
    documented = operation.described["responses"].get(str(response.status_code))
    assert documented or response.status_code in OF_NO_OPERATION, f"{where}: the document has no such status"
    if documented is None:
        return
    _judge_headers(where, documented, response)
    _judge_body(where, service, documented.get("content", {}), response)
    if response.is_success:
        _judge_accepted(where, service, operation, request)


def _judge_headers(where: str, documented: Json, response: httpx.Response) -> None:
    known = {name.lower() for name in documented.get("headers", {})}
    undocumented = {name.lower() for name in HEADERS} & set(response.headers) - known
    assert not undocumented, f"{where}: the document does not have the headers {undocumented}"


def _judge_body(where: str, service: str, content: Json, response: httpx.Response) -> None:
    media_type = response.headers.get("content-type", "").partition(";")[0]
    if not content or response.request.method == "HEAD":
        assert not response.content, f"{where}: the document has no body"
        return
    assert media_type in content, f"{where}: the document does not have {media_type}"
    shown = response.json() if media_type.endswith("json") else response.text
    errors = list(_validator(service, _frozen(content[media_type]["schema"])).iter_errors(shown))
    assert not errors, f"{where}: {[(str(error.message), error.instance_path) for error in errors]}"


def _judge_accepted(where: str, service: str, operation: Operation, request: httpx.Request) -> None:
    for parameter in operation.described.get("parameters", ()):
        if parameter["in"] == "header" and parameter["required"]:
            assert parameter["name"] in request.headers, f"{where}: accepted without {parameter['name']}"
    media_type = request.headers.get("Content-Type", "application/json").partition(";")[0]
    if body := operation.described.get("requestBody"):
        assert media_type in body["content"], f"{where}: accepted {media_type}"
    if body and media_type == "application/json":
        schema = body["content"][media_type]["schema"]
        errors = list(_validator(service, _frozen(schema)).iter_errors(json.loads(request.content)))
        assert not errors, f"{where}: accepted {[(str(error.message), error.instance_path) for error in errors]}"


def _find(service: str, verb: str, path: str) -> Operation | None:
    """Addresses without a variable part come first, as they do in the service."""
    return next((each for each in _operations(service) if each.verb == verb and each.path.fullmatch(path)), None)


@cache
def _operations(service: str) -> tuple[Operation, ...]:
    document = _document(service)
    found = [
        Operation(_pattern(path), verb, _resolved(document, operation))
        for path, item in document["paths"].items()
        for verb, operation in item.items()
    ]
    return tuple(sorted(found, key=lambda each: each.path.pattern.count("(")))


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", path)
    return re.compile("([^/]+)".join(map(re.escape, parts)))


def _resolved(document: Json, operation: Json) -> Json:
    """The operation with its parameters and responses in place; schemas keep their references."""

    def there(each: Json) -> Json:
        if "$ref" not in each:
            return each
        kind, name = each["$ref"].split("/")[-2:]
        found: Json = document["components"][kind][name]
        return found

    return operation | {
        "parameters": [there(each) for each in operation.get("parameters", ())],
        "responses": {status: there(each) for status, each in operation["responses"].items()},
    }


@cache
def _document(service: str) -> Json:
    document = deepcopy(document_of(service))
    close_objects(document["components"]["schemas"])
    return document


def close_objects(schemas: Json) -> None:
    """Here a field that the document does not have is a fault."""
    for schema in _objects(schemas):
        schema.setdefault("additionalProperties", False)


def _objects(schemas: Any) -> Iterator[Json]:
    if isinstance(schemas, dict):
        if schemas.get("type") == "object" and "properties" in schemas:
            yield schemas
        for each in schemas.values():
            yield from _objects(each)
    elif isinstance(schemas, list):
        for each in schemas:
            yield from _objects(each)


def _frozen(schema: Json) -> str:
    return json.dumps(schema, sort_keys=True)


@cache
def _validator(service: str, schema: str) -> Any:
    components = {"components": {"schemas": _document(service)["components"]["schemas"]}}
    return jsonschema_rs.Draft202012Validator(json.loads(schema) | components, validate_formats=True)
