import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.registry.files import commands
from services.registry.files.commands import ENDED_UPLOADS_KEPT, clean_up_uploads
from services.registry.files.content import PDF, PNG
from services.registry.files.rules import PART_BYTES, STORED_OF_APPLICANT_MAX, UPLOADING_MAX
from shared.http.etags import version_of
from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.registry.files.specimens import pdf, png
from tests.world import World

NOON = datetime(2020, 7, 1, 5, tzinfo=UTC)
LARGE = pdf(b"%" + b"x" * (2 * PART_BYTES))
"""Three parts, the last one short."""


class Uploads:
    """Files of one organisation, as its people send them."""

    def __init__(self, world: World, client: httpx.AsyncClient, ngo: Json) -> None:
        self.world, self.client, self.address = world, client, f"/v1/organisations/{ngo['id']}/files"

    async def start(self, content: bytes, sub: str = APPLICANT, **changes: Any) -> httpx.Response:
        form = {
            "kind": "certificate_of_establishment",
            "name": "Akta “pendirian” 2020.pdf",
            "media_type": PDF,
            "size_bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        return await self.client.post(self.address, json=form | changes, headers=self.world.write(sub=sub))

    async def put(
        self, file: Json, number: int, content: bytes, sub: str = APPLICANT, **headers: str
    ) -> httpx.Response:
        sent = self.world.write(sub=sub) | {"Content-Type": "application/octet-stream"} | headers
        return await self.client.put(f"{self.address}/{file['id']}/parts/{number}", content=content, headers=sent)

    async def complete(self, file: Json, version: int = 1) -> httpx.Response:
        headers = self.world.write(sub=APPLICANT, match=version)
        return await self.client.post(f"{self.address}/{file['id']}/completion", headers=headers)

    async def started(self, content: bytes, **changes: Any) -> Json:
        response = await self.start(content, **changes)
        assert response.status_code == 201, response.text
        file: Json = response.json()
        return file

    async def sent(self, content: bytes, **changes: Any) -> Json:
        """Announced, and all parts brought."""
        file = await self.started(content, **changes)
        for number in range(file["parts"]):
            part = content[number * PART_BYTES : (number + 1) * PART_BYTES]
            assert (await self.put(file, number + 1, part)).status_code == 200
        return file

    async def stored(self, content: bytes, **changes: Any) -> Json:
        completed = await self.complete(await self.sent(content, **changes))
        assert completed.status_code == 200, completed.text
        file: Json = completed.json()
        return file

    async def get(self, file: Json, end: str = "", sub: str = APPLICANT, **headers: str) -> httpx.Response:
        address = f"{self.address}/{file['id']}{end}"
        return await self.client.get(address, headers=self.world.read(sub=sub) | headers)


@pytest.fixture
async def uploads(world: World, registry: httpx.AsyncClient, applied: Json) -> Uploads:
    await world.set_clock("registry", NOON)
    return Uploads(world, registry, applied)


async def parts_kept(world: World) -> int:
    count: int = await (await world.pool("registry")).fetchval("SELECT count(*) FROM evidence_part")
    return count


async def test_a_file_sent_in_parts_comes_back_as_it_was(world: World, uploads: Uploads) -> None:
    file = await uploads.stored(LARGE)

    content = await uploads.get(file, "/content")

    assert (file["status"], file["parts"], file["parts_missing"], file["version"]) == ("stored", 3, [], 2)
    assert content.content == LARGE
    assert content.headers["content-type"] == "application/octet-stream"
    assert content.headers["x-content-type-options"] == "nosniff"
    disposition = content.headers["content-disposition"]
    assert disposition.startswith("attachment;")
    assert disposition.endswith("filename*=UTF-8''Akta%20%E2%80%9Cpendirian%E2%80%9D%202020.pdf")
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["content_sha256"]) == ("EvidenceFileStored", file["sha256"])
    assert "Akta" not in str(told["data"])


