"""An NGO with an agreement and an approved work plan, as recommendations knows it from the others' events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.registry.events import MemberAdded, MspSigned, NgoVerified
from services.reporting.events import WorkPlanActivity, WorkPlanApproved
from shared.events.envelope import SYSTEM
from shared.ids import uuid7
from tests.world import World

NOW = datetime(2020, 3, 2, 3, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Ngo:
    """`member` is the subject of somebody who acts for it."""

    id: UUID
    agreement_id: UUID
    work_plan_id: UUID
    activity_id: UUID
    member: str


@dataclass
class Recommendations:
    """The service with its callers: who asks is the NGO's member unless said otherwise."""

    world: World
    http: httpx.AsyncClient

    async def register_ngo(
        self, name: str = "SNV", *, member: str = "snv-1", regions: tuple[str, ...] = ("53.01", "53.06", "53.10")
    ) -> Ngo:
        """An active NGO; an agreement for 2020 to 2023 in the regencies; an activity in the work plan of 2020."""
        ngo = Ngo(uuid7(), uuid7(), uuid7(), uuid7(), member)
        about: dict[str, Any] = {"occurred_at": NOW, "actor": SYSTEM, "ngo_id": ngo.id}
        await self.world.publish(
            "registry",
            NgoVerified(
                **about,
                name=name,
                acronym=name,
                origin_country="NL",
                sectors=("WASH",),
                counterpart_unit="Ditjen Bina Bangda",
            ),
            MemberAdded(**about, subject=member, member_role="ngo_admin"),
            MspSigned(
                **about,
                regions=regions,
                agreement_id=ngo.agreement_id,
                number=f"MSP-{name}",
                title="Pembangunan Terpadu Berkelanjutan",
                starts_on=date(2020, 1, 1),
                ends_on=date(2023, 12, 31),
                counterpart_unit="Ditjen Bina Bangda",
                amount=Decimal("4869204.00"),
                currency="EUR",
            ),
        )
        await self.approve_work_plan(ngo)
        await self.deliver()
        return ngo

    async def approve_work_plan(self, ngo: Ngo, *, year: int = 2020, activity_id: UUID | None = None) -> None:
        activity = WorkPlanActivity(
            activity_id=activity_id or ngo.activity_id,
            master_plan_activity_id=uuid7(),
            title="Sanitasi sekolah",
            regions=("53.06",),
        )
        plan = WorkPlanApproved(
            occurred_at=NOW,
            actor=SYSTEM,
            ngo_id=ngo.id,
            work_plan_id=ngo.work_plan_id,
            agreement_id=ngo.agreement_id,
            year=year,
            version=1,
            activities=(activity,),
        )
        await self.world.publish("reporting", plan)

    async def deliver(self) -> None:
        await self.world.deliver("registry", "recommendations")
        await self.world.deliver("reporting", "recommendations")

    async def post(self, address: str, body: Any = None, **caller: Any) -> httpx.Response:
        """`caller`: role=..., sub=..., match=version."""
        roles = [caller.pop("role")] if "role" in caller else []
        return await self.http.post(f"/v1{address}", json=body, headers=self.world.write(*roles, **caller))

    async def put(self, address: str, body: Any, **caller: Any) -> httpx.Response:
        return await self.http.put(f"/v1{address}", json=body, headers=self.world.write(**caller))

    async def get(self, address: str, **caller: Any) -> httpx.Response:
        """`reason`: why personal data is read."""
        roles = [caller.pop("role")] if "role" in caller else []
        reason = {"Singo-Reason": caller.pop("reason")} if "reason" in caller else {}
        return await self.http.get(f"/v1{address}", headers=self.world.read(*roles, **caller) | reason)

    async def drafted(self, path: str, ngo: Ngo, body: Mapping[str, Any]) -> dict[str, Any]:
        response = await self.post(path, body, sub=ngo.member)
        return _document(response, 201)

    async def submitted(self, path: str, ngo: Ngo, body: Mapping[str, Any]) -> dict[str, Any]:
        draft = await self.drafted(path, ngo, body)
        response = await self.post(f"{path}/{draft['id']}/submission", sub=ngo.member, match=1)
        return _document(response, 200)

    async def in_review(self, path: str, ngo: Ngo, body: Mapping[str, Any]) -> dict[str, Any]:
        request = await self.submitted(path, ngo, body)
        response = await self.post(f"{path}/{request['id']}/review", role="fasker_officer", match=request["version"])
        return _document(response, 200)

    async def decide(
        self, path: str, request: Mapping[str, Any], body: Any, role: str = "fasker_head"
    ) -> httpx.Response:
        return await self.post(f"{path}/{request['id']}/decision", body, role=role, match=request["version"])

    async def issued(self, path: str, ngo: Ngo, body: Mapping[str, Any]) -> dict[str, Any]:
        request = await self.in_review(path, ngo, body)
        response = await self.decide(path, request, {"decision": "issued"})
        return _document(response, 200)

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        return [(row["type"], row["data"]) for row in await self.world.events("recommendations")]


def _document(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    document: dict[str, Any] = response.json()
    return document


STAFF = "/foreign-staff-requests"
TAX = "/tax-relief-requests"


@pytest.fixture
async def service(world: World) -> Recommendations:
    await world.set_clock("recommendations", NOW)
    return Recommendations(world, await world.api("recommendations"))


@pytest.fixture
async def ngo(service: Recommendations) -> Ngo:
    return await service.register_ngo()
