from typing import Any

from tests.recommendations.bodies import staff_body
from tests.recommendations.conftest import STAFF, Ngo, Recommendations

ISSUE = {"decision": "issued"}


async def test_a_request_that_comes_back_is_edited_and_handed_in_again(service: Recommendations, ngo: Ngo) -> None:
    request = await service.in_review(STAFF, ngo, staff_body(ngo))
    comments = [{"field": "/position", "text": "Name the district."}]
    address = f"{STAFF}/{request['id']}"

    returned = await service.decide(
        STAFF, request, {"decision": "revision_requested", "comments": comments}, role="fasker_officer"
    )
    edited = await service.put(address, staff_body(ngo, position="Adviser, Flores Timur"), sub=ngo.member, match=4)
    again = await service.post(f"{address}/submission", sub=ngo.member, match=5)

    assert [r.json()["status"] for r in (returned, edited, again)] == [
        "revision_requested",
        "revision_requested",
        "submitted",
    ]
    read = (await service.get(address, sub=ngo.member)).json()
    assert read["comments"] == [{"version": 4, "field": "/position", "text": "Name the district."}]
    assert [step["action"] for step in read["steps"]] == ["SUBMIT", "TAKE_UP", "REQUEST_REVISION", "EDIT", "SUBMIT"]
    assert read["steps"][0]["sha256"] != read["steps"][4]["sha256"]
    name, data = (await service.events())[1]
    assert (name, data["commented_fields"]) == ("RecommendationRevisionRequested", ["/position"])


async def test_an_incomplete_decision_is_refused(service: Recommendations, ngo: Ngo) -> None:
    request = await service.in_review(STAFF, ngo, staff_body(ngo))
    comment = {"field": "#/position", "text": "?"}
    bodies: list[tuple[dict[str, Any], str]] = [
        ({"decision": "rejected"}, "#/reason"),
        ({"decision": "revision_requested"}, "#/comments"),
        ({"decision": "approved"}, "#/decision"),
        ({"decision": "rejected", "reason": "Because.", "rule": "V99"}, "#/rule"),
        ({"decision": "revision_requested", "comments": [comment]}, "#/comments/0/field"),
    ]

    for body, pointer in bodies:
        response = await service.decide(STAFF, request, body)

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == pointer


async def test_an_officer_cannot_sign(service: Recommendations, ngo: Ngo) -> None:
    request = await service.in_review(STAFF, ngo, staff_body(ngo))

    response = await service.decide(STAFF, request, ISSUE, role="fasker_officer")

    assert response.status_code == 403


async def test_whoever_took_a_request_up_cannot_sign_it_as_head(service: Recommendations, ngo: Ngo) -> None:
    request = await service.in_review(STAFF, ngo, staff_body(ngo))

    response = await service.post(
        f"{STAFF}/{request['id']}/decision", ISSUE, role="fasker_head", sub="fasker_officer-1", match=3
    )

    assert response.status_code == 403
    assert response.json()["rule"] == "V23"


async def test_whoever_submitted_cannot_review(service: Recommendations, ngo: Ngo) -> None:
    request = await service.submitted(STAFF, ngo, staff_body(ngo))

    response = await service.post(f"{STAFF}/{request['id']}/review", role="fasker_officer", sub=ngo.member, match=2)

    assert response.status_code == 403
    assert response.json()["rule"] == "V23"


async def test_the_ngo_decides_nothing(service: Recommendations, ngo: Ngo) -> None:
    request = await service.submitted(STAFF, ngo, staff_body(ngo))

    for act in ("review", "decision"):
        response = await service.post(f"{STAFF}/{request['id']}/{act}", ISSUE, sub=ngo.member, match=2)

        assert response.status_code == 403


async def test_nothing_is_decided_before_it_is_taken_up(service: Recommendations, ngo: Ngo) -> None:
    request = await service.submitted(STAFF, ngo, staff_body(ngo))

    response = await service.decide(STAFF, request, ISSUE)

    assert response.status_code == 409
    assert "open now: take up, withdraw" in response.json()["detail"]


async def test_a_decision_on_an_older_version_is_refused(service: Recommendations, ngo: Ngo) -> None:
    request = await service.in_review(STAFF, ngo, staff_body(ngo))

    response = await service.decide(STAFF, request | {"version": 2}, ISSUE)

    assert response.status_code == 412
