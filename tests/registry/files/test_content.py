import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.registry.files import pdf as pdf_rules
from services.registry.files.content import CHECKS, JPEG, PDF, PNG, XLSX, check_content, recognised
from services.registry.files.pictures import PIXELS_MAX
from services.registry.files.refusal import Refused
from services.registry.files.workbooks import ENTRIES_MAX, RATIO_MAX
from tests.registry.files.specimens import (
    CHECKSUM_AT,
    CONTENT_TYPES,
    HEADER_AT,
    PACKED_SIZE_AT,
    UNPACKED_SIZE_AT,
    WORKBOOK,
    chunk,
    jpeg,
    object_stream,
    pdf,
    png,
    segment,
    with_directory_field,
    workbook,
)

SOUND = {PDF: pdf(), JPEG: jpeg(), PNG: png(), XLSX: workbook()}


@pytest.mark.parametrize("media_type", SOUND)
def test_a_sound_file_of_each_type_passes_as_this_type_and_no_other(media_type: str) -> None:
    check_content(SOUND[media_type], media_type)

    for other in SOUND.keys() - {media_type}:
        with pytest.raises(Refused, match=f"begins as {media_type} does"):
            check_content(SOUND[media_type], other)


@pytest.mark.parametrize("content", [b"", b"MZ\x90\0", b"<html>", b"GIF89a", b"%PD", b" %PDF-1.7", b"\xd0\xcf\x11\xe0"])
def test_what_is_of_no_known_type_is_refused_whatever_it_claims(content: bytes) -> None:
    assert recognised(content) is None
    with pytest.raises(Refused, match="no known type"):
        check_content(content, PDF)


@pytest.mark.parametrize("media_type", SOUND)
@given(st.data())
def test_a_file_that_breaks_off_is_refused(media_type: str, data: st.DataObject) -> None:
    whole = SOUND[media_type].rstrip()
    length = data.draw(st.integers(0, len(whole) - 1))

    with pytest.raises(Refused):
        check_content(whole[:length], media_type)


@pytest.mark.parametrize("media_type", SOUND)
@given(st.data())
def test_whatever_stands_in_a_file_it_is_sound_or_refused(media_type: str, data: st.DataObject) -> None:
    """Nothing but Refused is raised, on files that are damaged anywhere, and on rubbish with the right beginning."""
    sound = bytearray(SOUND[media_type])
    for _ in range(data.draw(st.integers(1, 4))):
        sound[data.draw(st.integers(0, len(sound) - 1))] = data.draw(st.integers(0, 255))
    rubbish = SOUND[media_type][:8] + data.draw(st.binary(max_size=200))
    for content in (bytes(sound), rubbish):
        with suppress(Refused):
            CHECKS[media_type](content)


# Pictures


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
@example(PIXELS_MAX, 1)
@example(PIXELS_MAX + 1, 1)
def test_a_png_of_too_many_pixels_is_refused(width: int, height: int) -> None:
    if 0 < width * height <= PIXELS_MAX:
        check_content(png(width, height), PNG)
    else:
        with pytest.raises(Refused, match=r"pixels|no width"):
            check_content(png(width, height), PNG)


@pytest.mark.parametrize("frame", [0xC0, 0xC1, 0xC2, 0xCF])
def test_a_jpeg_of_too_many_pixels_is_refused_however_it_is_packed(frame: int) -> None:
    check_content(jpeg(5000, 10_000, frame), JPEG)
    with pytest.raises(Refused, match="65535 x 65535 pixels"):
        check_content(jpeg(65535, 65535, frame), JPEG)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (png(between=chunk(b"tEXt", b"x")[:-1] + b"\0"), "checksum"),
        (png(end=b"PK\x03\x04"), "goes on"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT") + chunk(b"IEND"), "no PNG header"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND"), "no PNG header"),
    ],
)
def test_a_png_of_another_structure_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        check_content(content, PNG)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xd8\xff\xe0\0\x02nothing", "does not begin"),
        (b"\xff\xd8" + segment(0xDA, b"\0") + b"\xff\xd9", "size"),
        (b"\xff\xd8" + b"\xff" * 200_000, "no end"),
    ],
)
def test_a_jpeg_of_another_structure_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        check_content(content, JPEG)


