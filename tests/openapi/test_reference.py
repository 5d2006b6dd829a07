"""The reference page at /docs."""

import re

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


async def test_the_reference_may_load_nothing_and_run_nothing(world: World) -> None:
    answer = await (await world.api("notifications")).get("/docs")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "<script" not in answer.text
    assert "http://" not in answer.text
