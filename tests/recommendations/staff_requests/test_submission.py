from tests.recommendations.bodies import person, staff_body
from tests.recommendations.conftest import STAFF, Ngo, Recommendations


async def test_a_sound_request_is_submitted_and_told_of_without_the_person(service: Recommendations, ngo: Ngo) -> None:
    submitted = await service.submitted(STAFF, ngo, staff_body(ngo))

    assert (submitted["status"], submitted["version"]) == ("submitted", 2)
    [event] = await service.world.events("recommendations")
    assert event["type"] == "RecommendationSubmitted"
    assert event["data"]["work_plan_activity_id"] == str(ngo.activity_id)
    assert event["data"]["actor"] == {"subject": ngo.member, "role": "ngo_admin"}
    assert event["headers"]["regions"] == "53.06"


async def test_everything_that_stands_against_a_request_is_named_with_rule_and_law(
    service: Recommendations, ngo: Ngo
) -> None:
    holder = person(passport_valid_from="2020-05-01", passport_valid_to="2025-06-01")
    body = staff_body(ngo, person=holder, work_plan_activity_id=str(ngo.id), ends_on="2025-04-30")
    draft = await service.drafted(STAFF, ngo, body)

    response = await service.post(f"{STAFF}/{draft['id']}/submission", sub=ngo.member, match=1)

    assert response.status_code == 422
    problem = response.json()
    assert [(e["pointer"], e["rule"]) for e in problem["errors"]] == [
        ("#/ends_on", "R02"),
        ("#/work_plan_activity_id", "R03"),
        ("#/ends_on", "V12"),
        ("#/person/passport_valid_from", "V13"),
        ("#/person/passport_valid_to", "V13"),
    ]
    assert "PP 59/2016 art. 25" in problem["errors"][2]["detail"]
    assert problem["legal_basis"]
    read = await service.get(f"{STAFF}/{draft['id']}", sub=ngo.member)
    assert (read.json()["status"], read.json()["version"]) == ("draft", 1)
    assert await service.events() == []


async def test_a_submission_needs_the_version_that_was_read(service: Recommendations, ngo: Ngo) -> None:
    draft = await service.drafted(STAFF, ngo, staff_body(ngo))
    address = f"{STAFF}/{draft['id']}/submission"

    missing = await service.post(address, sub=ngo.member)
    stale = await service.post(address, sub=ngo.member, match=7)
    done = await service.post(address, sub=ngo.member, match=1, key="once")
    again = await service.post(address, sub=ngo.member, match=1, key="once")
    twice = await service.post(address, sub=ngo.member, match=2)

    assert [r.status_code for r in (missing, stale, done, again, twice)] == [428, 412, 200, 200, 409]
    assert len(await service.events()) == 1


async def test_a_submitted_request_can_be_withdrawn_but_not_one_in_review(service: Recommendations, ngo: Ngo) -> None:
    submitted = await service.submitted(STAFF, ngo, staff_body(ngo, 1))
    taken = await service.in_review(STAFF, ngo, staff_body(ngo, 2))

    withdrawn = await service.post(f"{STAFF}/{submitted['id']}/withdrawal", sub=ngo.member, match=2)
    too_late = await service.post(f"{STAFF}/{taken['id']}/withdrawal", sub=ngo.member, match=taken["version"])

    assert withdrawn.json()["status"] == "withdrawn"
    assert too_late.status_code == 409
    assert [name for name, _ in await service.events()].count("RecommendationWithdrawn") == 1
