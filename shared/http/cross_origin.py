"""Which pages of others may call from a browser: none, unless their origin is listed in the settings (CORS)."""

from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI
from fastapi.responses import Response
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware

from shared.errors import NotAllowed
from shared.http import problems
from shared.http.language import preferred
from shared.ids import uuid7

VERBS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ASKED: Final = (
    "Authorization",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Prefer",
    "Singo-After",
    "X-Request-Id",
)
SHOWN: Final = (
    "Allow",
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Singo-Events",
    "X-Request-Id",
)


class ListedOrigins(CORSMiddleware):
    """Refuses with a problem document."""

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return response
        problem = NotAllowed(
            "pages of this origin may not send this request: " + bytes(response.body).decode(),
            indonesian="halaman dari asal (origin) ini tidak boleh mengirim permintaan ini",
        )
        wanted = preferred(request_headers.get("accept-language", ""))
        content, headers = problems.document(problem, wanted, str(uuid7()))
        vary = f"{response.headers['vary']}, {headers['Vary']}"
        return Response(content, problem.status, headers | {"Vary": vary}, problems.MEDIA_TYPE)


def add_cross_origin(app: FastAPI, origins: Sequence[str]) -> None:
    """Tokens travel in `Authorization`, which pages set themselves: no cookies, so no credentials."""
    if origins:
        app.add_middleware(
            ListedOrigins, allow_origins=origins, allow_methods=VERBS, allow_headers=ASKED, expose_headers=SHOWN
        )
