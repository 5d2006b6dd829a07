import math
from collections import Counter
from collections.abc import Sequence

import pytest

from tests.world import World

Row = tuple[str, float, float, str, str]
Drawn = dict[str, Row]

TOO_FAR_KM = 400
"""The seat of Maluku Barat Daya, on Moa, is 386 km from the next one of Maluku."""


def km_between(one: Row, other: Row) -> float:
    lat, lon, other_lat, other_lon = map(math.radians, (*one[1:3], *other[1:3]))
    a = math.sin((other_lat - lat) / 2) ** 2
    b = math.cos(lat) * math.cos(other_lat) * math.sin((other_lon - lon) / 2) ** 2
    return 12_742 * math.asin(math.sqrt(a + b))


@pytest.fixture
async def drawn(world: World) -> Drawn:
    rows = await (await world.pool("registry")).fetch(
        "SELECT code, lat::float8, lon::float8, precision, place FROM region_drawn"
    )
    return {row["code"]: tuple(row) for row in rows}


@pytest.fixture
async def in_force(world: World) -> Sequence[str]:
    rows = await (await world.pool("registry")).fetch("SELECT code FROM region WHERE valid_to IS NULL ORDER BY code")
    return [row["code"] for row in rows]


async def test_every_region_in_force_is_drawn_inside_indonesia(drawn: Drawn, in_force: Sequence[str]) -> None:
    assert len(in_force) == 38 + 514
    outside = [code for code in in_force if not (-11.1 < drawn[code][1] < 6.3 and 94.9 < drawn[code][2] < 141.1)]

    assert outside == []


async def test_regencies_and_cities_are_drawn_at_their_seat_but_for_few(drawn: Drawn, in_force: Sequence[str]) -> None:
    kinds = Counter(drawn[code][3] for code in in_force if len(code) > 2)

    assert kinds == {"seat": 495, "place": 9, "province_capital": 10}


async def test_two_regions_share_a_point_only_at_their_provinces_capital(drawn: Drawn, in_force: Sequence[str]) -> None:
    own = [drawn[code] for code in in_force if len(code) > 2 and drawn[code][3] != "province_capital"]
    used = Counter((lat, lon) for _, lat, lon, _, _ in own)

    assert [row for row in own if used[row[1], row[2]] > 1] == []


async def test_a_code_that_ended_is_drawn_where_the_region_lies_under_its_new_one(drawn: Drawn) -> None:
    assert drawn["91.01"][1:] == drawn["93.01"][1:]
    assert drawn["91.01"][3:] == ("seat", "Merauke")


async def test_no_region_is_drawn_far_from_all_others_of_its_province(drawn: Drawn, in_force: Sequence[str]) -> None:
    lonely = []
    for code in in_force:
        others = [drawn[each] for each in in_force if each[:2] == code[:2] and each != code]
        if min(km_between(drawn[code], other) for other in others) > TOO_FAR_KM:
            lonely.append(drawn[code])

    assert lonely == []


@pytest.mark.parametrize(
    ("code", "lat", "lon"),
    [
        ("35.78", -7.257, 112.752),  # Surabaya
        ("53.71", -10.178, 123.607),  # Kupang
        ("92.02", -0.861, 134.062),  # Manokwari
        ("53.15", -8.497, 119.888),  # Labuan Bajo, of Manggarai Barat
        ("91.06", -1.186, 136.080),  # Biak
    ],
)
async def test_places_that_are_known_are_drawn_where_they_lie(drawn: Drawn, code: str, lat: float, lon: float) -> None:
    assert km_between(drawn[code], (code, lat, lon, "", "")) < 5
