"""Foreign guests are announced to two regencies; one postpones, the visit is moved, both agree."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from demo.cast import FLORES_TIMUR, MANGGARAI
from demo.stage import Stage


async def visit_postponed_then_completed(stage: Stage) -> None:
    await stage.chapter(
        "Kunjungan tamu asing ke 53.06 dan 53.10",
        "A visit, postponed and moved",
        datetime(2020, 9, 1, 2, tzinfo=UTC),
    )
    snv = stage.partners["snv"]
    announced = await stage.act(
        snv.person, "announces three guests to Flores Timur and Manggarai", "POST", "reporting", "/v1/visits",
        visit(date(2020, 9, 21)),
    )  # fmt: skip
    path = f"/v1/visits/{announced.body['id']}"
    await answer(stage, FLORES_TIMUR, path, "53.06", "postponed", "Hari besar daerah; mohon tanggal lain.", 1)
    await answer(stage, MANGGARAI, path, "53.10", "approved", "Disetujui.", 1)
    read = await stage.services.call(snv.person, "GET", "reporting", path)
    moved = await stage.act(
        snv.person,
        "moves the visit by two weeks",
        "PUT",
        "reporting",
        path,
        visit(date(2020, 10, 5)),
        match=read.version,
    )
    number = moved.body["itinerary_version"]
    await answer(stage, FLORES_TIMUR, path, "53.06", "approved", "Disetujui.", number)
    await answer(stage, MANGGARAI, path, "53.10", "approved", "Disetujui.", number)
    await stage.chapter("Kunjungan selesai", "The visit is over", datetime(2020, 10, 9, 2, tzinfo=UTC))
    read = await stage.services.call(snv.person, "GET", "reporting", path)
    done = await stage.act(
        snv.person, "reports that it took place", "POST", "reporting", f"{path}/completion",
        {"note": "Kunjungan berjalan baik. (Data contoh)"}, match=read.version,
    )  # fmt: skip
    stage.narrator.expect("the visit", "completed", done.body["status"])
    seen = await stage.read(FLORES_TIMUR, "notifications", "/v1/inbox?limit=100")
    stage.narrator.expect("Flores Timur has messages about it", True, len(seen["items"]) >= 2)


async def answer(stage: Stage, who: Any, path: str, region: str, decided: str, reason: str, version: int) -> None:
    body = {"region": region, "answer": decided, "reason": reason, "version": version}
    await stage.act(who, f"answers: {decided}", "POST", "reporting", f"{path}/answers", body)


def visit(first: date) -> dict[str, Any]:
    guests = [
        {
            "name": f"Tamu contoh {n}",
            "nationality": "NL",
            "passport_number": f"DEMO{n:04}",
            "institution": "SNV",
        }
        for n in (1, 2, 3)
    ]
    return {
        "purpose": "Melihat hasil program sanitasi",
        "starts_on": first.isoformat(),
        "ends_on": (first + timedelta(days=3)).isoformat(),
        "guests": guests,
        "stops": [
            {"region": "53.06", "on": first.isoformat(), "place": "Larantuka"},
            {"region": "53.10", "on": (first + timedelta(days=2)).isoformat(), "place": "Ruteng"},
        ],
    }
