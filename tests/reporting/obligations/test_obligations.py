import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.registry import events as registry
from services.reporting.obligations.commands import find_due
from shared.clock import Clock
from tests.reporting.conftest import Events, Join, MoveTo
from tests.reporting.partners import OFFICER, START, Desk, Json, Partner
from tests.world import World

LAST_MOMENT = datetime(2020, 7, 31, 16, 59, 59, tzinfo=UTC)  # midnight in Jakarta is at 17:00 UTC
TOO_LATE = datetime(2020, 7, 31, 17, 0, 0, tzinfo=UTC)


async def test_a_signed_agreement_makes_all_its_plans_and_reports_due(snv: Partner, ngo: Desk, events: Events) -> None:
    created = await events("ObligationCreated")

    assert len(created) == 3 * 4
    assert {event["agreement_id"] for event in created} == {str(snv.agreement_id)}
    assert all(event["regions"] == list(snv.regions) and event["legal_basis"] for event in created)
    assert len((await ngo.get("/obligations"))["items"]) == 12


async def test_the_calendar_is_the_domains_and_ends_at_midnight_in_jakarta(
    semester: Json, ngo: Desk, events: Events, move_to: MoveTo
) -> None:
    await move_to(LAST_MOMENT)
    assert (await ngo.get(f"/obligations/{semester['id']}"))["status"] == "due_soon"

    await move_to(TOO_LATE)

    assert (await ngo.get(f"/obligations/{semester['id']}"))["status"] == "overdue"
    [overdue] = [e for e in await events("ObligationOverdue") if e["obligation_id"] == semester["id"]]
    assert overdue["days_late"] == 1
    assert datetime.fromisoformat(overdue["occurred_at"]).date() == date(2020, 7, 31)
    assert all(event["due_on"] <= "2020-07-31" for event in await events("ObligationOverdue"))


async def test_looking_at_the_calendar_again_or_in_four_processes_tells_nothing_twice(
    world: World, join: Join, events: Events
) -> None:
    await join(Partner("snv-staff", ends_on=date(2060, 12, 31)))  # more than one batch
    await world.set_clock("reporting", datetime(2061, 2, 1, 3, tzinfo=UTC))
    db = await world.db("reporting")

    await asyncio.gather(*(find_due(db, Clock(settable=True)) for _ in range(4)))
    await find_due(db, Clock(settable=True))

    overdue = [event["obligation_id"] for event in await events("ObligationOverdue")]
    due_soon = [event["obligation_id"] for event in await events("ObligationDueSoon")]
    assert len(overdue) == len(set(overdue)) == 41 * 4 - 1
    assert due_soon == []  # the annual report of 2060 is due in two months


async def test_an_overdue_report_is_extended_and_falls_due_again(
    semester: Json, ngo: Desk, fasker: Desk, events: Events, move_to: MoveTo
) -> None:
    path = f"/obligations/{semester['id']}"
    await move_to(datetime(2020, 8, 12, 3, tzinfo=UTC))
    overdue = await fasker.get(path)

    extended = await fasker.post(
        f"{path}/extension", {"due_on": "2020-10-31", "reason": "flood"}, match=overdue["version"]
    )

    assert (extended["status"], extended["due_on"], extended["first_due_on"]) == ("open", "2020-10-31", "2020-07-31")
    [event] = await events("ObligationExtended")
    assert (event["due_on"], event["previous_due_on"], event["actor"]["role"]) == (
        "2020-10-31", "2020-07-31", "fasker_officer",
    )  # fmt: skip
    await move_to(datetime(2020, 11, 1, 3, tzinfo=UTC))
    assert (await ngo.get(path))["status"] == "overdue"


async def test_an_extension_by_a_few_days_is_due_soon_at_once(
    semester: Json, fasker: Desk, events: Events, move_to: MoveTo
) -> None:
    await move_to(datetime(2020, 8, 12, 3, tzinfo=UTC))
    path = f"/obligations/{semester['id']}"
    overdue = await fasker.get(path)

    extended = await fasker.post(
        f"{path}/extension", {"due_on": "2020-08-20", "reason": "flood"}, match=overdue["version"]
    )

    assert extended["status"] == "due_soon"
    assert [e["days_left"] for e in await events("ObligationDueSoon") if e["obligation_id"] == semester["id"]] == [8]


async def test_an_extension_must_be_later(semester: Json, fasker: Desk) -> None:
    path = f"/obligations/{semester['id']}/extension"

    for due_on in ("2020-07-31", "2020-01-01"):
        body = {"due_on": due_on, "reason": "flood"}
        problem = await fasker.post(path, body, match=semester["version"], status=422)
        assert problem["errors"][0]["pointer"] == "#/due_on"