async def test_parts_come_in_any_order_and_again_after_a_broken_line(uploads: Uploads) -> None:
    file = await uploads.started(LARGE)
    await uploads.put(file, 3, LARGE[2 * PART_BYTES :])
    await uploads.put(file, 1, b"y" * PART_BYTES)
    missing = (await uploads.get(file)).json()["parts_missing"]
    await uploads.put(file, 2, LARGE[PART_BYTES : 2 * PART_BYTES])
    await uploads.put(file, 1, LARGE[:PART_BYTES])

    completed = await uploads.complete(file)

    assert missing == [2]
    assert completed.json()["status"] == "stored"


async def test_a_part_must_have_its_length_and_its_place(uploads: Uploads) -> None:
    file = await uploads.started(LARGE)
    wrong = [
        (1, b"short", "#"),
        (3, b"y" * PART_BYTES, "#"),
        (1, b"", "#"),
        (4, b"y", "path:number"),
        (0, b"y", "path:number"),
    ]
    for number, content, pointer in wrong:
        response = await uploads.put(file, number, content)

        assert (number, {field for field, _ in broken(response)}) == (number, {pointer})


async def test_a_part_is_octets_of_a_mebibyte_at_most(uploads: Uploads) -> None:
    file = await uploads.started(LARGE)

    typed = await uploads.put(file, 3, LARGE[2 * PART_BYTES :], **{"Content-Type": "application/json"})
    large = await uploads.put(file, 1, b"y" * (PART_BYTES + 1))

    assert (typed.status_code, large.status_code) == (415, 413)


async def test_a_file_with_parts_missing_is_not_completed(uploads: Uploads) -> None:
    file = await uploads.started(LARGE)
    await uploads.put(file, 2, LARGE[PART_BYTES : 2 * PART_BYTES])

    refused = await uploads.complete(file)

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/action-not-allowed")
    assert "2 parts have not arrived: 1, 3" in refused.json()["detail"]


async def test_another_hash_than_the_one_that_was_announced_is_refused(world: World, uploads: Uploads) -> None:
    file = await uploads.sent(pdf(), sha256="0" * 64)

    refused = await uploads.complete(file)

    assert broken(refused) == {("#/sha256", None)}
    assert (await uploads.get(file)).json()["status"] == "uploading"
    assert "EvidenceFileStored" not in {event["type"] for event in await world.events("registry")}


@pytest.mark.parametrize(
    ("content", "media_type", "why"),
    [
        (png(), PDF, "is no application/pdf: it begins as image/png does"),
        (b"MZ\x90\0", PNG, "no known type"),
        (png(60_000, 60_000), PNG, "60000 x 60000 pixels"),
        (pdf(b"2 0 obj << /S /JavaScript >> endobj"), PDF, "holds a script"),
    ],
)
async def test_a_file_of_a_false_type_or_with_a_bomb_is_refused(
    uploads: Uploads, content: bytes, media_type: str, why: str
) -> None:
    file = await uploads.sent(content, media_type=media_type)

    refused = await uploads.complete(file)

    assert broken(refused) == {("#", None)}
    assert why in refused.json()["detail"]
    assert (await uploads.get(file, "/content")).status_code == 404


async def test_what_is_announced_must_be_possible(uploads: Uploads) -> None:
    wrong: list[tuple[Json, str]] = [
        ({"size_bytes": 15 * 1_048_576 + 1}, "#/size_bytes"),
        ({"size_bytes": 0}, "#/size_bytes"),
        ({"media_type": "image/svg+xml"}, "#/media_type"),
        ({"kind": "passport"}, "#/kind"),
        ({"sha256": "x" * 64}, "#/sha256"),
        ({"sha256": None}, "#/sha256"),
        ({"name": ""}, "#/name"),
    ]
    for change, pointer in wrong:
        response = await uploads.start(pdf(), **change)

        assert (change, {field for field, _ in broken(response)}) == (change, {pointer})
    assert (await uploads.start(pdf(), size_bytes=15 * 1_048_576)).status_code == 201


async def test_the_limit_of_a_day_is_a_row_with_its_dates(world: World, uploads: Uploads) -> None:
    admin = await world.pool("registry")
    await admin.execute("UPDATE dated_rule SET valid_to = '2020-06-30' WHERE key = 'file.bytes_max'")
    await admin.execute("INSERT INTO dated_rule VALUES ('file.bytes_max', 100, '2020-07-01', NULL, 'Configuration')")

    refused = await uploads.start(pdf(), size_bytes=101)

    assert broken(refused) == {("#/size_bytes", None)}


