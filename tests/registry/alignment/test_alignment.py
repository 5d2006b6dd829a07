from collections.abc import Awaitable, Callable

import httpx
import pytest

from shared.http.etags import version_of
from tests.registry.alignment.conftest import UNIT
from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World

PROPOSAL: Json = {"item": "PN3-2020", "weight": 40, "note": "trains 300 health volunteers"}


@pytest.fixture
async def proposed(world: World, registry: httpx.AsyncClient, address: str) -> Json:
    response = await registry.post(address, json=PROPOSAL, headers=world.write(sub=APPLICANT))
    assert response.status_code == 201, response.text
    alignment: Json = response.json()
    return alignment


def by_item(alignments: list[Json]) -> dict[str, Json]:
    return {each["item"]: each for each in alignments}


def counted(alignment: Json) -> list[tuple[str, str, list[int]]]:
    return [(count["item"], count["by"], count["years"]) for count in alignment["counts"]]


async def test_what_the_plan_names_counts_in_each_plan_that_holds_in_the_activitys_years(
    registry: httpx.AsyncClient, address: str
) -> None:
    found = by_item((await registry.get(address)).json()["alignments"])

    assert found.keys() == {"PN5-2020", "SDG-6"}
    assert counted(found["PN5-2020"]) == [
        ("PN5-2020", "named", [2023, 2024]),
        ("PN3-2025", "mainly", [2025, 2026]),
        ("PN2-2025", "partly", [2025, 2026]),
    ]
    assert counted(found["SDG-6"]) == [("SDG-6", "named", [2023, 2024, 2025, 2026])]
    assert found["PN5-2020"]["explanation_en"].startswith(
        "The master plan (RIK) that satker_officer approved names PN5-2020. "
        "RPJMN-2020 holds 2020-2024, the activity runs 2023-2026: it counts for PN5-2020 in 2023-2024."
    )


async def test_a_proposal_counts_when_the_ministry_has_confirmed_it(
    world: World, registry: httpx.AsyncClient, address: str, proposed: Json
) -> None:
    assert (proposed["status"], proposed["counts"]) == ("proposed", [])

    confirmed = await registry.post(
        f"{address}/{proposed['id']}/decision",
        json={"decision": "confirmed"},
        headers=world.write("satker_officer", unit=UNIT, match=1),
    )

    assert confirmed.status_code == 200, confirmed.text
    shown = by_item((await registry.get(address)).json()["alignments"])["PN3-2020"]
    assert shown == confirmed.json() == (await registry.get(f"{address}/{proposed['id']}")).json()
    assert (shown["decided_by_role"], shown["weight"], shown["note"]) == ("satker_officer", 40, PROPOSAL["note"])
    assert counted(shown) == [("PN3-2020", "named", [2023, 2024]), ("PN4-2025", "mainly", [2025, 2026])]
    told = (await world.events("registry"))[-2:]
    assert [event["type"] for event in told] == ["AlignmentProposed", "AlignmentConfirmed"]
    assert told[1]["data"].items() >= {"item": "PN3-2020", "weight": 40, "regions": ["53.06", "53.10"]}.items()


async def test_an_item_of_the_next_plan_goes_before_the_crosswalk_once_it_is_confirmed(
    world: World, registry: httpx.AsyncClient, address: str
) -> None:
    made = await registry.post(address, json=PROPOSAL | {"item": "PN8-2025"}, headers=world.write(sub=APPLICANT))
    before = by_item((await registry.get(address)).json()["alignments"])["PN5-2020"]

    await registry.post(
        f"{address}/{made.json()['id']}/decision",
        json={"decision": "confirmed"},
        headers=world.write("fasker_officer", match=1),
    )

    after = by_item((await registry.get(address)).json()["alignments"])["PN5-2020"]
    assert [item for item, _, _ in counted(before)] == ["PN5-2020", "PN3-2025", "PN2-2025"]
    assert [item for item, _, _ in counted(after)] == ["PN5-2020"]


async def test_a_rejection_says_why_and_the_item_may_be_proposed_again(
    world: World, registry: httpx.AsyncClient, address: str, proposed: Json
) -> None:
    decide = f"{address}/{proposed['id']}/decision"
    silent = await registry.post(decide, json={"decision": "rejected"}, headers=world.write("fasker_officer", match=1))
    assert broken(silent) == {("#/reason", None)}

    rejected = await registry.post(
        decide,
        json={"decision": "rejected", "reason": "no health work in the plan"},
        headers=world.write("fasker_officer", match=1),
    )

    assert (rejected.json()["status"], version_of(rejected.headers["ETag"])) == ("rejected", 2)
    assert "PN3-2020" not in by_item((await registry.get(address)).json()["alignments"])
    assert (await world.events("registry"))[-1]["data"]["reason"] == "no health work in the plan"
    again = await registry.post(address, json=PROPOSAL, headers=world.write(sub=APPLICANT))
    assert again.status_code == 201


async def test_an_organisation_takes_back_what_counted(
    world: World, registry: httpx.AsyncClient, address: str, proposed: Json
) -> None:
    own = f"{address}/{proposed['id']}"
    await registry.post(
        f"{own}/decision", json={"decision": "confirmed"}, headers=world.write("fasker_officer", match=1)
    )

    withdrawn = await registry.post(
        f"{own}/withdrawal", json={"reason": "the training is over"}, headers=world.write(sub=APPLICANT, match=2)
    )

    assert (withdrawn.json()["status"], withdrawn.json()["counts"]) == ("withdrawn", [])
    assert (await world.events("registry"))[-1]["type"] == "AlignmentWithdrawn"
    late = await registry.post(
        f"{own}/decision", json={"decision": "confirmed"}, headers=world.write("fasker_officer", match=3)
    )
    assert late.status_code == 409


