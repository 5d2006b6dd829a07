"""What the story leaves out: with it, every route that writes is called once with success, and some drafts stay."""

import hashlib
from datetime import date
from typing import Any, Final

from demo.cast import FASKER, FASKER_HEAD, NTT, Partner
from demo.client import Answer, Person
from demo.stage import Stage
from demo.story import experts, relief
from demo.story.plans import DIGEST
from demo.story.visit import visit
from tests.rights.epilogue_agreements import licences_and_agreements

REJECTED: Final = Person("Rejected applicant", "rejected-1")
INVITED: Final = Person("Nobody", "nobody-1")
"""Acts for nobody yet: two organisations' invitations stay open."""
UNSUBMITTED: Final = "Belum diajukan"
"""Stands in what was edited after a submission, and in nothing that was handed in."""
REASON: Final = {"reason": "Data contoh"}


async def act(stage: Stage) -> None:
    for chapter in (
        people_join,
        profiles,
        evidence,
        local_partners,
        alignments,
        organisations,
        plans_and_reports,
        stories_and_visits,
        regional_activities,  # on a permit that the next chapter revokes
        licences_and_agreements,
        measures,
    ):
        await chapter(stage)
    for chapter in (staff_and_goods, edits_after_a_submission, subscriptions, operators):
        await chapter(stage)


async def _version(stage: Stage, who: Person | None, service: str, path: str) -> int:
    return (await stage.services.call(who, "GET", service, path)).version


async def _do(stage: Stage, who: Person, service: str, path: str, body: Any = None, **options: Any) -> Answer:
    answer, _ = await stage.quietly(who, options.pop("verb", "POST"), service, path, body, **options)
    return answer


def _pair(stage: Stage) -> tuple[Partner, Partner]:
    return stage.partners["snv"], stage.partners["irw"]


async def people_join(stage: Stage) -> None:
    for partner in _pair(stage):
        path = f"/v1/organisations/{partner.ngo_id}"
        for name, role in (("staff", "ngo_staff"), ("director", "ngo_director"), ("left", "ngo_staff")):
            await _answer(stage, await _invite(stage, partner, f"{partner.key}-{name}", role), "acceptance")
        await _do(stage, partner.person, "registry", f"{path}/members/{partner.key}-left", verb="DELETE")
        await _leaver(stage, partner)
        await _answer(stage, await _invite(stage, partner, f"{partner.key}-extra"), "acceptance")
        await _answer(stage, await _invite(stage, partner, "unwilling-1"), "refusal")
        late = await _invite(stage, partner, "late-1")
        await _do(stage, partner.person, "registry", f"{path}/invitations/{late['id']}/withdrawal", match=1)
        await _invite(stage, partner, INVITED.sub)
        permit = {
            "kind": "IZIN_OPERASIONAL",
            "number": "DEMO-IO-1",
            "issuer": "Kementerian Luar Negeri",
            "issued_on": "2020-01-10",
            "valid_from": "2020-02-01",
            "valid_to": "2021-12-31",
        }
        await _do(stage, partner.person, "registry", f"/v1/organisations/{partner.ngo_id}/licences", permit)


async def _leaver(stage: Stage, partner: Partner) -> None:
    """Has another role for a while, and goes."""
    leaver, path = Person("Leaver", f"{partner.key}-leaver"), f"/v1/organisations/{partner.ngo_id}"
    await _answer(stage, await _invite(stage, partner, leaver.sub), "acceptance")
    role = {"role": "ngo_director"} | REASON
    changed = await _do(stage, partner.person, "registry", f"{path}/members/{leaver.sub}", role, verb="PUT", match=1)
    await _do(stage, leaver, "registry", f"{path}/membership", verb="DELETE", match=changed.version)


async def _invite(stage: Stage, partner: Partner, sub: str, role: str = "ngo_staff") -> dict[str, Any]:
    path = f"/v1/organisations/{partner.ngo_id}/invitations"
    made = await _do(stage, partner.person, "registry", path, {"subject": sub, "role": role})
    invitation: dict[str, Any] = made.body
    return invitation


async def _answer(stage: Stage, invitation: dict[str, Any], what: str) -> None:
    who, path = Person("Invited", invitation["subject"]), f"/v1/invitations/{invitation['id']}/{what}"
    await _do(stage, who, "registry", path, match=invitation["version"])


