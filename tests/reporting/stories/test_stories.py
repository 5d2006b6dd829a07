import httpx
import pytest

from tests.reporting.conftest import Events
from tests.reporting.partners import FLORES_TIMUR, Desk, Json, rules_of, story


@pytest.fixture
async def submitted(ngo: Desk) -> Json:
    written = await ngo.post("/stories", story(), status=201)
    return await ngo.post(f"/stories/{written['id']}/submission", match=written["version"])


async def published(reporting: httpx.AsyncClient, query: str = "") -> list[str]:
    """What somebody without a token sees."""
    response = await reporting.get(f"/v1/stories{query}")
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["items"]]


async def test_a_story_is_seen_by_the_public_from_publication_to_unpublication(
    submitted: Json, fasker: Desk, reporting: httpx.AsyncClient, events: Events
) -> None:
    path = f"/stories/{submitted['id']}"
    assert await published(reporting) == []
    shown = await fasker.post(f"{path}/publication", match=submitted["version"])

    assert await published(reporting) == await published(reporting, "?region=53") == [submitted["id"]]
    assert await published(reporting, "?region=11") == []
    one = await reporting.get(f"/v1{path}")
    assert one.json()["ngo_name"] == "Organisation of snv-staff"
    assert "status" not in one.json()
    again = await reporting.get(f"/v1{path}", headers={"If-None-Match": one.headers["ETag"]})
    assert again.status_code == 304
    await fasker.post(f"{path}/unpublication", {"reason": "consent taken back"}, match=shown["version"])
    assert await published(reporting) == []
    assert (await reporting.get(f"/v1{path}")).status_code == 404
    assert len(await events("StorySubmitted", "StoryPublished", "StoryUnpublished")) == 3


async def test_a_text_with_personal_data_is_refused(ngo: Desk) -> None:
    for field in ("title", "summary", "text"):
        problem = await ngo.post("/stories", story(**{field: "Call 0812-3456-7890"}), status=422)
        assert rules_of(problem) == [(f"#/{field}", "V25")]


async def test_without_consent_a_story_is_not_submitted_until_it_is_given(ngo: Desk, events: Events) -> None:
    written = await ngo.post("/stories", story(consent_given=False), status=201)
    path = f"/stories/{written['id']}"

    problem = await ngo.post(f"{path}/submission", match=written["version"], status=422)

    assert rules_of(problem) == [("#/consent_given", "V25")]
    edited = await ngo.put(path, story(), match=written["version"])
    await ngo.post(f"{path}/submission", match=edited["version"])
    assert len(await events("StorySubmitted")) == 1


async def test_rights_are_kept_on_the_way(
    submitted: Json, ngo: Desk, other_ngo: Desk, fasker: Desk, flores_timur: Desk, elsewhere: Desk
) -> None:
    path, version = f"/stories/{submitted['id']}", submitted["version"]

    await ngo.post(f"{path}/publication", match=version, status=403)
    await fasker.post(f"{path}/publication", status=428)
    await fasker.post(f"{path}/publication", match=version + 1, status=412)
    await ngo.put(path, story(), match=version, status=409)
    await other_ngo.put(path, story(), match=version, status=404)
    for desk, sees in ((ngo, 1), (other_ngo, 0), (fasker, 1), (flores_timur, 1), (elsewhere, 0)):
        assert len((await desk.get("/stories/written"))["items"]) == sees


async def test_the_submitter_does_not_publish(submitted: Json, ngo: Desk) -> None:
    both = Desk(ngo.world, ngo.client, "fasker_officer", sub="snv-staff")

    problem = await both.post(f"/stories/{submitted['id']}/publication", match=submitted["version"], status=403)

    assert problem["rule"] == "V23"


async def test_a_story_names_existing_areas(ngo: Desk) -> None:
    problem = await ngo.post("/stories", story(regions=[FLORES_TIMUR, "99"]), status=422)

    assert rules_of(problem) == [("#/regions/1", "V17")]
