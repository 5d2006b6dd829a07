from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.recommendations.events import ForeignStaffEnded, ForeignStaffStarted
from services.reporting.events import ObligationCreated, ObligationFulfilled, ObligationOverdue
from shared.events.envelope import SYSTEM
from tests.registry.conftest import APPLICANT, Json, Make
from tests.registry.organisations.test_public_list import obligation
from tests.registry.public.conftest import START, Find
from tests.world import World

Act = Callable[..., Awaitable[None]]
PutProfile = Callable[..., Awaitable[None]]


@pytest.fixture
def put_profile(world: World, registry: httpx.AsyncClient) -> PutProfile:
    """The organisation changes its profile as named."""

    async def changed(ngo: Json, **changes: str) -> None:
        address = f"/v1/organisations/{ngo['id']}/profile"
        profile = (await registry.get(address, headers=world.read(sub=APPLICANT))).json()
        form = {name: profile[name] for name in profile.keys() - {"id", "version", "status", "checks"}}
        headers = world.write(sub=APPLICANT, match=profile["version"])
        response = await registry.put(address, json=form | changes, headers=headers)
        assert response.status_code == 200, response.text

    return changed


async def on(world: World, day: str) -> None:
    await world.set_clock("registry", datetime.fromisoformat(f"{day}T05:00:00+00:00"))


async def test_an_organisation_is_shown_as_it_was_known_on_a_day(
    world: World, registry: httpx.AsyncClient, active: Json, act: Act
) -> None:
    await on(world, "2020-09-10")
    await act(active, "suspension", 2)
    await on(world, "2020-10-10")
    await act(active, "reinstatement", 3)
    await on(world, "2020-11-10")
    await act(active, "closure", 4)

    async def status(day: str) -> tuple[int, Any]:
        answer = await registry.get(f"/v1/register/{active['id']}?as_of={day}")
        return answer.status_code, answer.json().get("status")

    assert (await status("2020-08-11"))[0] == 404
    assert await status("2020-08-12") == (200, "active")
    assert await status("2020-09-09") == (200, "active")
    assert await status("2020-09-10") == (200, "suspended")
    assert await status("2020-10-10") == (200, "active")
    assert await status("2020-11-10") == (200, "closed")
    assert (await status("2020-11-11"))[0] == 422


async def test_a_change_after_midnight_in_jakarta_belongs_to_the_next_day(
    world: World, registry: httpx.AsyncClient, active: Json, act: Act
) -> None:
    await world.set_clock("registry", datetime(2020, 9, 9, 16, 59, 50, tzinfo=UTC))
    await world.set_clock("registry", datetime(2020, 9, 9, 17, 0, 1, tzinfo=UTC))
    await act(active, "suspension", 2)

    entry = (await registry.get(f"/v1/register/{active['id']}?as_of=2020-09-09")).json()

    assert entry["status"] == "active"


async def test_names_as_of_a_day_are_those_of_then(world: World, find: Find, active: Json) -> None:
    await on(world, "2020-09-10")
    pool = await world.pool("registry")
    await pool.execute(
        "UPDATE organisation SET acronym = 'NEW', aliases = '{}', version = 3 WHERE id = $1", active["id"]
    )

    assert await find("q=new") == ["NEW"]
    assert await find("q=snv%20indonesia&as_of=2020-09-09") == ["SNV"]
    assert await find("q=new&as_of=2020-09-09") == []


async def test_an_iati_identifier_as_of_a_day_is_that_of_then(
    world: World, registry: httpx.AsyncClient, active: Json, put_profile: PutProfile
) -> None:
    await on(world, "2020-09-10")
    await put_profile(active, iati_org_id="NL-KVK-11111111")
    await on(world, "2020-10-10")
    await put_profile(active, iati_org_id="NL-KVK-22222222")

    async def identifier(query: str) -> str | None:
        entry: Json = (await registry.get(f"/v1/register/{active['id']}{query}")).json()
        found: str | None = entry["iati_identifier"]
        return found

    assert await identifier("?as_of=2020-09-09") == "NL-KVK-41152786"  # of the list, by its name
    assert await identifier("?as_of=2020-10-09") == "NL-KVK-11111111"
    assert await identifier("?as_of=2020-10-10") == await identifier("") == "NL-KVK-22222222"


