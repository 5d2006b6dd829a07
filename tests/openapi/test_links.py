"""Links of the OpenAPI documents: from an answer to what can be done next with what it shows."""

import pytest

from shared.http.openapi_links import VERBS
from tests.openapi.generate import document_of
from tests.servers import SERVICES
from tests.world import World


def test_what_was_made_can_be_read_and_changed_on_with_the_id_and_the_version_of_the_answer() -> None:
    document = document_of("reporting")

    made = document["paths"]["/v1/work-plans"]["post"]["responses"]["201"]

    assert {"get_work_plan", "edit_work_plan", "submit_work_plan"} <= made["links"].keys()
    assert document["components"]["links"]["submit_work_plan"] == {
        "operationId": "submit_work_plan",
        "parameters": {"path.plan_id": "$response.body#/id", "header.If-Match": "$response.header.ETag"},
    }


def test_a_list_leads_to_its_first_item() -> None:
    document = document_of("reporting")

    links = document["paths"]["/v1/visits"]["get"]["responses"]["200"]["links"]

    assert [*links] == ["get_visit"]


@pytest.mark.parametrize("service", SERVICES)
def test_each_link_names_an_operation_and_parameters_that_there_are(service: str) -> None:
    document = document_of(service)
    operations = {
        operation["operationId"]: operation
        for item in document["paths"].values()
        for verb, operation in item.items()
        if verb in VERBS
    }

    for link in document["components"]["links"].values():
        parameters = operations[link["operationId"]]["parameters"]
        known = {each.get("name") or each["$ref"].rpartition("/")[2] for each in parameters}
        assert {name.partition(".")[2] for name in link["parameters"]} <= known


async def test_an_address_without_a_variable_part_knows_only_its_own_verbs(world: World) -> None:
    client = await world.api("reporting")

    changed = await client.put("/v1/stories/written", json={})
    asked = await client.request("OPTIONS", "/v1/stories/written")

    assert (changed.status_code, changed.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert asked.headers["allow"] == "GET, HEAD, OPTIONS"
