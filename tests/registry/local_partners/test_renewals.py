"""A registration (SKT or AHU) that is renewed: given by the NGO, confirmed or refused by an officer."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.registry.local_partners.conftest import DIGEST, IN_FULL, Partner
from tests.registry.local_partners.test_clearance import types
from tests.world import World

RENEWAL: Json = {
    "registration_number": "DEMO-SKT-9",
    "registration_valid_to": "2032-06-30",
    "document_sha256": DIGEST,
}
CONFIRMED: Json = {"decision": "confirmed"}
OFFICER = "fasker_officer"


@pytest.fixture
async def approved(partner: Partner) -> Partner:
    await partner.approve()
    return partner


async def test_a_renewed_registration_holds_once_an_officer_confirms_it(world: World, approved: Partner) -> None:
    given = await approved.post("renewal", RENEWAL)
    confirmed = await approved.post("renewal/decision", CONFIRMED, OFFICER)

    numbers = [(r.json()["registration_number"], r.json()["registration_valid_to"]) for r in (given, confirmed)]
    assert numbers == [("DEMO-SKT-1", "2027-06-30"), ("DEMO-SKT-9", "2032-06-30")]
    assert [r.json()["status"] for r in (given, confirmed)] == ["approved", "approved"]
    [renewal] = confirmed.json()["renewals"]
    assert (renewal["state"], renewal["decided_by_role"]) == ("confirmed", OFFICER)
    assert (renewal["previous_number"], renewal["previous_valid_to"]) == ("DEMO-SKT-1", "2027-06-30")
    assert [step["action"] for step in confirmed.json()["steps"]][-2:] == [
        "give a renewed registration of",
        "confirm the renewed registration of",
    ]
    assert await types(world, 2) == ["LocalPartnerRenewalGiven", "LocalPartnerRenewed"]
    told = (await world.events("registry"))[-1]["data"]
    assert (told["partner_id"], told["registration_valid_to"]) == (approved.view["id"], "2032-06-30")


async def test_v20_work_starts_on_a_day_that_only_the_renewed_registration_covers(
    world: World, approved: Partner
) -> None:
    await world.set_clock("registry", datetime(2027, 7, 5, 2, tzinfo=UTC))
    await approved.post("renewal", RENEWAL)

    early = await approved.post("start", {"started_on": "2027-07-05"})
    await approved.post("renewal/decision", CONFIRMED, OFFICER)
    started = await approved.post("start", {"started_on": "2027-07-05"})

    assert broken(early) == {("#/registration_valid_to", "V20")}
    assert (started.status_code, started.json()["status"]) == (200, "active")


async def test_a_refusal_says_why_and_leaves_the_registration_as_it_is(world: World, approved: Partner) -> None:
    await approved.post("renewal", RENEWAL)

    silent = await approved.post("renewal/decision", {"decision": "refused"}, OFFICER)
    refused = await approved.post(
        "renewal/decision", {"decision": "refused", "reason": "the scan is of another one"}, OFFICER
    )
    again = await approved.post("renewal/decision", CONFIRMED, OFFICER)

    assert broken(silent) == {("#/reason", None)}
    assert (refused.status_code, refused.json()["registration_valid_to"]) == (200, "2027-06-30")
    [renewal] = refused.json()["renewals"]
    assert (renewal["state"], renewal["reason"]) == ("refused", "the scan is of another one")
    assert again.status_code == 409
    assert await types(world, 1) == ["LocalPartnerRenewalRefused"]


async def test_another_renewal_takes_the_place_of_one_that_waits(approved: Partner) -> None:
    await approved.post("renewal", RENEWAL)
    await approved.post("renewal", RENEWAL | {"registration_number": "DEMO-SKT-10"})

    confirmed = await approved.post("renewal/decision", CONFIRMED, OFFICER)

    assert confirmed.json()["registration_number"] == "DEMO-SKT-10"
    assert [renewal["state"] for renewal in confirmed.json()["renewals"]] == ["replaced", "confirmed"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"registration_valid_to": "2027-06-30"}, ("#/registration_valid_to", None)),  # as the present one
        ({"registration_valid_to": "2020-03-01"}, ("#/registration_valid_to", "V20")),
        ({"document_sha256": "x"}, ("#/document_sha256", None)),
        ({"registration_number": ""}, ("#/registration_number", None)),
    ],
)
async def test_what_renews_nothing_is_refused_by_field(
    approved: Partner, change: Json, error: tuple[str, str | None]
) -> None:
    response = await approved.post("renewal", RENEWAL | change)

    assert broken(response) == {error}


async def test_a_registration_that_ran_out_while_it_waited_is_not_confirmed(world: World, approved: Partner) -> None:
    await approved.post("renewal", RENEWAL)
    await world.set_clock("registry", datetime(2032, 7, 1, 2, tzinfo=UTC))

    response = await approved.post("renewal/decision", CONFIRMED, OFFICER)

    assert broken(response) == {("#/registration_valid_to", "V20")}


async def test_only_its_ngo_gives_a_renewal_and_only_another_officer_decides_on_it(
    approved: Partner, activate: Make
) -> None:
    await activate("stranger", name="Another one", acronym="AO")

    foreign = await approved.post("renewal", RENEWAL, sub="stranger")
    by_officer = await approved.post("renewal", RENEWAL, OFFICER, sub="officer-9")
    await approved.post("renewal", RENEWAL)
    by_member = await approved.post("renewal/decision", CONFIRMED)
    own = await approved.post("renewal/decision", CONFIRMED, OFFICER, sub=APPLICANT)

    assert [r.status_code for r in (foreign, by_officer, by_member, own)] == [404, 403, 403, 403]
    assert own.json()["rule"] == "V23"


async def test_a_partner_that_is_proposed_or_over_has_no_registration_to_renew(partner: Partner) -> None:
    proposed = await partner.post("renewal", RENEWAL)
    await partner.approve()
    await partner.post("renewal", RENEWAL)
    await partner.post("end", {"ended_on": "2020-03-02", "reason": "the programme is over"})
    ended = await partner.post("renewal/decision", CONFIRMED, OFFICER)

    assert [r.status_code for r in (proposed, ended)] == [409, 409]


async def test_a_renewed_number_that_another_partner_has_is_not_confirmed(
    world: World, registry: httpx.AsyncClient, approved: Partner
) -> None:
    other: dict[str, Any] = IN_FULL | {"registration_number": "demo-skt-9"}
    made = await registry.post("/v1/local-partners", json=other, headers=world.write(sub=APPLICANT))
    assert made.status_code == 201
    await approved.post("renewal", RENEWAL)

    response = await approved.post("renewal/decision", CONFIRMED, OFFICER)

    assert response.status_code == 409
    assert date.fromisoformat(approved.view["registration_valid_to"]) == date(2027, 6, 30)
