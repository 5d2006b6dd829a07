from datetime import UTC, datetime

from tests.recommendations.bodies import staff_body
from tests.recommendations.conftest import STAFF, Ngo, Recommendations


async def posting_of(service: Recommendations, ngo: Ngo) -> str:
    await service.issued(STAFF, ngo, staff_body(ngo))
    await service.world.set_clock("recommendations", datetime(2020, 4, 10, tzinfo=UTC))
    posting = (await service.get("/foreign-staff", sub=ngo.member)).json()["items"][0]
    return str(posting["id"])


async def test_arrival_and_end_are_told_of_without_the_person(service: Recommendations, ngo: Ngo) -> None:
    address = f"/foreign-staff/{await posting_of(service, ngo)}"

    arrived = await service.post(f"{address}/arrival", {"arrived_on": "2020-04-03"}, sub=ngo.member, match=1)
    ended = await service.post(f"{address}/end", {"ended_on": "2020-04-09"}, sub=ngo.member, match=2)

    assert [r.json()["status"] for r in (arrived, ended)] == ["in_post", "ended"]
    [(started, begun), (over, end)] = (await service.events())[-2:]
    assert (started, begun["starts_on"], begun["ends_on"]) == ("ForeignStaffStarted", "2020-04-03", "2022-03-31")
    assert (over, end["ended_on"], end["nationality"]) == ("ForeignStaffEnded", "2020-04-09", "NL")


async def test_who_never_came_is_not_told_of_as_ended(service: Recommendations, ngo: Ngo) -> None:
    address = f"/foreign-staff/{await posting_of(service, ngo)}"

    ended = await service.post(f"{address}/end", {"ended_on": "2020-04-09"}, sub=ngo.member, match=1)

    assert ended.json()["status"] == "ended"
    assert [name for name, _ in await service.events()] == ["RecommendationSubmitted", "RecommendationIssued"]


async def test_nobody_arrives_before_the_stay_after_it_or_tomorrow(service: Recommendations, ngo: Ngo) -> None:
    address = f"/foreign-staff/{await posting_of(service, ngo)}/arrival"

    for arrived_on in ("2020-03-31", "2020-04-11", "2022-04-01"):
        response = await service.post(address, {"arrived_on": arrived_on}, sub=ngo.member, match=1)

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == "#/arrived_on"


async def test_only_the_own_ngo_records_an_arrival(service: Recommendations, ngo: Ngo) -> None:
    other = await service.register_ngo("CARE", member="care-1")
    address = f"/foreign-staff/{await posting_of(service, ngo)}/arrival"
    body = {"arrived_on": "2020-04-03"}

    foreign = await service.post(address, body, sub=other.member, match=1)
    official = await service.post(address, body, role="fasker_officer", match=1)
    stale = await service.post(address, body, sub=ngo.member, match=9)

    assert [r.status_code for r in (foreign, official, stale)] == [404, 403, 412]


async def test_a_regional_office_sees_who_is_posted_in_its_region(service: Recommendations, ngo: Ngo) -> None:
    posting = await posting_of(service, ngo)

    for regions, seen in (["53.06"], 1), (["53"], 1), (["53.0"], 0), (["5"], 0), (["53.10"], 0), ([], 0):
        listed = await service.get("/foreign-staff", role="pemda_kesbangpol", regions=regions)
        read = await service.get(f"/foreign-staff/{posting}", role="pemda_kesbangpol", regions=regions)

        assert len(listed.json()["items"]) == seen
        assert read.status_code == (200 if seen else 404)
    own = await service.get(f"/foreign-staff/{posting}", role="pemda_kesbangpol", regions=["53.06"])
    assert (own.json()["initials"], own.json()["person"]) == ("D. P. B.", None)


async def test_reading_the_person_is_logged_and_a_list_shows_nobody(service: Recommendations, ngo: Ngo) -> None:
    posting = await posting_of(service, ngo)
    address = f"/foreign-staff/{posting}"

    listed = await service.get("/foreign-staff", role="fasker_officer")
    read = await service.get(address, role="fasker_officer", sub="officer-7", reason="checks the permit")
    silent = await service.get(address, role="fasker_officer", sub="officer-7")
    masked = await service.get(address, role="observer_tpoa", reason="curious")
    own = await service.get(address, sub=ngo.member)

    assert "Demo Person" not in listed.text
    assert read.json()["person"]["passport_number"] == own.json()["person"]["passport_number"] == "NX000001"
    assert (silent.json()["person"], masked.json()["person"]) == (None, None)
    pool = await service.world.pool("recommendations")
    logged = await pool.fetch("SELECT reader, role, own, owner_id, resource, reason FROM personal_read ORDER BY id")
    assert [tuple(row) for row in logged] == [
        ("officer-7", "fasker_officer", False, ngo.id, f"/v1{address}", "checks the permit"),
        (ngo.member, "ngo_admin", True, ngo.id, f"/v1{address}", None),
    ]


async def test_who_has_the_masked_version_still_gets_the_person_for_a_reason(
    service: Recommendations, ngo: Ngo
) -> None:
    address = f"/v1/foreign-staff/{await posting_of(service, ngo)}"
    headers = service.world.read("fasker_officer")

    masked = await service.http.get(address, headers=headers)
    again = await service.http.get(address, headers=headers | {"If-None-Match": masked.headers["ETag"]})
    opened = await service.http.get(
        address, headers=headers | {"If-None-Match": masked.headers["ETag"], "Singo-Reason": "checks the permit"}
    )

    assert (again.status_code, opened.status_code) == (304, 200)
    assert opened.json()["person"]["name"] == "Demo Person B"
