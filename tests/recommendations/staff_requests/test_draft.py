from shared.http.etags import version_of
from tests.recommendations.bodies import staff_body
from tests.recommendations.conftest import STAFF, Ngo, Recommendations


async def test_a_member_drafts_a_request(service: Recommendations, ngo: Ngo) -> None:
    response = await service.post(STAFF, staff_body(ngo), sub=ngo.member)

    assert response.status_code == 201
    draft = response.json()
    assert (draft["status"], draft["version"], draft["regions"]) == ("draft", 1, ["53.06"])
    assert response.headers["Location"] == f"/v1{STAFF}/{draft['id']}"
    assert version_of(response.headers["ETag"]) == 1
    assert await service.events() == []


async def test_a_wrong_field_is_named_with_its_rule_and_nothing_is_kept(service: Recommendations, ngo: Ngo) -> None:
    response = await service.post(STAFF, staff_body(ngo, duty_region="53", visa="approved"), sub=ngo.member)

    assert response.status_code == 422
    assert [(e["pointer"], e.get("rule")) for e in response.json()["errors"]] == [
        ("#/duty_region", "V17"),
        ("#/visa", None),
    ]
    pool = await service.world.pool("recommendations")
    assert await pool.fetchval("SELECT count(*) FROM recommendation_request") == 0


async def test_the_agreement_must_be_the_callers_own(service: Recommendations, ngo: Ngo) -> None:
    other = await service.register_ngo("CARE", member="care-1")

    response = await service.post(STAFF, staff_body(ngo), sub=other.member)

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "#/agreement_id"


async def test_an_official_cannot_ask_for_staff(service: Recommendations, ngo: Ngo) -> None:
    for role in ("fasker_officer", "fasker_head", "pemda_kesbangpol", "operator"):
        response = await service.post(STAFF, staff_body(ngo), role=role)

        assert response.status_code == 403


async def test_a_repeated_key_gets_the_same_draft_again(service: Recommendations, ngo: Ngo) -> None:
    first = await service.post(STAFF, staff_body(ngo), sub=ngo.member, key="k1")
    again = await service.post(STAFF, staff_body(ngo), sub=ngo.member, key="k1")
    other = await service.post(STAFF, staff_body(ngo, 2), sub=ngo.member, key="k1")

    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.status_code == 422


async def test_an_edit_replaces_the_draft_and_needs_its_version(service: Recommendations, ngo: Ngo) -> None:
    draft = await service.drafted(STAFF, ngo, staff_body(ngo))
    address, body = f"{STAFF}/{draft['id']}", staff_body(ngo, position="Hygiene adviser", ends_on="2021-03-31")

    missing = await service.put(address, body, sub=ngo.member)
    edited = await service.put(address, body, sub=ngo.member, match=1)
    stale = await service.put(address, body, sub=ngo.member, match=1)

    assert [r.status_code for r in (missing, edited, stale)] == [428, 200, 412]
    assert (edited.json()["version"], edited.json()["ends_on"]) == (2, "2021-03-31")
    read = await service.get(address, sub=ngo.member)
    assert read.json()["details"]["position"] == "Hygiene adviser"


async def test_another_ngo_neither_sees_nor_changes_a_request(service: Recommendations, ngo: Ngo) -> None:
    other = await service.register_ngo("CARE", member="care-1")
    draft = await service.drafted(STAFF, ngo, staff_body(ngo))
    address = f"{STAFF}/{draft['id']}"

    read = await service.get(address, sub=other.member)
    edit = await service.put(address, staff_body(other), sub=other.member, match=1)
    submission = await service.post(f"{address}/submission", sub=other.member, match=1)
    shown = await service.get(STAFF, sub=other.member)

    assert [r.status_code for r in (read, edit, submission)] == [404, 404, 404]
    assert shown.json()["items"] == []


async def test_officials_see_what_was_submitted_and_no_drafts(service: Recommendations, ngo: Ngo) -> None:
    draft = await service.drafted(STAFF, ngo, staff_body(ngo, 1))
    submitted = await service.submitted(STAFF, ngo, staff_body(ngo, 2))

    everything = await service.get(STAFF, role="fasker_officer")
    none = await service.get(f"{STAFF}?status=in_review", role="fasker_officer")
    read = await service.get(f"{STAFF}/{draft['id']}", role="fasker_officer")
    review = await service.post(f"{STAFF}/{draft['id']}/review", role="fasker_officer", match=1)
    region = await service.get(STAFF, role="pemda_kesbangpol", regions=["53"])

    assert [r["id"] for r in everything.json()["items"]] == [submitted["id"]]
    assert none.json()["items"] == []
    assert [r.status_code for r in (read, review, region)] == [404, 404, 403]


async def test_a_list_goes_on_where_its_page_ended(service: Recommendations, ngo: Ngo) -> None:
    drafts = [(await service.drafted(STAFF, ngo, staff_body(ngo, n)))["id"] for n in (1, 2, 3)]

    first = (await service.get(f"{STAFF}?limit=2", sub=ngo.member)).json()
    rest = (await service.get(f"{STAFF}?limit=2&cursor={first['next_cursor']}", sub=ngo.member)).json()

    assert [r["id"] for r in first["items"] + rest["items"]] == drafts[::-1]
    assert rest["next_cursor"] is None
