"""What the other services tell changes what may be asked for and issued here."""

from datetime import date
from typing import Any

import pytest

from services.registry.events import (
    MemberRemoved,
    MspEnded,
    MspRetracted,
    NgoClosed,
    NgoMerged,
    NgoReinstated,
    NgoSuspended,
)
from services.reporting.events import ObligationExtended, ObligationOverdue
from shared.events.envelope import SYSTEM
from shared.ids import uuid7
from tests.recommendations.bodies import staff_body
from tests.recommendations.conftest import NOW, STAFF, Ngo, Recommendations

ISSUE = {"decision": "issued"}


def about(ngo: Ngo) -> dict[str, Any]:
    return {"occurred_at": NOW, "actor": SYSTEM, "ngo_id": ngo.id}


async def tell(service: Recommendations, source: str, *events: Any) -> None:
    await service.world.publish(source, *events)
    await service.deliver()
    assert await service.world.parked("recommendations") == []


async def test_nothing_is_issued_to_an_ngo_that_is_no_longer_active(service: Recommendations, ngo: Ngo) -> None:
    request = await service.in_review(STAFF, ngo, staff_body(ngo))

    for change in (NgoSuspended, NgoClosed):
        await tell(service, "registry", change(**about(ngo), reason="Sanction"))
        response = await service.decide(STAFF, request, ISSUE)

        assert (response.status_code, response.json()["rule"]) == (422, "R01")


async def test_under_an_agreement_that_was_terminated_nothing_later_is_issued(
    service: Recommendations, ngo: Ngo
) -> None:
    request = await service.in_review(STAFF, ngo, staff_body(ngo))
    ended = MspEnded(
        **about(ngo),
        agreement_id=ngo.agreement_id,
        number="MSP-SNV",
        cause="terminated",
        ended_on=date(2020, 3, 2),
        reason="The funds are gone",
        passed_to_ngo_id=None,
    )
    await tell(service, "registry", ended)

    response = await service.decide(STAFF, request, ISSUE)

    assert (response.status_code, response.json()["rule"]) == (422, "R02")


async def test_under_an_agreement_that_was_recorded_by_mistake_nothing_is_issued(
    service: Recommendations, ngo: Ngo
) -> None:
    request = await service.in_review(STAFF, ngo, staff_body(ngo))
    mistake = MspRetracted(
        **about(ngo), agreement_id=ngo.agreement_id, number="MSP-SNV", reason="another's", passed_to_ngo_id=None
    )
    await tell(service, "registry", mistake)

    response = await service.decide(STAFF, request, ISSUE)
    listed = await service.get(f"{STAFF}?expand=agreement", sub=ngo.member)

    assert (response.status_code, response.json()["rule"]) == (422, "R02")
    assert [request["agreement"] for request in listed.json()["items"]] == [None]


async def test_a_reinstated_ngo_gets_its_letter(service: Recommendations, ngo: Ngo) -> None:
    request = await service.in_review(STAFF, ngo, staff_body(ngo))
    await tell(
        service,
        "registry",
        NgoSuspended(**about(ngo), reason="Sanction"),
        NgoReinstated(**about(ngo), reason="Put right"),
    )

    response = await service.decide(STAFF, request, ISSUE)

    assert response.json()["decided_from"] == {"registry": 5, "reporting": 1}


async def test_after_a_merger_the_successor_acts_and_the_places_count_as_its_own(
    service: Recommendations, ngo: Ngo
) -> None:
    successor = await service.register_ngo("Cordaid", member="cordaid-1")
    issued = [await service.issued(STAFF, ngo, staff_body(ngo, n)) for n in (1, 2, 3)]
    merged = NgoMerged(**about(ngo), successor_id=successor.id, effective_on=date(2020, 3, 1), reason="Merger")
    await tell(service, "registry", merged)

    read = await service.get(f"{STAFF}/{issued[0]['id']}", sub=successor.member)
    fourth = await service.drafted(STAFF, successor, staff_body(successor, 4))
    refused = await service.post(f"{STAFF}/{fourth['id']}/submission", sub=successor.member, match=1)
    inherited = await service.post(STAFF, staff_body(ngo, 5), sub=successor.member)

    assert read.status_code == 200
    assert refused.json()["rule"] == "V12"
    assert inherited.json()["ngo_id"] == str(successor.id)


@pytest.mark.parametrize("second_first", [False, True])
async def test_mergers_in_a_row_lead_to_the_last_successor_in_whatever_order_they_are_heard(
    service: Recommendations, ngo: Ngo, second_first: bool
) -> None:
    middle = await service.register_ngo("Middle", member="middle-1")
    last = await service.register_ngo("Last", member="last-1")
    mergers = [
        NgoMerged(**about(ngo), successor_id=middle.id, effective_on=date(2020, 3, 1), reason="Merger"),
        NgoMerged(**about(middle), successor_id=last.id, effective_on=date(2020, 3, 1), reason="Merger"),
    ]
    for merger in reversed(mergers) if second_first else mergers:
        await tell(service, "registry", merger)

    pool = await service.world.pool("recommendations")
    successors = await pool.fetch("SELECT successor_id FROM ngo WHERE status = 'merged'")
    assert [row["successor_id"] for row in successors] == [last.id, last.id]


async def test_a_removed_member_acts_for_nobody(service: Recommendations, ngo: Ngo) -> None:
    await tell(service, "registry", MemberRemoved(**about(ngo), subject=ngo.member))

    response = await service.post(STAFF, staff_body(ngo), sub=ngo.member)

    assert response.status_code == 403


async def test_an_amended_work_plan_replaces_its_activities(service: Recommendations, ngo: Ngo) -> None:
    draft = await service.drafted(STAFF, ngo, staff_body(ngo))
    await service.approve_work_plan(ngo, activity_id=uuid7())
    await service.deliver()

    response = await service.post(f"{STAFF}/{draft['id']}/submission", sub=ngo.member, match=1)

    assert [(e["pointer"], e["rule"]) for e in response.json()["errors"]] == [("#/work_plan_activity_id", "R03")]


async def test_a_service_hold_stops_recommendations_once_it_is_switched_on(service: Recommendations, ngo: Ngo) -> None:
    draft = await service.drafted(STAFF, ngo, staff_body(ngo))
    obligation = {
        **about(ngo),
        "obligation_id": uuid7(),
        "agreement_id": ngo.agreement_id,
        "kind": "work_plan",
        "period": "2020",
    }
    await tell(service, "reporting", ObligationOverdue(**obligation, due_on=date(2020, 1, 31), days_late=1))
    pool = await service.world.pool("recommendations")
    await pool.execute(
        """
        INSERT INTO dated_rule (key, rule, value, legal_basis, valid_from)
        VALUES ('service_hold.overdue_days', 'R04', 14, 'Set by the ministry', '2020-01-01')
        """
    )
    address = f"{STAFF}/{draft['id']}/submission"

    held = await service.post(address, sub=ngo.member, match=1)
    extended = ObligationExtended(
        **obligation, due_on=date(2020, 4, 1), previous_due_on=date(2020, 1, 31), reason="Flood"
    )
    await tell(service, "reporting", extended)
    free = await service.post(address, sub=ngo.member, match=1)

    assert (held.json()["rule"], free.status_code) == ("R04", 200)
