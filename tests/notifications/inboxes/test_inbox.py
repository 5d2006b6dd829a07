from datetime import date
from typing import Any
from uuid import uuid4

import httpx

from services.registry.events import LocalPartnerEnded, MemberRemoved, NgoMerged
from tests.notifications.happenings import (
    NOON,
    SOMEBODY,
    member_added,
    msp_signed,
    ngo_applied,
    report_submitted,
    story_published,
    visit_announced,
)
from tests.world import World


async def inbox(api: httpx.AsyncClient, headers: dict[str, str], query: str = "") -> list[dict[str, Any]]:
    response = await api.get(f"/v1/inbox{query}", headers=headers)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def test_members_are_told_what_concerns_their_organisation_and_no_other(
    world: World, api: httpx.AsyncClient
) -> None:
    snv, other = uuid4(), uuid4()
    await world.publish("registry", ngo_applied(snv), member_added(snv, "member"), ngo_applied(other, "ICCO"))
    await world.publish("reporting", story_published(snv))
    await world.deliver("registry", "notifications")
    await world.deliver("reporting", "notifications")

    messages = await inbox(api, world.read(sub="member"))

    assert [message["title_en"] for message in messages] == [
        "Story published: Air bersih di Larantuka",
        "Application received",
    ]
    assert messages[1]["body_id"] == "Permohonan SNV sudah kami terima dan menunggu verifikasi Fasker."
    assert messages[1]["to_ngo"] == messages[1]["about_id"] == str(snv)
    assert await inbox(api, world.read(sub="stranger")) == []


async def test_who_is_no_member_any_more_sees_nothing(world: World, api: httpx.AsyncClient) -> None:
    snv = uuid4()
    left = MemberRemoved(occurred_at=NOON, actor=SOMEBODY, ngo_id=snv, subject="member")
    await world.publish("registry", ngo_applied(snv), member_added(snv, "member"), left)

    await world.deliver("registry", "notifications")

    assert await inbox(api, world.read(sub="member")) == []


async def test_officials_are_told_by_role(world: World, api: httpx.AsyncClient) -> None:
    snv = uuid4()
    await world.publish("registry", ngo_applied(snv))
    await world.publish("reporting", report_submitted(snv))
    await world.deliver("registry", "notifications")
    await world.deliver("reporting", "notifications")

    fasker = await inbox(api, world.read("fasker_officer"))
    satker = await inbox(api, world.read("satker_officer"))

    assert [message["title_id"] for message in fasker] == [
        "Diajukan: laporan semester 2020-S1 (SNV)",
        "Permohonan baru: SNV",
    ]
    assert satker == []


async def test_the_office_of_a_region_is_told_what_concerns_its_region(world: World, api: httpx.AsyncClient) -> None:
    snv = uuid4()
    await world.publish("registry", msp_signed(snv, ("53.06", "31.71")))
    await world.publish("reporting", visit_announced(snv, ("53.06", "53.10")))
    await world.deliver("registry", "notifications")
    await world.deliver("reporting", "notifications")

    async def told(role: str, *regions: str) -> list[tuple[str, str]]:
        messages = await inbox(api, world.read(role, regions=regions))
        return sorted((message["type"].split(".")[2], message["to_region"]) for message in messages)

    assert await told("pemda_kesbangpol", "53.06") == [("MspSigned", "53.06"), ("VisitAnnounced", "53.06")]
    assert await told("pemda_kesbangpol", "53") == [
        ("MspSigned", "53.06"),
        ("VisitAnnounced", "53.06"),
        ("VisitAnnounced", "53.10"),
    ]
    assert await told("pemda_kesbangpol") == []
    assert await told("pemda_planner", "53.06") == []


