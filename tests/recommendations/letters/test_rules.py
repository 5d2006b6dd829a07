from datetime import date
from decimal import Decimal

import pytest

from services.recommendations.letters.content import indonesian_number
from services.recommendations.letters.rules import (
    RECOMMENDS,
    Block,
    LetterStatus,
    content_sha256,
    letter_number,
    statements,
    status_of,
    with_personal_lines,
)

BLOCKS = (Block("DASAR", ("PP 59/2016",)), Block(RECOMMENDS, ("Jabatan: Adviser",)))


@pytest.mark.parametrize(
    ("revoked", "superseded", "today", "status"),
    [
        (False, False, date(2022, 3, 31), "valid"),
        (False, False, date(2022, 4, 1), "expired"),
        (False, True, date(2022, 3, 31), "superseded"),
        (True, True, date(2022, 3, 31), "revoked"),
    ],
)
def test_a_letter_holds_through_its_last_day_unless_revoked_or_replaced(
    revoked: bool, superseded: bool, today: date, status: str
) -> None:
    assert status_of(revoked=revoked, superseded=superseded, valid_to=date(2022, 3, 31), today=today) == status


@pytest.mark.parametrize("status", LetterStatus)
def test_the_public_statement_never_calls_a_letter_a_permit(status: LetterStatus) -> None:
    indonesian, english = statements(status, "001/TKA/FASKER/2020", date(2022, 3, 31))

    assert "bukan visa" in indonesian
    assert "no visa" in english
    assert "approved" not in english
    assert "disetujui" not in indonesian


def test_a_number_has_three_digits_or_more() -> None:
    assert letter_number("{number}/TKA/FASKER/{year}", 7, 2020) == "007/TKA/FASKER/2020"
    assert letter_number("{number}/TKA/FASKER/{year}", 1234, 2020) == "1234/TKA/FASKER/2020"


def test_the_personal_lines_stand_first_where_the_letter_recommends() -> None:
    whole = with_personal_lines(BLOCKS, ("Nama: D. P.",))

    assert whole == (BLOCKS[0], Block(RECOMMENDS, ("Nama: D. P.", "Jabatan: Adviser")))


def test_one_changed_character_changes_the_hash() -> None:
    changed = (BLOCKS[0], Block(RECOMMENDS, ("Jabatan: adviser",)))

    assert content_sha256("1", date(2020, 3, 2), BLOCKS) != content_sha256("1", date(2020, 3, 2), changed)


@pytest.mark.parametrize(
    ("number", "text"),
    [("500.000", "500"), ("1234567.89", "1.234.567,89"), ("75000.00", "75.000"), ("0.5", "0,5")],
)
def test_numbers_are_written_the_indonesian_way(number: str, text: str) -> None:
    assert indonesian_number(Decimal(number)) == text
