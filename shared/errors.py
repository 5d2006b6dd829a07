"""Refusals, each of one cause. `shared.http.problems` renders them as RFC 9457 problem documents.

Problem
├── InvalidInput          422  a field breaks a rule
├── NotSignedIn           401  ├── NotAllowed          403
├── NotFound              404  ├── ActionNotAllowed    409
├── StaleVersion          412  ├── VersionRequired     428
├── KeyRequired           400  ├── KeyReused           422   ├── KeyInFlight  409
├── NotHttp               400  ├── MethodNotAllowed    405  ├── UnsupportedMediaType 415
├── AddressTooLong        414  ├── HeadersTooLarge     431  ├── HeadersTooSlow       408
├── BodyTooLarge          413  ├── BodyTooSlow         408  ├── TooManyRequests      429
├── NotYetArrived         503  ├── Unavailable         503  ├── TookTooLong          503
└── Unexpected            500
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field and how to mend it. `pointer` is a JSON pointer (RFC 6901) or a parameter's name."""

    pointer: str
    detail: str
    rule: str | None = None
    indonesian: str | None = None
    """`detail` in Indonesian, where there is one."""


_FIELD_NAME: Final = re.compile(r"[a-z_][A-Za-z0-9_-]{0,39}")


def is_field_name(text: str) -> bool:
    """Whether what a caller named may be said to be it. Anything else may be data: of a person, in the wrong place."""
    return _FIELD_NAME.fullmatch(text) is not None


class Problem(Exception):
    """The request could not be carried out."""

    status: ClassVar[int] = 400
    type: ClassVar[str] = "bad-request"
    mend: ClassVar[str] = "Correct the request as `detail` says and send it again."

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        rule: str | None = None,
        legal_basis: str | None = None,
        retry_after_seconds: int | None = None,
        indonesian: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.indonesian = indonesian
        self.errors = tuple(errors)
        self.rule = rule
        self.legal_basis = legal_basis
        self.retry_after_seconds = retry_after_seconds


class InvalidInput(Problem):
    """A field of the request breaks a rule."""

    status = 422
    type = "invalid-input"
    mend = "Each entry of `errors` names a field and says what it must be; mend them all and send again."

    @classmethod
    def field(
        cls, pointer: str, detail: str, *, rule: str | None = None, legal_basis: str | None = None
    ) -> "InvalidInput":
        return cls(detail, errors=[FieldError(pointer, detail, rule)], rule=rule, legal_basis=legal_basis)


class NotSignedIn(Problem):
    """The call needs a valid access token."""

    status = 401
    type = "not-signed-in"
    mend = "Send `Authorization: Bearer <token>` with a fresh token of the configured issuer."


class NotAllowed(Problem):
    """The caller's role or scope does not allow this."""

    status = 403
    type = "not-allowed"
    mend = "Ask somebody with one of the roles named in `detail`."


class NotFound(Problem):
    """There is no such thing, or none that the caller may see."""

    status = 404
    type = "not-found"
    mend = "Check the address; lists show what you may see."


class ActionNotAllowed(Problem):
    """The action is not open in the present status."""

    status = 409
    type = "action-not-allowed"
    mend = "Read the resource again: `detail` says which actions are open now."


class StaleVersion(Problem):
    """The resource has changed since it was read."""

    status = 412
    type = "stale-version"
    mend = "Read the resource again, look at what changed, and send its new ETag in `If-Match`."

    def __init__(self, current: int) -> None:
        super().__init__(
            f'the resource is now at version "{current}"',
            indonesian=f'sumber data ini sekarang pada versi "{current}"',
        )


class VersionRequired(Problem):
    """A change must name the version it is based on."""

    status = 428
    type = "version-required"
    mend = "Send the ETag that you read as `If-Match`."


class KeyRequired(Problem):
    """A POST must carry an Idempotency-Key."""

    type = "idempotency-key-required"
    mend = "Send `Idempotency-Key` with a new random value for each intent, the same one when you repeat it."


class KeyReused(Problem):
    """The Idempotency-Key was used for another request."""

    status = 422
    type = "idempotency-key-reused"
    mend = "Use a new key for a new request; repeat an old key only with exactly the same request."


class KeyInFlight(Problem):
    """A request with this Idempotency-Key is being worked on."""

    status = 409
    type = "idempotency-key-in-flight"
    mend = "Wait for the seconds in `Retry-After` and repeat the same request."


class NotHttp(Problem):
    """What arrived is no valid HTTP/1.1 request."""

    type = "not-http"
    mend = "Check verb, headers and the proxies in between; any HTTP library gets this right."


class MethodNotAllowed(Problem):
    """The address exists, but not with this verb."""

    status = 405
    type = "method-not-allowed"
    mend = "The header `Allow` lists all verbs of this address."


class UnsupportedMediaType(Problem):
    """The body is of another media type than this address takes, or does not say of which."""

    status = 415
    type = "unsupported-media-type"
    mend = "Send the body as the type that `detail` names, mostly JSON, and say so in `Content-Type`."


class AddressTooLong(Problem):
    """The requested address is longer than the limit."""

    status = 414
    type = "address-too-long"
    mend = "Shorten the parameters; long lists go into a body."


class HeadersTooLarge(Problem):
    """The headers of the request are larger or more than the limit."""

    status = 431
    type = "headers-too-large"
    mend = "Send fewer headers; a token or cookie that keeps growing is the usual cause."


class HeadersTooSlow(Problem):
    """The headers of the request did not arrive in time."""

    status = 408
    type = "headers-too-slow"
    mend = "Send the request again; the same Idempotency-Key makes that safe."


class BodyTooLarge(Problem):
    """The body is larger than the limit."""

    status = 413
    type = "body-too-large"
    mend = "Send less at once; files go to storage, not into JSON."


class BodyTooSlow(Problem):
    """The body did not arrive in time."""

    status = 408
    type = "body-too-slow"
    mend = "Send the request again; the same Idempotency-Key makes that safe."


class TooManyRequests(Problem):
    """The caller has used up its requests for now."""

    status = 429
    type = "too-many-requests"
    mend = "Wait for the seconds in `Retry-After`; `RateLimit` shows what is left before it is used up."


class TookTooLong(Problem):
    """The request was not done in time and was stopped."""

    status = 503
    type = "took-too-long"
    mend = "Repeat the same request with the same Idempotency-Key: nothing happens twice."


class NotYetArrived(Problem):
    """What the caller asks to see has not arrived here yet."""

    status = 503
    type = "not-yet-arrived"
    mend = "Ask again after the seconds in `Retry-After`; nothing is lost."


WRITING_IS_HALTED: Final = "writing is stopped until an operator has reconciled the log"


class Unavailable(Problem):
    """The service cannot do this now."""

    status = 503
    type = "unavailable"
    mend = "Repeat the same request later, with the same Idempotency-Key."


class Unexpected(Problem):
    """Something went wrong on our side."""

    status = 500
    type = "unexpected"
    mend = "Repeat the same request with the same Idempotency-Key; if it persists, report `request_id`."


def expect_version(current: int, expected: int) -> None:
    """Raise StaleVersion unless the caller's version is the row's, read under its lock."""
    if current != expected:
        raise StaleVersion(current)
