"""Regions hear of activities notified for them, and of their own answers; a neighbour does not."""

from datetime import date
from typing import Any
from uuid import uuid4

from services.registry import events as registry
from tests.notifications.conftest import Subscribe
from tests.notifications.happenings import NOON, SOMEBODY
from tests.world import World


async def test_a_region_is_told_of_a_notified_activity_and_of_its_own_answer_only(
    world: World, subscribe: Subscribe
) -> None:
    own, neighbour, province, elsewhere = [
        (await subscribe(regions=(code,), owner=f"office-{code}"))["id"] for code in ("53.06", "53.10", "53", "72")
    ]
    about: dict[str, Any] = {
        "occurred_at": NOON,
        "actor": SOMEBODY,
        "ngo_id": uuid4(),
        "activity_id": uuid4(),
        "version": 1,
    }
    notified = registry.RegionalActivityNotified(
        **about,
        regions=("53.06", "53.10"),
        kind="new",
        agreement_id=uuid4(),
        title="Pelatihan sanitasi",
        starts_on=date(2020, 8, 1),
        ends_on=date(2020, 12, 31),
        legal_basis="PP 59/2016 art. 19(2)",
    )
    answered = registry.RegionalActivityAnsweredByRegion(
        **about, regions=("53.06",), region="53.06", answer="approved", reason="as agreed"
    )

    await world.publish("registry", notified, answered)
    await world.deliver("registry", "notifications")

    rows = await (await world.pool("notifications")).fetch(
        "SELECT subscription_id, count(*) AS told FROM delivery GROUP BY subscription_id"
    )
    told = {str(row["subscription_id"]): row["told"] for row in rows}
    assert [told.get(subscription, 0) for subscription in (own, neighbour, province, elsewhere)] == [2, 1, 2, 0]
    messages = await (await world.pool("notifications")).fetch("SELECT to_region, title_en FROM message")
    assert {row["to_region"] for row in messages if row["to_region"]} == {"53.06", "53.10"}
