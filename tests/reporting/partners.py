"""Partner organisations as the registry tells of them, and the bodies that their people send."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from services.registry import events as registry
from shared.events.envelope import ActedBy, Event
from tests.world import World

OFFICER: Final = ActedBy(subject="fasker_officer-1", role="fasker_officer")
START: Final = datetime(2020, 2, 3, 3, tzinfo=UTC)  # ten in the morning in Jakarta
UNIT: Final = "Ditjen Bina Bangda"
FLORES_TIMUR: Final = "53.06"
MANGGARAI: Final = "53.10"
KUPANG: Final = "53.01"

Json = dict[str, Any]


@dataclass(frozen=True)
class Partner:
    """An NGO with a member of staff, a signed agreement and a master plan of two activities."""

    sub: str
    starts_on: date = date(2020, 1, 1)
    ends_on: date = date(2022, 12, 31)
    regions: tuple[str, ...] = (KUPANG, FLORES_TIMUR, MANGGARAI)
    ngo_id: UUID = field(default_factory=uuid4)
    agreement_id: UUID = field(default_factory=uuid4)
    activity_ids: tuple[UUID, UUID] = field(default_factory=lambda: (uuid4(), uuid4()))
    partner_id: UUID = field(default_factory=uuid4)

    def history(self) -> list[Event]:
        """Applied, verified, signed: what the registry publishes of it."""
        about: Json = {"ngo_id": self.ngo_id, "occurred_at": START, "actor": OFFICER}
        return [
            registry.MemberAdded(**about, subject=self.sub, member_role="ngo_staff"),
            registry.NgoVerified(
                **about,
                name=f"Organisation of {self.sub}",
                acronym="ORG",
                origin_country="NL",
                sectors=("agriculture",),
                counterpart_unit=UNIT,
            ),
            registry.MspSigned(
                **about,
                regions=self.regions,
                agreement_id=self.agreement_id,
                number="DEMO-MSP-1",
                title="Integrated development",
                starts_on=self.starts_on,
                ends_on=self.ends_on,
                counterpart_unit=UNIT,
                amount=Decimal("4869204.00"),
                currency="EUR",
            ),
            registry.MasterPlanApproved(
                **about,
                regions=self.regions,
                agreement_id=self.agreement_id,
                master_plan_id=uuid4(),
                activities=tuple(self._master_plan_activity(activity_id) for activity_id in self.activity_ids),
            ),
            registry.LocalPartnerApproved(
                **about,
                partner_id=self.partner_id,
                name="Local partner",
                registration_valid_to=date(2021, 12, 31),
            ),
        ]

    def _master_plan_activity(self, activity_id: UUID) -> registry.MasterPlanActivity:
        return registry.MasterPlanActivity(
            activity_id=activity_id,
            title="Sanitation and hygiene",
            sector="water_and_sanitation",
            regions=self.regions,
            from_year=self.starts_on.year,
            to_year=self.ends_on.year,
            budget=Decimal("100000.00"),
            currency="EUR",
        )

    def plan(self, **changes: Any) -> Json:
        """A draft of the work plan of 2020, in two regencies."""
        activity = {
            "output_indicator": "Households with a latrine",
            "unit": "household",
            "budget_programme": "8000.00",
            "budget_operations": "1000.00",
            "currency": "EUR",
        }
        first, second = map(str, self.activity_ids)
        return {
            "agreement_id": str(self.agreement_id),
            "year": 2020,
            "title": "Work plan 2020",
            "objective": "Better sanitation",
            "target_group": "Households",
            "activities": [
                activity
                | {
                    "master_plan_activity_id": first,
                    "title": "Latrines",
                    "regions": [FLORES_TIMUR, MANGGARAI],
                    "target": "100",
                },
                activity
                | {
                    "master_plan_activity_id": second,
                    "title": "Wells",
                    "regions": [MANGGARAI],
                    "target": "40",
                    "months": [5, 6, 7, 8],
                },
            ],
            "prohibited_purposes_declared": True,
        } | changes


def minutes(region: str, **changes: Any) -> Json:
    return {
        "region": region,
        "held_on": "2020-01-20",
        "document_number": f"DEMO-BAP-{region}",
        "document_sha256": "ab" * 32,
    } | changes


def visit(**changes: Any) -> Json:
    """Three guests, two regencies, announced in time on 3 February."""
    return {
        "purpose": "See the latrines",
        "starts_on": "2020-03-02",
        "ends_on": "2020-03-06",
        "guests": [
            {"name": "Guest One", "nationality": "NL", "passport_number": "DEMO0001"},
            {"name": "Guest Two", "nationality": "NL", "passport_number": "DEMO0002", "institution": "HQ"},
            {"name": "Guest Three", "nationality": "DE", "passport_number": "DEMO0003"},
        ],
        "stops": [
            {"region": FLORES_TIMUR, "on": "2020-03-02", "place": "Larantuka"},
            {"region": MANGGARAI, "on": "2020-03-05", "place": "Ruteng"},
        ],
    } | changes


def story(**changes: Any) -> Json:
    return {
        "title": "A village without open defecation",
        "category": "success_story",
        "summary": "How a village built its latrines",
        "text": "In 2020-06 the village had 120 latrines for Rp 77.907.270 in all.",
        "regions": [FLORES_TIMUR],
        "sdg": [6],
        "consent_given": True,
    } | changes


class Desk:
    """Somebody's calls of the service; each answer must have the status that is expected."""

    def __init__(self, world: World, client: httpx.AsyncClient, *roles: str, **caller: Any) -> None:
        self.world, self.client, self.roles, self.caller = world, client, roles, caller

    async def post(
        self, path: str, body: Json | None = None, *, match: int | None = None, status: int = 200, **headers: Any
    ) -> Json:
        return await self._send("POST", path, body, match=match, status=status, **headers)

    async def put(self, path: str, body: Json, *, match: int | None = None, status: int = 200) -> Json:
        return await self._send("PUT", path, body, match=match, status=status)

    async def get(self, path: str, *, status: int = 200, **headers: str) -> Json:
        read = self.world.read(*self.roles, **self.caller)
        response = await self.client.get(f"/v1{path}", headers=read | headers)
        return _expect(response, status)

    async def _send(
        self, method: str, path: str, body: Json | None, *, match: int | None, status: int, key: str | None = None
    ) -> Json:
        headers = self.world.write(*self.roles, match=match, key=key, **self.caller)
        response = await self.client.request(method, f"/v1{path}", json=body, headers=headers)
        return _expect(response, status)


def _expect(response: httpx.Response, status: int) -> Json:
    assert response.status_code == status, response.text
    answer: Json = response.json()
    return answer


def rules_of(problem: Json) -> list[tuple[str, str | None]]:
    """(pointer, rule) of each error in a problem document."""
    return [(error["pointer"], error.get("rule")) for error in problem["errors"]]
