"""What the services' OpenAPI documents have in common: headers, problems, the security scheme."""

from dataclasses import dataclass
from typing import Any, Final

from shared.http.headers import LENGTHS_MAX
from shared.http.openapi_schemas import prepared
from shared.http.problem_pages import all_problems
from shared.http.problems import MEDIA_TYPE, ProblemDocument

Json = dict[str, Any]

DESCRIPTION: Final = """\
Part of SINGO, the cooperation with foreign NGOs at Indonesia's Ministry of Home Affairs.

- **Errors** are problem documents (RFC 9457); `type` leads to a page that says what it means and how to mend it, in
  Indonesian or English by `Accept-Language`.
- **A write happens once**: send a new `Idempotency-Key` with each intent and the same one when you repeat it. The
  answer to a repetition is the first one's, marked `Idempotent-Replayed: true`.
- **A change names the version it is based on**: send the `ETag` that you read as `If-Match`.
- **Lists** come in pages: `next_cursor` of one leads to the next.
- **Read your writes** in another service: send the positions in `Singo-Events` as `Singo-After`.
- `X-Request-Id` comes back with every answer, yours or a new one; name it when you ask for help.
"""

TAGS: Final = {"health": "Whether the process runs and can work, for whoever starts and watches it."}
"""Where a module's docstring is of something else."""

SERVER: Final[Json] = {
    "url": "/",
    "description": "Where this document was read: production, staging, test or local.",
    "x-internal": False,
}

SECURITY: Final[Json] = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Access token (RFC 9068) of the configured OIDC issuer, verified as RFC8725 advises: RS256, ES256 "
    "or EdDSA by the issuer's published keys, and `iss`, `aud` and `exp` as they must be.",
}


def _text(length: int, **more: Any) -> Json:
    return {"type": "string", "maxLength": length, **more}


ETAG_PATTERN: Final = '^"[1-9][0-9]{0,17}(-[0-9a-f]{16})?"$'

PARAMETERS: Final[dict[str, Json]] = {
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "A new random value for each intent; the same one when you repeat the request. "
        "https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/",
        "schema": _text(100, minLength=1, pattern="^[!-~]([ -~]*[!-~])?$"),
        "example": "0198f3a2-5b7e-7c31-9d44-6a1b2c3d4e5f",
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag that you read: what your change is based on",
        "schema": _text(40, pattern=ETAG_PATTERN),
        "example": '"3"',
    },
    "If-None-Match": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "ETags that you have: 304 if nothing has changed since",
        "schema": _text(LENGTHS_MAX["If-None-Match"]),
        "example": '"3"',
    },
    "If-Modified-Since": {
        "name": "If-Modified-Since",
        "in": "header",
        "required": False,
        "description": "The `Last-Modified` that you have: 304 if nothing has changed since. Ignored beside "
        "`If-None-Match`",
        "schema": _text(LENGTHS_MAX["If-Modified-Since"]),
        "example": "Wed, 12 Aug 2020 03:00:00 GMT",
    },
    "Singo-After": {
        "name": "Singo-After",
        "in": "header",
        "required": False,
        "description": "Positions of events that this read must see, with commas, as a write's `Singo-Events` named "
        "them. It waits for them, or answers 503. Needs a token everywhere.",
        "schema": _text(
            LENGTHS_MAX["Singo-After"],
            pattern=r"^[a-z]+/[!-+\--~]{1,100}/[1-9][0-9]{0,17}( *, *[a-z]+/[!-+\--~]{1,100}/[1-9][0-9]{0,17}){0,19}$",
        ),
        "example": "reporting/0198f3a2-5b7e-7c31-9d44-6a1b2c3d4e5f/42",
    },
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "required": False,
        "description": "`wait=5` (RFC 7240): seconds that `Singo-After` may wait, 10 at most; 5 if not given",
        "schema": _text(LENGTHS_MAX["Prefer"]),
        "example": "wait=5",
    },
}


def _header(description: str, example: Any, schema: Json | None = None) -> Json:
    return {"description": description, "schema": schema or _text(200), "example": example}


HEADERS: Final[dict[str, Json]] = {
    "Access-Control-Allow-Origin": _header(
        "Only where the service is set up to answer scripts of the caller's origin; by default of none",
        "https://portal.example",
    ),
    "ETag": _header("The version, for `If-Match` and `If-None-Match` (RFC 9110)", '"3"', _text(40)),
    "Idempotent-Replayed": _header(
        "`true` when this is the stored answer to an earlier request with the same `Idempotency-Key`",
        "true",
        {"type": "string", "enum": ["true"]},
    ),
    "Last-Modified": _header(
        "Since when the content is as it is, where that is known: for `If-Modified-Since` (RFC 9110)",
        "Wed, 12 Aug 2020 03:00:00 GMT",
        _text(40),
    ),
    "Location": _header(
        "Address of what was made, where it has one of its own", "/v1/…/0198f3a2-5b7e-7c31-9d44-6a1b2c3d4e5f"
    ),
    "RateLimit": _header(
        "What is left of the caller's quota and when it is full again (draft-ietf-httpapi-ratelimit-headers)",
        '"caller";r=90;t=30',
    ),
    "RateLimit-Policy": _header("The caller's quotas (the same draft)", '"caller";q=100;w=60'),
    "Retry-After": _header(
        "Seconds after which the request may be repeated",
        1,
        {"type": "integer", "format": "int32", "minimum": 0, "maximum": 86400},
    ),
    "Singo-Events": _header(
        "The events that the request caused (RFC 9651); a `position` may be sent to other services as `Singo-After`",
        'ReportSubmitted;id="0198f3a2-5b7e-7c31-9d44-6a1b2c3d4e5f";position="reporting/0198f3a2-5b7e-7c31-9d44-6a1b2c3d4e5f/42"',
        _text(100_000),
    ),
    "WWW-Authenticate": _header("The scheme to sign in with", "Bearer"),
    "X-Request-Id": _header(
        "The request's id; all events that it caused carry it", "0198f3a2-5b7e-7c31-9d44-6a1b2c3d4e5f", _text(64)
    ),
}

