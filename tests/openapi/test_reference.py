"""The reference page at /docs."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Final

import httpx
import pytest

from shared.http.reference import page_of
from tests.openapi.generate import document_of
from tests.servers import SERVICES
from tests.world import World


@pytest.mark.parametrize("service", SERVICES)
def test_the_reference_names_every_operation_parameter_and_field(service: str) -> None:
    document = document_of(service)
    page = "".join(page_of(document))

    for path, item in document["paths"].items():
        for verb, operation in item.items():
            assert f'<h3 id="{operation["operationId"]}">' in page
            assert f"<pre>{verb.upper()} {path}</pre>" in page
    for schema in document["components"]["schemas"].values():
        for field in schema.get("properties", {}):
            assert f"<code>{field}</code>" in page


@pytest.mark.parametrize("service", SERVICES)
def test_each_link_of_the_reference_leads_somewhere_inside_the_service(service: str) -> None:
    page = "".join(page_of(document_of(service)))
    anchors = set(re.findall(r'id="([^"]+)"', page))

    for target in re.findall(r'(?:href|src)="([^"]+)"', page):
        assert target == "/openapi.json" or target.removeprefix("#") in anchors


def test_what_a_document_says_is_text_and_never_markup() -> None:
    document = document_of("notifications")
    document = document | {"info": document["info"] | {"description": "<script>alert(1)</script>"}}

    assert "<script" not in "".join(page_of(document))


ADDRESSES: Final = {
    "script": ("src",),
    "link": ("href", "imagesrcset"),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "iframe": ("src", "srcdoc"),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "input": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "base": ("href",),
    "body": ("background",),
    "html": ("manifest",),
}
"""Attributes from which a browser loads by itself, or by which it reads other addresses."""

ELSEWHERE: Final = re.compile(r"""(?:https?|wss?|ftp):|(?:["'`(]|@import)\s*//""", re.IGNORECASE)
IN_STYLES: Final = re.compile(r"@import|url\(", re.IGNORECASE)


class Loading(HTMLParser):
    """What a browser would load for a page, and what it would run or apply as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside = tag
        self.addresses += [given[name] for name in ADDRESSES.get(tag, ()) if name in given]
        self.scripts += [value for name, value in given.items() if name.startswith("on")]
        self.styles += [given["style"]] if "style" in given else []
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.addresses.append(given.get("content", "").partition("=")[2])

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside == "style":
            self.styles.append(data)


def loading(page: str) -> Loading:
    parser = Loading()
    parser.feed(page)
    parser.close()
    return parser


async def from_elsewhere(client: httpx.AsyncClient, page: str) -> list[str]:
    """What a page, and each script and style that it names, would load from another server than its own."""
    parts = loading(page)
    found = [text for text in parts.scripts + parts.styles if ELSEWHERE.search(text)]
    for address in parts.addresses:
        there = client.base_url.join("/docs").join(address)
        if (there.host, there.port) != (client.base_url.host, client.base_url.port):
            found.append(address)
            continue
        file = await client.get(there)
        assert file.status_code == 200, f"the page names {address}, which is not there"
        found += [address] if ELSEWHERE.search(file.text) else []
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_each_service_serves_a_reference_that_loads_nothing_from_elsewhere(world: World, service: str) -> None:
    client = await world.api(service)
    answer = await client.get("/docs")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == "".join(page_of(document_of(service)))
    assert await from_elsewhere(client, answer.text) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_the_reference_may_load_nothing_and_run_nothing(world: World, service: str) -> None:
    """Not even from its own service; and its policy lets nothing pass but its own style."""
    answer = await (await world.api(service)).get("/docs")
    parts = loading(answer.text)
    [style] = parts.styles

    assert (parts.addresses, parts.scripts) == ([], [])
    assert not IN_STYLES.search(style)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert allowed["default-src"] == "'none'"
    assert allowed["style-src"] == f"'sha256-{digest}'"
    assert {name for name in allowed if name.endswith("-src")} == {"default-src", "style-src"}


@pytest.mark.parametrize(
    "planted",
    [
        "<script src=https://cdn.example.org/redoc.js></script>",
        "<script src=//cdn.example.org/redoc.js></script>",
        '<link rel=stylesheet href="http://fonts.example.org/a.css">',
        "<script>fetch('https://api.example.org')</script>",
        "<script>import('//cdn.example.org/a.mjs')</script>",
        "<style>body { background: url(//img.example.org/a.png) }</style>",
        '<style>@import "https://fonts.example.org/a.css"</style>',
        '<p style="background: url(https://img.example.org/a.png)">',
        "<img src=https://img.example.org/a.png>",
        "<svg><use href=https://img.example.org/a.svg /></svg>",
        '<body onload="location = `https://example.org`">',
        '<meta http-equiv=Refresh content="0; url=https://example.org">',
        "<base href=https://example.org>",
    ],
)
async def test_what_would_be_loaded_from_elsewhere_is_found(planted: str) -> None:
    async with httpx.AsyncClient(base_url="http://127.0.0.1", trust_env=False) as client:
        found = await from_elsewhere(client, f"<!doctype html><p>https://in.text.example.org</p>{planted}")

    assert len(found) == 1
