"""Bodies and queries of all services hold what their schema says, and nothing that only looks like it."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import pytest
from pydantic import AwareDatetime, Field, ValidationError

from shared.http.body import Body
from shared.http.values import Kinds, kinds_of
from tests.servers import SERVICES
from tests.world import World

ARABIC_FIVE: Final = "\u0665"
ARABIC_DATE: Final = "\u0662\u0660\u0662\u0666-\u0660\u0661-\u0663\u0661"
LOOSE: Final[dict[type, list[Any]]] = {
    date: [0, 1.5, True, "0", "1700000000", "2026-01-31T00:00:00", "26-1-31", ARABIC_DATE, "2026-02-30"],
    datetime: [0, 1.5, True, "0", "1700000000", "2026-01-31", "2026-01-31T08:00:00", "2026-13-31T08:00:00Z"],
    Decimal: [True, ARABIC_FIVE, "1_000", " 5", "1e3", "+5", "NaN", "Infinity", "0x1", ""],
    UUID: [0, "0", "12345678123456781234567812345678", "{12345678-1234-5678-1234-567812345678}"],
    bool: [0, 1, "true", "yes", "on", None],
    int: [True, "5", 5.5, ARABIC_FIVE],
}


class Everything(Body):
    day: Annotated[date, Field(ge=date(1900, 1, 1))] | None = None
    time: AwareDatetime | None = None
    amount: Annotated[Decimal, Field(ge=0)] | None = None
    id: UUID | None = None
    yes: bool = True
    number: Annotated[int, Field(ge=0)] = 0
    numbers: list[Annotated[int, Field(ge=0)]] = Field(default=[], max_length=9)
    ratio: float = 0
    word: Literal["5", "true"] = "5"
    text: str = ""


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("day", "2026-01-31"),
        ("time", "2026-01-31T08:00:00Z"),
        ("time", "2026-01-31t08:00:00.123456+07:00"),
        ("amount", "1250.50"),
        ("amount", 12),
        ("id", "12345678-1234-5678-1234-567812345678"),
        ("yes", False),
        ("number", 5),
        ("numbers", [1, 2]),
        ("ratio", 1),
        ("word", "true"),
        ("text", "0"),
        ("day", None),
        ("day", date(2026, 1, 31)),
    ],
)
def test_what_is_written_as_its_schema_says_is_taken(field: str, written: Any) -> None:
    Everything.model_validate({field: written})


def bodies(body: type[Body] = Body) -> Iterator[type[Body]]:
    for service in SERVICES:
        import_module(f"services.{service}.__main__")
    for narrower in body.__subclasses__():
        yield narrower
        yield from bodies(narrower)


def loose_values(kinds: Kinds) -> list[Any]:
    """What looks like one of the kinds to pydantic, and is like none of them."""
    loose = [value for kind in kinds for value in LOOSE.get(kind, [])]
    return [value for value in loose if value is not None] if str not in kinds else []


def test_no_field_of_any_body_takes_what_only_looks_like_its_kind() -> None:
    tried = 0
    for body in {each for each in bodies() if each.__module__.split(".")[0] in ("services", "shared")} | {Everything}:
        for name, field in body.model_fields.items():
            annotation: Any = field.annotation
            for loose in loose_values(kinds_of(annotation)):
                for given in (loose, [loose]):
                    with pytest.raises(ValidationError) as refused:
                        body.model_validate({name: given})
                    where = [error["loc"][0] for error in refused.value.errors()]
                    assert name in where, f"{body.__name__}.{name} takes {given!r}"
                    tried += 1
    assert tried > 500


async def test_a_place_in_a_list_is_named(world: World) -> None:
    api = await world.api("registry")
    body = {"activities": [{"sdgs": [1, "2"], "regions": ["53.06"], "budget": ARABIC_FIVE, "from_year": True}]}

    refused = await api.post(
        f"/v1/agreements/{UUID(int=1)}/master-plan", json=body, headers=world.write("fasker_officer")
    )

    found = {error["pointer"]: error["detail"] for error in refused.json()["errors"]}
    assert found["#/activities/0/sdgs/1"] == "must not be a text"
    assert found["#/activities/0/budget"] == "must be written with digits 0-9 and a decimal point only"
    assert "#/activities/0/from_year" in found


@pytest.mark.parametrize("on", ["0", "1700000000", "2026-1-31", "2026-01-31T00:00:00", ARABIC_DATE])
async def test_a_query_takes_no_number_for_a_date(world: World, on: str) -> None:
    api = await world.api("registry")

    refused = await api.get("/v1/agreements", params={"on": on})

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["query:on"]
    assert (await api.get("/v1/agreements", params={"on": "2026-01-31"})).status_code == 200


@pytest.mark.parametrize("limit", ["5.0", " 5", "1_0", ARABIC_FIVE, "+5"])
async def test_a_query_takes_a_whole_number_in_one_way(world: World, limit: str) -> None:
    api = await world.api("registry")

    assert (await api.get("/v1/agreements", params={"limit": limit})).status_code == 422
    assert (await api.get("/v1/agreements", params={"limit": "5"})).status_code == 200
