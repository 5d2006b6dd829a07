"""The service's OpenAPI document: what FastAPI generates of the routes, and what all routes have in common.

FastAPI knows paths, parameters and bodies. Added here, once for all services: who answers, the security scheme,
every problem with its status and media type, the headers of requests and answers, bounds that follow from a format.
What a tag means is the docstring of the module that holds its routes.

https://spec.openapis.org/oas/v3.1.1.html
"""

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.http import openapi_parts as parts
from shared.http.headers import headers_read_by
from shared.http.openapi_links import add_links
from shared.http.openapi_names import readable
from shared.http.openapi_schemas import prepared, without_null
from shared.http.rights import ANYBODY, let_in_by
from shared.http.routing import PreparedRoute
from shared.settings import ServiceSettings

Json = dict[str, Any]

VERSION: Final = "1.0.0"
READS: Final = {"read_response", "page_response", "tagged", "read_with_person", "download", "download_response"}
"""An endpoint that calls one of these answers with an ETag, or 304 to `If-None-Match`."""

DATED: Final = {"download"}
"""An endpoint that calls one of these may answer with `Last-Modified`, or 304 to `If-Modified-Since`."""

TAGS: Final = READS | {"etag"}
"""An endpoint that calls one of these answers with an ETag."""

EVERYWHERE: Final = ("408", "414", "422", "429", "431", "500", "503")


def describe(app: FastAPI, service: str, settings: ServiceSettings) -> None:
    """Let `app.openapi()` give the whole document."""
    generated = app.openapi

    @cache
    def document() -> Json:
        routes = [route for route in app.routes if isinstance(route, APIRoute) and route.tags]
        return _document(readable(generated(), service), routes, service, settings)

    app.openapi = document  # type: ignore[method-assign]  # as FastAPI's manual tells


def _document(generated: Json, routes: list[APIRoute], service: str, settings: ServiceSettings) -> Json:
    described = {
        (route.path_format, verb.lower()): _Route.of(route) for route in routes for verb in route.methods or ()
    }
    schemas = {
        name: prepared(schema)
        for name, schema in generated["components"]["schemas"].items()
        if name not in ("HTTPValidationError", "ValidationError")
    }
    paths = {
        path: {verb: _operation(operation, schemas, described[path, verb]) for verb, operation in operations.items()}
        for path, operations in generated["paths"].items()
    }
    links = add_links(paths, schemas)
    tags = _tags(routes)
    used = [tag for item in paths.values() for operation in item.values() for tag in operation["tags"]]
    return {
        "openapi": generated["openapi"],
        "info": {
            "title": generated["info"]["title"],
            "summary": generated["info"]["summary"],
            "description": parts.DESCRIPTION,
            "version": VERSION,
            "contact": {
                "name": "Who runs this installation",
                "url": settings.contact_url,
                "email": settings.contact_email,
            },
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
            "x-api-id": f"singo-{service}",
            "x-audience": "external-public",
        },
        "servers": [parts.SERVER],
        "security": [{"oidc": []}],
        "tags": [{"name": name, "description": tags[name]} for name in dict.fromkeys(used)],
        "paths": paths,
        "components": {
            "securitySchemes": {"oidc": parts.SECURITY},
            "parameters": _used("parameters", parts.PARAMETERS, paths),
            "headers": parts.HEADERS,
            "responses": _used("responses", parts.RESPONSES, paths),
            "links": links,
            "schemas": dict(sorted((schemas | parts.problem_schemas()).items())),
        },
    }


@dataclass(frozen=True, slots=True)
class _Route:
    """What FastAPI's own document does not tell. `calls`: the names that the endpoint's code uses."""

    calls: frozenset[str]
    headers: tuple[str, ...]
    signed_in: bool

    @staticmethod
    def of(route: APIRoute) -> "_Route":
        dependencies = list(_dependencies(route.dependant))
        grants = [let_in_by(dependency) for dependency in dependencies]
        waits = isinstance(route, PreparedRoute) and route.methods == {"GET"}  # a write waits for nothing
        return _Route(
            frozenset(inspect.unwrap(route.endpoint).__code__.co_names),
            (
                *dict.fromkeys(name for dependency in dependencies for name in headers_read_by(dependency)),
                *(("Singo-After", "Prefer") if waits else ()),
            ),
            any(grant is not None and ANYBODY not in grant for grant in grants),
        )


