"""Workbooks (XLSX): a ZIP whose parts may neither swell nor run. Pure.

What the directory declares is held against what is there: a bomb declares little, or the same bytes many times.

https://www.davidfifield.com/zipbomb/ ; ECMA-376 part 2
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

from services.registry.files.refusal import Refused

ENTRIES_MAX: Final = 2_000
UNPACKED_MAX: Final = 100 * 1_048_576
RATIO_MAX: Final = 200
"""Unpacked to packed, of an entry that is larger than a million bytes: tables of numbers reach 20, empty ones 100."""
_RATIO_FROM: Final = 1_000_000
_STEP: Final = 1_048_576
_TYPES: Final = "[Content_Types].xml"
_NEEDED: Final = frozenset({_TYPES, "xl/workbook.xml"})
_RUNS: Final = re.compile(rb"macroenabled|vbaproject|macrosheet|activex", re.IGNORECASE)
_OBSCURE: Final = re.compile(rb"\x00|&|<!")
"""Wide characters, references and declarations: none of them is needed here, and each can hide a word."""
_DOCTYPES: Final = tuple(
    "<!DOCTYPE".encode(form) for form in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
)
"""Where entities are declared, each of which may stand for many others: no part of a workbook may (ECMA-376 part 2)."""
_LOCAL_HEADER: Final = 30


def check_workbook(content: bytes) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise Refused("is no sound ZIP, as a workbook is") from error
    _check_directory(entries, len(content))
    for entry in entries:
        _check_entry(content, entry)
    _check_types(archive)


def _check_types(archive: zipfile.ZipFile) -> None:
    """A part may have any name: what it is, this list says. It must be written so that it can be read here, too."""
    try:
        types = archive.read(_TYPES)
    except zipfile.BadZipFile as error:
        raise Refused("is no sound ZIP, as a workbook is") from error
    if _OBSCURE.search(types):
        raise Refused("lists its parts in a way that can't be looked into")
    if _RUNS.search(types):
        raise Refused("holds macros")


def _check_directory(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > ENTRIES_MAX:
        raise Refused(f"has {len(names)} parts, more than {ENTRIES_MAX}")
    if not set(names) >= _NEEDED:
        raise Refused("is a ZIP, but no workbook")
    if len({name.lower() for name in names}) < len(names):
        raise Refused("has two parts of the same name")
    if any(name.lower().rsplit("/", 1)[-1].startswith("vbaproject") for name in names):
        raise Refused("holds macros")
    if sum(entry.file_size for entry in entries) > UNPACKED_MAX:
        raise Refused(f"swells to more than {UNPACKED_MAX} bytes")
    if sum(entry.compress_size + _LOCAL_HEADER for entry in entries) > size:
        raise Refused("declares more than there is: its parts overlap")


def _check_entry(content: bytes, entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("is encrypted, or packed in an unusual way")
    if entry.file_size > max(_RATIO_FROM, entry.compress_size * RATIO_MAX):
        raise Refused(f"holds a part that swells more than {RATIO_MAX} times")
    head = content[entry.header_offset : entry.header_offset + _LOCAL_HEADER]
    if len(head) < _LOCAL_HEADER or not head.startswith(b"PK\x03\x04"):
        raise Refused("is no sound ZIP, as a workbook is")
    name_length, extra_length = struct.unpack("<HH", head[26:30])
    start = entry.header_offset + _LOCAL_HEADER + name_length + extra_length
    packed = content[start : start + entry.compress_size]
    size = check = 0
    rest = b""
    for step in _steps(packed, entry):
        size, check = size + len(step), zlib.crc32(step, check)
        seen = rest + step
        if any(doctype in seen for doctype in _DOCTYPES):
            raise Refused("holds a part that declares entities, which can swell")
        rest = step[-max(map(len, _DOCTYPES)) :]
    if (size, check) != (entry.file_size, entry.CRC):
        raise Refused("holds a part that is not as its directory declares it")


def _steps(packed: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """What comes out, step by step, and never more than a step beyond what was declared."""
    if entry.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    inflate = zlib.decompressobj(-15)
    size, rest = 0, packed
    try:
        while not inflate.eof and size <= entry.file_size:
            step = inflate.decompress(rest, _STEP)
            if not step and not inflate.unconsumed_tail:
                break
            rest = inflate.unconsumed_tail
            size += len(step)
            yield step
    except zlib.error as error:
        raise Refused("holds a part that is damaged") from error
