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
    """Refuse a body that is of another type than its address takes, or does not say of which it is."""
    accepted = request.scope.get("state", {}).get("media_types", (JSON,))
    if "content-type" not in request.headers and await request.body():
        raise UnsupportedMediaType(
            f"the body does not say in `Content-Type` that it is {' or '.join(accepted)}",
            indonesian=f"isi permintaan tidak menyebut dalam `Content-Type` bahwa ia {' atau '.join(accepted)}",
        )
    kind = type_of(request)
    if kind not in accepted:
        raise UnsupportedMediaType(
            f"the body is {kind[:100]}, not {' or '.join(accepted)}",
            indonesian=f"isi permintaan adalah {kind[:100]}, bukan {' atau '.join(accepted)}",
        )
