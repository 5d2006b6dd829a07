import httpx

from shared.http.etags import version_of
from tests.registry.conftest import APPLICANT, Json, Make
from tests.world import World


async def test_an_accepted_organisation_is_public(world: World, registry: httpx.AsyncClient, active: Json) -> None:
    public = await registry.get(f"/v1/organisations/{active['id']}")

    assert (active["status"], public.status_code) == ("active", 200)
    assert version_of(public.headers["ETag"]) == 2
    assert not {"email", "office_address", "steps"} & public.json().keys()
    unchanged = await registry.get(
        f"/v1/organisations/{active['id']}", headers={"If-None-Match": public.headers["ETag"]}
    )
    assert unchanged.status_code == 304
    event = (await world.events("registry"))[-1]
    assert (event["type"], event["data"]["actor"]["role"]) == ("NgoVerified", "fasker_officer")


async def test_a_rejected_applicant_reads_why_and_applies_again(
    world: World, registry: httpx.AsyncClient, applied: Json, apply_for: Make
) -> None:
    address = f"/v1/organisations/{applied['id']}"

    rejected = await registry.post(
        f"{address}/verification",
        json={"decision": "rejected", "reason": "the permit is not legible"},
        headers=world.write("fasker_officer", match=1),
    )

    assert rejected.json()["status"] == "rejected"
    seen = await registry.get(f"{address}/application", headers=world.read(sub=APPLICANT))
    assert seen.json()["steps"][-1]["reason"] == "the permit is not legible"
    types = [event["type"] for event in await world.events("registry")]
    assert types[-2:] == ["NgoRejected", "MemberRemoved"]
    again = await apply_for()
    assert again["id"] != applied["id"]


async def test_nobody_decides_on_an_application_of_his_own(
    world: World, registry: httpx.AsyncClient, apply_for: Make
) -> None:
    ngo = await apply_for("officer-with-an-ngo")

    response = await registry.post(
        f"/v1/organisations/{ngo['id']}/verification",
        json={"decision": "accepted"},
        headers=world.write("fasker_officer", sub="officer-with-an-ngo", match=1),
    )

    assert (response.status_code, response.json()["rule"]) == (403, "V23")
    assert len(await world.events("registry")) == 3


async def test_a_decision_must_be_complete_and_rest_on_the_present_version(
    world: World, registry: httpx.AsyncClient, applied: Json
) -> None:
    wrong: list[tuple[Json, int | None, int]] = [
        ({"decision": "accepted"}, None, 428),
        ({"decision": "accepted"}, 7, 412),
        ({"decision": "rejected"}, 1, 422),
        ({"decision": "perhaps"}, 1, 422),
        ({}, 1, 422),
    ]
    for body, match, status in wrong:
        response = await registry.post(
            f"/v1/organisations/{applied['id']}/verification",
            json=body,
            headers=world.write("fasker_officer", match=match),
        )

        assert (body, match, response.status_code) == (body, match, status)
    assert len(await world.events("registry")) == 3


async def test_an_act_needs_its_role(world: World, registry: httpx.AsyncClient, active: Json) -> None:
    wrong = {
        "verification": "fasker_head",
        "suspension": "satker_officer",
        "reinstatement": "ngo_admin",
        "closure": "fasker_officer",
        "merger": "fasker_officer",
    }
    for act, role in wrong.items():
        response = await registry.post(
            f"/v1/organisations/{active['id']}/{act}", json={}, headers=world.write(role, match=2)
        )

        assert (act, response.status_code) == (act, 403)


async def test_a_suspension_tells_the_regions_of_the_agreements_and_is_lifted_again(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json
) -> None:
    address = f"/v1/organisations/{active['id']}"

    suspended = await registry.post(
        f"{address}/suspension",
        json={"reason": "Kemlu froze the permit"},
        headers=world.write("fasker_officer", match=2),
    )
    reinstated = await registry.post(
        f"{address}/reinstatement",
        json={"reason": "Kemlu lifted the freeze"},
        headers=world.write("fasker_head", match=3),
    )

    assert (suspended.json()["status"], reinstated.json()["status"]) == ("suspended", "active")
    assert [step["action"] for step in reinstated.json()["steps"]] == [
        "apply",
        "accept",
        "suspend",
        "reinstate",
    ]
    told = (await world.events("registry"))[-2]
    assert (told["type"], set(told["data"]["regions"])) == ("NgoSuspended", set(agreement["regions"]))


async def test_closing_ends_the_agreements(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json
) -> None:
    closed = await registry.post(
        f"/v1/organisations/{active['id']}/closure",
        json={"reason": "left Indonesia"},
        headers=world.write("fasker_head", match=2),
    )

    assert closed.json()["status"] == "closed"
    ended = await registry.get(f"/v1/agreements/{agreement['id']}")
    assert (ended.json()["status"], version_of(ended.headers["ETag"])) == ("terminated", 2)
    assert (await world.events("registry"))[-1]["type"] == "NgoClosed"
    again = await registry.post(
        f"/v1/organisations/{active['id']}/suspension",
        json={"reason": "too late"},
        headers=world.write("fasker_head", match=3),
    )
    assert (again.status_code, again.json()["type"]) == (409, "/problems/action-not-allowed")
