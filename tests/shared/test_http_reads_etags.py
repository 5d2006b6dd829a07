"""Every route of every service: reads have an ETag and answer 304, changes need `If-Match` (428 without, 412 stale).

The routes come from the applications: a new one fails here until it has a sample, or a reason why it needs none.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from shared.http import etags
from shared.http.etags import version_of
from shared.ids import uuid7
from tests.architecture.test_routes import calls_of, routes_of
from tests.openapi.generate import app_of
from tests.recommendations.bodies import staff_body, tax_body
from tests.recommendations.conftest import NOW, STAFF, TAX, Recommendations
from tests.registry.local_partners.test_local_partners import PARTNER
from tests.registry.regional_activities.notices import notice
from tests.reporting.partners import START, UNIT, Desk, Partner, story, visit
from tests.servers import SERVICES
from tests.shared.samples import organisation_with_all
from tests.world import World

Json = dict[str, Any]

NO_TAG: Final = {
    "/v1/visits/{visit_id}/guests": "personal data: each read is logged, and no cache should keep it",
    "/v1/subscriptions/{subscription_id}/events": "a long poll that acknowledges",
    "/v1/organisations/{ngo_id}/representative": "personal data: each read is logged, and no cache should keep it",
    "/v1/organisations/{ngo_id}/members": "three fields of at most 100 people, read when somebody manages them",
}
"""Reads without ETag, and why. `/ops/v1` is live figures."""

NOT_A_CHANGE: Final = {
    "POST /v1/organisations": "makes a resource",
    "POST /v1/organisations/{ngo_id}/invitations": "makes a resource",
    "POST /v1/organisations/{ngo_id}/files": "makes a resource",
    "PUT /v1/organisations/{ngo_id}/files/{file_id}/parts/{number}": "in any order; the whole is judged later",
    "DELETE /v1/organisations/{ngo_id}/members/{subject:path}": "takes the person out, whatever role it has by now",
    "POST /v1/organisations/{ngo_id}/licences": "makes a resource",
    "POST /v1/agreements": "makes a resource",
    "POST /v1/agreements/{agreement_id}/master-plan": "makes a resource, once",
    "POST /v1/plan-activities/{activity_id}/alignments": "makes a resource",
    "POST /v1/organisations/{ngo_id}/foreign-ministry-steps": "adds to a log; replaces nothing",
    "POST /v1/agreements/{agreement_id}/programme-directions": "makes a resource",
    "POST /v1/local-partners": "makes a resource",
    "POST /v1/local-partners/imports": "makes resources",
    "POST /v1/local-partners/{partner_id}/opinions": "makes a resource; the partner stays as it is",
    "POST /v1/regional-activities": "makes a resource",
    "POST /v1/regional-activities/{activity_id}/answers": "regions answer at once; the body names which notice, or 412",
    "POST /v1/organisations/{ngo_id}/measures": "makes a resource",
    "POST /v1/organisations/{ngo_id}/external-measures": "makes a resource",
    "POST /v1/work-plans": "makes a resource",
    "POST /v1/work-plans/{plan_id}/minutes": "adds a document, one for each region, in any order; replaces none (409)",
    "POST /v1/reports": "makes a resource",
    "POST /v1/visits": "makes a resource",
    "POST /v1/visits/{visit_id}/answers": "regions answer at once; the body names which itinerary, 412 for an old one",
    "POST /v1/stories": "makes a resource",
    "POST /v1/foreign-staff-requests": "makes a resource",
    "POST /v1/tax-relief-requests": "makes a resource",
    "POST /v1/inbox/{message_id}/read": "one's own mark; setting it twice is setting it once",
    "POST /v1/subscriptions": "makes a resource",
}
"""Writes that change nothing that somebody could have changed meanwhile, and why."""

WHY: Final = {"reason": "because it is so"}
LATER: Final = "2020-04-03"


def routes(service: str) -> Iterator[tuple[str, str, Any]]:
    for route in routes_of(app_of(service)):
        if route.path.startswith("/v1/"):
            for verb in sorted(route.methods - {"HEAD", "OPTIONS"}):
                yield verb, route.path, route


def changes(service: str) -> Iterator[tuple[str, str]]:
    for verb, path, route in routes(service):
        if etags.expected_version in calls_of(route.dependant):
            yield verb, path


@pytest.mark.parametrize("service", SERVICES)
def test_every_write_names_the_version_it_rests_on_or_a_reason_why_there_is_none(service: str) -> None:
    with_version = {f"{verb} {path}" for verb, path in changes(service)}
    writes = {f"{verb} {path}" for verb, path, _ in routes(service) if verb != "GET"}

    assert not with_version & NOT_A_CHANGE.keys()
    assert writes - with_version <= NOT_A_CHANGE.keys()


def test_no_exception_outlives_its_route() -> None:
    there = {(verb, path) for service in SERVICES for verb, path, _ in routes(service)}

    assert NO_TAG.keys() <= {path for verb, path in there if verb == "GET"}
    assert NOT_A_CHANGE.keys() <= {f"{verb} {path}" for verb, path in there}


class Samples:
    """One of each resource, and bodies that would do for each change."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ids: dict[str, Any] = {}  # parameter, or path and parameter -> value
        self.queries: dict[str, str] = {}  # path -> what it must be asked
        self.bodies: dict[str, Json] = {}  # end of a path -> body
        self.member = "member"

    def address(self, path: str) -> str:
        prefix, query = path.split("/")[2], self.queries.get(path, "")
        for part in [part for part in path.split("/") if part.startswith("{")]:
            name = part[1:-1].split(":")[0]
            value = self.ids.get(f"{prefix}/{name}") or self.ids[name]
            path = path.replace(part, str(value))
        return path + query

    def body(self, verb: str, path: str) -> Json | None:
        prefix, end = path.split("/")[2], path.rsplit("/", maxsplit=1)[-1]
        if verb == "PUT":
            return self.bodies.get(f"PUT {prefix}/{end}") or self.bodies[f"PUT {prefix}"]
        last_two = "/".join(path.split("/")[-2:])
        return self.bodies.get(last_two) or self.bodies.get(f"{prefix}/{end}", self.bodies.get(end))

    def callers(self) -> Iterator[Json]:
        """Roles and subjects, one of whom each route lets pass."""
        yield {"sub": self.member}
        for role in ("fasker_officer", "fasker_head", "satker_officer", "integrator"):
            yield {"roles": (role,), "sub": f"{role}-1", "unit": UNIT}


