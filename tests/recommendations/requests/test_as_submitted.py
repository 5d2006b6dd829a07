"""A request that came back is its organisation's to edit; whoever else reads it sees what was submitted last."""

from typing import Any

import pytest

from tests.recommendations.bodies import goods, person, share, staff_body, tax_body
from tests.recommendations.conftest import STAFF, TAX, Ngo, Recommendations

RETURN = {"decision": "revision_requested", "comments": [{"field": "/position", "text": "Name the district."}]}
WHY = "the letter"
LATER: dict[str, Any] = {"starts_on": "2020-05-01", "ends_on": "2021-04-30"}


async def returned(service: Recommendations, path: str, ngo: Ngo, body: dict[str, Any]) -> str:
    """The address of a request whose revision was asked for."""
    request = await service.in_review(path, ngo, body)
    answer = await service.decide(path, request, RETURN, role="fasker_officer")
    assert answer.status_code == 200, answer.text
    return f"{path}/{request['id']}"


@pytest.fixture
async def edited(service: Recommendations, ngo: Ngo) -> str:
    """The address of a request for one person, edited to be for another, elsewhere and later."""
    address = await returned(service, STAFF, ngo, staff_body(ngo))
    body = staff_body(ngo, 2, position="Engineer", duty_region="53.10", **LATER)
    answer = await service.put(address, body, sub=ngo.member, match=4)
    assert answer.status_code == 200, answer.text
    return address


async def test_officials_see_the_request_and_the_person_as_submitted_and_the_ngo_as_edited(
    service: Recommendations, ngo: Ngo, edited: str
) -> None:
    for caller, number, position, region, starts_on in (
        ({"role": "fasker_officer", "reason": WHY}, 1, "Sanitation adviser", "53.06", "2020-04-01"),
        ({"role": "fasker_head", "reason": WHY}, 1, "Sanitation adviser", "53.06", "2020-04-01"),
        ({"sub": ngo.member}, 2, "Engineer", "53.10", "2020-05-01"),
    ):
        seen = (await service.get(edited, **caller)).json()

        assert seen["status"] == "revision_requested"
        assert (seen["details"]["position"], seen["details"]["duty_region"]) == (position, region)
        assert (seen["starts_on"], seen["regions"]) == (starts_on, [region])
        assert seen["person"]["name"] == person(number)["name"]
        assert seen["person"]["passport_number"] == person(number)["passport_number"]


async def test_an_official_who_is_a_member_too_sees_his_own_organisations_edit(
    service: Recommendations, ngo: Ngo, edited: str
) -> None:
    seen = (await service.get(edited, role="observer_tpoa", sub=ngo.member)).json()

    assert seen["details"]["position"] == "Engineer"


async def test_lists_show_and_sort_what_each_caller_may_see(service: Recommendations, ngo: Ngo, edited: str) -> None:
    other = await service.submitted(STAFF, ngo, staff_body(ngo, 3, starts_on="2020-04-15"))

    listed = (await service.get(f"{STAFF}?sort=starts_on", role="satker_officer")).json()["items"]
    own = (await service.get(f"{STAFF}?sort=starts_on", sub=ngo.member)).json()["items"]

    request_id = edited.rsplit("/", 1)[1]
    assert [(r["id"], r["starts_on"]) for r in listed] == [(request_id, "2020-04-01"), (other["id"], "2020-04-15")]
    assert [(r["id"], r["starts_on"]) for r in own] == [(other["id"], "2020-04-15"), (request_id, "2020-05-01")]
    assert [r["regions"] for r in listed] == [["53.06"], ["53.06"]]


async def test_once_handed_in_again_officials_see_the_edit_and_the_letter_is_made_from_it(
    service: Recommendations, ngo: Ngo, edited: str
) -> None:
    await service.post(f"{edited}/submission", sub=ngo.member, match=5)
    seen = (await service.get(edited, role="fasker_officer", reason=WHY)).json()
    await service.post(f"{edited}/review", role="fasker_officer", match=6)
    issued = (await service.post(f"{edited}/decision", {"decision": "issued"}, role="fasker_head", match=7)).json()
    letter = await service.get(f"/letters/{issued['letter']['id']}", role="fasker_head", reason=WHY)

    assert (seen["details"]["position"], seen["person"]["name"]) == ("Engineer", person(2)["name"])
    assert "Engineer" in letter.text
    assert person(2)["name"] in letter.text
    assert person(1)["name"] not in letter.text


