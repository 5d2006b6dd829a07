import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.registry.regions.rules import AnyRegionCode, ancestors, asked, canonical, sipd_code

CODE: TypeAdapter[str] = TypeAdapter(AnyRegionCode)
TWO = st.integers(1, 99).map("{:02}".format)
PARTS = st.lists(TWO, min_size=1, max_size=3) | st.tuples(TWO, TWO, TWO, st.integers(1, 9999).map("{:04}".format))
CODES = PARTS.map(".".join)


@given(CODES)
def test_a_code_is_the_same_with_its_dots_and_without(code: str) -> None:
    undotted = code.replace(".", "")

    assert CODE.validate_python(code) == code
    if len(undotted) > 2:
        assert CODE.validate_python(undotted) == code


@given(CODES)
def test_what_sipd_writes_is_read_as_the_code_it_stands_for(code: str) -> None:
    written = sipd_code(code)

    assert (written is None) == (len(code) > 5)
    if written:
        assert len(written) == 4
        assert canonical(written) == code


@pytest.mark.parametrize(("written", "code"), [("9100", "91"), ("3276", "32.76"), ("3276011001", "32.76.01.1001")])
def test_codes_without_dots_are_read(written: str, code: str) -> None:
    assert CODE.validate_python(written) == code


@pytest.mark.parametrize(
    "written",
    ["", "5", "530", "53065", "53.6", "53.06.", ".53", "53.06.01.001", "53-06", "٥٣", "53.06\n", "53060100010"],
)
def test_what_is_no_code_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        CODE.validate_python(written)


def test_a_village_lies_in_its_district_regency_and_province() -> None:
    assert ancestors("32.76.01.1001") == ["32", "32.76", "32.76.01"]
    assert ancestors("32") == []


@pytest.mark.parametrize(
    ("text", "name", "kinds"),
    [
        ("Kab. Manggarai", "manggarai", ("regency",)),
        ("kota administrasi Jakarta Pusat", "jakarta pusat", ("city",)),
        ("kota adm", "adm", ("city",)),
        ("KEC  cibinong", "cibinong", ("district",)),
        ("Kota", "kota", ()),
        ("flores timur", "flores timur", ()),
        ("desa", "desa", ()),
        (" .,; ", "", ()),
        ("%% '' \N{GRINNING FACE}", "", ()),
    ],
)
def test_the_word_for_the_kind_is_not_part_of_the_name(text: str, name: str, kinds: tuple[str, ...]) -> None:
    found = asked(text)

    assert (found.name, found.kinds) == (name, kinds)


@given(st.text(max_size=60))
def test_any_text_can_be_asked_for(text: str) -> None:
    found = asked(text)

    assert found.whole.endswith(found.name)