async def test_since_when_an_entry_is_known_as_it_is_is_moved_by_what_the_public_sees_and_by_no_confirmation(
    world: World, registry: httpx.AsyncClient, active: Json, put_profile: PutProfile
) -> None:
    async def known_from() -> str:
        entry: Json = (await registry.get(f"/v1/register/{active['id']}")).json()
        return str(entry["known_from"])[:10]

    seen = []
    await on(world, "2020-09-10")
    checked = await registry.post(
        f"/v1/organisations/{active['id']}/field-checks",
        json={"checks": [{"field": "name", "state": "confirmed"}]},
        headers=world.write("fasker_officer", match=active["version"]),
    )
    assert checked.status_code == 200, checked.text
    seen.append(await known_from())
    await put_profile(active, phone="+62 21 5550101")
    seen.append(await known_from())
    await put_profile(active, acronym="NEW")
    seen.append(await known_from())

    assert seen == ["2020-08-12", "2020-08-12", "2020-09-10"]


async def test_agreements_signed_later_were_not_known_before(
    world: World, registry: httpx.AsyncClient, find: Find, active: Json, sign: Make, approve: Make
) -> None:
    await on(world, "2020-09-10")
    await approve(await sign(active["id"]))

    assert await find("region=53") == ["SNV"]
    assert await find("region=53&as_of=2020-09-09") == []
    assert await find("priority=PN5-2020&as_of=2020-09-09") == []
    then = (await registry.get(f"/v1/register/{active['id']}?as_of=2020-09-09")).json()
    assert (then["agreements"], then["priorities"]) == ([], [])


async def test_an_agreement_whose_record_was_taken_back_is_shown_as_of_the_days_on_which_it_was_taken_for_right(
    world: World, registry: httpx.AsyncClient, find: Find, active: Json, sign: Make
) -> None:
    await on(world, "2020-09-10")
    agreement = await sign(active["id"])
    await on(world, "2020-09-12")
    retracted = await registry.post(
        f"/v1/agreements/{agreement['id']}/retraction",
        json={"reason": "another organisation's"},
        headers=world.write("fasker_head", match=1),
    )
    assert retracted.status_code == 200, retracted.text

    assert await find("region=53&as_of=2020-09-11") == ["SNV"]
    assert await find("region=53&as_of=2020-09-12") == await find("region=53") == []
    then = (await registry.get(f"/v1/register/{active['id']}?as_of=2020-09-11")).json()
    assert [known["number"] for known in then["agreements"]] == [agreement["number"]]


async def test_a_plan_that_was_amended_later_is_known_as_it_was(
    world: World, registry: httpx.AsyncClient, find: Find, active: Json, sign: Make, approve: Make
) -> None:
    await on(world, "2020-09-10")
    agreement = await sign(active["id"])
    [activity] = (await approve(agreement))["activities"]
    await on(world, "2020-10-10")
    other = activity | {"priority": "PN6-2020", "sector": "education", "title": "Sekolah hijau", "detail": "Murid"}
    amended = await registry.post(
        f"/v1/agreements/{agreement['id']}/master-plan/amendments",
        json={"activities": [other], "reason": "the schools asked for it"},
        headers=world.write("fasker_officer", match=1),
    )
    assert amended.status_code == 201, amended.text

    async def priorities(query: str) -> list[str]:
        entry: Json = (await registry.get(f"/v1/register/{active['id']}{query}")).json()
        return [*entry["priorities"]]

    assert await priorities("") == ["PN6-2020"]
    assert await priorities("?as_of=2020-10-09") == ["PN5-2020"]
    assert await priorities("?as_of=2020-09-09") == []
    assert await find("priority=PN5-2020") == []
    assert await find("priority=PN5-2020&as_of=2020-10-09") == ["SNV"]
    assert await find("sector=education&as_of=2020-10-09") == []
    assert await find("q=pelatihan&as_of=2020-10-09") == ["SNV"]
    assert await find("q=sekolah&as_of=2020-10-09") == []


async def test_a_merged_one_stays_findable_and_its_agreement_is_the_successors_from_the_day_of_the_merger(
    world: World, registry: httpx.AsyncClient, find: Find, active: Json, agreement: Json, activate: Make, act: Act
) -> None:
    cordaid = await activate("cordaid-1", name="Cordaid", name_en=None, acronym="Cordaid", aliases=[])
    await on(world, "2021-01-04")
    await act(active, "merger", 2, successor_id=cordaid["id"], effective_on="2021-01-01")

    async def held(ngo: Json, query: str = "") -> list[tuple[str, str]]:
        entry = (await registry.get(f"/v1/register/{ngo['id']}{query}")).json()
        return [(each["starts_on"], each["until"]) for each in entry["agreements"]]

    merged = (await registry.get(f"/v1/register/{active['id']}")).json()
    assert merged["successor"] == {
        "id": cordaid["id"], "name": "Cordaid", "acronym": "Cordaid", "status": "active"
    }  # fmt: skip
    assert merged["merged_on"] == "2021-01-01"
    assert await find("q=snv%20indonesia") == ["SNV"]
    assert await held(active) == [("2020-02-01", "2020-12-31")]
    assert await held(cordaid) == [("2021-01-01", "2023-02-01")]
    assert await held(active, "?as_of=2021-01-03") == [("2020-02-01", "2023-02-01")]
    assert await held(cordaid, "?as_of=2021-01-03") == []