IN_EVERY_ANSWER: Final = ("X-Request-Id", "RateLimit", "RateLimit-Policy", "Access-Control-Allow-Origin")

SUCCESSES: Final = {"200": "Done, or found", "201": "Made", "204": "Done; there is nothing to show", "206": "The rest"}


@dataclass(frozen=True, slots=True)
class DocumentedProblem:
    name: str
    description: str
    type: str
    detail: str
    headers: tuple[str, ...] = ()


PROBLEMS: Final = {
    "400": DocumentedProblem(
        "BadRequest",
        "The body is not JSON, or `Idempotency-Key` or `If-Match` is missing or not as it must be",
        "idempotency-key-required",
        "the header `Idempotency-Key` is missing, or not printable ASCII of at most 100 characters",
    ),
    "401": DocumentedProblem(
        "NotSignedIn",
        "No valid access token",
        "not-signed-in",
        "the header `Authorization: Bearer <token>` is missing",
        ("WWW-Authenticate",),
    ),
    "403": DocumentedProblem(
        "NotAllowed",
        "The caller's role or scope does not allow this",
        "not-allowed",
        "this needs one of the roles fasker_officer, fasker_head",
    ),
    "404": DocumentedProblem(
        "NotFound", "No such thing, or none that the caller may see", "not-found", "there is nothing at this address"
    ),
    "408": DocumentedProblem(
        "TooSlow", "The request did not arrive in time", "body-too-slow", "the body did not arrive within 15 seconds"
    ),
    "409": DocumentedProblem(
        "NotNow",
        "Not open in the present status, or the first request with this `Idempotency-Key` is still worked on",
        "action-not-allowed",
        "cannot submit what is accepted; open now: nothing",
        ("Retry-After",),
    ),
    "412": DocumentedProblem(
        "Stale", "Changed since it was read", "stale-version", 'the resource is now at version "4"'
    ),
    "413": DocumentedProblem(
        "TooLarge", "The body is too large", "body-too-large", "the body has more than 1048576 bytes"
    ),
    "414": DocumentedProblem(
        "AddressTooLong", "The address is too long", "address-too-long", "the address is too long"
    ),
    "415": DocumentedProblem(
        "NotJson",
        "The body is of another media type",
        "unsupported-media-type",
        "the body is text/plain, not application/json",
    ),
    "422": DocumentedProblem(
        "InvalidInput",
        "A field or parameter breaks a rule, or the `Idempotency-Key` came with another request before",
        "invalid-input",
        "1 field(s) of the request are not as they must be",
    ),
    "428": DocumentedProblem("VersionRequired", "`If-Match` is missing", "version-required", "`If-Match` is missing"),
    "429": DocumentedProblem(
        "TooManyRequests",
        "More requests than the caller's quota allows",
        "too-many-requests",
        "the quota of 100 requests in 60 seconds is used up",
        ("Retry-After",),
    ),
    "431": DocumentedProblem(
        "HeadersTooLarge", "The headers are too many or too large", "headers-too-large", "the headers are too large"
    ),
    "500": DocumentedProblem(
        "Unexpected",
        "Something went wrong on our side",
        "unexpected",
        "an error that we did not foresee; repeat with the same Idempotency-Key, which is safe",
    ),
    "503": DocumentedProblem(
        "Unavailable",
        "Not now: a part is unreachable or too busy, or what `Singo-After` names has not arrived here yet",
        "unavailable",
        "the database is not reachable or too busy; the same Idempotency-Key makes it safe to repeat",
        ("Retry-After",),
    ),
}


def _references(names: tuple[str, ...]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _mend(type_: str) -> str:
    return next(kind.mend for kind in all_problems() if kind.type == type_)


def _response(status: str, problem: DocumentedProblem) -> Json:
    example: Json = {
        "type": f"/problems/{problem.type}",
        "title": f"{problem.description}.",
        "status": int(status),
        "detail": problem.detail,
        "mend": _mend(problem.type),
        "request_id": "0198f3a2-5b7e-7c31-9d44-6a1b2c3d4e5f",
        "errors": [],
    }
    if status == "422":
        example["errors"] = [{"pointer": "#/reason", "detail": "String should have at least 3 characters"}]
    return {
        "description": problem.description,
        "headers": _references(IN_EVERY_ANSWER + problem.headers),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}, "example": example}},
    }


RESPONSES: Final = {
    "NotModified": {
        "description": "What the caller has is still so",
        "headers": _references((*IN_EVERY_ANSWER, "ETag", "Last-Modified")),
    },
    **{problem.name: _response(status, problem) for status, problem in PROBLEMS.items()},
}


def problem_schemas() -> Json:
    schema = ProblemDocument.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs", {})
    return {name: prepared(each) for name, each in (parts | {ProblemDocument.__name__: schema}).items()}
