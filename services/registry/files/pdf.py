"""PDF documents: nothing in them may run, or swell when somebody opens it. Pure.

The names of what runs are looked for wherever they may stand: in the file as it is, written with `#` or not, and in
its compressed object streams. Encrypted documents hide both, and could be read by nobody in the ministry anyway.

ISO 32000-1: 7.3.5 names, 7.4 filters, 7.5.7 object streams, 12.6.4 actions.
"""

import re
import zlib
from typing import Final

from services.registry.files.refusal import Refused

WORK_MAX: Final = 64 * 1_048_576
"""Bytes of all object streams together, unpacked, and as many packed."""
UNPACKED_MAX: Final = 512 * 1_048_576
"""Bytes of all streams together: some five hundred scanned pages, or twenty in colour."""
_SWELLS_MAX: Final = 1032
"""A byte of Flate becomes no more (RFC 1951: a match of 258 bytes takes two bits)."""
_STEP: Final = 65_536
_TRIED: Final = 16_384
"""What it counts to try in vain, so that nobody has us try for minutes."""
_TRAILER_WITHIN: Final = 1024


def _name(text: str) -> bytes:
    """A pattern for a name, each of whose characters may stand as `#` with its code; nothing may follow in it."""
    characters = "".join(f"(?:{each}|#{ord(each):02x}|#{ord(each):02X})" for each in text)
    return f"/{characters}(?![A-Za-z0-9#])".encode()


_RUNS: Final = {"JavaScript": "holds a script", "Launch": "starts a program"}
_RUNNING: Final = re.compile(b"|".join(b"(?P<%b>%b)" % (name.encode(), _name(name)) for name in _RUNS))
_ENCRYPTED: Final = re.compile(_name("Encrypt") + rb"\s*(?:[0-9]+\s+[0-9]+\s+R|<<)")
_HIDES: Final = "packs its objects in a way that can't be looked into"
_OBJECTS: Final = re.compile(_name("ObjStm"))
_STREAM: Final = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_FILTERED: Final = re.compile(_name("Filter"))
_FLATE: Final = re.compile(_name("FlateDecode"))
_LZW: Final = re.compile(_name("LZWDecode"))
_ARMOURED: Final = re.compile(_name("ASCII85Decode") + b"|" + _name("ASCIIHexDecode"))
_END_OF_ARMOUR: Final = b"~>"


def check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-_TRAILER_WITHIN:]:
        raise Refused("ends before a PDF does")
    if _ENCRYPTED.search(content):
        raise Refused("is encrypted")
    _expect_nothing_runs(content)
    _check_object_streams(content)
    _expect_no_bomb(content)


def _expect_nothing_runs(text: bytes) -> None:
    if found := _RUNNING.search(text):
        raise Refused(f"{_RUNS[str(found.lastgroup)]}: /{found.lastgroup}")


def _check_object_streams(content: bytes) -> None:
    """What is not packed was seen in the file as it is. No byte is searched more than a few times."""
    work = seen = 0
    for objects in _OBJECTS.finditer(content):
        if objects.start() < seen:  # the stream that follows was looked into
            continue
        start = _STREAM.search(content, objects.end())
        if start is None:
            return
        dictionary = max(content.rfind(b"obj", seen, objects.start()), seen)
        seen = start.end()
        if not _FILTERED.search(content, dictionary, start.start()):
            continue
        text, read = _unpacked(memoryview(content)[start.end() :], WORK_MAX - work)
        work += len(text) + read
        _expect_nothing_runs(text)


def _expect_no_bomb(content: bytes) -> None:
    """Whatever a stream is said to be: what can be inflated is, and what comes out is counted."""
    unpacked = seen = 0
    while start := _STREAM.search(content, seen):
        since_the_last = content[seen : start.start()]
        flate = len(_FLATE.findall(since_the_last))
        if flate > 1 or _LZW.search(since_the_last):
            raise Refused(_HIDES)
        if flate and _ARMOURED.search(since_the_last):
            end = content.find(_END_OF_ARMOUR, start.end())
            unpacked += _SWELLS_MAX * ((len(content) if end < 0 else end) - start.end())
            seen = start.end()
        else:
            length, read = _inflated(memoryview(content)[start.end() :], UNPACKED_MAX - unpacked)
            unpacked += length
            seen = start.end() + read
        if unpacked > UNPACKED_MAX:
            raise Refused(f"swells to more than {UNPACKED_MAX} bytes")


def _inflated(packed: memoryview, length_max: int) -> tuple[int, int]:
    """How much comes out, counted until it is too much, and how much was read for it."""
    inflate = zlib.decompressobj()
    length = read = 0
    try:
        while not inflate.eof and read < len(packed) and length <= length_max:
            rest: bytes | memoryview = packed[read : read + _STEP]
            while rest and length <= length_max and not inflate.eof:
                length += len(inflate.decompress(rest, _STEP))
                rest = inflate.unconsumed_tail
            read = min(read + _STEP, len(packed))
    except zlib.error:  # no Flate, or damaged
        length += _TRIED
    return length, read - len(inflate.unused_data)


def _unpacked(packed: memoryview, work_max: int) -> tuple[bytes, int]:
    """What comes out, and how much was read for it."""
    inflate = zlib.decompressobj()
    text = bytearray()
    read = 0
    try:
        while not inflate.eof and read < len(packed):
            rest: bytes | memoryview = packed[read : read + _STEP]
            read += len(rest)
            while rest and not inflate.eof:
                text += inflate.decompress(rest, _STEP)
                rest = inflate.unconsumed_tail
                if len(text) + read > work_max:
                    raise Refused(f"swells to more than {WORK_MAX} bytes")
    except zlib.error:
        raise Refused(_HIDES) from None
    return bytes(text), read