async def profiles(stage: Stage) -> None:
    for partner in _pair(stage):
        path = f"/v1/organisations/{partner.ngo_id}"
        told = await stage.services.call(partner.person, "GET", "registry", f"{path}/profile")
        form = {name: told.body[name] for name in told.body if name not in ("id", "version", "status", "checks")}
        changed = await _do(
            stage, partner.person, "registry", f"{path}/profile", form | {"fax": "+62 21 5550101"}, verb="PUT",
            match=told.version,
        )  # fmt: skip
        checks = {"checks": [{"field": "fax", "state": "confirmed"}]}
        checked = await _do(stage, FASKER, "registry", f"{path}/field-checks", checks, match=changed.version)
        named = {"name": f"Contoh Pemimpin {partner.key}", "function": "Country Director"}
        await _do(stage, partner.person, "registry", f"{path}/representative", named, verb="PUT", match=checked.version)


async def evidence(stage: Stage) -> None:
    content = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF"
    form = {"name": "Contoh.pdf", "media_type": "application/pdf", "size_bytes": len(content)}
    form["sha256"] = hashlib.sha256(content).hexdigest()
    for partner in _pair(stage):
        path = f"/v1/organisations/{partner.ngo_id}/files"
        for kind in ("msp", "other"):
            begun = await _do(stage, partner.person, "registry", path, form | {"kind": kind})
            file = f"{path}/{begun.body['id']}"
            octets = {"Content-Type": "application/octet-stream"}
            await stage.services.call(partner.person, "PUT", "registry", f"{file}/parts/1", content, headers=octets)
            if kind == "msp":
                await _do(stage, partner.person, "registry", f"{file}/completion", match=1)
            else:
                await _do(stage, partner.person, "registry", file, verb="DELETE", match=1)


async def local_partners(stage: Stage) -> None:
    for partner in _pair(stage):
        proposal = {
            "name": "Yayasan contoh",
            "legal_form": "yayasan",
            "registration_number": "DEMO-AHU-1",
            "registration_valid_to": "2023-12-31",
            "regions": partner.regions[:1] if partner.key == "irw" else ["53.06"],
            "programme": "Data contoh",
        }
        proposed = await _do(stage, partner.person, "registry", "/v1/local-partners", proposal)
        line = proposal | {"registration_number": "DEMO-AHU-2"}
        await stage.services.call(
            partner.person,
            "POST",
            "registry",
            "/v1/local-partners/imports",
            line,
            headers={"Content-Type": "application/jsonl"},
        )
        path = f"/v1/local-partners/{proposed.body['id']}"
        await _clear(stage, partner, path, proposal)


async def _clear(stage: Stage, partner: Partner, path: str, proposal: dict[str, Any]) -> None:
    """Through the whole clearance, into the work and out of it."""
    changed = await _do(
        stage, partner.person, "registry", path, proposal | {"has_bank_account": True}, verb="PUT", match=1
    )
    begun = await _do(stage, FASKER, "registry", f"{path}/pre-orientation", {}, match=changed.version)
    today = stage.now.date().isoformat()
    opinion = {"body": "kemlu", "stance": "with_notes", "text": "Data contoh", "given_on": today}
    recorded = await _do(stage, FASKER, "registry", f"{path}/opinions", opinion)
    release = f"{path}/opinions/{recorded.body['id']}/release"
    await _do(stage, FASKER, "registry", release, {"note": "Data contoh"}, match=recorded.version)
    oriented = await _do(stage, FASKER, "registry", f"{path}/orientation", {}, match=begun.version)
    decided = await _do(stage, FASKER, "registry", f"{path}/decision", {"decision": "approved"}, match=oriented.version)
    started = await _do(
        stage, partner.person, "registry", f"{path}/start", {"started_on": today}, match=decided.version
    )
    renewal = {"registration_number": "DEMO-AHU-3", "registration_valid_to": "2026-12-31", "document_sha256": DIGEST}
    given = await _do(stage, partner.person, "registry", f"{path}/renewal", renewal, match=started.version)
    confirmed = {"decision": "confirmed"}
    renewed = await _do(stage, FASKER, "registry", f"{path}/renewal/decision", confirmed, match=given.version)
    end = {"ended_on": today, "reason": "Data contoh"}
    await _do(stage, partner.person, "registry", f"{path}/end", end, match=renewed.version)


