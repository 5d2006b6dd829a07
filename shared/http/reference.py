"""`/openapi.json`, the service's own document; and `/docs`, made of it: the API's reference as one page.

The page loads nothing and runs no script.

So it works where the outer net is cut, and its content security policy can forbid everything but its own style.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from shared.http.auth import public
from shared.http.etags import tagged

Json = dict[str, Any]

STYLE: Final = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem }
h3 { margin-top: 2.5rem } code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre { overflow-x: auto; padding: .5rem; border: 1px solid #8888 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid #8886 }
caption { text-align: left; font-weight: bold; padding: .5rem 0 } nav li { display: inline-block; margin-right: 1rem }
""".strip()
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

reference = APIRouter(include_in_schema=False, dependencies=[Depends(public)])


@reference.get("/openapi.json")
async def read_document(request: Request) -> Response:
    """The OpenAPI document of this service's API."""
    return tagged(request, _document(request.app))


@reference.get("/docs")
async def read_reference(request: Request) -> HTMLResponse:
    """The reference of this service's API."""
    return HTMLResponse(_page(_document(request.app)), headers={"Content-Security-Policy": POLICY})


@lru_cache(maxsize=16)  # of a process there is one; tests make many
def _document(app: FastAPI) -> bytes:
    return json.dumps(app.openapi(), ensure_ascii=False).encode()


@cache
def _page(document: bytes) -> str:
    return "".join(page_of(json.loads(document)))


def page_of(document: Json) -> Iterator[str]:
    info = document["info"]
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>{_text(info['title'])}</title>"
    yield f'<meta name=viewport content="width=device-width"><style>{STYLE}</style>'
    yield f"<main><h1>{_text(info['title'])} {_text(info['version'])}</h1><p>{_text(info['summary'])}. "
    yield 'For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>'
    yield "".join(f"<p>{_prose(part)}</p>" for part in re.split(r"\n\n|\n(?=- )", info["description"].strip()))
    contents = (f'<li><a href="#{_anchor(tag["name"])}">{_text(tag["name"])}</a></li>' for tag in document["tags"])
    yield f'<nav aria-label="Contents"><ul>{"".join(contents)}<li><a href="#schemas">schemas</a></li></ul></nav>'
    for tag in document["tags"]:
        yield f'<section><h2 id="{_anchor(tag["name"])}">{_text(tag["name"])}</h2><p>{_prose(tag["description"])}</p>'
        for path, item in document["paths"].items():
            for verb, operation in item.items():
                if tag["name"] in operation["tags"]:
                    yield from _operation(document, path, verb, operation)
        yield "</section>"
    yield '<section><h2 id="schemas">Schemas</h2>'
    for name, schema in document["components"]["schemas"].items():
        yield f'<h3 id="schema-{_anchor(name)}">{_text(name)}</h3><p>{_prose(schema.get("description", ""))}</p>'
        yield _table("Fields", ("name", "what", "meaning"), _fields(schema))
    yield "</section></main></html>"


def _operation(document: Json, path: str, verb: str, operation: Json) -> Iterator[str]:
    yield f'<h3 id="{_anchor(operation["operationId"])}">{_text(operation["summary"])}</h3>'
    yield f"<pre>{verb.upper()} {_text(path)}</pre><p>{_prose(operation['description'])}</p>"
    if {} in operation["security"] or not operation["security"]:
        yield "<p>Open to everybody.</p>"
    parameters = [_there(document, each) for each in operation.get("parameters", ())]
    rows = [
        (
            f"<code>{_text(each['name'])}</code>",
            _needed(each),
            _type(each["schema"]),
            _prose(each.get("description", "")),
        )
        for each in parameters
    ]
    yield _table("Parameters", ("name", "where", "what", "meaning"), rows)
    if body := operation.get("requestBody"):
        for media_type, content in body["content"].items():
            yield f"<p><b>Body:</b> <code>{media_type}</code>, {_type(content['schema'])}</p>"
    yield _table("Answers", ("status", "meaning", "body"), _answers(document, operation))


def _answers(document: Json, operation: Json) -> Iterator[tuple[str, ...]]:
    for status, answer in operation["responses"].items():
        described = _there(document, answer)
        bodies = "; ".join(_type(each["schema"]) for each in described.get("content", {}).values())
        yield f"<code>{status}</code>", _prose(described["description"]), bodies


def _fields(schema: Json) -> Iterator[tuple[str, ...]]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        optional = "" if name in required else ", optional"
        yield f"<code>{_text(name)}</code>", _type(field) + optional, _prose(field.get("description", ""))


def _needed(parameter: Json) -> str:
    return f"{parameter['in']}, required" if parameter.get("required") else _text(parameter["in"])


def _there(document: Json, each: Json) -> Json:
    if "$ref" not in each:
        return each
    kind, name = each["$ref"].split("/")[-2:]
    found: Json = document["components"][kind][name]
    return found


def _type(schema: Json) -> str:
    """What a schema is, in words, with links to those that have a name."""
    if name := schema.get("$ref", "").rpartition("/")[2]:
        return f'<a href="#schema-{_anchor(name)}">{_text(name)}</a>'
    if choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return " or ".join(map(_type, choices))
    if values := schema.get("enum"):
        return "one of " + ", ".join(f"<code>{_text(str(value))}</code>" for value in values)
    if "const" in schema:
        return f"<code>{_text(str(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}, {_bounds(schema, 'minItems', 'maxItems')}".rstrip(", ")
    kind = _text(schema.get("format") or schema.get("type") or "anything")
    pattern = f", <code>{_text(schema['pattern'])}</code>" if "pattern" in schema else ""
    bounds = _bounds(schema, "minimum", "maximum")
    if "format" not in schema:
        bounds = bounds or _bounds(schema, "minLength", "maxLength")
    return kind + (f", {bounds}" if bounds else "") + pattern


def _bounds(schema: Json, least: str, most: str) -> str:
    return f"{schema.get(least, '')}…{schema[most]}" if most in schema else ""


def _table(caption: str, heads: tuple[str, ...], rows: Any) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    if not lines:
        return ""
    head = "".join(f"<th scope=col>{each}</th>" for each in heads)
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _prose(text: str) -> str:
    """Code, strong words and addresses; the rest of Markdown is not used in our documents."""
    marked = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", re.sub(r"`([^`]+)`", r"<code>\1</code>", _text(text)))
    return re.sub(r"\n\n", "<br><br>", marked)


def _text(text: str) -> str:
    return html.escape(text)


def _anchor(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "-", name)
