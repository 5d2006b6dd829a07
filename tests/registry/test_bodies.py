from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.registry.agreements.api import NewAgreement, Termination
from services.registry.files.api import NewFile
from services.registry.foreign_ministry.api import NewStep
from services.registry.licences.api import NewLicence, Revocation
from services.registry.local_partners.views import NewLocalPartner, NewOpinion
from services.registry.master_plans.api import Amendment, NewMasterPlan
from services.registry.measures.api import NewExternalMeasure, NewMeasure
from services.registry.money import CURRENCIES, Amount, Currency
from services.registry.organisations.views import Application
from services.registry.profiles.views import FieldChecks, Profile
from services.registry.programme_directions.api import NewProgrammeDirection
from services.registry.regional_activities.api import Notice
from services.registry.representatives.api import NewRepresentative

AMOUNT: TypeAdapter[Decimal] = TypeAdapter(Amount)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.integers(0, 10**20 - 1))
def test_an_amount_keeps_every_digit(cents: int) -> None:
    text = f"{cents // 100}.{cents % 100:02}"

    assert str(AMOUNT.validate_python(text)) == text


@pytest.mark.parametrize(
    "given_", ["-0.01", "0.001", "1" * 19, "1e99999999", "Infinity", "NaN", "1,5", "", 1.5, True, None, [], 10**18]
)
def test_what_is_no_amount_is_refused_by_rule_v18(given_: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        AMOUNT.validate_python(given_)

    assert refusal.value.errors()[0]["ctx"]["rule"] == "V18"


@given(st.text(max_size=4) | st.from_regex(r"[A-Z]{3}", fullmatch=True) | st.sampled_from(sorted(CURRENCIES)))
def test_only_codes_of_iso_4217_are_currencies(code: str) -> None:
    currency: TypeAdapter[str] = TypeAdapter(Currency)

    try:
        currency.validate_python(code)
    except ValidationError:
        assert code not in CURRENCIES
    else:
        assert code in CURRENCIES


@pytest.mark.parametrize(
    "body",
    [
        Amendment,
        Application,
        FieldChecks,
        NewAgreement,
        NewFile,
        NewLicence,
        NewLocalPartner,
        NewExternalMeasure,
        NewMasterPlan,
        NewMeasure,
        NewOpinion,
        NewProgrammeDirection,
        NewRepresentative,
        NewStep,
        Notice,
        Profile,
        Revocation,
        Termination,
    ],
    ids=lambda b: b.__name__,
)
@settings(suppress_health_check=[HealthCheck.too_slow])  # a form of forty fields takes its time on a busy machine
@given(st.data())
def test_whatever_is_sent_is_refused_with_the_names_of_fields(body: type[BaseModel], data: st.DataObject) -> None:
    sent = data.draw(JSON | st.fixed_dictionaries(dict.fromkeys(body.model_fields, JSON)))

    with pytest.raises(ValidationError) as refusal:
        body.model_validate(sent)

    assert all(error["msg"] for error in refusal.value.errors())