# Documents


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"2 0 obj << /S /JavaScript /JS (app.alert(1)) >> endobj", "holds a script"),
        (b"2 0 obj << /S /J#61vaScript /JS (x) >> endobj", "holds a script"),
        (b"2 0 obj << /S /#4a#41vaScript >> endobj", None),
        (b"2 0 obj << /S /Launch /F (cmd.exe) >> endobj", "starts a program"),
        (b"2 0 obj << /S /L#61unch>> endobj", "starts a program"),
        (object_stream(b"<< /S /JavaScript >>"), "holds a script"),
        (object_stream(b"<< /S /Launch >>", b"/Type /Obj#53tm /Filter/FlateDecode"), "starts a program"),
        (object_stream(b"<< /S /JavaScript >>", b"/Type /ObjStm /X (1 0 obj) /Filter /FlateDecode"), "holds a script"),
        (b"2 0 obj\n<< /Type /ObjStm /Filter /LZWDecode >>\nstream\n\x80\x0b\nendstream\nendobj", "looked into"),
        (object_stream(bytes(70 * 1_048_576)), "swells"),
        (b"trailer << /Encrypt 5 0 R >>", "encrypted"),
        (object_stream(b"<< /Type /Page >>"), None),
        (b"2 0 obj << /JavaScripts 1 /LaunchPad 2 /OpenAction [3 0 R /Fit] >> endobj", None),
        (b"2 0 obj\n<< /Length 3 >>\nstream\nabc\nendstream\nendobj", None),
    ],
)
def test_a_pdf_in_which_something_runs_swells_or_hides_is_refused(body: bytes, why: str | None) -> None:
    if why is None:
        check_content(pdf(body), PDF)
    else:
        with pytest.raises(Refused, match=why):
            check_content(pdf(body), PDF)


def test_a_pdf_that_names_object_streams_a_million_times_is_looked_through_all_the_same() -> None:
    body = b"2 0 obj << " + b"/ObjStm " * 1_000_000 + b">>\n"

    check_content(pdf(body), PDF)
    with pytest.raises(Refused, match="holds a script"):
        check_content(pdf(body + object_stream(b"<< /S /JavaScript >>")), PDF)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (object_stream(bytes(2_000_000), b"/Filter /FlateDecode"), "swells"),
        (object_stream(bytes(2_000_000), b"/Filter 9 0 R"), "swells"),
        (object_stream(bytes(600_000), b"/Filter /Flate#44ecode") * 2, "swells"),
        (object_stream(bytes(2_000_000), b"/Filter /FlateDecode").replace(b"stream\n", b"stream\r"), "swells"),
        (object_stream(b"x", b"/Filter [/FlateDecode /FlateDecode]"), "looked into"),
        (object_stream(b"x", b"/Filter /LZWDecode"), "looked into"),
        (object_stream(b"x", b"/Filter [/ASCII85Decode /FlateDecode]").replace(b"\nends", b"~>\nends"), None),
        (object_stream(bytes(2_000_000), b"/Filter [/ASCII85Decode /FlateDecode]"), "swells"),
        (object_stream(bytes(2_000_000), b"/Filter [/ASCII85Decode /DCTDecode]"), "swells"),
        (object_stream(bytes(900_000), b"/Width 640 /Filter /FlateDecode"), None),
        (b"2 0 obj\n<< /Filter /DCTDecode >>\nstream\n%b\nendstream\nendobj" % jpeg(), None),
    ],
)
def test_a_pdf_whose_streams_swell_is_refused_whatever_they_are(
    monkeypatch: pytest.MonkeyPatch, body: bytes, why: str | None
) -> None:
    monkeypatch.setattr(pdf_rules, "UNPACKED_MAX", 1_000_000)

    if why is None:
        check_content(pdf(body), PDF)
    else:
        with pytest.raises(Refused, match=why):
            check_content(pdf(body), PDF)


