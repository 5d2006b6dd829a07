"""A write in one service, and the read in another that must see it: over the real bus, 1,000 times."""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from services.registry.events import MemberAdded, MspSigned, NgoVerified
from shared.events.envelope import SYSTEM
from shared.http.writes import EVENTS_NAMED_MAX, _few, _named
from shared.ids import uuid7
from tests.registry.conftest import Json
from tests.reporting.partners import START
from tests.servers import SERVICES
from tests.world import World

RUNS: Final = 1000
AT_ONCE: Final = 12
"""Each writer has an organisation of its own, which may have 100 members."""

TOLD_TO_COME_BACK_MAX: Final = 0.05
"""Share of the runs: five seconds are many times what an event takes to arrive, on a slow machine too."""

GIVE_UP_SECONDS: Final = 60.0
NOW: Final = datetime(2026, 6, 1, 3, tzinfo=UTC)
LATE: Final = 21
"""What an agreement of 2021 to 2026 has made due by now: six plans, and five times three reports."""


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


@dataclass
class Ngo:
    """An active organisation: who will leave it, what it has not done in time, and a report that it owes later."""

    id: UUID
    admin: str
    leavers: list[str] = field(default_factory=list)
    late: list[Json] = field(default_factory=list)
    owed: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """Where a write must be seen: a read, and whether its answer shows the write."""

    service: str
    path: str
    who: dict[str, str]
    shows: Callable[[httpx.Response], bool]


Pair = Callable[[World, Ngo, int], Awaitable[tuple[httpx.Response, Seen]]]


async def write(world: World, service: str, verb: str, path: str, body: Json | None, **who: Any) -> httpx.Response:
    headers = world.write(*who.pop("roles", ()), **who)
    written = await (await world.api(service)).request(verb, path, json=body, headers=headers)
    assert written.is_success, written.text
    return written


async def registry_to_reporting(world: World, ngo: Ngo, run: int) -> tuple[httpx.Response, Seen]:
    return await without_a_member(world, ngo, run, "reporting", "/v1/obligations?limit=1")


async def registry_to_recommendations(world: World, ngo: Ngo, run: int) -> tuple[httpx.Response, Seen]:
    return await without_a_member(world, ngo, run, "recommendations", "/v1/foreign-staff-requests?limit=1")


async def without_a_member(world: World, ngo: Ngo, run: int, service: str, path: str) -> tuple[httpx.Response, Seen]:
    """Who was taken out of the organisation may see nothing there any more (403)."""
    leaver = f"leaver-{run}"
    address = f"/v1/organisations/{ngo.id}/members/{leaver}"
    written = await write(world, "registry", "DELETE", address, None, sub=ngo.admin)
    return written, Seen(service, path, world.read(sub=leaver), lambda read: read.status_code == 403)


async def registry_to_notifications(world: World, ngo: Ngo, run: int) -> tuple[httpx.Response, Seen]:
    body = {
        "name": f"Mitra {run}",
        "legal_form": "yayasan",
        "registration_number": f"DEMO-AHU-{run}",
        "registration_valid_to": "2029-12-31",
        "regions": ["53.06"],
        "programme": "Sanitasi",
    }
    written = await write(world, "registry", "POST", "/v1/local-partners", body, sub=ngo.admin)
    who = world.read("fasker_officer", sub=f"officer-of-{ngo.admin}")  # few requests of one caller may wait at once
    return written, in_inbox(written, ngo, who)


async def reporting_to_registry(world: World, ngo: Ngo, _: int) -> tuple[httpx.Response, Seen]:
    """One duty less that is overdue, in what the public may know of the organisation."""
    duty = ngo.late.pop()
    path, why = f"/v1/obligations/{duty['id']}/waiver", {"reason": "As agreed"}
    written = await write(world, "reporting", "POST", path, why, roles=("fasker_head",), match=duty["version"])
    left = len(ngo.late)
    return written, Seen(
        "registry",
        f"/v1/organisations/{ngo.id}/standing",
        world.read(sub=ngo.admin),
        lambda read: bool(read.is_success and read.json()["overdue_obligations"] == left),
    )


async def reporting_to_notifications(world: World, ngo: Ngo, run: int) -> tuple[httpx.Response, Seen]:
    path = f"/v1/obligations/{ngo.owed['id']}/extension"
    body = {"due_on": str(date.fromordinal(date(2028, 1, 1).toordinal() + run)), "reason": "As agreed"}
    written = await write(world, "reporting", "POST", path, body, roles=("fasker_head",), match=ngo.owed["version"])
    ngo.owed = written.json()
    return written, in_inbox(written, ngo, world.read(sub=ngo.admin))


def in_inbox(written: httpx.Response, ngo: Ngo, who: dict[str, str]) -> Seen:
    caused = set(re.findall(r'\bid="([^"]+)"', written.headers["singo-events"]))

    def shows(read: httpx.Response) -> bool:
        return read.is_success and any(message["event_id"] in caused for message in read.json()["items"])

    return Seen("notifications", f"/v1/inbox?ngo_id={ngo.id}&limit=5", who, shows)


PAIRS: Final[tuple[Pair, ...]] = (
    registry_to_reporting,
    registry_to_recommendations,
    registry_to_notifications,
    reporting_to_registry,
    reporting_to_notifications,
)

TAKE_SOMEBODY_OUT: Final = (registry_to_reporting, registry_to_recommendations)

AT_ONCE_SEEN: Final = "seen at once"
LATER_SEEN: Final = "told to come back, then seen"


