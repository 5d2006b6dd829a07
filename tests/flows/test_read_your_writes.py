"""A write in one service, and the read in another that must see it: over the real bus, 1,000 times."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import Response

from services.registry.events import MemberAdded, NgoVerified
from shared.events.envelope import SYSTEM
from shared.http.writes import EVENTS_NAMED_MAX, _name_events
from tests.registry.conftest import Json
from tests.reporting.partners import START
from tests.world import World

RUNS = 1000
AT_ONCE = 12
"""Each writer has an organisation of its own, which may have 100 members."""


@pytest.fixture
def application() -> Json:
    return {
        "name": "NGO",
        "acronym": "NGO",
        "legal_form": "stichting",
        "origin_country": "NL",
        "home_city": "Den Haag",
        "office_address": "DEMO-street 1, Jakarta",
        "email": "office@ngo.example.org",
        "sectors": ["agriculture"],
        "started_in_indonesia_on": "2012-01-01",
        "counterpart_unit": "Ditjen Bina Bangda",
        "principle_permit": {
            "number": "DEMO-IP",
            "issuer": "Kementerian Luar Negeri",
            "issued_on": "2020-01-10",
            "valid_from": "2020-02-01",
            "valid_to": "2023-02-01",
        },
    }


async def test_of_1000_writes_each_is_seen_elsewhere_or_the_reader_is_told_honestly_to_come_back(
    world: World, application: Json
) -> None:
    registry, reporting = await world.api("registry"), await world.api("reporting")
    ngos = [await an_active_ngo(world, registry, application, f"admin-{n}") for n in range(AT_ONCE)]
    for service in ("registry", "reporting"):
        await world.start_worker(service)
    outcomes: Counter[str] = Counter()

    async def work(place: int, ngo: UUID, admin: str) -> None:
        for run in range(place, RUNS, AT_ONCE):
            outcomes[await write_and_read(world, registry, reporting, ngo, admin, f"newcomer-{run}")] += 1

    await asyncio.gather(*(work(place, *ngo) for place, ngo in enumerate(ngos)))

    print(dict(outcomes))
    assert outcomes.keys() <= {"seen at once", "told to come back, then seen"}
    assert outcomes.total() == RUNS
    assert outcomes["seen at once"] > 0


async def write_and_read(
    world: World, registry: httpx.AsyncClient, reporting: httpx.AsyncClient, ngo: UUID, admin: str, newcomer: str
) -> str:
    """To reporting somebody who is no member may see nothing (403): what is seen proves that the write arrived."""
    body = {"subject": newcomer, "role": "ngo_staff"}
    written = await registry.post(f"/v1/organisations/{ngo}/members", json=body, headers=world.write(sub=admin))
    assert written.status_code == 201, written.text
    position = written.headers["singo-events"].split('position="')[1].split('"')[0]
    headers = world.read(sub=newcomer) | {"Singo-After": position, "Prefer": "wait=5"}

    read = await reporting.get("/v1/obligations?limit=1", headers=headers)
    if read.status_code == 200:
        return "seen at once"
    if read.status_code != 503 or read.json()["type"] != "/problems/not-yet-arrived":
        return f"{read.status_code}: {read.text}"
    await asyncio.sleep(float(read.headers["retry-after"]))
    again = await reporting.get("/v1/obligations?limit=1", headers=headers)
    return "told to come back, then seen" if again.status_code == 200 else f"then {again.status_code}: {again.text}"


async def an_active_ngo(world: World, registry: httpx.AsyncClient, application: Json, admin: str) -> tuple[UUID, str]:
    permit: Any = application["principle_permit"]
    form = application | {"name": f"NGO of {admin}", "principle_permit": permit | {"number": f"DEMO-{admin}"}}
    applied = await registry.post("/v1/organisations", json=form, headers=world.write(sub=admin))
    assert applied.status_code == 201, applied.text
    ngo_id = applied.json()["id"]
    accepted = await registry.post(
        f"/v1/organisations/{ngo_id}/verification",
        json={"decision": "accepted"},
        headers=world.write("fasker_officer", match=1),
    )
    assert accepted.status_code == 200, accepted.text
    return UUID(ngo_id), admin


async def test_a_write_of_very_many_events_names_only_the_last_of_each_key(world: World) -> None:
    about: Json = {"occurred_at": START, "actor": SYSTEM}
    ngo = UUID(int=7)
    verified = NgoVerified(
        **about, ngo_id=ngo, name="N", acronym="N", origin_country="NL", sectors=("WASH",), counterpart_unit="U"
    )
    members = [MemberAdded(**about, ngo_id=ngo, subject=f"s-{n}", member_role="ngo_staff") for n in range(30)]

    appended = await world.publish("registry", verified, *members)

    assert len(appended) > EVENTS_NAMED_MAX
    response = Response()
    _name_events(response, appended)
    assert response.headers["Singo-Events"] == f'MemberAdded;id="{appended[-1].id}";position="registry/{ngo}/31"'
