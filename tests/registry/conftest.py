from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.world import World

APPLICANT = "applicant-1"

Json = dict[str, Any]
Make = Callable[..., Awaitable[Json]]  # makes a thing with the changes that are named


@pytest.fixture
async def registry(world: World) -> httpx.AsyncClient:
    return await world.api("registry")


@pytest.fixture
def application() -> Json:
    """A form that is filled in as it must be."""
    return {
        "name": "Stichting SNV Nederlandse Ontwikkelingsorganisatie",
        "name_en": "SNV Netherlands Development Organisation",
        "acronym": "SNV",
        "aliases": ["SNV Indonesia"],
        "legal_form": "stichting",
        "origin_country": "NL",
        "home_city": "Den Haag",
        "office_address": "DEMO-street 1, Jakarta",
        "email": "office@snv.example.org",
        "website": "https://snv.example.org",
        "sectors": ["water_and_sanitation", "agriculture"],
        "started_in_indonesia_on": "2012-01-01",
        "counterpart_unit": "Ditjen Bina Bangda",
        "principle_permit": {
            "number": "DEMO-IP-10/2020",
            "issuer": "Kementerian Luar Negeri",
            "issued_on": "2020-01-10",
            "valid_from": "2020-02-01",
            "valid_to": "2023-02-01",
        },
    }


@pytest.fixture
def agreement_terms() -> Json:
    """An agreement inside the period of the permit in `application`; `ngo_id` is left to the test."""
    return {
        "number": "DEMO-MSP-10/2020",
        "title": "Pembangunan Terpadu Berkelanjutan",
        "starts_on": "2020-02-01",
        "ends_on": "2023-02-01",
        "counterpart_unit": "Ditjen Bina Bangda",
        "scope": ["sanitation and hygiene", "integrated sustainable agriculture"],
        "regions": ["53.01", "53.06", "53.10", "12.10"],
        "amount": "4869204.00",
        "currency": "EUR",
        "rate": "16000.0014",
        "rate_date": "2020-01-31",
        "amount_idr": "77907270810.00",
        "signatory_functions": ["Head of the Centre for Cooperation Facilitation", "Country Director"],
    }


@pytest.fixture
def apply_for(world: World, registry: httpx.AsyncClient, application: Json) -> Make:
    """Applies with the form, changed as named; returns the organisation as answered."""

    async def apply(sub: str = APPLICANT, **changes: Any) -> Json:
        response = await registry.post("/v1/organisations", json=application | changes, headers=world.write(sub=sub))
        assert response.status_code == 201, response.text
        ngo: Json = response.json()
        return ngo

    return apply


@pytest.fixture
def activate(world: World, registry: httpx.AsyncClient, apply_for: Make) -> Make:
    """Applies, and has the application accepted."""

    async def apply_and_accept(sub: str = APPLICANT, **changes: Any) -> Json:
        ngo = await apply_for(sub, **changes)
        response = await registry.post(
            f"/v1/organisations/{ngo['id']}/verification",
            json={"decision": "accepted"},
            headers=world.write("fasker_officer", match=1),
        )
        assert response.status_code == 200, response.text
        accepted: Json = response.json()
        return accepted

    return apply_and_accept


@pytest.fixture
async def applied(apply_for: Make) -> Json:
    return await apply_for()


@pytest.fixture
async def active(activate: Make) -> Json:
    return await activate()


@pytest.fixture
def sign(world: World, registry: httpx.AsyncClient, agreement_terms: Json) -> Make:
    """Signs an agreement on the usual terms, changed as named."""

    async def sign_agreement(ngo_id: UUID | str, **changes: Any) -> Json:
        response = await registry.post(
            "/v1/agreements",
            json=agreement_terms | {"ngo_id": str(ngo_id)} | changes,
            headers=world.write("fasker_head"),
        )
        assert response.status_code == 201, response.text
        agreement: Json = response.json()
        return agreement

    return sign_agreement


@pytest.fixture
async def agreement(active: Json, sign: Make) -> Json:
    return await sign(active["id"])


@pytest.fixture
def join(world: World, registry: httpx.AsyncClient) -> Callable[..., Awaitable[Json]]:
    """Has a person invited by the organisation's applicant, who accepts; returns the invitation."""

    async def invite_and_accept(ngo: Json, sub: str, role: str = "ngo_staff", by: str = APPLICANT) -> Json:
        invited = await registry.post(
            f"/v1/organisations/{ngo['id']}/invitations",
            json={"subject": sub, "role": role},
            headers=world.write(sub=by),
        )
        assert invited.status_code == 201, invited.text
        accepted = await registry.post(
            f"/v1/invitations/{invited.json()['id']}/acceptance", headers=world.write(sub=sub, match=1)
        )
        assert accepted.status_code == 200, accepted.text
        invitation: Json = accepted.json()
        return invitation

    return invite_and_accept


@pytest.fixture
def approve(world: World, registry: httpx.AsyncClient) -> Make:
    """Approves a master plan of one activity, changed as named."""

    async def approve_master_plan(agreement: Json, **changes: Any) -> Json:
        activity = {
            "title": "Sanitasi total berbasis masyarakat",
            "detail": "Pelatihan kelompok perempuan tani",
            "sector": "water_and_sanitation",
            "priority": "PN5-2020",
            "sdgs": [6],
            "regions": agreement["regions"],
            "from_year": 2020,
            "to_year": 2022,
            "budget": "1250000.50",
            "currency": "EUR",
            "outcome_indicator": "villages free of open defecation",
        }
        response = await registry.post(
            f"/v1/agreements/{agreement['id']}/master-plan",
            json={"activities": [activity | changes]},
            headers=world.write("fasker_officer"),
        )
        assert response.status_code == 201, response.text
        plan: Json = response.json()
        return plan

    return approve_master_plan


@pytest.fixture
def act(world: World, registry: httpx.AsyncClient) -> Callable[..., Awaitable[None]]:
    """Has the ministry take a step with an organisation: suspension, closure, merger, ..."""

    async def take_step(ngo: Json, step: str, version: int, **body: Any) -> None:
        response = await registry.post(
            f"/v1/organisations/{ngo['id']}/{step}",
            json={"reason": "because it is so"} | body,
            headers=world.write("fasker_head", match=version),
        )
        assert response.status_code == 200, response.text

    return take_step


def broken(response: httpx.Response) -> set[tuple[str, str | None]]:
    """The fields that a problem names, each with its rule."""
    assert response.status_code == 422, response.text
    return {(error["pointer"], error.get("rule")) for error in response.json()["errors"]}
