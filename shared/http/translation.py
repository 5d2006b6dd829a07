"""A service's own details in Indonesian: found by the English text, in which `{name}` stands for a value."""

import re
from collections.abc import Callable, Mapping
from string import Formatter
from typing import Final

Translate = Callable[[str], str | None]

LENGTH_MAX: Final = 2000
"""Of a text that is looked for. Longer ones list what is wrong, and stay English."""


def untranslated(_: str) -> str | None:
    return None


def translator(texts: Mapping[str, str], words: Mapping[str, Mapping[str, str]]) -> Translate:
    """`texts`: English to Indonesian, with the same names of values.

    `words`: by the name of a value, what it is called, or each item of it where it lists several with commas.
    """
    # The longest first: it says more than another that fits.
    templates = sorted((english for english in texts if "{" in english), key=len, reverse=True)
    patterns = [(_pattern(english), texts[english]) for english in templates]

    def translate(english: str) -> str | None:
        if found := texts.get(english):
            return found
        if len(english) > LENGTH_MAX:
            return None
        for pattern, indonesian in patterns:
            if match := pattern.fullmatch(english):
                values = match.groupdict().items()
                return indonesian.format_map({name: _called(value, words.get(name, {})) for name, value in values})
        return None

    return translate


def _called(value: str, words: Mapping[str, str]) -> str:
    return ", ".join(words.get(item, item) for item in value.split(", "))


def _pattern(english: str) -> re.Pattern[str]:
    parts = (
        re.escape(literal) + (f"(?P<{name}>.+?)" if name else "") for literal, name, _, _ in Formatter().parse(english)
    )
    return re.compile("".join(parts), re.DOTALL)
