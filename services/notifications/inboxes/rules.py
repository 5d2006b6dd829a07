"""From an event to the messages that tell people of it. Pure: no clock, no database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from services.notifications.inboxes.labels import FIELDS, LABELS, MONTHS, NONE
from services.notifications.inboxes.news import News, NgoMerged
from services.notifications.inboxes.templates import TEMPLATES
from services.notifications.inboxes.templates.template import Audience, Template
from shared.regions import region_name

CODED: Final = ("kind", "answer", "cause", "step")
NAMING_FIELDS: Final = ("changed_fields", "confirmed_fields", "queried_fields")


@dataclass(frozen=True, slots=True)
class Message:
    """A text to one audience: an organisation, the officials with a role, or the office of a region."""

    title_id: str
    title_en: str
    body_id: str
    body_en: str
    to_ngo: UUID | None = None
    to_role: str | None = None
    to_region: str | None = None


def compose(event_name: str, news: News, ngo: str) -> list[Message]:
    """Every message that an event gives rise to. `ngo`: the organisation's name."""
    words = _Words(
        indonesian={**{name: _word(name, value, "id") for name, value in news}, "ngo": ngo},
        english={**{name: _word(name, value, "en") for name, value in news}, "ngo": ngo},
    )
    return [
        message
        for template in TEMPLATES[event_name]
        for audience in template.to
        for message in _address(template, audience, news, words)
    ]


@dataclass(frozen=True, slots=True)
class _Words:
    """The event's fields as they are said in a text."""

    indonesian: dict[str, str]
    english: dict[str, str]

    def fill(self, template: Template, *, here: str = "") -> tuple[str, str, str, str]:
        return (
            _sentence(template.title_id.format(**self.indonesian, here=here)),
            _sentence(template.title_en.format(**self.english, here=here)),
            _sentence(template.body_id.format(**self.indonesian, here=here)),
            _sentence(template.body_en.format(**self.english, here=here)),
        )


def _address(template: Template, audience: Audience, news: News, words: _Words) -> Iterator[Message]:
    match audience:
        case "ngo":
            yield Message(*words.fill(template), to_ngo=news.holder_id)
        case "successor" if isinstance(news, NgoMerged):
            yield Message(*words.fill(template), to_ngo=news.successor_id)
        case "region":
            for region in sorted(set(news.regions)):
                yield Message(*words.fill(template, here=region_name(region)), to_region=region)
        case role:
            yield Message(*words.fill(template), to_role=role)


def _word(name: str, value: object, language: str) -> str:
    column = 0 if language == "id" else 1
    if isinstance(value, date):
        return f"{value.day} {MONTHS[language][value.month - 1]} {value.year}"
    if name == "region":
        return region_name(str(value))
    if name in NAMING_FIELDS and isinstance(value, tuple):
        return ", ".join(FIELDS[field][column] if field in FIELDS else field for field in value) or NONE[column]
    if name in CODED and value in LABELS:
        return LABELS[str(value)][column]
    return NONE[column] if value is None else str(value)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
