"""Small files of each type, sound ones and such as must be refused."""

import io
import struct
import zipfile
import zlib
from typing import Final

CONTENT_TYPES: Final = "[Content_Types].xml"
WORKBOOK: Final = "xl/workbook.xml"


def pdf(body: bytes = b"") -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + body + b"\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def object_stream(text: bytes, dictionary: bytes = b"/Type /ObjStm /Filter /FlateDecode") -> bytes:
    packed = zlib.compress(text)
    return b"2 0 obj\n<< %b /Length %d >>\nstream\n%b\nendstream\nendobj" % (dictionary, len(packed), packed)


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 1, height: int = 1, between: bytes = b"", end: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + between + chunk(b"IDAT", data) + chunk(b"IEND") + end


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(width: int = 1, height: int = 1, frame: int = 0xC0) -> bytes:
    size = segment(frame, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0") + size + scan + b"\x12\x34\xff\xd9"


def workbook(parts: dict[str, bytes] | None = None, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in {CONTENT_TYPES: b"<Types/>", WORKBOOK: b"<workbook/>", **(parts or {})}.items():
            archive.writestr(name, content)
    return made.getvalue()


def with_directory_field(archive: bytes, name: str, offset: int, value: int) -> bytes:
    """The archive whose directory says something else of an entry, four bytes at `offset` of its record."""
    place = archive.rindex(name.encode()) - 46
    return archive[: place + offset] + struct.pack("<I", value) + archive[place + offset + 4 :]


CHECKSUM_AT: Final = 16
PACKED_SIZE_AT: Final = 20
UNPACKED_SIZE_AT: Final = 24
HEADER_AT: Final = 42