async def test_of_1000_writes_each_is_seen_elsewhere_or_the_reader_is_told_honestly_to_come_back(
    world: World, application: Json
) -> None:
    for service in SERVICES:
        await world.set_clock(service, NOW)
        await world.start_worker(service)
    registry = await world.api("registry")
    ngos = [await an_active_ngo(world, registry, application, f"admin-{n}") for n in range(AT_ONCE)]
    for place, ngo in enumerate(ngos):
        leaving = [run for run in range(place, RUNS, AT_ONCE) if PAIRS[run % len(PAIRS)] in TAKE_SOMEBODY_OUT]
        await let_in(world, ngo, [f"leaver-{run}" for run in leaving])
    for ngo in ngos:
        await fall_behind(world, ngo)
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)

    async def work(place: int, ngo: Ngo) -> None:
        for run in range(place, RUNS, AT_ONCE):
            pair = PAIRS[run % len(PAIRS)]
            written, seen = await pair(world, ngo, run)
            outcomes[pair.__name__][await read_after(world, written, seen)] += 1

    await asyncio.gather(*(work(place, ngo) for place, ngo in enumerate(ngos)))

    in_all = sum(outcomes.values(), Counter[str]())
    print({pair: dict(counted) for pair, counted in outcomes.items()})
    assert in_all.keys() <= {AT_ONCE_SEEN, LATER_SEEN}
    assert in_all.total() == RUNS
    assert in_all[LATER_SEEN] < RUNS * TOLD_TO_COME_BACK_MAX
    assert {pair for pair, counted in outcomes.items() if counted[AT_ONCE_SEEN]} == {p.__name__ for p in PAIRS}


async def read_after(world: World, written: httpx.Response, seen: Seen) -> str:
    """What came of a read that names the write's events: it shows the write, once it is answered."""
    positions = re.findall(r'position="([^"]+)"', written.headers["singo-events"])
    headers = seen.who | {"Singo-After": ",".join(positions), "Prefer": "wait=5"}
    client = await world.api(seen.service)
    outcome = AT_ONCE_SEEN
    async with asyncio.timeout(GIVE_UP_SECONDS):
        while (read := await client.get(seen.path, headers=headers)).status_code == 503:
            if read.json()["type"] != "/problems/not-yet-arrived" or not 1 <= int(read.headers["retry-after"]) <= 5:
                return f"503: {read.text}"
            outcome = LATER_SEEN
            await asyncio.sleep(int(read.headers["retry-after"]))
    return outcome if seen.shows(read) else f"{seen.path}: {read.status_code} without {positions}: {read.text}"


async def an_active_ngo(world: World, registry: httpx.AsyncClient, application: Json, admin: str) -> Ngo:
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
    return Ngo(UUID(ngo_id), admin)


async def let_in(world: World, ngo: Ngo, subjects: list[str]) -> None:
    """By SQL what each of them would have to agree to; and then its agreement."""
    about: Json = {"occurred_at": NOW, "actor": SYSTEM, "ngo_id": ngo.id}
    await (await world.pool("registry")).execute(
        "INSERT INTO membership SELECT subject, $1, 'ngo_staff', now() FROM unnest($2::text[]) AS subject",
        ngo.id,
        subjects,
    )
    ngo.leavers = subjects
    joined = [MemberAdded(**about, subject=subject, member_role="ngo_staff") for subject in subjects]
    signed = MspSigned(
        **about,
        regions=("53.06",),
        agreement_id=uuid7(),
        number=f"DEMO-MSP-{ngo.admin}",
        title="Integrated development",
        starts_on=date(2021, 1, 1),
        ends_on=date(2026, 12, 31),
        counterpart_unit="Ditjen Bina Bangda",
        amount=Decimal("1.00"),
        currency="EUR",
    )
    await world.publish("registry", *joined, signed)


async def fall_behind(world: World, ngo: Ngo) -> None:
    """It has done nothing that its agreement made due; wait until all services know that, and its people."""
    registry, reporting = await world.api("registry"), await world.api("reporting")
    recommendations, leaver = await world.api("recommendations"), world.read(sub=ngo.leavers[-1])

    async def is_known() -> bool:
        standing = await registry.get(f"/v1/organisations/{ngo.id}/standing")
        requests = await recommendations.get("/v1/foreign-staff-requests?limit=1", headers=leaver)
        return bool(standing.json()["overdue_obligations"] == LATE and requests.is_success)

    await world.until(is_known, f"what {ngo.admin} owes")
    path = f"/v1/obligations?ngo_id={ngo.id}&limit=100&sort=due_on"
    duties = (await reporting.get(path, headers=world.read("fasker_head"))).json()["items"]
    ngo.late, ngo.owed = duties[:LATE], duties[-1]


async def test_a_write_of_very_many_events_names_only_the_last_of_each_key(world: World) -> None:
    about: Json = {"occurred_at": START, "actor": SYSTEM}
    ngo = UUID(int=7)
    verified = NgoVerified(
        **about, ngo_id=ngo, name="N", acronym="N", origin_country="NL", sectors=("WASH",), counterpart_unit="U"
    )
    members = [MemberAdded(**about, ngo_id=ngo, subject=f"s-{n}", member_role="ngo_staff") for n in range(30)]

    appended = await world.publish("registry", verified, *members)

    assert len(appended) > EVENTS_NAMED_MAX
    [kept] = [_named(event) for event in _few(appended)]
    assert kept == f'MemberAdded;id="{appended[-1].id}";position="registry/{ngo}/31"'
