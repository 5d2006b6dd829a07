"""What a letter is: numbered, hashed, and either valid or not. Pure."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.recommendations.dates import indonesian_date

ISSUER: Final = "Pusat Fasilitasi Kerja Sama, Sekretariat Jenderal Kementerian Dalam Negeri"

RECOMMENDS: Final = "MEREKOMENDASIKAN"
"""The block that the personal lines belong to."""


class LetterStatus(StrEnum):
    VALID = "valid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class LegalBasis:
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """What every letter rests on and names."""

    ngo: str
    request_id: UUID
    submitted_on: date
    agreement_number: str
    agreement_title: str
    agreement_ends_on: date
    activity: str
    legal_bases: Sequence[LegalBasis]


@dataclass(frozen=True, slots=True)
class Block:
    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter as a kind of request composes it. `personal` lines are kept apart: they are stored with the person."""

    blocks: tuple[Block, ...]
    personal: tuple[str, ...]
    legal_basis: tuple[str, ...]
    valid_to: date


def with_personal_lines(blocks: Sequence[Block], personal: Sequence[str]) -> tuple[Block, ...]:
    """The whole text: the personal lines stand first in the block that recommends."""
    return tuple(Block(b.heading, (*personal, *b.lines)) if b.heading == RECOMMENDS else b for b in blocks)


def content_sha256(number: str, issued_on: date, blocks: Sequence[Block]) -> bytes:
    """Over the number, the date and the whole text, personal lines included."""
    document = [number, issued_on.isoformat(), [[b.heading, *b.lines] for b in blocks]]
    return hashlib.sha256(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()).digest()


def letter_number(pattern: str, sequence: int, year: int) -> str:
    return pattern.replace("{number}", f"{sequence:03d}").replace("{year}", str(year))


def status_of(*, revoked: bool, superseded: bool, valid_to: date, today: date) -> LetterStatus:
    if revoked:
        return LetterStatus.REVOKED
    if superseded:
        return LetterStatus.SUPERSEDED
    return LetterStatus.VALID if today <= valid_to else LetterStatus.EXPIRED


def statements(status: LetterStatus, number: str, valid_to: date) -> tuple[str, str]:
    """What the public reads, in Indonesian and English. A recommendation is never called a visa or a permit."""
    match status:
        case LetterStatus.VALID:
            ids, en = f"berlaku sampai dengan {indonesian_date(valid_to)}", f"is valid until {valid_to}"
        case LetterStatus.EXPIRED:
            ids, en = f"tidak berlaku lagi sesudah {indonesian_date(valid_to)}", f"expired after {valid_to}"
        case LetterStatus.REVOKED:
            ids, en = "telah dicabut dan tidak berlaku", "has been revoked and is not valid"
        case LetterStatus.SUPERSEDED:
            ids, en = "telah diganti dengan surat yang lebih baru", "has been replaced by a newer letter"
    no_more_in_id = "Surat ini adalah rekomendasi, bukan visa, izin, atau persetujuan pembebasan."
    no_more_in_en = "It recommends; it is no visa, no permit and no relief."
    return (
        f"Surat rekomendasi nomor {number} benar diterbitkan dan {ids}. {no_more_in_id}",
        f"Letter of recommendation {number} is genuine and {en}. {no_more_in_en}",
    )