async def regional_activities(stage: Stage) -> None:
    """One that is recorded, answered and then changed; one that is withdrawn."""
    for partner, region in zip(_pair(stage), ("53.06", "72.10"), strict=True):
        agreements = await stage.read(None, "registry", f"/v1/agreements?ngo_id={partner.ngo_id}")
        path = f"/v1/organisations/{partner.ngo_id}/licences?kind=IZIN_OPERASIONAL&status=VALID"
        licences = await stage.read(partner.person, "registry", path)
        notice = {
            "kind": "new",
            "agreement_id": agreements["items"][0]["id"],
            "licence_id": licences["items"][0]["id"],
            "local_partner_ids": [],
            "title": "Data contoh",
            "activities": ["Data contoh"],
            "regions": [region],
            "starts_on": "2021-01-01",
            "ends_on": "2021-06-30",
        }
        made = await _do(stage, partner.person, "registry", "/v1/regional-activities", notice)
        path = f"/v1/regional-activities/{made.body['id']}"
        recorded = await _do(stage, FASKER, "registry", f"{path}/record", match=made.version)
        office = Person(f"Kesbangpol {region}", f"kesbangpol-{region}", ("pemda_kesbangpol",), (region,))
        answer = {"region": region, "answer": "postponed", "version": 1} | REASON
        answered = await _do(stage, office, "registry", f"{path}/answers", answer)
        assert answered.version > recorded.version
        await _do(stage, partner.person, "registry", path, notice, verb="PUT", match=answered.version)
        other = await _do(stage, partner.person, "registry", "/v1/regional-activities", notice)
        path = f"/v1/regional-activities/{other.body['id']}/withdrawal"
        await _do(stage, partner.person, "registry", path, REASON, match=other.version)


async def measures(stage: Stage) -> None:
    today = stage.now.date().isoformat()
    warning = {"kind": "written_warning", "decided_on": today, "starts_on": today, "document_sha256": DIGEST} | REASON
    external = warning | {"issuer": "Kementerian Luar Negeri", "document_number": "DEMO-1"}
    for partner in _pair(stage):
        path = f"/v1/organisations/{partner.ngo_id}"
        taken = await _do(stage, FASKER_HEAD, "registry", f"{path}/measures", warning)
        await _do(stage, FASKER, "registry", f"{path}/external-measures", external)
        lifting = f"{path}/measures/{taken.body['id']}/lifting"
        await _do(stage, FASKER_HEAD, "registry", lifting, {"lifted_on": today} | REASON, match=taken.version)


async def alignments(stage: Stage) -> None:
    for partner in _pair(stage):
        plan = await stage.read(partner.person, "registry", f"/v1/agreements/{partner.agreement_id}/master-plan")
        path = f"/v1/plan-activities/{plan['activities'][0]['id']}/alignments"
        for item in ("PN2-2020", "PN4-2020"):
            proposal = {"item": item, "weight": 20, "note": "Data contoh"}
            proposed = await _do(stage, partner.person, "registry", path, proposal)
            if item == "PN2-2020":
                own = f"{path}/{proposed.body['id']}"
                await _do(stage, FASKER, "registry", f"{own}/decision", {"decision": "confirmed"}, match=1)
                await _do(stage, partner.person, "registry", f"{own}/withdrawal", REASON, match=2)


async def organisations(stage: Stage) -> None:
    care, ford = stage.partners["care"], stage.partners["ford"]
    path = f"/v1/organisations/{care.ngo_id}"
    for step in ("suspension", "reinstatement"):
        version = await _version(stage, None, "registry", path)
        await _do(stage, FASKER, "registry", f"{path}/{step}", REASON, match=version)
    path = f"/v1/organisations/{ford.ngo_id}"
    version = await _version(stage, None, "registry", path)
    await _do(stage, FASKER_HEAD, "registry", f"{path}/closure", REASON, match=version)
    applications = [c for c in stage.services.made if c.route.name == "POST /v1/organisations"]  # type: ignore[attr-defined]
    form = applications[-1].body | {"name": "Organisasi contoh", "acronym": "OC", "aliases": []}
    applied = await _do(stage, REJECTED, "registry", "/v1/organisations", form)
    path = f"/v1/organisations/{applied.body['id']}/verification"
    await _do(stage, FASKER, "registry", path, {"decision": "rejected"} | REASON, match=applied.version)
    await _do(stage, Person("Applicant", "applicant-1"), "registry", "/v1/organisations", form)


