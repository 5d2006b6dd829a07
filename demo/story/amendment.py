"""A master plan (RIK) is amended: one activity goes on with less, another is new; the first version stays readable."""

from datetime import UTC, datetime

from demo.stage import Stage


async def master_plan_amended(stage: Stage) -> None:
    await stage.chapter(
        "RIK diubah menjadi versi 2", "A master plan is amended",
        datetime(2020, 3, 16, 2, tzinfo=UTC),
    )  # fmt: skip
    winrock = stage.partners["winrock"]
    path = f"/v1/agreements/{winrock.agreement_id}/master-plan"
    [coffee] = winrock.master_activities
    training = {name: value for name, value in coffee.items() if name != "id"} | {
        "title": "Pelatihan penyuluh (Data contoh)",
        "regions": ["11.04"],
        "budget": "400000.00",
        "targets": [{"year": 2021, "region": "11.04", "value": "40", "unit": "penyuluh"}],
    }
    read = await stage.services.call(None, "GET", "registry", path)
    amended = await stage.act(
        winrock.satker, "amends the RIK of Winrock: part of the budget goes to a training", "POST", "registry",
        f"{path}/amendments",
        {"reason": "Pelatihan penyuluh (Data contoh)", "activities": [coffee | {"budget": "1800000.00"}, training]},
        match=read.version,
    )  # fmt: skip
    stage.narrator.expect(
        "Winrock's RIK",
        "version 2, 2 activities",
        f"version {amended.body['version']}, {len(amended.body['activities'])} activities",
    )
    first = await stage.read(None, "registry", f"{path}/versions/1")
    stage.narrator.expect("... as it was before", "1 activity", f"{len(first['activities'])} activity")
