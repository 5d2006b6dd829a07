import json
from datetime import UTC, datetime
from io import BytesIO

from services.recommendations.letters.rules import Block, content_sha256
from tests.recommendations.bodies import staff_body, tax_body
from tests.recommendations.conftest import STAFF, TAX, Ngo, Recommendations

REASON = {"reason": "Issued on wrong papers."}


async def test_anybody_can_verify_a_letter_without_learning_who_it_is_about(service: Recommendations, ngo: Ngo) -> None:
    issued = await service.issued(STAFF, ngo, staff_body(ngo))

    response = await service.http.get(issued["letter"]["verification"])

    assert response.status_code == 200
    assert response.json() == {
        "status": "valid",
        "number": "001/TKA/FASKER/2020",
        "kind": "foreign_staff",
        "issued_on": "2020-03-02",
        "valid_to": "2022-03-31",
        "issuer": "Pusat Fasilitasi Kerja Sama, Sekretariat Jenderal Kementerian Dalam Negeri",
        "statement_id": "Surat rekomendasi nomor 001/TKA/FASKER/2020 benar diterbitkan dan berlaku sampai dengan "
        "31 Maret 2022. Surat ini adalah rekomendasi, bukan visa, izin, atau persetujuan pembebasan.",
        "statement_en": "Letter of recommendation 001/TKA/FASKER/2020 is genuine and is valid until 2022-03-31. "
        "It recommends; it is no visa, no permit and no relief.",
    }


async def test_a_code_that_was_never_issued_is_not_genuine(service: Recommendations) -> None:
    for code in ("AAAAAAAAAAAAAAAAAAAAAA", "x", "%00", "..%2f"):
        response = await service.http.get(f"/v1/letters/{code}/verification")

        assert response.status_code == 404
    assert "not genuine" in (await service.http.get("/v1/letters/x/verification")).json()["detail"]


async def test_a_letter_expires_after_its_last_day_in_jakarta(service: Recommendations, ngo: Ngo) -> None:
    issued = await service.issued(STAFF, ngo, staff_body(ngo))
    statuses = []
    for moment in (datetime(2022, 3, 31, 16, 30, tzinfo=UTC), datetime(2022, 3, 31, 17, 30, tzinfo=UTC)):
        await service.world.set_clock("recommendations", moment)
        statuses.append((await service.http.get(issued["letter"]["verification"])).json()["status"])

    assert statuses == ["valid", "expired"]


async def test_a_revoked_letter_says_so_and_frees_the_place(service: Recommendations, ngo: Ngo) -> None:
    issued = await service.issued(STAFF, ngo, staff_body(ngo))
    address = f"/letters/{issued['letter']['id']}/revocation"

    by_officer = await service.post(address, REASON, role="fasker_officer", match=1)
    stale = await service.post(address, REASON, role="fasker_head", match=2)
    revoked = await service.post(address, REASON, role="fasker_head", match=1)
    twice = await service.post(address, REASON, role="fasker_head", match=2)

    assert [r.status_code for r in (by_officer, stale, revoked, twice)] == [403, 412, 200, 409]
    assert (await service.http.get(issued["letter"]["verification"])).json()["status"] == "revoked"
    assert (await service.get(f"{STAFF}/{issued['id']}", sub=ngo.member)).json()["status"] == "revoked"
    assert (await service.get("/foreign-staff", sub=ngo.member)).json()["items"][0]["status"] == "ended"
    name, data = (await service.events())[-1]
    assert (name, data["letter_number"]) == ("RecommendationRevoked", "001/TKA/FASKER/2020")


