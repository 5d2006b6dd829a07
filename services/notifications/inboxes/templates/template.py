"""The shape of a text, and to whom it can go."""

from typing import Literal, NamedTuple

Audience = Literal["ngo", "successor", "region", "fasker_officer", "fasker_head", "satker_officer"]


class Template(NamedTuple):
    """`to`: the organisation, its successor, each region concerned, or officials with a role.

    In the texts, `{ngo}` is the organisation's name and `{here}` that of the region addressed; other names
    are fields of the event.
    """

    to: tuple[Audience, ...]
    title_id: str
    title_en: str
    body_id: str
    body_en: str
