"""The OpenAPI documents: current in docs/openapi, and such that a wrong answer would be noticed."""

import httpx
import pytest

from tests.openapi import truth
from tests.openapi.generate import document_of, file_of, last_released, text_of
from tests.servers import SERVICES
from tests.world import World

SUBSCRIPTION = "/v1/subscriptions/01890000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_document_is_what_the_code_says(service: str) -> None:
    assert file_of(service).read_text() == text_of(service), "run `make openapi`"


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_a_released_document_to_be_compared_with(service: str) -> None:
    assert last_released(service) is not None


@pytest.mark.parametrize("service", SERVICES)
def test_each_operation_names_its_problems_with_their_media_type(service: str) -> None:
    document = document_of(service)
    responses = document["components"]["responses"]

    for path, item in document["paths"].items():
        for verb, operation in item.items():
            refused = {status: each for status, each in operation["responses"].items() if status >= "400"}
            assert {"422", "429", "500", "503"} <= refused.keys(), f"{verb} {path}"
            for each in refused.values():
                assert [*responses[each["$ref"].rpartition("/")[2]]["content"]] == ["application/problem+json"]


@pytest.mark.parametrize("service", SERVICES)
def test_headers_that_the_service_demands_are_required_in_the_document(service: str) -> None:
    document = document_of(service)

    for path, item in document["paths"].items():
        for verb, operation in item.items():
            named = {each.get("$ref", "").rpartition("/")[2] for each in operation.get("parameters", ())}
            assert ("428" in operation["responses"]) == ("If-Match" in named), f"{verb} {path}"
            if path.startswith("/v1/") and verb != "get":
                assert "Idempotency-Key" in named, f"{verb} {path}"
    for name in {"Idempotency-Key", "If-Match"} & document["components"]["parameters"].keys():
        assert document["components"]["parameters"][name]["required"]


def test_the_security_scheme_is_the_one_that_routes_use() -> None:
    assert [*document_of("registry")["components"]["securitySchemes"]] == ["oidc"]


async def test_the_document_that_is_served_is_the_committed_one_but_for_its_contact(world: World) -> None:
    served = (await (await world.api("notifications")).get("/openapi.json")).json()

    assert served == document_of("notifications")


ANSWER = {"X-Request-Id": "1", "Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("status", "headers", "content", "complaint"),
    [
        (202, ANSWER, b"{}", "no such status"),
        (200, ANSWER, b'{"id": 1}', "is not valid under any"),
        (200, ANSWER | {"Location": "/x"}, b"{}", "does not have the headers"),
        (200, {"Content-Type": "text/html"}, b"<p>", "does not have text/html"),
        (404, ANSWER, b"{}", "does not have application/json"),
    ],
)
def test_an_answer_that_the_document_does_not_have_is_noticed(
    status: int, headers: dict[str, str], content: bytes, complaint: str
) -> None:
    request = httpx.Request("GET", f"http://test{SUBSCRIPTION}")

    with pytest.raises(AssertionError, match=complaint):
        truth.judge("notifications", httpx.Response(status, headers=headers, content=content, request=request))


def test_a_write_that_was_accepted_though_the_document_forbids_it_is_noticed() -> None:
    headers = {"Idempotency-Key": "1", "If-Match": '"1"'}
    request = httpx.Request("POST", f"http://test{SUBSCRIPTION}/pause", json={"reason": "x"}, headers=headers)

    with pytest.raises(AssertionError, match="accepted"):
        truth._judge_accepted("here", "notifications", _operation("post", "/pause"), request)


def test_a_write_that_was_accepted_without_a_required_header_is_noticed() -> None:
    request = httpx.Request("POST", f"http://test{SUBSCRIPTION}/pause", json={"reason": "because"})

    with pytest.raises(AssertionError, match="without Idempotency-Key"):
        truth._judge_accepted("here", "notifications", _operation("post", "/pause"), request)


def _operation(verb: str, end: str) -> truth.Operation:
    found = truth._find("notifications", verb, SUBSCRIPTION + end)
    assert found is not None
    return found