async def test_a_closure_ends_the_agreements(
    world: World, registry: httpx.AsyncClient, find: Find, active: Json, agreement: Json, act: Act
) -> None:
    await on(world, "2021-01-04")
    await act(active, "closure", 2)

    entry = (await registry.get(f"/v1/register/{active['id']}")).json()
    assert entry["agreements"][0]["until"] == "2021-01-04"
    assert await find("on=2021-01-05") == []


@pytest.mark.parametrize("path", ["", "?as_of=2020-08-12"])
async def test_nothing_of_people_is_ever_shown(registry: httpx.AsyncClient, active: Json, path: str) -> None:
    shown = (await registry.get(f"/v1/register/{active['id']}{path}")).text

    assert "applicant" not in shown
    assert "office@snv.example.org" not in shown
    assert "DEMO-street" not in shown


async def test_whether_it_was_late_on_a_day_is_told_as_it_was_known_then(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    due = obligation(active, due_on=date(2020, 8, 31))
    for day, event in (
        ("2020-08-20", ObligationCreated(**due, rule="r", legal_basis="l")),
        ("2020-09-02", ObligationOverdue(**due, days_late=1)),
        ("2020-09-20", ObligationFulfilled(**due, on_time=False, days_late=20)),
        ("2020-09-30", None),
    ):
        await on(world, day)
        await world.publish("reporting", *filter(None, [event]))
        await world.deliver("reporting", "registry")

    async def standing(day: str) -> tuple[str, int]:
        told = (await registry.get(f"/v1/register/{active['id']}?as_of={day}")).json()["standing"]
        return told["compliance"], told["days_late"]

    assert await standing("2020-09-01") == ("on_time", 0)
    assert await standing("2020-09-02") == ("late", 2)
    assert await standing("2020-09-19") == ("late", 19)
    assert await standing("2020-09-20") == ("on_time", 0)
    assert await standing("2020-09-30") == ("on_time", 0)


async def test_how_many_foreigners_were_in_post_on_a_day_is_told_as_it_was_known_then(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    post: dict[str, Any] = {
        "occurred_at": START, "actor": SYSTEM, "ngo_id": UUID(active["id"]), "staff_id": uuid4(), "request_id": uuid4(),
        "position": "Adviser", "nationality": "NL",
    }  # fmt: skip
    for day, event in (
        ("2020-08-20", ForeignStaffStarted(**post, starts_on=date(2020, 8, 15), ends_on=date(2021, 8, 14))),
        ("2020-10-01", ForeignStaffEnded(**post, ended_on=date(2020, 9, 10))),
    ):
        await on(world, day)
        await world.publish("recommendations", event)
        await world.deliver("recommendations", "registry")

    async def in_post(day: str) -> int:
        told = (await registry.get(f"/v1/register/{active['id']}?as_of={day}")).json()["standing"]
        found: int = told["foreign_staff_in_post"]
        return found

    assert [await in_post(day) for day in ("2020-08-19", "2020-08-20", "2020-09-30", "2020-10-01")] == [0, 1, 1, 0]


async def test_a_standing_from_before_it_was_remembered_is_not_made_up(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    await (await world.pool("registry")).execute(
        """
        INSERT INTO obligation_history (obligation_id, ngo_id, state, due_on, known_from, taken_over)
        VALUES (gen_random_uuid(), $1, 'OVERDUE', '2020-07-31', '2020-08-20', true)
        """,
        UUID(active["id"]),
    )
    await on(world, "2020-09-10")

    async def standing(day: str) -> Any:
        return (await registry.get(f"/v1/register/{active['id']}?as_of={day}")).json()["standing"]

    assert await standing("2020-08-18") is None
    assert (await standing("2020-08-20"))["days_late"] == 20


async def test_organisations_from_before_this_table_have_their_history(world: World, active: Json, act: Act) -> None:
    """What the migration fills in is what the trigger would have written."""
    await on(world, "2020-09-10")
    await act(active, "suspension", 2)
    pool = await world.pool("registry")

    steps = await pool.fetch("SELECT version, to_status, at FROM organisation_step WHERE version > 1 ORDER BY version")
    known = await pool.fetch("SELECT version, status, known_from FROM organisation_history ORDER BY id")

    assert [(row["version"], row["status"]) for row in known] == [(row["version"], row["to_status"]) for row in steps]
    apart = [abs((one["known_from"] - other["at"]).total_seconds()) for one, other in zip(known, steps, strict=True)]
    assert max(apart) < 5