async def test_only_the_head_waives(semester: Json, fasker: Desk, fasker_head: Desk, events: Events) -> None:
    path, body = f"/obligations/{semester['id']}/waiver", {"reason": "disaster in the area"}

    await fasker.post(path, body, match=semester["version"], status=403)
    waived = await fasker_head.post(path, body, match=semester["version"])

    assert waived["status"] == "waived"
    assert len(await events("ObligationWaived")) == 1
    await fasker_head.post(path, body, match=waived["version"], status=409)


async def test_a_change_names_the_version_it_is_based_on(semester: Json, fasker_head: Desk) -> None:
    path, body = f"/obligations/{semester['id']}/waiver", {"reason": "disaster in the area"}

    await fasker_head.post(path, body, status=428)
    await fasker_head.post(path, body, match=semester["version"] + 1, status=412)


async def test_a_repeated_key_gets_the_same_answer_and_acts_once(semester: Json, fasker: Desk, events: Events) -> None:
    body = {"due_on": "2020-09-30", "reason": "flood"}
    path = f"/obligations/{semester['id']}/extension"

    first = await fasker.post(path, body, match=semester["version"], key="once")
    again = await fasker.post(path, body, match=semester["version"], key="once")

    assert first == again
    assert len(await events("ObligationExtended")) == 1


async def test_everybody_sees_only_what_is_theirs(
    semester: Json, snv: Partner, ngo: Desk, other_ngo: Desk, flores_timur: Desk, elsewhere: Desk, fasker: Desk
) -> None:
    path = f"/obligations/{semester['id']}"

    for desk, sees in ((ngo, 12), (other_ngo, 0), (flores_timur, 12), (elsewhere, 0), (fasker, 12)):
        items = (await desk.get(f"/obligations?ngo_id={snv.ngo_id}"))["items"]
        assert len(items) == sees
        await desk.get(path, status=200 if sees else 404)


async def test_a_list_is_filtered_and_paged(ngo: Desk) -> None:
    first = await ngo.get("/obligations?kind=semester_report&status=open&limit=4")
    second = await ngo.get(f"/obligations?kind=semester_report&status=open&limit=4&cursor={first['next_cursor']}")

    periods = [item["period"] for item in first["items"] + second["items"]]
    assert sorted(periods) == ["2020-S1", "2020-S2", "2021-S1", "2021-S2", "2022-S1", "2022-S2"]
    assert second["next_cursor"] is None


async def test_somebody_without_an_organisation_sees_nothing(world: World, snv: Partner, fasker: Desk) -> None:
    await Desk(world, fasker.client, sub="stranger").get("/obligations", status=403)


async def test_a_merged_organisations_open_obligations_move_to_its_successor(
    world: World, join: Join, events: Events, move_to: MoveTo
) -> None:
    icco, cordaid = await join(Partner("icco-staff")), Partner("cordaid-staff")
    await world.publish("registry", *cordaid.history()[:2])
    await move_to(datetime(2020, 3, 1, tzinfo=UTC))  # the plan of 2020 is overdue
    merged = registry.NgoMerged(
        ngo_id=icco.ngo_id,
        occurred_at=START,
        actor=OFFICER,
        successor_id=cordaid.ngo_id,
        effective_on=date(2021, 1, 1),
        reason="merged into its successor",
    )

    await world.publish("registry", merged)
    await world.deliver("registry", "reporting")
    await world.deliver("registry", "reporting")

    client = await world.api("reporting")
    old = (await Desk(world, client, sub="icco-staff").get("/obligations"))["items"]
    new = (await Desk(world, client, sub="cordaid-staff").get("/obligations"))["items"]
    assert {item["status"] for item in old} == {"waived"}
    assert {item["moved_to_ngo_id"] for item in old} == {str(cordaid.ngo_id)}
    assert _what(old) == _what(new)
    assert {item["moved_from_ngo_id"] for item in new} == {str(icco.ngo_id)}
    moved = [e for e in await events("ObligationCreated") if e["moved_from_ngo_id"]]
    assert {UUID(event["ngo_id"]) for event in moved} == {cordaid.ngo_id}
    assert len(moved) == len(await events("ObligationWaived")) == 12


def _what(items: list[Json]) -> list[Any]:
    return sorted((item["agreement_id"], item["kind"], item["period"], item["due_on"]) for item in items)
