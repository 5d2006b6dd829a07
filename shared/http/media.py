"""What kind of body an address takes."""

from typing import Final

from fastapi import Request

from shared.errors import UnsupportedMediaType

JSON: Final = "application/json"


def accept(request: Request, *media_types: str) -> None:
    """Let this request's body be of these types instead of JSON."""
    request.scope.setdefault("state", {})["media_types"] = media_types


def type_of(request: Request) -> str:
    """What the body says that it is, without parameters, in small letters; JSON if it says nothing."""
    return request.headers.get("content-type", JSON).partition(";")[0].strip().lower()


async def expect_media_type(request: Request) -> None:
    """Refuse a body that says it is of another type than its address takes. What says nothing passes as JSON."""
    accepted = request.scope.get("state", {}).get("media_types", (JSON,))
    kind = type_of(request)
    if kind not in accepted:
        raise UnsupportedMediaType(
            f"the body is {kind[:100]}, not {' or '.join(accepted)}",
            indonesian=f"isi permintaan adalah {kind[:100]}, bukan {' atau '.join(accepted)}",
        )
