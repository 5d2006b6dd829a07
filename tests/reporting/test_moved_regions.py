"""Plans, reports, visits and stories in a regency that was moved: Merauke, 91.01 until July 2022, is 93.01 since."""

from datetime import UTC, date, datetime

import httpx
import pytest

from tests.reporting.conftest import Join, MoveTo
from tests.reporting.partners import Desk, Json, Partner, minutes, rules_of, story, visit
from tests.world import World

BEFORE = datetime(2022, 7, 24, 3, tzinfo=UTC)
AFTER = datetime(2022, 7, 25, 3, tzinfo=UTC)


@pytest.fixture
async def papua(join: Join) -> Partner:
    """With an agreement that was signed under the old code and goes on."""
    return await join(
        Partner("papua-staff", starts_on=date(2022, 1, 1), ends_on=date(2024, 12, 31), regions=("91.01",))
    )


@pytest.fixture
def staff(world: World, reporting: httpx.AsyncClient, papua: Partner) -> Desk:
    return Desk(world, reporting, sub=papua.sub)


def office(world: World, client: httpx.AsyncClient, region: str) -> Desk:
    return Desk(world, client, "pemda_kesbangpol", sub=f"kesbangpol-{region}", regions=[region])


def plan_in(papua: Partner, first: str, second: str, year: int = 2023) -> Json:
    body = papua.plan(year=year)
    body["activities"][0]["regions"], body["activities"][1]["regions"] = [first], [second]
    return body


async def approved(papua: Partner, staff: Desk, satker: Desk) -> Json:
    plan = await staff.post("/work-plans", plan_in(papua, "91.01", "93.01"), status=201)
    with_minutes = await staff.post(
        f"/work-plans/{plan['id']}/minutes", minutes("93.01", held_on="2023-01-10"), status=201
    )
    submitted = await staff.post(f"/work-plans/{plan['id']}/submission", match=with_minutes["version"])
    in_review = await satker.post(f"/work-plans/{plan['id']}/review", match=submitted["version"])
    decision = {"decision": "approved"}
    return await satker.post(f"/work-plans/{plan['id']}/decision", decision, match=in_review["version"])


async def test_a_work_plan_under_an_old_agreement_names_its_code_or_the_present_one(
    world: World, reporting: httpx.AsyncClient, papua: Partner, staff: Desk, satker: Desk
) -> None:
    await world.set_clock("reporting", datetime(2023, 1, 20, 3, tzinfo=UTC))

    plan = await approved(papua, staff, satker)

    assert (plan["regions"], plan["missing_minutes"]) == (["91.01", "93.01"], [])
    for region, status in (("93", 200), ("93.01", 200), ("91.01", 200), ("91", 404), ("94", 404)):
        seen = await office(world, reporting, region).get(f"/work-plans/{plan['id']}", status=status)
        assert status == 404 or [each["region"] for each in seen["minutes"]] == ["93.01"]


@pytest.mark.parametrize(
    ("year", "second", "wrong"),
    [
        (2022, "91.16", []),  # both codes held in the year of the change
        (2022, "93.02", []),
        (2023, "91.16", [("#/activities/1/regions/0", "V17")]),
        (2023, "93.02", []),
    ],
)
async def test_other_codes_of_a_work_plan_hold_on_a_day_of_its_year(
    papua: Partner, staff: Desk, year: int, second: str, wrong: list[tuple[str, str]]
) -> None:
    answer = await staff.post("/work-plans", plan_in(papua, "91.01", second, year), status=422 if wrong else 201)

    assert rules_of(answer) == wrong if wrong else answer["regions"] == ["91.01", second]
    if wrong:
        assert "held until 2022-07-24; since then it is `93.02`" in answer["errors"][0]["detail"]


async def test_a_place_is_named_once_under_whichever_code(papua: Partner, staff: Desk) -> None:
    body = plan_in(papua, "91.01", "91.01", 2022)
    body["activities"][0]["regions"] = ["91.01", "93.01"]

    problem = await staff.post("/work-plans", body, status=422)

    assert rules_of(problem) == [("#/activities/0/regions", "V17")]


