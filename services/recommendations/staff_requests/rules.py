"""What a request for foreign staff must satisfy: V12 (PP 59/2016 art. 25) and V13. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

from services.recommendations.dates import months_later
from services.recommendations.requests.rules import DatedRule, Violation
from services.recommendations.staff.rules import Stay, exceeds_years, most_in_post


def quota_violations(
    asked: Stay, of_ngo: Sequence[Stay], of_person: Sequence[Stay], rules: Mapping[str, DatedRule]
) -> list[Violation]:
    """V12. `of_ngo`: whoever was issued a post there and has not ended it; `of_person`: that human's, anywhere."""
    found = []
    places, years = rules["staff.max_in_post"], rules["staff.max_years"]
    if (most := most_in_post(of_ngo, asked)) > places.limit:
        detail = f"{most} foreign staff would be in post at once; an organisation may have {places.limit}"
        found.append(Violation.of(places, "#/starts_on", detail))
    if exceeds_years([asked, *of_person], years.limit):
        detail = f"together with earlier stays this is more than {years.limit} years, which can't be extended"
        found.append(Violation.of(years, "#/ends_on", detail))
    return found


def passport_violations(
    stay: Stay, valid_from: date, valid_to: date, rules: Mapping[str, DatedRule]
) -> list[Violation]:
    """V13."""
    found = []
    margin = rules["staff.passport_margin_months"]
    if valid_from > stay.first:
        detail = f"must be valid from the first day of the stay, {stay.first}"
        found.append(Violation.of(margin, "#/person/passport_valid_from", detail))
    if valid_to < (needed := months_later(stay.last, margin.limit)):
        detail = f"must be valid until {needed}, {margin.limit} months after the stay"
        found.append(Violation.of(margin, "#/person/passport_valid_to", detail))
    return found


def normalised_name(name: str) -> str:
    """The same for one person's name with or without accents, capitals, points, and in either order."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    letters = "".join(c if c.isalnum() else " " for c in plain.casefold())
    return " ".join(sorted(letters.split()))


def normalised_passport(number: str) -> str:
    return number.upper()


def masked_name(name: str) -> str:
    """Initials, for those who need to know that there is somebody, not who."""
    return " ".join(f"{word[0]}." for word in name.split())
