"""What a story says."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from services.reporting.fields import Areas
from services.reporting.stories.rules import personal_data_in
from shared.http.body import Body, Line, broken_rule

Category = Literal["success_story", "good_practice", "news", "research", "module"]


def _not_personal(text: str) -> str:
    if what := personal_data_in(text):
        raise broken_rule("V25", f"must not hold {what}: take it out")
    return text


PublicLine = Annotated[Line, AfterValidator(_not_personal)]
PublicText = Annotated[str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(_not_personal)]


class StoryContent(Body):
    title: PublicLine
    category: Category
    summary: Annotated[PublicText, Field(max_length=1000)]
    text: PublicText
    regions: Areas
    sdg: list[Annotated[int, Field(ge=1, le=17)]] = Field(default_factory=list, max_length=17)
    consent_given: bool = Field(description="Every recognisable person, or guardian, has consented")