async def test_a_report_names_the_codes_of_its_work_plan(
    world: World, papua: Partner, staff: Desk, satker: Desk, move_to: MoveTo
) -> None:
    await move_to(datetime(2023, 1, 20, 3, tzinfo=UTC))
    plan = await approved(papua, staff, satker)
    await move_to(datetime(2023, 7, 20, 3, tzinfo=UTC))
    due = await staff.get("/obligations?kind=semester_report")
    [owed] = [each["id"] for each in due["items"] if each["period"] == "2023-S1"]

    def report(region: str) -> Json:
        activity = {
            "work_plan_activity_id": plan["content"]["activities"][0]["id"],
            "realised": "50",
            "beneficiaries": {"male": 40, "female": 50, "total": 90},
            "spent": "4000.00",
            "currency": "EUR",
            "regions": [region],
            "status": "on_track",
        }
        return {"obligation_id": owed, "activities": [activity], "summary": "As planned"}

    refused = await staff.post("/reports", report("91.16"), status=422)
    drafted = await staff.post("/reports", report("91.01"), status=201)
    edited = await staff.put(f"/reports/{drafted['id']}", report("93.01"), match=drafted["version"])

    assert rules_of(refused) == [("#/activities/0/regions/0", "V17")]
    assert (drafted["regions"], edited["regions"]) == (["91.01"], ["93.01"])


def journey(first: str, second: str) -> Json:
    return visit(
        starts_on="2022-07-24",
        ends_on="2022-07-25",
        stops=[
            {"region": first, "on": "2022-07-24", "place": "Merauke"},
            {"region": second, "on": "2022-07-25", "place": "Tanah Merah"},
        ],
    )


async def test_a_stop_of_a_visit_names_the_code_of_its_day(world: World, staff: Desk) -> None:
    await world.set_clock("reporting", datetime(2022, 7, 1, 3, tzinfo=UTC))

    refused = await staff.post("/visits", journey("93.01", "91.16"), status=422)
    announced = await staff.post("/visits", journey("91.01", "93.02"), status=201)
    changed = await staff.put(
        f"/visits/{announced['id']}", journey("91.01", "93.02") | {"purpose": "See wells"}, match=announced["version"]
    )

    assert rules_of(refused) == [("#/stops/0/region", "V17"), ("#/stops/1/region", "V17")]
    assert changed["regions"] == announced["regions"] == ["91.01", "93.02"]


async def test_officials_of_the_new_province_read_and_answer_a_visit_under_the_old_code(
    world: World, reporting: httpx.AsyncClient, staff: Desk
) -> None:
    await world.set_clock("reporting", datetime(2022, 7, 1, 3, tzinfo=UTC))
    announced = await staff.post("/visits", journey("91.01", "93.02"), status=201)
    path = f"/visits/{announced['id']}"
    approval = {"answer": "approved", "reason": "welcome", "version": 1}
    merauke = office(world, reporting, "93.01")

    for other in ("91", "94"):
        await office(world, reporting, other).get(path, status=404)
        await office(world, reporting, other).post(f"{path}/answers", approval | {"region": "91.01"}, status=404)
    await merauke.post(f"{path}/answers", approval | {"region": "93.02"}, status=403)
    answered = await merauke.post(f"{path}/answers", approval | {"region": "93.01"}, status=201)
    south = await office(world, reporting, "93").post(f"{path}/answers", approval | {"region": "93.02"}, status=201)

    assert [each["region"] for each in answered["answers"]] == ["91.01"]
    assert (answered["unanswered"], south["status"]) == (["93.02"], "acknowledged")
    found = {
        region: len((await merauke.get(f"/visits?region={region}"))["items"]) for region in ("93", "93.01", "91", "94")
    }
    assert found == {"93": 1, "93.01": 1, "91": 0, "94": 0}


@pytest.mark.parametrize(("now", "good", "bad"), [(BEFORE, "91.01", "93.01"), (AFTER, "93.01", "91.01")])
async def test_a_story_names_the_codes_of_the_day_on_which_it_is_written(
    world: World, staff: Desk, now: datetime, good: str, bad: str
) -> None:
    await world.set_clock("reporting", now)

    refused = await staff.post("/stories", story(regions=[bad]), status=422)
    written = await staff.post("/stories", story(regions=[good]), status=201)

    assert rules_of(refused) == [("#/regions/0", "V17")]
    assert written["regions"] == [good]
