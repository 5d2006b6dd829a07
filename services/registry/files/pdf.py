"""PDF documents: nothing in them may run. Pure.

The names of what runs are looked for wherever they may stand: in the file as it is, written with `#` or not, and in
its compressed object streams. Encrypted documents hide both, and could be read by nobody in the ministry anyway.

ISO 32000-1: 7.3.5 names, 7.5.7 object streams, 12.6.4 actions.
"""

import re
import zlib
from typing import Final

from services.registry.files.refusal import Refused

WORK_MAX: Final = 64 * 1_048_576
"""Bytes of all object streams together, unpacked, and as many packed."""
_STEP: Final = 65_536
_TRAILER_WITHIN: Final = 1024


def _name(text: str) -> bytes:
    """A pattern for a name, each of whose characters may stand as `#` with its code; nothing may follow in it."""
    characters = "".join(f"(?:{each}|#{ord(each):02x}|#{ord(each):02X})" for each in text)
    return f"/{characters}(?![A-Za-z0-9#])".encode()


_RUNS: Final = {"JavaScript": "holds a script", "Launch": "starts a program"}
_RUNNING: Final = re.compile(b"|".join(b"(?P<%b>%b)" % (name.encode(), _name(name)) for name in _RUNS))
_ENCRYPTED: Final = re.compile(_name("Encrypt") + rb"\s*(?:[0-9]+\s+[0-9]+\s+R|<<)")
_OBJECTS: Final = re.compile(_name("ObjStm"))
_STREAM: Final = re.compile(rb"(?<!end)stream\r?\n")
_FILTERED: Final = re.compile(_name("Filter"))


def check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-_TRAILER_WITHIN:]:
        raise Refused("ends before a PDF does")
    if _ENCRYPTED.search(content):
        raise Refused("is encrypted")
    _expect_nothing_runs(content)
    _check_object_streams(content)


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
        raise Refused("packs its objects in a way that can't be looked into") from None
    return bytes(text), read
