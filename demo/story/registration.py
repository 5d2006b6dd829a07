"""The partners register, sign their agreements and bring their master plans."""

from datetime import UTC, datetime
from typing import Any

from demo.cast import FASKER, FASKER_HEAD, Partner
from demo.stage import Stage


async def partners_register(stage: Stage) -> None:
    await stage.chapter("Dua belas mitra mendaftar", "Twelve partners register", datetime(2020, 1, 13, 2, tzinfo=UTC))
    for partner in stage.partners.values():
        await register(stage, partner)
        await sign(stage, partner)
    listed = await stage.read(None, "registry", "/v1/organisations?limit=100")
    stage.narrator.expect("organisations in the public register", 12, len(listed["items"]))
    snv = stage.partners["snv"]
    agreement = await stage.read(None, "registry", f"/v1/agreements/{snv.agreement_id}")
    stage.narrator.expect("regencies and cities in SNV's agreement", 18, len(agreement["regions"]))
    due = await stage.read(snv.person, "reporting", "/v1/obligations?limit=100")
    stage.narrator.note(f"reporting has computed {len(due['items'])} duties of SNV from its agreement, by dated rules")
    stage.narrator.expect("duties of SNV computed from its agreement", 15, len(due["items"]))


async def register(stage: Stage, partner: Partner) -> None:
    """Apply and be accepted."""
    application = {
        "name": partner.data["name"],
        "name_en": partner.data["name_en"],
        "acronym": partner.data["acronym"],
        "aliases": partner.data.get("aliases", []),
        "legal_form": "foundation or association",
        "origin_country": partner.data["country"],
        "home_city": partner.data["city"],
        "office_address": "Jakarta (Data contoh)",
        "email": f"{partner.key}@example.org",
        "website": f"https://{partner.key}.example.org",
        "sectors": partner.data["sectors"],
        "started_in_indonesia_on": min(partner.starts_on, stage.now.date()).isoformat(),
        "counterpart_unit": partner.data["unit"],
        "has_indonesian_bank_account": True,
        "working_areas": partner.regions,
        "principle_permit": {
            "number": f"DEMO-IP-{partner.key.upper()}",
            "issuer": "Kementerian Luar Negeri",
            "issued_on": partner.starts_on.isoformat(),
            "valid_from": partner.starts_on.isoformat(),
            "valid_to": partner.ends_on.isoformat(),
        },
    }
    applied, _ = await stage.quietly(partner.person, "POST", "registry", "/v1/organisations", application)
    partner.ngo_id = applied.body["id"]
    path = f"/v1/organisations/{partner.ngo_id}/verification"
    await stage.quietly(FASKER, "POST", "registry", path, {"decision": "accepted"}, match=applied.version)


async def sign(stage: Stage, partner: Partner) -> None:
    """Sign the agreement (MSP) and approve the master plan (RIK)."""
    agreement: dict[str, Any] = {
        "ngo_id": partner.ngo_id,
        "number": f"DEMO-MSP-{partner.key.upper()}",
        "title": partner.data["title"],
        "starts_on": partner.starts_on.isoformat(),
        "ends_on": partner.ends_on.isoformat(),
        "counterpart_unit": partner.data["unit"],
        "scope": [partner.data["title"]],
        "regions": partner.regions,
        "amount": partner.data["amount"],
        "currency": partner.data["currency"],
        "signatory_functions": ["Kepala Pusat Fasilitasi Kerja Sama", "Country Director"],
    }
    did = f"signs the MSP of {partner.name}: “{partner.data['title']}”"
    signed = await stage.act(FASKER_HEAD, did, "POST", "registry", "/v1/agreements", agreement)
    partner.agreement_id = signed.body["id"]
    mark = "" if partner.data.get("real") else " [Data contoh]"
    amount = f"{partner.data['currency']} {float(partner.data['amount']):,.0f}"
    stage.narrator.note(f"{len(partner.regions)} regencies and cities, {amount}{mark}")
    plan = {
        "activities": [
            {
                "title": partner.data["title"],
                "detail": "Data contoh",
                "sector": partner.data["sectors"][0],
                "priority": partner.data["priority"],
                "sdgs": partner.data["sdg"],
                "regions": partner.regions,
                "from_year": partner.starts_on.year,
                "to_year": partner.ends_on.year,
                "budget": partner.data["amount"],
                "currency": partner.data["currency"],
                "outcome_indicator": "Data contoh",
            }
        ]
    }
    path = f"/v1/agreements/{partner.agreement_id}/master-plan"
    approved, _ = await stage.quietly(FASKER, "POST", "registry", path, plan)
    partner.master_activities = approved.body["activities"]
