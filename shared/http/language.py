"""In which of the two languages an answer is: RFC 9110, section 12.5.4, matched by lookup (RFC 4647, section 3.4)."""

import re
from collections.abc import Iterable
from typing import Final, Literal

Language = Literal["en", "id"]

RANGES_MAX: Final = 20
_RANGE: Final = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*[qQ]=([01](?:\.[0-9]{0,3})?)\s*)?")
_TAGS: Final[dict[str, Language]] = {"en": "en", "id": "id", "in": "id"}
"""`in` is what Indonesian was called until 1989; some clients still do."""


def preferred(accept_language: str) -> Language:
    """English unless Indonesian is wanted more. Of two wanted equally, the one that was named first."""
    wanted: dict[str, float] = {}
    for part in accept_language.split(",")[:RANGES_MAX]:
        if (found := _RANGE.fullmatch(part)) and (tag := _TAGS.get(found[1].lower(), found[1])):
            wanted[tag] = max(wanted.get(tag, 0.0), float(found[2] or 1))
    anything = wanted.get("*", 0.0)
    english, indonesian = wanted.get("en", anything), wanted.get("id", anything)
    if english == indonesian:
        first = next((tag for tag in wanted if tag in ("en", "id")), "en")
        return "id" if first == "id" and indonesian else "en"
    return "id" if indonesian > english else "en"


def of_headers(headers: Iterable[tuple[bytes, bytes]]) -> Language:
    """As the headers of an ASGI scope say."""
    return preferred(",".join(value.decode("latin-1") for name, value in headers if name == b"accept-language"))
