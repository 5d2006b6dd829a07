"""What an NGO writes in a request for tax relief."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from services.recommendations.fields import Country, Currency, Day, Regency
from services.recommendations.requests.kind import Terms
from shared.http.body import Body, Line, broken_rule
from shared.http.values import wrong
from shared.regions import present_code

TaxKind = Literal["BEA_MASUK_CUKAI", "PPN", "PPH_22_IMPOR", "PPH", "KENDARAAN", "BARANG_PINDAHAN"]
Purpose = Literal["ibadah_umum", "amal", "sosial", "kebudayaan", "bencana_alam"]
DisasterStage = Literal["prabencana", "siaga", "tanggap", "transisi", "rehabilitasi_rekonstruksi"]


def _eight_digits(code: str) -> str:
    if not (len(code) == 8 and code.isascii() and code.isdigit()):
        raise broken_rule("V24", "must be the 8 digits of the customs tariff (HS code)")
    return code


def _positive(number: Decimal) -> Decimal:
    if number <= 0:
        raise broken_rule("V24", "must be more than 0")
    return number


HsCode = Annotated[str, Field(max_length=20), AfterValidator(_eight_digits)]
Quantity = Annotated[Decimal, Field(max_digits=20, decimal_places=3), AfterValidator(_positive)]
Value = Annotated[Decimal, Field(max_digits=20, decimal_places=2), AfterValidator(_positive)]


class Goods(Body):
    description: Line
    hs_code: HsCode
    quantity: Quantity
    unit: Line
    condition: Literal["new", "used"]
    value: Value
    currency: Currency
    origin: Country


class Share(Body):
    """So much of the goods at an index (from 0) goes to a region."""

    region: Regency
    goods_index: int = Field(ge=0, le=99)
    quantity: Quantity


class TaxRequest(Body):
    agreement_id: UUID
    work_plan_activity_id: UUID
    kind: TaxKind
    purpose: Purpose
    disaster_stage: DisasterStage | None = None
    goods: list[Goods] = Field(min_length=1, max_length=100)
    distribution: list[Share] = Field(min_length=1, max_length=500)
    gift_certificate_number: Line
    sender: Line
    port_of_entry: Line
    estimated_arrival_on: Day
    replaces_letter_id: UUID | None = Field(default=None, description="An earlier letter that this one is to replace")

    @field_validator("distribution")
    @classmethod
    def _of_these_goods(cls, shares: list[Share], info: ValidationInfo) -> list[Share]:
        known = len(info.data.get("goods", []))
        seen = set[tuple[int, str]]()
        for place, share in enumerate(shares):
            if share.goods_index >= known:
                raise wrong("must be an index into `goods`, from 0", place, "goods_index", rule="V24")
            if (share.goods_index, present_code(share.region)) in seen:
                raise wrong("must name each region once for the same goods", place, "region", rule="V24")
            seen.add((share.goods_index, present_code(share.region)))
        return shares

    @model_validator(mode="after")
    def _stage_of_a_disaster(self) -> "TaxRequest":
        if (self.purpose == "bencana_alam") != (self.disaster_stage is not None):
            raise wrong("must be given for `bencana_alam`, and only for it", "disaster_stage")
        return self

    def terms(self) -> Terms:
        return Terms(
            self.agreement_id,
            self.work_plan_activity_id,
            self.estimated_arrival_on,
            self.estimated_arrival_on,
            tuple((f"#/distribution/{place}/region", share.region) for place, share in enumerate(self.distribution)),
            self.replaces_letter_id,
        )
