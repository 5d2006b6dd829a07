"""What is logged names kinds and places, never values."""

from uuid import uuid4

import asyncpg
import pytest
from pydantic import BaseModel, ValidationError

from shared.logging import error_text, loggable_path, route_of
from tests.world import World


class Aged(BaseModel):
    age: int


def test_a_validation_error_is_told_without_the_value() -> None:
    with pytest.raises(ValidationError) as error:
        Aged.model_validate({"age": "Zebulon"})

    assert error_text(error.value) == "ValidationError: age: int_parsing"


@pytest.mark.parametrize(
    "sql",
    ["INSERT INTO halt (reason) VALUES ('Zebulon'), ('Zebulon')", "SELECT 'Zebulon'::date", "SELECT 'Zebulon'::uuid"],
)
async def test_an_error_of_the_database_is_told_without_the_row(world: World, sql: str) -> None:
    pool = await world.pool("registry")
    with pytest.raises(asyncpg.PostgresError) as error:
        await pool.execute(sql)

    assert error_text(error.value).startswith(type(error.value).__name__)
    assert "Zebulon" not in error_text(error.value)


async def test_an_argument_that_does_not_fit_is_told_without_its_value(world: World) -> None:
    pool = await world.pool("registry")
    with pytest.raises(asyncpg.DataError) as error:
        await pool.fetch("SELECT $1::int", "Zebulon")

    assert "Zebulon" not in error_text(error.value)


def test_a_path_is_logged_with_its_ids_but_without_what_may_be_a_name() -> None:
    ngo = str(uuid4())
    scope = {
        "route": object(),
        "path": f"/v1/organisations/{ngo}/members/Zebulon Q.",
        "path_params": {"ngo_id": ngo, "subject": "Zebulon Q."},
    }

    assert loggable_path(scope) == f"/v1/organisations/{ngo}/members/{{subject}}"
    assert route_of(scope) == "/v1/organisations/{ngo_id}/members/{subject}"
    assert loggable_path({"path": "/v1/Zebulon"}) == "(no route)"