async def plans_and_reports(stage: Stage) -> None:
    for partner in _pair(stage):
        plan = await _recorded(stage, "POST /v1/work-plans", partner) | {"year": 2021}
        kept = await _do(stage, partner.person, "reporting", "/v1/work-plans", plan)
        path = f"/v1/work-plans/{kept.body['id']}"
        await _do(stage, partner.person, "reporting", path, plan, verb="PUT", match=kept.version)
        left = await _do(stage, partner.person, "reporting", "/v1/work-plans", plan)
        path = f"/v1/work-plans/{left.body['id']}"
        await _do(stage, partner.person, "reporting", f"{path}/withdrawal", match=left.version)
        due = await stage.read(partner.person, "reporting", "/v1/obligations?kind=semester_report&limit=100")
        owed = [item["id"] for item in due["items"] if item["status"] in ("open", "due_soon", "overdue")]
        report = await _recorded(stage, "POST /v1/reports", partner) | {"obligation_id": owed[0]}
        draft = await _do(stage, partner.person, "reporting", "/v1/reports", report)
        path = f"/v1/reports/{draft.body['id']}/withdrawal"
        await _do(stage, partner.person, "reporting", path, match=draft.version)
        await _do(stage, partner.person, "reporting", "/v1/reports", report)
        path = f"/v1/obligations/{owed[-1]}"
        version = await _version(stage, FASKER_HEAD, "reporting", path)
        await _do(stage, FASKER_HEAD, "reporting", f"{path}/waiver", REASON, match=version)


async def _recorded(stage: Stage, name: str, partner: Partner) -> dict[str, Any]:
    """What the partner sent in the story."""
    calls = [c for c in stage.services.made if c.route.name == name and c.who == partner.person]  # type: ignore[attr-defined]
    body: dict[str, Any] = calls[-1].body
    return body


async def stories_and_visits(stage: Stage) -> None:
    snv, irw = _pair(stage)
    story = await _recorded(stage, "POST /v1/stories", snv)
    for partner in (snv, irw):
        place = {"regions": partner.regions[:1]}
        draft = await _do(stage, partner.person, "reporting", "/v1/stories", story | place)
        path = f"/v1/stories/{draft.body['id']}"
        edited = await _do(stage, partner.person, "reporting", path, story | place, verb="PUT", match=draft.version)
        if partner is irw:
            sent = await _do(stage, irw.person, "reporting", f"{path}/submission", match=edited.version)
            published = await _do(stage, FASKER, "reporting", f"{path}/publication", match=sent.version)
            await _do(stage, FASKER, "reporting", f"{path}/unpublication", REASON, match=published.version)
            shown = await _do(stage, irw.person, "reporting", "/v1/stories", story | place)
            path = f"/v1/stories/{shown.body['id']}"
            sent = await _do(stage, irw.person, "reporting", f"{path}/submission", match=shown.version)
            await _do(stage, FASKER, "reporting", f"{path}/publication", match=sent.version)
    trip = visit(date(2021, 3, 1)) | {"stops": [{"region": "72.10", "on": "2021-03-02", "place": "Sigi"}]}
    await _do(stage, irw.person, "reporting", "/v1/visits", trip)
    announced = await _do(stage, irw.person, "reporting", "/v1/visits", trip)
    path = f"/v1/visits/{announced.body['id']}/cancellation"
    await _do(stage, irw.person, "reporting", path, REASON, match=announced.version)


async def staff_and_goods(stage: Stage) -> None:
    snv, irw = _pair(stage)
    for who, address, body in (
        (snv.person, experts.PATH, experts.request(stage, 5)),
        (irw.person, relief.PATH, relief.request(stage)),
    ):
        await _do(stage, who, "recommendations", address, body)
        draft = await _do(stage, who, "recommendations", address, body)
        path = f"{address}/{draft.body['id']}"
        edited = await _do(stage, who, "recommendations", path, body, verb="PUT", match=draft.version)
        await _do(stage, who, "recommendations", f"{path}/withdrawal", match=edited.version)
    postings = await stage.read(snv.person, "recommendations", "/v1/foreign-staff")
    posting, revoked, _ = postings["items"]
    path = f"/v1/foreign-staff/{posting['id']}"
    arrived = await _do(stage, snv.person, "recommendations", f"{path}/arrival", {"arrived_on": "2020-11-02"}, match=1)
    await _do(stage, snv.person, "recommendations", f"{path}/end", {"ended_on": "2021-01-05"}, match=arrived.version)
    request = await stage.read(snv.person, "recommendations", f"{experts.PATH}/{revoked['request_id']}")
    path = f"/v1/letters/{request['letter']['id']}/revocation"
    await _do(stage, FASKER_HEAD, "recommendations", path, REASON, match=1)