async def test_of_two_revisions_officials_see_the_first_until_the_second_is_handed_in(
    service: Recommendations, ngo: Ngo, edited: str
) -> None:
    await service.post(f"{edited}/submission", sub=ngo.member, match=5)
    await service.post(f"{edited}/review", role="fasker_officer", match=6)
    await service.post(f"{edited}/decision", RETURN, role="fasker_officer", match=7)
    for version in (8, 9):
        await service.put(edited, staff_body(ngo, 3), sub=ngo.member, match=version)

    seen = (await service.get(edited, role="fasker_officer", reason=WHY)).json()

    assert (seen["version"], seen["person"]["name"]) == (10, person(2)["name"])


async def test_what_the_previous_version_submitted_leaves_no_older_person_behind(
    service: Recommendations, ngo: Ngo, edited: str
) -> None:
    pool = await service.world.pool("recommendations")
    kept = await pool.fetchrow("SELECT * FROM submitted_person")
    await service.post(f"{edited}/submission", sub=ngo.member, match=5)
    columns = ", ".join(f"${n}" for n in range(1, len(kept) + 1))
    await pool.execute(f"INSERT INTO submitted_person VALUES ({columns})", *kept)  # noqa: S608 (what it did not delete)
    await pool.execute("UPDATE recommendation_request SET submitted_at = submitted_at + interval '1 hour'")

    seen = (await service.get(edited, role="fasker_officer", reason=WHY)).json()
    await service.post(f"{edited}/review", role="fasker_officer", match=6)
    await service.post(f"{edited}/decision", RETURN, role="fasker_officer", match=7)
    await service.put(edited, staff_body(ngo, 3), sub=ngo.member, match=8)
    seen_again = (await service.get(edited, role="fasker_officer", reason=WHY)).json()

    assert seen["person"]["name"] == seen_again["person"]["name"] == person(2)["name"]


async def test_whom_it_was_submitted_for_is_kept_only_while_it_is_edited(
    service: Recommendations, ngo: Ngo, edited: str
) -> None:
    pool = await service.world.pool("recommendations")
    while_edited = await pool.fetchval("SELECT count(*) FROM submitted_person")

    await service.post(f"{edited}/submission", sub=ngo.member, match=5)

    assert (while_edited, await pool.fetchval("SELECT count(*) FROM submitted_person")) == (1, 0)


async def test_a_withdrawn_revision_stays_unseen_and_its_event_names_the_submitted_region(
    service: Recommendations, ngo: Ngo, edited: str
) -> None:
    withdrawn = await service.post(f"{edited}/withdrawal", sub=ngo.member, match=5)
    seen = (await service.get(edited, role="fasker_officer", reason=WHY)).json()

    assert withdrawn.json()["status"] == seen["status"] == "withdrawn"
    assert (seen["details"]["position"], seen["person"]["name"]) == ("Sanitation adviser", person(1)["name"])
    name, data = (await service.events())[-1]
    assert (name, data["regions"]) == ("RecommendationWithdrawn", ["53.06"])


async def test_nobody_hears_of_a_draft_that_is_withdrawn(service: Recommendations, ngo: Ngo) -> None:
    draft = await service.drafted(STAFF, ngo, staff_body(ngo))

    withdrawn = await service.post(f"{STAFF}/{draft['id']}/withdrawal", sub=ngo.member, match=1)

    assert withdrawn.json()["status"] == "withdrawn"
    assert await service.events() == []


async def test_the_caution_of_a_person_in_post_elsewhere_is_about_the_submitted_person(
    service: Recommendations, ngo: Ngo
) -> None:
    other = await service.register_ngo("CARE", member="care-1")
    await service.issued(STAFF, other, staff_body(other, 1))
    address = await returned(service, STAFF, ngo, staff_body(ngo, 1))
    await service.put(address, staff_body(ngo, 2), sub=ngo.member, match=4)

    seen = (await service.get(address, role="fasker_officer")).json()

    assert [caution["rule"] for caution in seen["cautions"]] == ["V14"]


async def test_officials_see_the_goods_as_submitted(service: Recommendations, ngo: Ngo) -> None:
    address = await returned(service, TAX, ngo, tax_body(ngo))
    submitted = (await service.get(address, sub=ngo.member)).json()
    changed = tax_body(
        ngo, **goods(description="Boats", quantity="2"), distribution=[share(region="53.01", quantity="2")]
    )
    await service.put(address, changed, sub=ngo.member, match=4)

    seen = (await service.get(address, role="satker_officer")).json()
    own = (await service.get(address, sub=ngo.member)).json()

    assert seen["details"] == submitted["details"]
    assert seen["regions"] == submitted["regions"] == ["53.06", "53.10"]
    assert [item["description"] for item in own["details"]["goods"]] == ["Boats"]
    assert own["regions"] == ["53.01"]