ACTIVITY: Final = {
    "title": "x",
    "detail": "x",
    "sector": "health",
    "priority": "PN3-2020",
    "sdgs": [3],
    "regions": ["53.06"],
    "from_year": 2020,
    "to_year": 2021,
    "budget": "1.00",
    "currency": "EUR",
    "outcome_indicator": "x",
}
PROFILE: Final = {
    "name": "N",
    "acronym": "N",
    "legal_form": "x",
    "origin_country": "NL",
    "home_city": "x",
    "office_address": "x",
    "email": "x@example.org",
    "sectors": ["health"],
    "started_in_indonesia_on": "2012-01-01",
    "counterpart_unit": "x",
}


async def registry(samples: Samples) -> None:
    successor = await organisation_with_all(samples.world, "successor")
    samples.ids |= await organisation_with_all(samples.world, samples.member)
    samples.ids |= {"subject": samples.member, "code": "53.06", "framework": "SDG", "version": 1}
    samples.queries |= {"/v1/regions/search": "?q=manggarai"}
    samples.bodies |= {
        "verification": {"decision": "accepted"},
        "merger": {"successor_id": str(successor["ngo_id"]), "effective_on": "2020-01-01", **WHY},
        "decision": {"decision": "approved"},
        "plan-activities/decision": {"decision": "confirmed"},
        "PUT organisations/profile": PROFILE,
        "PUT organisations/{subject:path}": {"role": "ngo_staff", **WHY},
        "PUT organisations/representative": {"name": "x", "function": "x"},
        "field-checks": {"checks": [{"field": "name", "state": "confirmed"}]},
        **dict.fromkeys(("suspension", "reinstatement", "closure", "plan-activities/withdrawal", "retraction"), WHY),
        "PUT local-partners": PARTNER,
        "revocation": {"revoked_on": "2020-01-02", **WHY},
        "termination": {"ended_on": "2020-06-01", **WHY},
        "amendments": {"activities": [ACTIVITY], **WHY},
        "pre-orientation": {},
        "orientation": {},
        "start": {"started_on": "2020-01-01"},
        "end": {"ended_on": "2020-01-01", **WHY},
        "renewal": {"registration_number": "x", "registration_valid_to": "2031-01-01", "document_sha256": "0" * 64},
        "renewal/decision": {"decision": "confirmed"},
        "release": {"note": "a note"},
        "PUT regional-activities": notice(samples.ids),
        "lifting": {"lifted_on": "2020-01-01", **WHY},
        "withdrawal": WHY,
    }


