"""The part of the epilogue about licences and agreements."""

from demo.cast import FASKER, FASKER_HEAD
from demo.stage import Stage
from demo.story.plans import DIGEST

REASON = "Data contoh"


async def licences_and_agreements(stage: Stage) -> None:
    snv, care = stage.partners["snv"], stage.partners["care"]
    await _licences(stage, f"/v1/organisations/{snv.ngo_id}")
    path = f"/v1/agreements/{snv.agreement_id}"
    direction = {
        "number": "DEMO-AP-1",
        "title": REASON,
        "starts_on": snv.starts_on.isoformat(),
        "ends_on": snv.ends_on.isoformat(),
        "document_sha256": DIGEST,
    }
    await stage.quietly(FASKER, "POST", "registry", f"{path}/programme-directions", direction)
    plan = (await stage.services.call(None, "GET", "registry", f"{path}/master-plan")).body
    amendment = {"activities": plan["activities"], "reason": REASON}
    await stage.quietly(FASKER, "POST", "registry", f"{path}/master-plan/amendments", amendment, match=plan["version"])
    path = f"/v1/agreements/{care.agreement_id}"
    version = (await stage.services.call(None, "GET", "registry", path)).version
    ended = {"ended_on": stage.now.date().isoformat(), "reason": REASON}
    await stage.quietly(FASKER_HEAD, "POST", "registry", f"{path}/termination", ended, match=version)

    await _mistake(stage, care.ngo_id)


async def _mistake(stage: Stage, ngo_id: str) -> None:
    agreement = {
        "ngo_id": ngo_id,
        "number": "DEMO-MSP-MISTAKE",
        "title": REASON,
        "starts_on": "2020-01-01",
        "ends_on": "2022-12-31",
        "counterpart_unit": REASON,
        "scope": [REASON],
        "regions": ["53.06"],
        "amount": "1",
        "currency": "EUR",
        "signatory_functions": [REASON],
        "override_reason": REASON,
    }
    made, _ = await stage.quietly(FASKER_HEAD, "POST", "registry", "/v1/agreements", agreement)
    path = f"/v1/agreements/{made.body['id']}/retraction"
    await stage.quietly(FASKER_HEAD, "POST", "registry", path, {"reason": REASON}, match=made.version)


async def _licences(stage: Stage, organisation: str) -> None:
    step = {"step": "PEMAPARAN_TPOA", "outcome": "setuju", "reached_on": "2020-01-15"}
    await stage.quietly(FASKER, "POST", "registry", f"{organisation}/foreign-ministry-steps", step)
    listed = await stage.read(FASKER, "registry", f"{organisation}/licences?kind=IZIN_OPERASIONAL")
    [licence] = listed["items"]
    path = f"{organisation}/licences/{licence['id']}/revocation"
    body = {"revoked_on": "2020-06-30", "reason": REASON}
    await stage.quietly(FASKER, "POST", "registry", path, body, match=licence["version"])
    mistake = {
        "kind": "SKT_MITRA",
        "number": "DEMO-SKT-1",
        "issuer": REASON,
        "issued_on": "2020-01-10",
        "valid_from": "2020-02-01",
        "valid_to": "2021-12-31",
    }
    made, _ = await stage.quietly(FASKER, "POST", "registry", f"{organisation}/licences", mistake)
    path = f"{organisation}/licences/{made.body['id']}/retraction"
    await stage.quietly(FASKER, "POST", "registry", path, {"reason": REASON}, match=made.version)