async def test_a_merger_is_told_to_the_organisation_and_to_its_successor(world: World, api: httpx.AsyncClient) -> None:
    icco, cordaid = uuid4(), uuid4()
    merged = NgoMerged(
        occurred_at=NOON,
        actor=SOMEBODY,
        ngo_id=icco,
        successor_id=cordaid,
        effective_on=date(2021, 1, 1),
        reason="penggabungan",
    )
    await world.publish("registry", ngo_applied(icco, "ICCO"), member_added(icco, "of-icco"), merged)
    await world.publish("registry", member_added(cordaid, "of-cordaid"))
    await world.deliver("registry", "notifications")

    old, *_ = await inbox(api, world.read(sub="of-icco"))
    new, *_ = await inbox(api, world.read(sub="of-cordaid"))

    assert old["title_id"] == "ICCO bergabung dengan organisasi lain"
    assert new["body_id"] == ("Sejak 1 Januari 2021, kewajiban ICCO yang belum selesai menjadi kewajiban Anda.")


async def test_what_passed_on_with_a_merger_is_told_to_who_holds_it(world: World, api: httpx.AsyncClient) -> None:
    icco, cordaid = uuid4(), uuid4()
    ended = LocalPartnerEnded(
        occurred_at=NOON,
        actor=SOMEBODY,
        ngo_id=icco,
        passed_to_ngo_id=cordaid,
        partner_id=uuid4(),
        ended_on=date(2021, 2, 1),
        reason="selesai",
    )
    await world.publish("registry", ngo_applied(icco, "ICCO"), member_added(icco, "of-icco"), ended)
    await world.publish("registry", member_added(cordaid, "of-cordaid"))
    await world.deliver("registry", "notifications")

    old, new = [await inbox(api, world.read(sub=sub)) for sub in ("of-icco", "of-cordaid")]

    assert [message["type"].split(".")[2] for message in old] == ["NgoApplied"]
    assert [message["title_id"] for message in new] == ["Kemitraan lokal berakhir"]


async def test_each_person_marks_messages_as_read_for_himself(world: World, api: httpx.AsyncClient) -> None:
    snv = uuid4()
    await world.publish("registry", ngo_applied(snv), member_added(snv, "one"), member_added(snv, "other"))
    await world.deliver("registry", "notifications")
    [message] = await inbox(api, world.read(sub="one"))

    headers = world.write(sub="one")
    marked = await api.post(f"/v1/inbox/{message['id']}/read", headers=headers)
    again = await api.post(f"/v1/inbox/{message['id']}/read", headers=headers)

    assert marked.status_code == 200
    assert marked.json()["read_at"] is not None
    assert again.content == marked.content
    assert await inbox(api, world.read(sub="one"), "?unread=true") == []
    assert (await inbox(api, world.read(sub="one")))[0]["read_at"] == marked.json()["read_at"]
    assert len(await inbox(api, world.read(sub="other"), "?unread=true")) == 1


async def test_a_message_to_others_is_not_there(world: World, api: httpx.AsyncClient) -> None:
    await world.publish("registry", ngo_applied(uuid4()))
    await world.deliver("registry", "notifications")
    [message] = await inbox(api, world.read("fasker_officer"))

    stranger = await api.post(f"/v1/inbox/{message['id']}/read", headers=world.write(sub="stranger"))
    unsigned = await api.get("/v1/inbox")

    assert (stranger.status_code, unsigned.status_code) == (404, 401)


async def test_an_inbox_comes_in_pages_newest_first(world: World, api: httpx.AsyncClient) -> None:
    for year in range(5):
        await world.publish("registry", ngo_applied(uuid4(), f"NGO {year}"))
    await world.deliver("registry", "notifications")

    first = (await api.get("/v1/inbox?limit=3", headers=world.read("fasker_officer"))).json()
    second = await inbox(api, world.read("fasker_officer"), f"?limit=3&cursor={first['next_cursor']}")

    titles = [message["title_en"] for message in [*first["items"], *second]]
    assert titles == [f"New application: NGO {year}" for year in (4, 3, 2, 1, 0)]


async def test_an_event_that_comes_again_gives_one_message(world: World, api: httpx.AsyncClient) -> None:
    await world.publish("registry", ngo_applied(uuid4()))

    for _ in range(2):
        await world.deliver("registry", "notifications")

    assert len(await inbox(api, world.read("fasker_officer"))) == 1