async def test_the_very_same_file_is_kept_once_for_each_kind(uploads: Uploads) -> None:
    await uploads.stored(pdf())

    again = await uploads.start(pdf())
    other = await uploads.start(pdf(), kind="msp")

    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-exists")
    assert other.status_code == 201


async def test_two_uploads_of_the_same_file_become_one(uploads: Uploads) -> None:
    first, second = await uploads.sent(pdf()), await uploads.sent(pdf())

    assert (await uploads.complete(first)).status_code == 200
    assert (await uploads.complete(second)).json()["type"] == "/problems/already-exists"


async def test_few_uploads_are_under_way_at_once(uploads: Uploads) -> None:
    files = [await uploads.started(pdf(), sha256=f"{number:064}") for number in range(UPLOADING_MAX)]

    refused = await uploads.start(pdf())
    await uploads.client.delete(
        f"{uploads.address}/{files[0]['id']}", headers=uploads.world.write(sub=APPLICANT, match=1)
    )
    again = await uploads.start(pdf())

    assert (refused.status_code, again.status_code) == (409, 201)


async def test_an_applicant_fills_no_disk(world: World, uploads: Uploads, applied: Json) -> None:
    await (await world.pool("registry")).execute(
        """
        INSERT INTO evidence_file (id, ngo_id, status, kind, name, media_type, size_bytes, sha256, started_at,
                                   started_by, started_by_role, expires_at, ended_at)
        SELECT gen_random_uuid(), $1, 'stored', 'other', 'x', 'application/pdf', 1, lpad(n::text, 64, '0'), $2,
               'x', 'x', $3, $3
        FROM generate_series(1, $4) AS n
        """,
        UUID(applied["id"]),
        NOON,
        NOON + timedelta(days=1),
        STORED_OF_APPLICANT_MAX,
    )

    refused = await uploads.start(pdf())
    await uploads.client.post(
        f"/v1/organisations/{applied['id']}/verification",
        json={"decision": "accepted"},
        headers=world.write("fasker_officer", match=1),
    )
    accepted = await uploads.start(pdf())

    assert (refused.status_code, accepted.status_code) == (409, 201)


async def test_an_abandoned_upload_leaves_no_bytes_and_evidence_is_not_given_up(world: World, uploads: Uploads) -> None:
    sent, stored = await uploads.sent(LARGE), await uploads.stored(pdf())

    gone = await uploads.client.delete(f"{uploads.address}/{sent['id']}", headers=world.write(sub=APPLICANT, match=1))
    kept = await uploads.client.delete(f"{uploads.address}/{stored['id']}", headers=world.write(sub=APPLICANT, match=2))

    assert (gone.status_code, kept.status_code) == (204, 409)
    assert (await uploads.get(sent)).json()["status"] == "abandoned"
    assert await parts_kept(world) == 1


async def test_half_finished_uploads_are_cleaned_when_their_time_is_over(
    world: World, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "CLEANED_AT_ONCE", 2)
    kept = await uploads.stored(pdf())
    late = [await uploads.sent(LARGE, kind=kind) for kind in ("msp", "ap", "rik")]
    await world.set_clock("registry", NOON + timedelta(hours=23))  # the clock runs on
    await world.run_job("registry", clean_up_uploads)
    before = await parts_kept(world)

    await world.set_clock("registry", NOON + timedelta(hours=25))
    await world.run_job("registry", clean_up_uploads)
    await world.run_job("registry", clean_up_uploads)

    assert (before, await parts_kept(world)) == (10, 1)
    assert [(await uploads.get(file)).json()["status"] for file in (kept, *late)] == ["stored", *["expired"] * 3]


async def test_an_upload_whose_time_is_over_takes_nothing_more_even_before_it_is_cleaned(
    world: World, uploads: Uploads
) -> None:
    file = await uploads.sent(pdf())
    await world.set_clock("registry", NOON + timedelta(hours=25))

    part, completed = await uploads.put(file, 1, pdf()), await uploads.complete(file)

    assert {r.json()["type"] for r in (part, completed)} == {"/problems/action-not-allowed"}


