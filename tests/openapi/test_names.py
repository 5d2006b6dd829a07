from typing import Any

import pytest

from shared.http.openapi_names import name_of, readable
from tests.openapi.generate import document_of
from tests.servers import SERVICES


@pytest.mark.parametrize(
    ("made", "name"),
    [
        ("services__reporting__visits__rules__Status", "VisitStatus"),
        ("services__registry__local_partners__rules__Decision", "LocalPartnerDecision"),
        ("services__reporting__stories__rules__Status", "StoryStatus"),
        ("Page_ChosenShownVisitSummary_", "ChosenShownVisitSummaryPage"),
        ("Activity-Input", "Activity"),
        ("Activity-Output", "ActivityView"),
        ("VisitView", "VisitView"),
        ("services__recommendations__letters__rules__LetterStatus", "LetterStatus"),
    ],
)
def test_a_schema_has_a_name_that_says_whose_it_is(made: str, name: str) -> None:
    assert name_of(made) == name


@pytest.mark.parametrize("service", SERVICES)
def test_each_name_of_a_schema_is_one_word_that_generators_of_clients_can_take(service: str) -> None:
    names = document_of(service)["components"]["schemas"]

    assert [name for name in names if not name.isalnum()] == []
    assert len({name.lower() for name in names}) == len(names)


def test_the_only_status_of_a_service_says_whose_it_is_too() -> None:
    assert "SubscriptionStatus" in document_of("notifications")["components"]["schemas"]


def test_two_schemas_of_one_name_are_refused() -> None:
    document: dict[str, Any] = {"components": {"schemas": {"Activity-Output": {}, "ActivityView": {}}}}

    with pytest.raises(ValueError, match="ActivityView"):
        readable(document, "registry")
