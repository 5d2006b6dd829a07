"""Which pages of others may call from a browser: none, unless their origin is listed in the settings (CORS)."""

from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI
from fastapi.responses import Response
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware

from shared.audit import REASON_HEADER
from shared.errors import NotAllowed
from shared.http import openapi_parts as parts
from shared.http import problems
from shared.http.language import preferred
from shared.http.middleware import NOTHING_MAY_RUN, WRITE_HEADERS
from shared.ids import uuid7

VERBS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ASKED: Final = ("Authorization", *parts.PARAMETERS, REASON_HEADER, "X-Request-Id")
SHOWN: Final = ("Allow", *(name for name in parts.HEADERS if not name.startswith("Access-Control-")))


class ListedOrigins(CORSMiddleware):
    """Refuses with a problem document. Outside of what gives answers their headers: those of that need these, too."""

    def preflight_response(self, request_headers: Headers) -> Response:
        request_id = str(uuid7())
        response = super().preflight_response(request_headers)
        if response.status_code != 200:
            response = _refusal(response, request_headers, request_id)
        for name, value in (*WRITE_HEADERS, NOTHING_MAY_RUN):
            response.headers[name.decode()] = value.decode()
        response.headers["X-Request-Id"] = request_id
        return response


def _refusal(response: Response, request_headers: Headers, request_id: str) -> Response:
    problem = NotAllowed(
        "pages of this origin may not send this request: " + bytes(response.body).decode(),
        indonesian="halaman dari asal (origin) ini tidak boleh mengirim permintaan ini",
    )
    wanted = preferred(request_headers.get("accept-language", ""))
    content, headers = problems.document(problem, wanted, request_id)
    vary = f"{response.headers['vary']}, {headers['Vary']}"
    return Response(content, problem.status, headers | {"Vary": vary}, problems.MEDIA_TYPE)


def add_cross_origin(app: FastAPI, origins: Sequence[str]) -> None:
    """Tokens travel in `Authorization`, which pages set themselves: no cookies, so no credentials."""
    if origins:
        app.add_middleware(
            ListedOrigins, allow_origins=origins, allow_methods=VERBS, allow_headers=ASKED, expose_headers=SHOWN
        )