async def reporting(samples: Samples) -> None:
    world, partner = samples.world, Partner(samples.member)
    await world.set_clock("reporting", START)
    await world.publish("registry", *partner.history())
    await world.deliver("registry", "reporting")
    desk = Desk(world, await world.api("reporting"), sub=partner.sub)
    plan = await desk.post("/work-plans", partner.plan(), status=201)
    due = (await desk.get("/obligations?kind=semester_report&sort=due_on"))["items"][0]
    activity = {
        "work_plan_activity_id": str(uuid7()),
        "realised": "50",
        "beneficiaries": {"male": 40, "female": 50, "total": 90},
        "spent": "4000.00",
        "currency": "EUR",
        "regions": ["53.06"],
        "status": "on_track",
    }
    report_body = {"obligation_id": due["id"], "activities": [activity], "summary": "All went as planned"}
    report = await desk.post("/reports", report_body, status=201)
    announced = await desk.post("/visits", visit(), status=201)
    written = await desk.post("/stories", story(), status=201)
    pool = await world.pool("reporting")
    await pool.execute(  # officials act on what was submitted
        "UPDATE work_plan SET status = 'submitted', submitted_version = 1, submitted_at = now(), submitted_by = 'x'"
    )
    await pool.execute(
        """
        UPDATE report
        SET status = 'submitted', submitted_version = 1, submitted_at = now(), submitted_by = 'x', days_late = 0
        """
    )
    await pool.execute(
        "UPDATE story SET status = 'published', submitted_by = 'x', published_at = now() WHERE id = $1", written["id"]
    )
    samples.ids |= {
        "plan_id": plan["id"],
        "obligation_id": due["id"],
        "report_id": report["id"],
        "visit_id": announced["id"],
        "story_id": written["id"],
    }
    samples.bodies |= {
        "PUT work-plans": partner.plan(),
        "PUT reports": report_body,
        "PUT visits": visit(),
        "PUT stories": story(),
        "extension": {"due_on": "2021-12-31", **WHY},
        "reports/decision": {"decision": "accepted"},
        "work-plans/decision": {"decision": "approved"},
        "completion": {"note": "Went well"},
        **dict.fromkeys(("waiver", "cancellation", "unpublication"), WHY),
    }


async def recommendations(samples: Samples) -> None:
    world = samples.world
    await world.set_clock("recommendations", NOW)
    service = Recommendations(world, await world.api("recommendations"))
    ngo = await service.register_ngo(member=samples.member)
    staff = await service.issued(STAFF, ngo, staff_body(ngo))
    tax = await service.submitted(TAX, ngo, tax_body(ngo))
    posting = (await service.get("/foreign-staff", sub=ngo.member)).json()["items"][0]
    samples.ids |= {
        "foreign-staff-requests/request_id": staff["id"],
        "tax-relief-requests/request_id": tax["id"],
        "posting_id": posting["id"],
        "letter_id": staff["letter"]["id"],
        "code": staff["letter"]["code"],
    }
    samples.bodies |= {
        "PUT foreign-staff-requests": staff_body(ngo),
        "PUT tax-relief-requests": tax_body(ngo),
        "decision": {"decision": "rejected", **WHY},
        "arrival": {"arrived_on": LATER},
        "end": {"ended_on": LATER},
        "revocation": WHY,
    }


async def notifications(samples: Samples) -> None:
    world = samples.world
    client = await world.api("notifications")
    body = {"name": "SIPD", "types": ["*"]}
    made = await client.post("/v1/subscriptions", json=body, headers=world.write("integrator", sub="integrator-1"))
    samples.ids |= {"subscription_id": made.json()["id"]}
    samples.bodies |= {"pause": WHY, "resumption": WHY}


FILL: Final = {
    "registry": registry,
    "reporting": reporting,
    "recommendations": recommendations,
    "notifications": notifications,
}


@pytest.fixture(params=SERVICES)
async def walk(request: pytest.FixtureRequest, world: World) -> tuple[str, httpx.AsyncClient, Samples]:
    samples = Samples(world)
    await FILL[request.param](samples)
    return request.param, await world.api(request.param), samples