def test_a_bomb_is_given_up_long_before_all_of_it_has_come_out() -> None:
    """Three gibibytes in three mebibytes: half of one is looked at."""
    packing = zlib.compressobj(9)
    head, packed = (packing.compress(bytes(8_388_608)) + packing.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    bomb = b"2 0 obj << /Filter /FlateDecode >>\nstream\n" + head + packed * 383

    with pytest.raises(Refused, match="swells"):
        check_content(pdf(bomb), PDF)


# Workbooks


def test_a_workbook_whose_parts_swell_is_refused() -> None:
    swelling = {"xl/worksheets/sheet1.xml": bytes(RATIO_MAX * 20_000)}

    with pytest.raises(Refused, match="swells more than"):
        check_content(workbook(swelling), XLSX)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("form", ["utf-8", "utf-16", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("before", [0, 1_048_570])
def test_a_workbook_whose_text_swells_when_it_is_read_is_refused(method: int, form: str, before: int) -> None:
    """Entities that stand for others that stand for others."""
    text = (
        "".join(map(str, range(before)))[:before]
        + '<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>'
    )

    with pytest.raises(Refused, match="entities"):
        check_content(workbook({"xl/sharedStrings.xml": text.encode(form)}, method), XLSX)


def test_a_workbook_of_usual_tables_is_sound() -> None:
    row = b"".join(b'<c r="A%d"><v>%d</v></c>' % (number, number) for number in range(100_000))

    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        check_content(workbook({"xl/worksheets/sheet1.xml": row}, method), XLSX)


def test_a_workbook_that_declares_less_than_it_holds_is_refused() -> None:
    swelling = workbook({"xl/a.xml": bytes(10_000_000)})
    declared = with_directory_field(swelling, "xl/a.xml", UNPACKED_SIZE_AT, 1000)
    with_its_checksum = with_directory_field(declared, "xl/a.xml", CHECKSUM_AT, zlib.crc32(bytes(1000)))

    for bomb in (declared, with_its_checksum):
        with pytest.raises(Refused, match="not as its directory declares"):
            check_content(bomb, XLSX)


def test_a_workbook_whose_parts_overlap_is_refused() -> None:
    """Many entries that are the same bytes: little is packed, and much comes out."""
    sound = workbook({"xl/a.xml": b"a" * 2000, "xl/b.xml": b"b" * 2000}, zipfile.ZIP_STORED)
    overlapping = with_directory_field(sound, "xl/a.xml", PACKED_SIZE_AT, len(sound))
    elsewhere = with_directory_field(sound, "xl/b.xml", HEADER_AT, len(sound) - 10)

    with pytest.raises(Refused, match="overlap"):
        check_content(overlapping, XLSX)
    with pytest.raises(Refused, match="no sound ZIP"):
        check_content(elsewhere, XLSX)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (workbook({"xl/vbaProject.bin": b"x"}), "macros"),
        (workbook({"XL/VBAPROJECT.BIN": b"x"}), "macros"),
        (workbook({CONTENT_TYPES: b'<Override PartName="/xl/a.bin" ContentType="x.vbaProject"/>'}), "macros"),
        (workbook({CONTENT_TYPES: b"<Default ContentType='application/vnd.ms-excel.MacroSheet+xml'/>"}), "macros"),
        (workbook({CONTENT_TYPES: b"<x ContentType='application/vnd.ms-excel.sheet.macroEnabled.main'/>"}), "macros"),
        (workbook({CONTENT_TYPES: b"<x ContentType='macro&#69;nabled'/>"}), "looked into"),
        (workbook({CONTENT_TYPES: "<x ContentType='macroEnabled'/>".encode("utf-16")}), "looked into"),
        (workbook({f"xl/{number}.xml": b"" for number in range(ENTRIES_MAX)}), "parts, more than"),
        (workbook({WORKBOOK.upper(): b"x"}), "same name"),
        (workbook(method=zipfile.ZIP_BZIP2), "unusual"),
        (workbook().replace(b"xl/workbook.xml", b"word/document.x"), "no workbook"),
        (b"PK\x03\x04 and no more", "no sound ZIP"),
    ],
)
def test_a_zip_that_is_no_plain_workbook_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        check_content(content, XLSX)
