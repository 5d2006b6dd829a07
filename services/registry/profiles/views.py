"""What a profile looks like from outside: the form that comes in, the document that goes out."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.registry.dates import Day
from services.registry.organisations.rules import Status
from services.registry.profiles.rules import CHECKED, FIELDS, FieldState, is_lei
from services.registry.reference.rules import RegionCode
from shared.http.body import Body, Line, LongText, Number, Reason, ShortText, ShortTexts, View
from shared.http.values import wrong

WORKING_AREAS_MAX: Final = 552
"""38 provinces with 514 regencies and cities."""

Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$", max_length=2), Field(description="ISO 3166-1 alpha-2")]
Email = Annotated[Line, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Website = Annotated[Line, Field(pattern=r"^https?://[^\s/]+\.\S+$")]
Phone = Annotated[Line, Field(pattern=r"^\+?[0-9][0-9 ()./-]{4,29}$")]


def _lei(text: str) -> str:
    if not is_lei(text):
        raise PydanticCustomError("rule_broken", "must end with the check digits of the 18 characters before them")
    return text


class Profile(Body):
    """What the organisation says of itself."""

    name: Line
    name_en: Line | None = None
    acronym: Line
    aliases: Annotated[tuple[Line, ...], Field(max_length=10)] = ()
    legal_form: Line
    origin_country: Country
    home_city: Line
    headquarters_address: Annotated[Line | None, Field(description="In the country of origin")] = None
    home_registration_number: Annotated[Line | None, Field(description="In the register of the country of origin")] = (
        None
    )
    iati_org_id: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Z]{2}-[A-Z0-9_]{2,20}-[^\s/&|?]{1,100}$",
            max_length=130,
            description="IATI organisation identifier: a code of org-id.guide's lists, and the number there",
        ),
    ] = None
    lei: Annotated[
        Annotated[str, Field(pattern="^[A-Z0-9]{18}[0-9]{2}$", max_length=20), AfterValidator(_lei)] | None,
        Field(description="Legal entity identifier (ISO 17442)"),
    ] = None
    office_address: Line
    phone: Annotated[Phone | None, Field(description="Of the office in Indonesia, not of a person")] = None
    fax: Phone | None = None
    email: Annotated[Email, Field(description="Of the office, not of a person")]
    website: Website | None = None
    sectors: Annotated[list[Line], Field(min_length=1, max_length=15, description="Codes of GET /v1/sectors")]
    started_in_indonesia_on: Day
    counterpart_unit: Line
    npwp: Annotated[
        str | None, Field(pattern="^[0-9]{15,16}$", max_length=16, description="Indonesian tax number, digits only")
    ] = None
    has_indonesian_bank_account: bool | None = None
    last_msp_signed_on: Annotated[Day | None, Field(description="Also of an agreement that is not kept here")] = None
    working_areas: Annotated[
        tuple[RegionCode, ...],
        Field(max_length=WORKING_AREAS_MAX, description="Provinces, regencies and cities where it wants to work"),
    ] = ()

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        for name, codes in (("sectors", self.sectors), ("working_areas", self.working_areas)):
            for place, code in enumerate(codes):
                if code in codes[:place]:
                    raise wrong(f"`{code}` must be named once", name, place)
        return self

    def profile(self) -> dict[str, Any]:
        return self.model_dump(include=set(FIELDS))


class FieldCheck(Body):
    field: Literal[CHECKED]  # type: ignore[valid-type]  # the names, once, in `rules`
    state: Literal["confirmed", "queried"]
    comment: Reason | None = None

    @model_validator(mode="after")
    def _queries_with_a_comment(self) -> Self:
        if self.state == "queried" and self.comment is None:
            raise wrong("is needed to query a field", "comment")
        return self


class FieldChecks(Body):
    checks: Annotated[list[FieldCheck], Field(min_length=1, max_length=len(CHECKED))]

    @model_validator(mode="after")
    def _checks_each_field_once(self) -> Self:
        fields = [check.field for check in self.checks]
        for place, field in enumerate(fields):
            if field in fields[:place]:
                raise wrong("each field must be checked once", "checks", place, "field")
        return self


class CheckedField(View):
    """What the ministry found of a field, and who confirmed it last: also when it has changed since."""

    field: ShortText
    state: FieldState
    comment: LongText | None
    confirmed_at: datetime | None
    confirmed_by_role: ShortText | None
    confirmed_by_unit: ShortText | None


class ProfileDetails(View):
    """What the public does not see."""

    headquarters_address: ShortText | None
    home_registration_number: ShortText | None
    office_address: ShortText
    phone: ShortText | None
    fax: ShortText | None
    email: ShortText
    npwp: ShortText | None
    has_indonesian_bank_account: bool | None
    last_msp_signed_on: date | None
    working_areas: ShortTexts


class ProfileView(ProfileDetails):
    id: UUID
    version: Number
    status: Status
    name: ShortText
    name_en: ShortText | None
    acronym: ShortText
    aliases: ShortTexts
    legal_form: ShortText
    origin_country: ShortText
    home_city: ShortText
    iati_org_id: ShortText | None
    lei: ShortText | None
    website: ShortText | None
    sectors: ShortTexts
    started_in_indonesia_on: date
    counterpart_unit: ShortText
    checks: list[CheckedField] = Field(max_length=100)


class Confirmation(View):
    """Whether a public field is confirmed as it stands, and when it was confirmed last."""

    field: ShortText
    confirmed: bool
    confirmed_at: datetime | None
    confirmed_by_role: ShortText | None
    confirmed_by_unit: ShortText | None


class Confirmations(View):
    fields: list[Confirmation] = Field(max_length=100)


class ProfileStep(View):
    """A change or a check of one field. `previous`: what a change replaced."""

    id: UUID
    version: Number
    field: ShortText
    act: ShortText
    comment: LongText | None
    previous: LongText | bool | ShortTexts | None
    actor_role: ShortText
    actor_unit: ShortText
    at: datetime
