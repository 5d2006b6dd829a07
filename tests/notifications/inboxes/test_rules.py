"""Every text can be made from whatever the other services may publish."""

import json
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notifications.handlers import HANDLERS, NEWS
from services.notifications.inboxes.news import News
from services.notifications.inboxes.rules import compose
from services.notifications.inboxes.templates import TEMPLATES
from shared.contracts.schemas import payload_schema
from tests.contracts.documents import documents
from tests.contracts.publishers import BY_TYPE
from tests.notifications.happenings import visit_announced


def name(event_type: str) -> str:
    return event_type.split(".")[2]


def test_each_event_of_the_news_has_texts_and_no_text_is_unused() -> None:
    assert {name(event_type) for event_type in NEWS} == set(TEMPLATES)


def test_all_that_is_listened_to_is_published() -> None:
    assert NEWS.keys() | HANDLERS.keys() <= BY_TYPE.keys()


@pytest.mark.parametrize("event_type", sorted(NEWS))
def test_texts_name_only_fields_that_are_read(event_type: str) -> None:
    known = {*NEWS[event_type].model_fields, "ngo", "here"}
    for template in TEMPLATES[name(event_type)]:
        for text in template[1:]:
            assert {field for _, field, _, _ in string.Formatter().parse(text) if field} <= known


@pytest.mark.parametrize("event_type", sorted(NEWS.keys() | HANDLERS.keys()))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_published_can_be_read_and_told(event_type: str, data: st.DataObject) -> None:
    document = json.dumps(data.draw(documents(payload_schema(BY_TYPE[event_type]))))

    if event_type in HANDLERS:
        HANDLERS[event_type][0].model_validate_json(document)
    if event_type in NEWS:
        news: News = NEWS[event_type].model_validate_json(document)
        for message in compose(name(event_type), news, "SNV {x}"):
            assert message.title_id
            assert message.body_en
            assert [message.to_ngo, message.to_role, message.to_region].count(None) == 2


def test_texts_say_dates_and_regions_as_people_do() -> None:
    event = visit_announced("01890000-0000-7000-8000-000000000000", ("53.06",))  # type: ignore[arg-type]
    news = NEWS[event.wire_type()].model_validate_json(event.model_dump_json())

    to_region, to_ministry = compose("VisitAnnounced", news, "SNV")

    assert to_region.to_region == "53.06"
    assert to_region.title_id == "Kunjungan tamu asing ke Kabupaten Flores Timur"
    assert to_region.body_id == (
        "SNV memberitahukan kunjungan 3 tamu asing, 3 Agustus 2020 sampai 6 Agustus 2020: sanitasi & élan. "
        "Mohon dijawab."
    )
    assert "from 3 August 2020 to 6 August 2020" in to_ministry.body_en
    assert to_ministry.to_role == "fasker_officer"


@pytest.mark.parametrize(("code", "name"), [("91.01", "Kabupaten Merauke"), ("53.99", "53.99")])
def test_a_former_code_goes_by_its_places_name_and_one_that_is_not_known_stands_for_itself(
    code: str, name: str
) -> None:
    event = visit_announced("01890000-0000-7000-8000-000000000000", (code,))  # type: ignore[arg-type]
    news = NEWS[event.wire_type()].model_validate_json(event.model_dump_json())

    to_region, _ = compose("VisitAnnounced", news, "SNV")

    assert to_region.title_id == f"Kunjungan tamu asing ke {name}"
