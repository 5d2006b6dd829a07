"""V12: at most three in post, and at most five years each."""

import asyncio
from typing import Any

from tests.recommendations.bodies import person, staff_body
from tests.recommendations.conftest import STAFF, Ngo, Recommendations


async def test_the_fourth_expert_is_refused_at_submission_with_the_article(service: Recommendations, ngo: Ngo) -> None:
    for number in (1, 2, 3):
        await service.issued(STAFF, ngo, staff_body(ngo, number))
    fourth = await service.drafted(STAFF, ngo, staff_body(ngo, 4))

    response = await service.post(f"{STAFF}/{fourth['id']}/submission", sub=ngo.member, match=1)

    assert response.status_code == 422
    problem = response.json()
    assert (problem["rule"], problem["legal_basis"]) == ("V12", "PP 59/2016 art. 25")


async def test_the_fourth_expert_whose_request_was_in_time_is_refused_at_issue_and_then_rejected(
    service: Recommendations, ngo: Ngo
) -> None:
    requests = [await service.in_review(STAFF, ngo, staff_body(ngo, number)) for number in (1, 2, 3, 4)]
    for request in requests[:3]:
        await service.decide(STAFF, request, {"decision": "issued"})

    refused = await service.decide(STAFF, requests[3], {"decision": "issued"})
    reason = {"decision": "rejected", "reason": "Three foreign staff are in post.", "rule": "V12"}
    rejected = await service.decide(STAFF, requests[3], reason, role="fasker_officer")

    assert refused.status_code == 422
    assert (refused.json()["rule"], refused.json()["legal_basis"]) == ("V12", "PP 59/2016 art. 25")
    assert rejected.json()["status"] == "rejected"
    name, data = (await service.events())[-1]
    assert name == "RecommendationRejected"
    assert (data["rule"], data["legal_basis"]) == ("V12", "PP 59/2016 art. 25")


async def test_two_who_would_both_be_third_are_not_both_issued(service: Recommendations, ngo: Ngo) -> None:
    requests = [await service.in_review(STAFF, ngo, staff_body(ngo, number)) for number in range(1, 6)]

    answers = await asyncio.gather(*(service.decide(STAFF, r, {"decision": "issued"}) for r in requests))

    assert sorted(a.status_code for a in answers) == [200, 200, 200, 422, 422]
    numbers = {a.json()["letter"]["number"] for a in answers if a.status_code == 200}
    assert numbers == {f"00{n}/TKA/FASKER/2020" for n in (1, 2, 3)}


async def test_a_place_becomes_free_when_somebody_leaves(service: Recommendations, ngo: Ngo) -> None:
    for number in (1, 2, 3):
        await service.issued(STAFF, ngo, staff_body(ngo, number))
    posting = (await service.get("/foreign-staff", sub=ngo.member)).json()["items"][0]
    await service.post(f"/foreign-staff/{posting['id']}/end", {"ended_on": "2020-03-02"}, sub=ngo.member, match=1)

    fourth = await service.issued(STAFF, ngo, staff_body(ngo, 4))

    assert fourth["letter"]["number"] == "004/TKA/FASKER/2020"


async def stay(service: Recommendations, ngo: Ngo, human: dict[str, Any], first: str, last: str) -> int:
    """The status that a submission of this stay is answered with."""
    body = staff_body(ngo, person=human, starts_on=first, ends_on=last)
    draft = await service.drafted(STAFF, ngo, body)
    response = await service.post(f"{STAFF}/{draft['id']}/submission", sub=ngo.member, match=1)
    return response.status_code


async def test_five_years_count_on_across_a_renewed_passport_and_another_ngo(
    service: Recommendations, ngo: Ngo
) -> None:
    other = await service.register_ngo("CARE", member="care-1")
    await service.issued(STAFF, ngo, staff_body(ngo, starts_on="2020-01-01", ends_on="2022-12-31"))
    pool = await service.world.pool("recommendations")
    await pool.execute("UPDATE agreement SET ends_on = '2026-12-31'")
    renewed = person(passport_number="NX777777", previous_passport_number="nx000001", name="D. Person-Alias")
    stranger = person(2, passport_valid_to="2032-01-01")

    within = await stay(service, other, renewed, "2020-01-01", "2024-12-31")
    beyond = await stay(service, other, renewed, "2020-01-01", "2025-01-01")
    someone_else = await stay(service, other, stranger | {"birth_date": "1980-01-01"}, "2020-01-01", "2024-12-31")

    assert (within, beyond, someone_else) == (200, 422, 200)


async def test_the_same_name_and_birth_date_are_the_same_person(service: Recommendations, ngo: Ngo) -> None:
    await service.drafted(STAFF, ngo, staff_body(ngo))
    same = person(passport_number="NX999999", name="B Person, DEMO")
    await service.drafted(STAFF, ngo, staff_body(ngo, person=same))
    await service.drafted(STAFF, ngo, staff_body(ngo, 2))

    pool = await service.world.pool("recommendations")
    assert await pool.fetchval("SELECT count(DISTINCT identity_id) FROM person") == 2


async def test_who_is_in_post_elsewhere_is_pointed_out_to_the_reviewer_only(service: Recommendations, ngo: Ngo) -> None:
    other = await service.register_ngo("CARE", member="care-1")
    await service.issued(STAFF, ngo, staff_body(ngo))
    request = await service.submitted(STAFF, other, staff_body(other))

    officer = await service.get(f"{STAFF}/{request['id']}", role="fasker_officer")
    member = await service.get(f"{STAFF}/{request['id']}", sub=other.member)

    assert [c["rule"] for c in officer.json()["cautions"]] == ["V14"]
    assert member.json()["cautions"] == []