async def test_that_an_upload_was_tried_is_remembered_for_a_while(world: World, uploads: Uploads) -> None:
    file = await uploads.started(pdf())
    for later, status in ((timedelta(days=2), 200), (timedelta(days=3) + ENDED_UPLOADS_KEPT, 404)):
        await world.set_clock("registry", NOON + later)
        await world.run_job("registry", clean_up_uploads)

        assert (await uploads.get(file)).status_code == status


async def test_who_has_the_file_is_not_sent_it_again(uploads: Uploads) -> None:
    file = await uploads.stored(pdf())
    tag = (await uploads.get(file, "/content")).headers["ETag"]

    same = await uploads.get(file, "/content", **{"If-None-Match": tag})

    assert (version_of(tag), same.status_code, same.content) == (2, 304, b"")


async def test_a_download_goes_on_where_the_line_broke(uploads: Uploads) -> None:
    file = await uploads.stored(LARGE)
    tag = (await uploads.get(file, "/content")).headers["ETag"]
    ranges = {
        "bytes=0-9": LARGE[:10],
        f"bytes={PART_BYTES - 5}-{PART_BYTES + 4}": LARGE[PART_BYTES - 5 : PART_BYTES + 5],
        f"bytes={2 * PART_BYTES + 1}-": LARGE[2 * PART_BYTES + 1 :],
    }
    for wanted, content in ranges.items():
        rest = await uploads.get(file, "/content", **{"Range": wanted, "If-Range": tag})

        assert (rest.status_code, rest.content) == (206, content)
        assert rest.headers["content-range"].endswith(f"/{len(LARGE)}")
    whole = await uploads.get(file, "/content", **{"Range": "bytes=5-", "If-Range": '"1-0000000000000000"'})
    assert (whole.status_code, whole.content) == (200, LARGE)


async def test_a_file_is_seen_by_its_own_people_and_by_the_ministry(
    world: World, uploads: Uploads, apply_for: Make
) -> None:
    await apply_for("stranger")
    file = await uploads.stored(pdf())
    address = f"{uploads.address}/{file['id']}/content"
    readers = {
        "own": world.read(sub=APPLICANT),
        "officer": world.read("fasker_officer"),
        "unit": world.read("satker_officer"),
        "team": world.read("observer_tpoa"),
        "stranger": world.read(sub="stranger"),
        "region": world.read("pemda_kesbangpol", regions=["53"]),
        "nobody": {},
    }

    seen = {who: (await uploads.client.get(address, headers=headers)).status_code for who, headers in readers.items()}

    assert seen == {"own": 200, "officer": 200, "unit": 200, "team": 200, "stranger": 404, "region": 404, "nobody": 401}


async def test_nobody_sends_parts_of_a_file_of_others(uploads: Uploads, apply_for: Make, world: World) -> None:
    stranger = await apply_for("stranger")
    file = await uploads.started(pdf())

    foreign = await uploads.put(file, 1, pdf(), sub="stranger")
    by_own_address = await Uploads(world, uploads.client, stranger).put(file, 1, pdf(), sub="stranger")

    assert (foreign.status_code, by_own_address.status_code) == (404, 404)
    assert await parts_kept(world) == 0


async def test_a_licence_leads_to_its_file_by_the_hash(uploads: Uploads) -> None:
    file = await uploads.stored(pdf())
    await uploads.stored(pdf(b"% another"))

    listed = await uploads.client.get(
        f"{uploads.address}?sha256={file['sha256']}", headers=uploads.world.read(sub=APPLICANT)
    )

    assert [row["id"] for row in listed.json()["items"]] == [file["id"]]


async def test_a_rejected_applicant_sends_nothing_more(world: World, uploads: Uploads) -> None:
    await uploads.client.post(
        uploads.address.removesuffix("/files") + "/verification",
        json={"decision": "rejected", "reason": "not legible"},
        headers=world.write("fasker_officer", match=1),
    )

    own = await uploads.start(pdf())
    official = await uploads.client.post(
        uploads.address,
        json={"kind": "other", "name": "x", "media_type": PDF, "size_bytes": 1, "sha256": "0" * 64},
        headers=world.write("fasker_officer"),
    )

    assert (own.status_code, official.status_code) == (404, 409)
