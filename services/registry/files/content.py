"""What a file is, by what is in it: its name and what its sender says of it prove nothing. Pure.

Known are PDF, JPEG, PNG and XLSX, each only if nothing in it runs, and nothing in it swells when somebody opens it.
"""

from collections.abc import Callable
from typing import Final

from services.registry.files.pdf import check_pdf
from services.registry.files.pictures import check_jpeg, check_png
from services.registry.files.refusal import Refused
from services.registry.files.workbooks import check_workbook

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

SIGNATURES: Final[dict[str, bytes]] = {
    PDF: b"%PDF-",
    JPEG: b"\xff\xd8\xff",
    PNG: b"\x89PNG\r\n\x1a\n",
    XLSX: b"PK\x03\x04",
}
CHECKS: Final[dict[str, Callable[[bytes], None]]] = {
    PDF: check_pdf,
    JPEG: check_jpeg,
    PNG: check_png,
    XLSX: check_workbook,
}


def recognised(content: bytes) -> str | None:
    """The media type that the first bytes promise."""
    return next((media_type for media_type, start in SIGNATURES.items() if content.startswith(start)), None)


def check_content(content: bytes, media_type: str) -> None:
    """Raise Refused unless the content is sound, and of this type."""
    found = recognised(content)
    if found != media_type:
        raise Refused(f"is no {media_type}: it begins as {found or 'no known type'} does")
    CHECKS[media_type](content)
