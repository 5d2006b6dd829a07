"""A proposed partner, and what is done to it."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json
from tests.registry.local_partners.test_local_partners import PARTNER
from tests.world import World

NOW = datetime(2020, 3, 2, 2, tzinfo=UTC)
TODAY = "2020-03-02"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  # pragma: allowlist secret
CONSENT: Json = {"region": "53.06", "document_number": "DEMO-1", "issued_on": "2020-02-01", "document_sha256": DIGEST}
IN_FULL: Json = PARTNER | {
    "address": "DEMO-street 2, Larantuka",
    "npwp": "012345678901234",
    "funding_amount": "150000000.00",
    "funding_currency": "IDR",
    "starts_on": "2020-04-01",
    "ends_on": "2021-03-31",
    "has_bank_account": True,
    "consents": [CONSENT],
}


class Partner:
    """A proposed partner, and what is done to it."""

    def __init__(self, world: World, client: httpx.AsyncClient, view: Json) -> None:
        self.world, self.client, self.view = world, client, view

    @property
    def address(self) -> str:
        return f"/v1/local-partners/{self.view['id']}"

    async def post(self, what: str, body: Json, *roles: str, match: int | None = None, **who: Any) -> httpx.Response:
        if not roles:
            who = {"sub": APPLICANT} | who
        headers = self.world.write(*roles, match=match or self.view["version"], **who)
        response = await self.client.post(f"{self.address}/{what}", json=body, headers=headers)
        if response.is_success and "status" in response.json():
            self.view = response.json()
        return response

    async def approve(self) -> None:
        response = await self.post("decision", {"decision": "approved"}, "fasker_officer")
        assert response.status_code == 200, response.text


@pytest.fixture
async def partner(world: World, registry: httpx.AsyncClient, active: Json) -> Partner:
    await world.set_clock("registry", NOW)
    response = await registry.post("/v1/local-partners", json=IN_FULL, headers=world.write(sub=APPLICANT))
    assert response.status_code == 201, response.text
    return Partner(world, registry, response.json())