async def test_a_letter_that_is_replaced_is_superseded(service: Recommendations, ngo: Ngo) -> None:
    first = await service.issued(STAFF, ngo, staff_body(ngo))
    body = staff_body(ngo, replaces_letter_id=first["letter"]["id"], ends_on="2021-12-31")

    second = await service.issued(STAFF, ngo, body)
    third = await service.drafted(STAFF, ngo, body)
    refused = await service.post(f"{STAFF}/{third['id']}/submission", sub=ngo.member, match=1)

    assert (await service.http.get(first["letter"]["verification"])).json()["status"] == "superseded"
    assert (await service.http.get(second["letter"]["verification"])).json()["status"] == "valid"
    assert [(e["pointer"], e["rule"]) for e in refused.json()["errors"]] == [("#/replaces_letter_id", "R06")]


async def test_numbers_have_no_gap_after_a_refusal_and_begin_anew_each_year_and_kind(
    service: Recommendations, ngo: Ngo
) -> None:
    requests = [await service.in_review(STAFF, ngo, staff_body(ngo, n)) for n in (1, 2, 3, 4)]
    numbers = [
        answer.json()["letter"]["number"]
        for answer in [await service.decide(STAFF, r, {"decision": "issued"}) for r in requests]
        if answer.status_code == 200
    ]
    numbers.append((await service.issued(TAX, ngo, tax_body(ngo)))["letter"]["number"])
    # Half past midnight in Jakarta: the new year, while it is still the old one in UTC.
    await service.world.set_clock("recommendations", datetime(2020, 12, 31, 17, 30, tzinfo=UTC))
    numbers.append((await service.issued(TAX, ngo, tax_body(ngo)))["letter"]["number"])

    assert numbers == [
        "001/TKA/FASKER/2020",
        "002/TKA/FASKER/2020",
        "003/TKA/FASKER/2020",
        "001/BPP/FASKER/2020",
        "001/BPP/FASKER/2021",
    ]


async def test_the_letter_has_all_blocks_and_its_hash_covers_what_is_read(service: Recommendations, ngo: Ngo) -> None:
    issued = await service.issued(STAFF, ngo, staff_body(ngo))

    letter = (await service.get(f"/letters/{issued['letter']['id']}", sub=ngo.member)).json()

    assert [block["heading"] for block in letter["blocks"]] == [
        "DASAR",
        "MEMBACA",
        "MEMPERHATIKAN",
        "MEREKOMENDASIKAN",
        "KETENTUAN",
        "TEMBUSAN",
    ]
    assert [line.split(" tentang ")[0] for line in letter["blocks"][0]["lines"]] == letter["legal_basis"]
    assert letter["legal_basis"] == ["UU 17/2013", "PP 59/2016", "Permensesneg 15/2008"]
    assert "Nama: Demo Person B" in letter["blocks"][3]["lines"]
    blocks = [Block(block["heading"], tuple(block["lines"])) for block in letter["blocks"]]
    on = datetime.fromisoformat(letter["issued_on"]).date()
    assert content_sha256(letter["number"], on, blocks).hex() == letter["content_sha256"]


async def test_who_need_not_know_the_person_reads_the_letter_without_him(service: Recommendations, ngo: Ngo) -> None:
    issued = await service.issued(STAFF, ngo, staff_body(ngo))
    other = await service.register_ngo("CARE", member="care-1")
    address = f"/letters/{issued['letter']['id']}"

    satker = await service.get(address, role="satker_officer")
    foreign = await service.get(address, sub=other.member)

    assert satker.status_code == 200
    assert "Demo Person" not in satker.text
    assert foreign.status_code == 404


async def test_personal_data_stands_in_its_own_table_only(service: Recommendations, ngo: Ngo) -> None:
    await service.issued(STAFF, ngo, staff_body(ngo))

    pool = await service.world.pool("recommendations")
    tables = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'recommendations'")
    holding = []
    for (table,) in tables:
        content = BytesIO()
        await pool.copy_from_table(table, output=content)
        holding += [table] if b"NX000001" in content.getvalue() else []
    answers = await pool.fetchval("SELECT string_agg(convert_from(body, 'UTF8'), '') FROM request")
    assert holding == ["person"]
    assert "Demo Person" not in answers + json.dumps(await service.events())
