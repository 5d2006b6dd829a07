"""Pictures: their structure is read up to the size, so that none is kept that swells to billions of pixels. Pure."""

import struct
import zlib
from typing import Final

from services.registry.files.refusal import Refused

PIXELS_MAX: Final = 50_000_000
"""An A3 page at 400 dots an inch has 31 millions."""

_PARTS_MAX: Final = 100_000
"""Chunks or segments: of those of usual length a file of our size has some thousands."""
_ENDS_SHORT: Final = "ends before its structure does"


def _check_size(width: int, height: int) -> None:
    if width == 0 or height == 0:
        raise Refused("has no width or no height")
    if width * height > PIXELS_MAX:
        raise Refused(f"has {width} x {height} pixels, more than {PIXELS_MAX} together")


def check_png(content: bytes) -> None:
    """https://www.w3.org/TR/png-3/#5DataRep"""
    place, kinds = 8, list[bytes]()
    while place < len(content) and len(kinds) < _PARTS_MAX:
        head = content[place : place + 8]
        if len(head) < 8:
            raise Refused(_ENDS_SHORT)
        length, kind = struct.unpack(">I4s", head)
        data = content[place + 8 : place + 8 + length]
        check = content[place + 8 + length : place + 12 + length]
        if len(data) < length or len(check) < 4:
            raise Refused(_ENDS_SHORT)
        if zlib.crc32(kind + data) != int.from_bytes(check):
            raise Refused("is damaged: a checksum is wrong")
        if not kinds:
            if kind != b"IHDR" or length != 13:
                raise Refused("has no PNG header")
            _check_size(*struct.unpack(">II", data[:8]))
        kinds.append(kind)
        place += 12 + length
        if kind == b"IEND":
            break
    if not kinds or kinds[-1] != b"IEND" or b"IDAT" not in kinds:
        raise Refused(_ENDS_SHORT)
    if place < len(content):
        raise Refused("goes on after its end")


_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a segment that tells the size (ITU-T T.81, table B.1)."""
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_SCAN: Final = 0xDA
_FILL: Final = 0xFF
_END: Final = b"\xff\xd9"


def check_jpeg(content: bytes) -> None:
    """Every segment up to the picture's data. A camera may write more after the end."""
    place, sized = 2, False
    for _ in range(_PARTS_MAX):
        if content[place : place + 1] != b"\xff":
            raise Refused(_ENDS_SHORT if place >= len(content) else "is no sound JPEG: a segment does not begin")
        marker = content[place + 1] if place + 4 <= len(content) else None
        if marker is None:
            raise Refused(_ENDS_SHORT)
        if marker == _FILL:
            place += 1
            continue
        place += 2
        if marker in _ALONE:
            continue
        if marker in _FRAMES:
            if place + 7 > len(content):
                raise Refused(_ENDS_SHORT)
            height, width = struct.unpack(">HH", content[place + 3 : place + 7])
            _check_size(width, height)
            sized = True
        if marker == _SCAN:
            break
        place += int.from_bytes(content[place : place + 2])
    else:
        raise Refused("is no sound JPEG: there is no end to its segments")
    if not sized:
        raise Refused("does not tell its size before its data")
    if _END not in content[place:]:
        raise Refused(_ENDS_SHORT)