async def test_after_a_merger_the_successor_proposes_and_takes_back(
    world: World,
    registry: httpx.AsyncClient,
    active: Json,
    address: str,
    proposed: Json,
    activate: Make,
    act: Callable[..., Awaitable[None]],
) -> None:
    successor = await activate("successor-1", name="Cordaid", name_en=None, acronym="Cordaid", aliases=[])
    await act(active, "merger", 2, successor_id=successor["id"], effective_on="2026-01-01")

    anew = await registry.post(address, json=PROPOSAL | {"item": "PN1-2020"}, headers=world.write(sub="successor-1"))
    withdrawn = await registry.post(
        f"{address}/{proposed['id']}/withdrawal",
        json={"reason": "the training is over"},
        headers=world.write(sub="successor-1", match=1),
    )
    merged = await registry.post(address, json=PROPOSAL, headers=world.write(sub=APPLICANT))

    assert (anew.status_code, withdrawn.status_code, merged.status_code) == (201, 200, 404)
    assert {event["key"] for event in (await world.events("registry"))[-2:]} == {successor["id"]}


WRONG: list[tuple[Json, str, str | None]] = [
    ({"item": "PN9-2020"}, "#/item", None),
    ({"weight": 0}, "#/weight", None),
    ({"weight": 101}, "#/weight", None),
    ({"weight": "40"}, "#/weight", None),
    ({"note": ""}, "#/note", None),
]


@pytest.mark.parametrize(("change", "field", "rule"), WRONG)
async def test_a_proposal_names_an_item_a_weight_and_why(
    world: World, registry: httpx.AsyncClient, address: str, change: Json, field: str, rule: str | None
) -> None:
    response = await registry.post(address, json=PROPOSAL | change, headers=world.write(sub=APPLICANT))

    assert broken(response) == {(field, rule)}


async def test_weights_within_a_framework_make_up_a_hundred_at_most(
    world: World, registry: httpx.AsyncClient, address: str, proposed: Json
) -> None:
    answers = {}
    for item, weight in (("PN4-2020", 61), ("PN4-2020", 60), ("PN6-2020", 1), ("PN8-2025", 100)):
        response = await registry.post(
            address, json=PROPOSAL | {"item": item, "weight": weight}, headers=world.write(sub=APPLICANT)
        )
        answers[item, weight] = response.status_code

    assert [*answers.values()] == [422, 201, 422, 201]


async def test_an_item_is_proposed_once_at_a_time(
    world: World, registry: httpx.AsyncClient, address: str, proposed: Json
) -> None:
    again = await registry.post(address, json=PROPOSAL, headers=world.write(sub=APPLICANT))

    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-exists")


async def test_an_item_of_a_plan_that_holds_in_none_of_the_activitys_years_is_refused(
    world: World, registry: httpx.AsyncClient, active: Json, sign: Make, activity: Json
) -> None:
    agreement = await sign(active["id"], number="DEMO-MSP-2020")
    keys = activity.keys() - {"id"}
    plan = await registry.post(
        f"/v1/agreements/{agreement['id']}/master-plan",
        json={"activities": [{key: activity[key] for key in keys} | {"from_year": 2020, "to_year": 2022}]},
        headers=world.write("fasker_officer"),
    )
    address = f"/v1/plan-activities/{plan.json()['activities'][0]['id']}/alignments"

    response = await registry.post(address, json=PROPOSAL | {"item": "PN3-2025"}, headers=world.write(sub=APPLICANT))

    assert broken(response) == {("#/item", "V04")}


async def test_only_its_own_organisation_proposes_and_only_others_of_the_ministry_decide(
    world: World, registry: httpx.AsyncClient, activate: Make, address: str, proposed: Json
) -> None:
    await activate("stranger-1", name="Lain", acronym="LN", aliases=[])
    decide, decision = f"{address}/{proposed['id']}/decision", {"decision": "confirmed"}

    answers = [
        await registry.post(address, json=PROPOSAL | {"item": "PN4-2020"}, headers=world.write(sub="stranger-1")),
        await registry.post(decide, json=decision, headers=world.write("satker_officer", unit="BPSDM", match=1)),
        await registry.post(decide, json=decision, headers=world.write("fasker_officer", sub=APPLICANT, match=1)),
        await registry.post(decide, json=decision, headers=world.write("fasker_officer", match=9)),
        await registry.post(
            f"{address}/{proposed['id']}/withdrawal",
            json={"reason": "not mine"},
            headers=world.write(sub="stranger-1", match=1),
        ),
    ]

    assert [answer.status_code for answer in answers] == [404, 403, 403, 412, 404]
    assert answers[2].json()["rule"] == "V23"
    assert by_item((await registry.get(address)).json()["alignments"])["PN3-2020"]["status"] == "proposed"


async def test_what_is_no_activity_or_no_alignment_of_it_is_not_found(
    registry: httpx.AsyncClient, address: str, proposed: Json
) -> None:
    nobodys = "01900000-0000-7000-8000-000000000000"

    for path in (f"/v1/plan-activities/{nobodys}/alignments", f"{address}/{nobodys}"):
        assert (await registry.get(path)).status_code == 404
    elsewhere = f"/v1/plan-activities/{nobodys}/alignments/{proposed['id']}"
    assert (await registry.get(elsewhere)).status_code == 404
