from datetime import UTC, datetime

from tests.recommendations.bodies import goods, share, tax_body
from tests.recommendations.conftest import TAX, Ngo, Recommendations


async def test_disaster_goods_get_a_letter_under_the_law_of_the_day(service: Recommendations, ngo: Ngo) -> None:
    issued = await service.issued(TAX, ngo, tax_body(ngo))

    assert issued["letter"]["number"] == "001/BPP/FASKER/2020"
    assert issued["regions"] == ["53.06", "53.10"]
    name, data = (await service.events())[-1]
    assert (name, data["legal_basis"], data["valid_to"]) == ("RecommendationIssued", ["PMK 69/2012"], "2021-03-02")
    letter = (await service.get(f"/letters/{issued['letter']['id']}", sub=ngo.member)).json()
    assert letter["blocks"][3]["lines"][0] == "Family tents, pos tarif 63062200: 500 piece, baru, asal NL, EUR 75.000"
    assert "Penyaluran: Flores Timur, Manggarai" in letter["blocks"][3]["lines"][4].replace("Kabupaten ", "")


async def test_the_legal_basis_changes_on_its_day(service: Recommendations, ngo: Ngo) -> None:
    bases = []
    for day, purpose, stage in (
        (26, "bencana_alam", "tanggap"),
        (26, "sosial", None),
        (27, "bencana_alam", "tanggap"),
        (27, "sosial", None),
    ):
        await service.world.set_clock("recommendations", datetime(2026, 2, day, 3, tzinfo=UTC))
        await service.issued(TAX, ngo, tax_body(ngo, purpose=purpose, disaster_stage=stage))
        bases.append((await service.events())[-1][1]["legal_basis"])

    assert bases == [["PMK 69/2012"], ["PMK 70/2012"], ["PMK 99/2025"], ["PMK 99/2025"]]


async def test_a_kind_without_a_legal_basis_on_that_day_is_refused(service: Recommendations, ngo: Ngo) -> None:
    draft = await service.drafted(TAX, ngo, tax_body(ngo, kind="BARANG_PINDAHAN"))

    response = await service.post(f"{TAX}/{draft['id']}/submission", sub=ngo.member, match=1)

    assert [(e["pointer"], e["rule"]) for e in response.json()["errors"]] == [("#/kind", "R05")]


async def test_goods_that_are_not_all_distributed_are_refused_at_submission(service: Recommendations, ngo: Ngo) -> None:
    shares = [{"region": "53.06", "goods_index": 0, "quantity": "499"}]
    draft = await service.drafted(TAX, ngo, tax_body(ngo, distribution=shares))

    response = await service.post(f"{TAX}/{draft['id']}/submission", sub=ngo.member, match=1)

    assert response.status_code == 422
    assert [(e["pointer"], e["rule"]) for e in response.json()["errors"]] == [("#/goods/0/quantity", "V24")]


async def test_an_edit_replaces_goods_and_distribution(service: Recommendations, ngo: Ngo) -> None:
    draft = await service.drafted(TAX, ngo, tax_body(ngo))
    body = tax_body(ngo, **goods(description="Tents"), distribution=[share()])

    edited = await service.put(f"{TAX}/{draft['id']}", body, sub=ngo.member, match=1)

    assert edited.json()["regions"] == ["53.06"]
    read = (await service.get(f"{TAX}/{draft['id']}", sub=ngo.member)).json()
    assert [g["description"] for g in read["details"]["goods"]] == ["Tents"]
    assert read["details"]["distribution"] == [{"region": "53.06", "goods_index": 0, "quantity": "500.000"}]


async def test_a_request_of_one_kind_is_not_found_under_the_other(service: Recommendations, ngo: Ngo) -> None:
    draft = await service.drafted(TAX, ngo, tax_body(ngo))

    response = await service.get(f"/foreign-staff-requests/{draft['id']}", sub=ngo.member)

    assert response.status_code == 404


async def test_an_issued_letter_can_be_revoked(service: Recommendations, ngo: Ngo) -> None:
    issued = await service.issued(TAX, ngo, tax_body(ngo))

    reason = {"reason": "The goods were sold."}
    response = await service.post(f"/letters/{issued['letter']['id']}/revocation", reason, role="fasker_head", match=1)

    assert response.status_code == 200
    assert (await service.get(f"{TAX}/{issued['id']}", sub=ngo.member)).json()["status"] == "revoked"
