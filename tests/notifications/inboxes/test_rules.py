"""Every text can be made from whatever the other services may publish."""

import json
import string
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notifications.handlers import HANDLERS, NEWS
from services.notifications.inboxes.news import ForeignMinistryStep, News, ProfileChecked
from services.notifications.inboxes.rules import compose
from services.notifications.inboxes.templates import TEMPLATES
from services.notifications.subscriptions.event_types import PUBLISHERS
from shared.contracts.schemas import payload_schema
from tests.contracts.documents import documents
from tests.contracts.publishers import BY_TYPE
from tests.notifications.happenings import NOON, visit_announced

UNTOLD = {
    "EvidenceFileStored": "whoever sent it has the answer; what it proves is told",
    "MemberAdded": "the registry alone tells who acts for an organisation, and logs each reading",
    "MemberRemoved": "the same",
    "MemberRoleChanged": "the same",
    "LocalPartnerOpinionRecorded": "it stays inside the Centre, whose officer recorded it; a released note is told",
    "ObligationCreated": "many come at once, years ahead; that one is due soon is told",
    "ObligationFulfilled": "the submission that fulfils it is told",
    "VisitCompleted": "the regions received the guests",
    "ForeignStaffStarted": "the letter is told; whoever recorded the start knows",
    "ForeignStaffEnded": "whoever recorded the end knows",
}
"""Events of which no inbox tells, and why not."""


def name(event_type: str) -> str:
    return event_type.split(".")[2]


def test_each_event_of_the_news_has_texts_and_no_text_is_unused() -> None:
    assert {name(event_type) for event_type in NEWS} == set(TEMPLATES)


def test_each_event_is_told_or_deliberately_not() -> None:
    published = {name(event_type) for event_type in BY_TYPE if event_type.split(".")[1] in PUBLISHERS}

    assert set(TEMPLATES) | UNTOLD.keys() == published
    assert set(TEMPLATES) & UNTOLD.keys() == set()


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


def test_texts_call_the_fields_of_a_profile_by_name() -> None:
    news = ProfileChecked(
        ngo_id=uuid4(), occurred_at=NOON, confirmed_fields=("name", "office_address"), queried_fields=("motto",)
    )

    [to_ngo] = compose("NgoProfileChecked", news, "SNV")

    assert to_ngo.body_id.startswith("Dikonfirmasi: nama, alamat kantor. Ditanyakan: motto.")
    assert to_ngo.body_en.startswith("Confirmed: name, address of the office. Asked about: motto.")


def test_texts_say_that_there_is_nothing() -> None:
    news = ForeignMinistryStep(ngo_id=uuid4(), occurred_at=NOON, step="PERMOHONAN", reached_on=date(2020, 7, 1))

    [to_ngo] = compose("ForeignMinistryStepRecorded", news, "SNV")

    assert to_ngo.body_id == "Tahap izin SNV: PERMOHONAN pada 1 Juli 2020. Hasil: tidak ada."
    assert to_ngo.body_en == "The permit of SNV: PERMOHONAN on 1 July 2020. Outcome: none."


@pytest.mark.parametrize(("code", "name"), [("91.01", "Kabupaten Merauke"), ("53.99", "53.99")])
def test_a_former_code_goes_by_its_places_name_and_one_that_is_not_known_stands_for_itself(
    code: str, name: str
) -> None:
    event = visit_announced("01890000-0000-7000-8000-000000000000", (code,))  # type: ignore[arg-type]
    news = NEWS[event.wire_type()].model_validate_json(event.model_dump_json())

    to_region, _ = compose("VisitAnnounced", news, "SNV")

    assert to_region.title_id == f"Kunjungan tamu asing ke {name}"
