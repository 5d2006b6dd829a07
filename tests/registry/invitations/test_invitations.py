import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import httpx
import pytest

from services.registry.members.commands import MEMBERS_MAX
from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World

PERSON: Final = "https://identity.example.org/users/1"  # a `sub` may be any text
TODAY: Final = datetime(2020, 7, 1, 5, tzinfo=UTC)

Invite = Callable[..., Awaitable[httpx.Response]]
Answer = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def invite(world: World, registry: httpx.AsyncClient) -> Invite:
    """Invites as an organisation's applicant."""
    await world.set_clock("registry", TODAY)

    async def send(ngo: Json, subject: str = PERSON, role: str = "ngo_staff", by: str = APPLICANT) -> httpx.Response:
        body = {"subject": subject, "role": role}
        return await registry.post(f"/v1/organisations/{ngo['id']}/invitations", json=body, headers=world.write(sub=by))

    return send


@pytest.fixture
async def invitation(invite: Invite, active: Json) -> Json:
    invited = await invite(active)
    assert invited.status_code == 201, invited.text
    made: Json = invited.json()
    return made


@pytest.fixture
def answer(world: World, registry: httpx.AsyncClient) -> Answer:
    """Accepts or refuses as the invited person."""

    async def send(
        invitation: Json, what: str = "acceptance", *, sub: str = PERSON, match: int | None = 1
    ) -> httpx.Response:
        return await registry.post(
            f"/v1/invitations/{invitation['id']}/{what}", headers=world.write(sub=sub, match=match)
        )

    return send


async def members(world: World, registry: httpx.AsyncClient, ngo: Json) -> list[str]:
    listed = await registry.get(f"/v1/organisations/{ngo['id']}/members", headers=world.read(sub=APPLICANT))
    return sorted(member["subject"] for member in listed.json()["items"])


async def test_whoever_is_invited_sees_it_and_is_a_member_once_they_accept(
    world: World, registry: httpx.AsyncClient, active: Json, invitation: Json, answer: Answer
) -> None:
    assert await members(world, registry, active) == [APPLICANT]
    [own] = (await registry.get("/v1/invitations", headers=world.read(sub=PERSON))).json()["items"]

    accepted = await answer(invitation)

    assert (own["id"], own["ngo_name"], own["role"]) == (invitation["id"], active["name"], "ngo_staff")
    open_for = datetime.fromisoformat(own["expires_at"]) - datetime.fromisoformat(own["invited_at"])
    assert open_for == timedelta(days=14)
    assert (accepted.status_code, accepted.json()["status"]) == (200, "accepted")
    assert await members(world, registry, active) == [APPLICANT, PERSON]
    assert (await registry.get("/v1/invitations", headers=world.read(sub=PERSON))).json()["items"] == []
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["subject"], told["data"]["member_role"]) == ("MemberAdded", PERSON, "ngo_staff")
    assert told["data"]["actor"] == {"subject": PERSON, "role": "invited"}


async def test_an_invitation_alone_binds_nobody(
    world: World, registry: httpx.AsyncClient, invitation: Json, application: Json
) -> None:
    told = [event["type"] for event in await world.events("registry")]

    applied = await registry.post("/v1/organisations", json=application, headers=world.write(sub=PERSON))

    assert told.count("MemberAdded") == 1  # the applicant's own
    assert applied.status_code == 201


async def test_whoever_refuses_is_no_member_and_can_be_invited_again(
    world: World, registry: httpx.AsyncClient, active: Json, invitation: Json, answer: Answer, invite: Invite
) -> None:
    refused = await answer(invitation, "refusal")
    too_late = await answer(invitation, match=2)

    assert (refused.status_code, refused.json()["status"]) == (200, "refused")
    assert too_late.status_code == 409
    assert await members(world, registry, active) == [APPLICANT]
    assert (await invite(active)).status_code == 201


async def test_an_admin_withdraws_what_is_still_open(
    world: World, registry: httpx.AsyncClient, active: Json, invitation: Json, answer: Answer
) -> None:
    address = f"/v1/organisations/{active['id']}/invitations"
    before = await registry.get(address, headers=world.read(sub=APPLICANT))

    withdrawn = await registry.post(
        f"{address}/{invitation['id']}/withdrawal", headers=world.write(sub=APPLICANT, match=1)
    )

    assert [(each["subject"], each["version"]) for each in before.json()["items"]] == [(PERSON, 1)]
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "withdrawn")
    assert (await answer(invitation, match=2)).status_code == 409
    assert (await registry.get(address, headers=world.read(sub=APPLICANT))).json()["items"] == []
    seen = await registry.get(f"/v1/invitations/{invitation['id']}", headers=world.read(sub=PERSON))
    assert seen.json()["status"] == "withdrawn"


async def test_an_invitation_that_is_not_answered_in_time_has_expired(
    world: World, registry: httpx.AsyncClient, active: Json, invitation: Json, answer: Answer, invite: Invite
) -> None:
    await world.set_clock("registry", TODAY + timedelta(days=14, minutes=1))

    too_late = await answer(invitation)
    listed = (await registry.get("/v1/invitations", headers=world.read(sub=PERSON))).json()["items"]
    seen = (await registry.get(f"/v1/invitations/{invitation['id']}", headers=world.read(sub=PERSON))).json()

    assert too_late.status_code == 409
    assert (listed, seen["status"]) == ([], "expired")
    again = await invite(active)
    assert again.status_code == 201
    assert (await answer(again.json())).status_code == 200


