from datetime import date

import httpx
import pytest

from services.reporting.events import ObligationOverdue
from tests.registry.conftest import Json, Make
from tests.registry.organisations.test_public_list import obligation
from tests.registry.public.conftest import Find
from tests.world import World


@pytest.mark.parametrize(
    "text",
    [
        "Arbeiter-Smartier",
        "Arbeiter-Smartier-Bund",
        "arbeiter samariter bund",
        "ASB",
        "Samaritan",
        "Samaritter",
        *("Samariter"[:place] + "Samariter"[place + 1 :] for place in range(1, 9)),
    ],
)
async def test_a_name_is_found_also_misspelt(find: Find, active: Json, asb: Json, text: str) -> None:
    assert await find(f"q={text}") == ["ASB"]


@pytest.mark.parametrize("text", ["%25", "_", "xyzzy", "a", "!"])
async def test_what_is_like_no_name_finds_nothing(find: Find, active: Json, asb: Json, text: str) -> None:
    assert await find(f"q={text}") == []


async def test_the_best_match_comes_first(find: Find, activate: Make, active: Json) -> None:
    await activate("like-1", name="Snow Indonesia", name_en=None, acronym="SNOW", aliases=[])

    assert await find("q=SNV%20Indonesia") == ["SNV", "SNOW"]
    assert await find("q=SNV%20Indonesia&sort=name") == ["SNOW", "SNV"]


async def test_words_of_activities_and_agreements_are_found_in_any_indonesian_form(
    find: Find, active: Json, asb: Json, sign: Make, approve: Make
) -> None:
    agreement = await sign(asb["id"], title="Penguatan kesiapsiagaan desa", regions=["34.03"])
    await approve(agreement, title="Pelatihan relawan", detail="Melindungi penyandang disabilitas")

    assert await find("q=melatih") == ["ASB"]
    assert await find("q=perlindungan%20disabilitas") == ["ASB"]
    assert await find("q=menguatkan%20desa") == ["ASB"]


@pytest.mark.parametrize("text", ["anak-anak", "desa-desa", "melatih anak-anak", "sosial-ekonomi", "Samariter-Bund"])
async def test_words_that_are_doubled_or_joined_are_found_one_by_one(
    find: Find, active: Json, asb: Json, sign: Make, approve: Make, text: str
) -> None:
    agreement = await sign(asb["id"], title="Desa ramah anak", regions=["34.03"])
    await approve(agreement, title="Pelatihan ekonomi untuk anak", detail="Kajian sosial")

    assert await find(f"q={text}") == ["ASB"]


async def test_a_plan_that_changes_is_found_by_what_it_says_now(
    world: World, find: Find, agreement: Json, approve: Make
) -> None:
    await approve(agreement, title="Pelatihan relawan", detail="Kesiapsiagaan")
    pool = await world.pool("registry")

    await pool.execute(
        "UPDATE master_plan_activity SET title = 'Budidaya lebah', priority = 'PN1-2020', sector = 'energy'"
    )

    assert await find("q=relawan") == []
    assert await find("q=lebah") == ["SNV"]
    assert await find("priority=PN1-2020&sector=energy") == ["SNV"]
    assert await find("priority=PN5-2020") == []


async def test_the_name_of_a_sector_finds_those_who_work_in_it(find: Find, active: Json, asb: Json) -> None:
    assert await find("q=pertanian") == ["SNV"]
    assert await find("q=disaster") == ["ASB"]


async def test_pages_by_relevance_follow_each_other(registry: httpx.AsyncClient, activate: Make) -> None:
    names = ["Yayasan Air", "Yayasan Air Bersih", "Air Yayasan Sehat", "Yayasan Ayr"]
    for number, name in enumerate(names):
        await activate(f"air-{number}", name=name, name_en=None, acronym=f"A{number}", aliases=[])

    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await registry.get(f"/v1/register?q=yayasan%20air&limit=1{cursor}")).json()
        found += [item["name"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None

    assert sorted(found) == sorted(names)
    assert found[0] == "Yayasan Air"


async def test_filters_keep_who_works_there_in_that_and_serves_that(
    find: Find, asb: Json, agreement: Json, sign: Make, approve: Make
) -> None:
    of_asb = await sign(asb["id"], number="DEMO-MSP-1", regions=["34.03", "72.10"])
    await approve(of_asb, sector="gender_and_inclusion", priority="PN6-2020", regions=["34.03"])
    finds = {
        "region=34": ["ASB"],
        "region=34.03": ["ASB"],
        "region=53.06&sector=agriculture": ["SNV"],
        "region=91": [],
        "sector=gender_and_inclusion": ["ASB"],
        "sector=agriculture": ["SNV"],
        "country=DE": ["ASB"],
        "priority=PN6-2020": ["ASB"],
        "priority=PN5-2020": [],
        "region=34&on=2023-02-01": ["ASB"],
        "region=34&on=2023-02-02": [],
        "status=suspended": [],
    }

    assert {query: await find(query) for query in finds} == finds


async def test_an_entry_says_where_under_which_agreement_until_when_and_whether_on_time(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, approve: Make
) -> None:
    await approve(agreement)
    late = obligation(active, due_on=date(2020, 7, 31))
    await world.publish("reporting", ObligationOverdue(**late, days_late=1))
    await world.deliver("reporting", "registry")

    entry = (await registry.get(f"/v1/register/{active['id']}")).json()

    [held] = entry["agreements"]
    assert held["id"] == agreement["id"]
    assert (held["starts_on"], held["until"]) == ("2020-02-01", "2023-02-01")
    assert held["regions"] == agreement["regions"]
    assert entry["priorities"] == ["PN5-2020"]
    assert entry["iati_identifier"] == "NL-KVK-41152786"
    assert entry["standing"].items() >= {"compliance": "late", "days_late": 12}.items()
    assert (await registry.get("/v1/register")).json()["items"] == [entry]


async def test_whoever_was_never_accepted_is_not_in_the_register(registry: httpx.AsyncClient, applied: Json) -> None:
    assert (await registry.get("/v1/register")).json()["items"] == []
    assert (await registry.get(f"/v1/register/{applied['id']}")).status_code == 404


async def test_a_read_that_changed_nothing_since_is_304(registry: httpx.AsyncClient, active: Json) -> None:
    for address in ("/v1/register?q=snv", f"/v1/register/{active['id']}", "/v1/register/changes"):
        tag = (await registry.get(address)).headers["etag"]

        assert (await registry.get(address, headers={"If-None-Match": tag})).status_code == 304