async def edits_after_a_submission(stage: Stage) -> None:
    """Each comes back, and its organisation edits it: what it says then is nobody else's to see."""
    snv, irw = _pair(stage)
    for partner, submitted_for, edited_to in ((snv, "53.06", "53.10"), (irw, "72.71", "72.10")):
        await _reopened_plan(stage, partner, submitted_for, edited_to)
    stay = {"starts_on": "2020-12-01", "ends_on": "2021-08-31"}
    expert = experts.request(stage, 8) | stay
    other = experts.request(stage, 9)["person"] | {"name": UNSUBMITTED}
    await _reopened_request(stage, snv, experts.PATH, expert, {"position": UNSUBMITTED, "person": other})
    await _reopened_request(stage, irw, relief.PATH, relief.request(stage), {"sender": UNSUBMITTED})


async def _reopened_plan(stage: Stage, partner: Partner, submitted_for: str, edited_to: str) -> None:
    plan = await _recorded(stage, "POST /v1/work-plans", partner) | {"year": 2021}
    plan["activities"] = [activity | {"regions": [submitted_for]} for activity in plan["activities"]]
    drafted = await _do(stage, partner.person, "reporting", "/v1/work-plans", plan)
    path = f"/v1/work-plans/{drafted.body['id']}"
    minutes = {
        "region": submitted_for,
        "held_on": "2020-12-01",
        "document_number": "DEMO-BAP",
        "document_sha256": DIGEST,
    }
    noted = await _do(stage, partner.person, "reporting", f"{path}/minutes", minutes)
    returned = await _returned(
        stage, partner, "reporting", path, noted.version, reviewer=partner.satker, field="/title"
    )
    edited = plan | {"title": UNSUBMITTED}
    edited["activities"] = [activity | {"regions": [edited_to]} for activity in plan["activities"]]
    await _do(stage, partner.person, "reporting", path, edited, verb="PUT", match=returned)


async def _reopened_request(
    stage: Stage, partner: Partner, address: str, request: dict[str, Any], edit: dict[str, Any]
) -> None:
    drafted = await _do(stage, partner.person, "recommendations", address, request)
    path = f"{address}/{drafted.body['id']}"
    returned = await _returned(stage, partner, "recommendations", path, 1, reviewer=FASKER, field="/sender")
    await _do(stage, partner.person, "recommendations", path, request | edit, verb="PUT", match=returned)


async def _returned(
    stage: Stage, partner: Partner, service: str, path: str, version: int, *, reviewer: Person, field: str
) -> int:
    """Hand it in, and have it sent back; gives its version then."""
    sent = await _do(stage, partner.person, service, f"{path}/submission", match=version)
    taken = await _do(stage, reviewer, service, f"{path}/review", match=sent.version)
    comments = {"decision": "revision_requested", "comments": [{"field": field, "text": "Data contoh"}]}
    return (await _do(stage, reviewer, service, f"{path}/decision", comments, match=taken.version)).version


async def subscriptions(stage: Stage) -> None:
    path = f"/v1/subscriptions/{stage.services.addresses['subscription']}"
    for step in ("pause", "resumption"):
        version = await _version(stage, NTT, "notifications", path)
        await _do(stage, NTT, "notifications", f"{path}/{step}", REASON, match=version)
    for partner in _pair(stage):
        inbox = await stage.read(partner.person, "notifications", "/v1/inbox?limit=1")
        await _do(stage, partner.person, "notifications", f"/v1/inbox/{inbox['items'][0]['id']}/read")


async def operators(stage: Stage) -> None:
    operator, source = stage.services.operator, "registry"
    readers = {"registry": "reporting", "reporting": source, "recommendations": source, "notifications": source}
    for service, of in readers.items():
        for act_ in ("redrive", "skip", "discard"):
            await _do(stage, operator, service, f"/ops/v1/parked/{of}/none/1/{act_}", REASON)
        for act_ in ("pause", "rewind", "resume"):
            await _do(stage, operator, service, f"/ops/v1/sources/{of}/{act_}", REASON)