async def test_an_organisation_that_is_not_active_invites_nobody(
    applied: Json, invite: Invite, world: World, registry: httpx.AsyncClient
) -> None:
    refused = await invite(applied)

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/action-not-allowed")
    assert (await registry.get("/v1/invitations", headers=world.read(sub=PERSON))).json()["items"] == []


async def test_nobody_joins_an_organisation_that_was_suspended_meanwhile(
    world: World, registry: httpx.AsyncClient, active: Json, invitation: Json, answer: Answer
) -> None:
    await registry.post(
        f"/v1/organisations/{active['id']}/suspension",
        json={"reason": "reports are missing"},
        headers=world.write("fasker_officer", match=2),
    )

    refused = await answer(invitation)

    assert refused.status_code == 409
    assert await members(world, registry, active) == [APPLICANT]


async def test_one_person_acts_for_one_organisation_only_which_inviting_does_not_reveal(
    world: World, registry: httpx.AsyncClient, active: Json, activate: Make, invite: Invite, answer: Answer
) -> None:
    await activate("admin-2")

    invited = await invite(active, "admin-2")
    accepted = await answer(invited.json(), sub="admin-2")

    assert invited.status_code == 201
    assert (accepted.status_code, accepted.json()["type"]) == (409, "/problems/already-exists")
    assert await members(world, registry, active) == [APPLICANT]
    again = (await registry.get("/v1/invitations", headers=world.read(sub="admin-2"))).json()["items"]
    assert [each["status"] for each in again] == ["open"]


async def test_of_two_invitations_accepted_at_once_one_makes_a_member(
    world: World, active: Json, activate: Make, invitation: Json, invite: Invite, answer: Answer
) -> None:
    other = await activate("admin-2")
    second = (await invite(other, by="admin-2")).json()

    answers = await asyncio.gather(answer(invitation), answer(second))

    assert sorted(response.status_code for response in answers) == [200, 409]
    told = [event["data"] for event in await world.events("registry") if event["type"] == "MemberAdded"]
    assert [event["subject"] for event in told].count(PERSON) == 1


async def test_nobody_else_sees_or_answers_an_invitation(
    world: World, registry: httpx.AsyncClient, active: Json, activate: Make, invitation: Json, answer: Answer
) -> None:
    other = await activate("admin-2")
    foreign = f"/v1/organisations/{other['id']}/invitations/{invitation['id']}/withdrawal"

    assert (await answer(invitation, sub=APPLICANT)).status_code == 404
    assert (await answer(invitation, "refusal", sub="admin-2")).status_code == 404
    assert (await registry.post(foreign, headers=world.write(sub="admin-2", match=1))).status_code == 404
    seen = await registry.get(f"/v1/invitations/{invitation['id']}", headers=world.read(sub="admin-2"))
    listed = await registry.get(f"/v1/organisations/{active['id']}/invitations", headers=world.read(sub=PERSON))
    assert (seen.status_code, listed.status_code) == (404, 404)


async def test_only_an_admin_invites(
    world: World, registry: httpx.AsyncClient, active: Json, join: Make, invite: Invite
) -> None:
    await join(active, "staff-1")

    assert (await invite(active, by="staff-1")).status_code == 403
    assert (await invite(active, by="stranger")).status_code == 404


async def test_who_is_a_member_or_invited_already_is_not_invited_again(
    active: Json, join: Make, invitation: Json, invite: Invite
) -> None:
    await join(active, "staff-1")

    for subject in (APPLICANT, "staff-1", PERSON):
        refused = await invite(active, subject, "ngo_admin")

        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/already-exists")


async def test_members_and_open_invitations_have_a_limit_together(
    world: World, active: Json, invitation: Json, invite: Invite, answer: Answer
) -> None:
    pool = await world.pool("registry")
    await pool.execute(
        """
        INSERT INTO membership (subject, ngo_id, role, since)
        SELECT 'm-' || n, $1, 'ngo_staff', now() FROM generate_series(1, $2) AS n
        """,
        active["id"],
        MEMBERS_MAX - 2,
    )

    refused = await invite(active, "one-too-many")
    accepted = await answer(invitation)

    assert (refused.status_code, accepted.status_code) == (409, 200)


async def test_an_answer_names_the_version_and_a_repeated_one_is_answered_alike(
    world: World, registry: httpx.AsyncClient, invitation: Json, answer: Answer
) -> None:
    missing, stale = await answer(invitation, match=None), await answer(invitation, match=7)
    headers = world.write(sub=PERSON, match=1, key="once")
    address = f"/v1/invitations/{invitation['id']}/acceptance"

    done, again = await registry.post(address, headers=headers), await registry.post(address, headers=headers)

    assert [r.status_code for r in (missing, stale, done, again)] == [428, 412, 200, 200]
    assert (again.content, again.headers["idempotent-replayed"]) == (done.content, "true")


async def test_an_unknown_invitation_is_not_found(world: World, answer: Answer) -> None:
    assert (await answer({"id": str(uuid4())})).status_code == 404


async def test_a_wrong_field_is_named(world: World, registry: httpx.AsyncClient, active: Json) -> None:
    wrong: list[tuple[Json, str]] = [
        ({"subject": "s", "role": "king"}, "#/role"),
        ({"subject": "", "role": "ngo_staff"}, "#/subject"),
        ({"role": "ngo_staff"}, "#/subject"),
    ]
    for body, pointer in wrong:
        response = await registry.post(
            f"/v1/organisations/{active['id']}/invitations", json=body, headers=world.write(sub=APPLICANT)
        )

        assert {field for field, _ in broken(response)} == {pointer}