def _dependencies(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for dependency in dependant.dependencies:
        if dependency.call:
            yield dependency.call
        yield from _dependencies(dependency)


def _tags(routes: list[APIRoute]) -> dict[str, str]:
    """Of routes in several modules the last one's counts: it is the one that knows what is special."""
    described = {}
    for route in routes:
        module = inspect.getmodule(route.endpoint)
        for tag in map(str, route.tags):
            described[tag] = parts.TAGS.get(tag) or inspect.getdoc(module) or ""
    return described


def _operation(operation: Json, schemas: Json, route: _Route) -> Json:
    reads = not READS.isdisjoint(route.calls)
    parameters = list(_parameters(operation, route.headers))
    names = {parameter.get("$ref", "").rpartition("/")[2] for parameter in parameters}
    if reads:
        parameters.append(_reference("parameters", "If-None-Match"))
    dated = not DATED.isdisjoint(route.calls)
    if dated:
        parameters.append(_reference("parameters", "If-Modified-Since"))
    # Waiting for others' events is for callers that we know.
    security: list[Json] = [{"oidc": []}] if route.signed_in else [{}, {"oidc": []}] if "Singo-After" in names else []
    tags = not TAGS.isdisjoint(route.calls)
    responses = {
        status: _success(
            answer,
            status,
            names,
            tags=tags or ("Idempotency-Key" in names and _has_version(answer, schemas)),
            dated=dated,
        )
        for status, answer in operation["responses"].items()
        if status < "300"
    }
    if reads:
        responses["304"] = _reference("responses", "NotModified")
    declared = {status for status in operation["responses"] if status in parts.PROBLEMS}
    for status in sorted(declared | set(_problems(operation, names, signed_in=bool(security)))):
        responses[status] = _reference("responses", parts.PROBLEMS[status].name)
    described = {
        "operationId": operation["operationId"],
        "tags": operation["tags"],
        "summary": operation["operationId"].replace("_", " ").capitalize(),
        "description": operation["description"],
        "security": security,
    }
    if parameters:
        described["parameters"] = parameters
    if body := operation.get("requestBody"):
        content = {media_type: _prepared_content(each) for media_type, each in body["content"].items()}
        described["requestBody"] = {"required": True, "content": content}
    return described | {"responses": responses}


def _parameters(operation: Json, headers: tuple[str, ...]) -> Iterator[Json]:
    for parameter in operation.get("parameters", ()):
        yield parameter | {"schema": prepared(without_null(parameter["schema"]))}
    for name in headers:
        yield _reference("parameters", name)


def _problems(operation: Json, headers: set[str], *, signed_in: bool) -> Iterator[str]:
    yield from EVERYWHERE
    writes = "Idempotency-Key" in headers
    if signed_in:
        yield from ("401", "403")
    if writes or any(parameter["in"] == "path" for parameter in operation.get("parameters", ())):
        yield "404"
    if writes:
        yield from ("400", "409", "413", "415")
    if "requestBody" in operation:
        yield from ("400", "413", "415")
    if "If-Match" in headers:
        yield from ("412", "428")


def _success(answer: Json, status: str, asked: set[str], *, tags: bool, dated: bool) -> Json:
    names = list(parts.IN_EVERY_ANSWER)
    if tags:
        names.append("ETag")
    if dated:
        names.append("Last-Modified")
    if "Idempotency-Key" in asked:
        names += ["Singo-Events", "Idempotent-Replayed"]
    if status == "201":
        names.append("Location")
    described: Json = {
        "description": parts.SUCCESSES[status],
        "headers": {name: _reference("headers", name) for name in names},
    }
    if content := answer.get("content"):
        described["content"] = {media_type: _prepared_content(each) for media_type, each in content.items()}
    return described


def _prepared_content(content: Json) -> Json:
    return content | {"schema": prepared(content["schema"])}


def _has_version(answer: Json, schemas: Json) -> bool:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return "version" in schemas.get(name, {}).get("properties", {})


def _used(kind: str, components: Json, paths: Json) -> Json:
    text = json.dumps(paths)
    return {name: each for name, each in components.items() if f'"#/components/{kind}/{name}"' in text}


def _reference(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}