async def test_every_read_has_a_tag_and_answers_304_to_it(walk: tuple[str, httpx.AsyncClient, Samples]) -> None:
    service, client, samples = walk
    walked = 0
    for verb, path, _ in routes(service):
        if verb != "GET" or path in NO_TAG:
            continue
        address = samples.address(path)
        first, headers = await first_with(200, client, samples, verb, address)

        tag = first.headers["etag"]
        same = await client.get(address, headers=headers | {"If-None-Match": f'"7", {tag}'})
        weak = await client.get(address, headers=headers | {"If-None-Match": f"W/{tag}"})
        other = await client.get(address, headers=headers | {"If-None-Match": '"999999-0123456789abcdef"'})
        long = await client.get(address, headers=headers | {"If-None-Match": "0" * 1001})

        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag), path
        assert weak.status_code == 304, path
        assert long.status_code == 422, path
        assert (other.status_code, other.content) == (200, first.content), path
        if first.headers["content-type"] == "application/json" and "version" in first.json():
            assert version_of(tag) == first.json()["version"], path
        walked += 1
    assert walked >= 2


async def test_every_change_is_428_without_a_version_and_412_with_an_old_one(
    walk: tuple[str, httpx.AsyncClient, Samples],
) -> None:
    service, client, samples = walk
    walked = 0
    for verb, path in changes(service):
        address, body = samples.address(path), samples.body(verb, path)

        missing, _ = await first_with(428, client, samples, verb, address, body)
        stale, _ = await first_with(412, client, samples, verb, address, body, match=999_999)

        assert missing.json()["type"] == "/problems/version-required"
        assert stale.json()["type"] == "/problems/stale-version"
        walked += 1
    assert walked >= 2


async def first_with(
    status: int,
    client: httpx.AsyncClient,
    samples: Samples,
    verb: str,
    address: str,
    body: Json | None = None,
    *,
    match: int | None = None,
) -> tuple[httpx.Response, dict[str, str]]:
    """The answer to the first caller whom the route lets pass."""
    seen = []
    for caller in samples.callers():
        roles, sub, unit = caller.get("roles", ()), caller["sub"], caller.get("unit", "")
        headers = (
            samples.world.read(*roles, sub=sub, unit=unit)
            if verb == "GET"
            else samples.world.write(*roles, sub=sub, unit=unit, match=match)
        )
        response = await client.request(verb, address, json=body, headers=headers)
        if response.status_code == status:
            return response, headers
        seen.append(f"{sub}: {response.status_code} {response.text[:200]}")
        assert response.status_code in (403, 404), (verb, address, seen)
    raise AssertionError((verb, address, status, seen))


async def test_a_tag_as_it_was_read_is_good_for_a_change(world: World) -> None:
    samples = Samples(world)
    await reporting(samples)
    client, address = await world.api("reporting"), samples.address("/v1/visits/{visit_id}")
    read = await client.get(address, headers=world.read(sub=samples.member))
    small = await client.get(f"{address}?fields=id", headers=world.read(sub=samples.member))

    changed = await client.put(
        address, json=visit(), headers=world.write(sub=samples.member) | {"If-Match": small.headers["etag"]}
    )

    assert read.headers["etag"] != small.headers["etag"]
    assert changed.status_code == 200, changed.text
    again = await client.get(
        address, headers=world.read(sub=samples.member) | {"If-None-Match": changed.headers["etag"]}
    )
    assert again.status_code == 304


async def test_what_changes_without_a_new_version_is_not_hidden_by_304(world: World) -> None:
    samples = Samples(world)
    await recommendations(samples)
    client, address = await world.api("recommendations"), samples.address("/v1/letters/{letter_id}")
    headers = world.read(sub=samples.member)
    valid = await client.get(address, headers=headers)

    await world.set_clock("recommendations", datetime(2025, 1, 1, tzinfo=UTC))
    later = await client.get(address, headers=headers | {"If-None-Match": valid.headers["etag"]})

    assert valid.json()["status"] == "valid"
    assert (later.status_code, later.json()["status"]) == (200, "expired")
    assert version_of(later.headers["etag"]) == version_of(valid.headers["etag"])


@pytest.mark.parametrize("service", SERVICES)
async def test_the_document_of_a_service_has_a_tag_and_answers_304_to_it(world: World, service: str) -> None:
    client = await world.api(service)
    document = await client.get("/openapi.json")
    tag = document.headers["etag"]

    same = await client.get("/openapi.json", headers={"If-None-Match": tag})
    other = await client.get("/openapi.json", headers={"If-None-Match": '"0-0123456789abcdef"'})

    assert (document.headers["content-type"], version_of(tag)) == ("application/json", None)
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert (other.status_code, other.content) == (200, document.content)
