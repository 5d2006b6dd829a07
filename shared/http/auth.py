"""Identity: OIDC access tokens, verified by every service itself; and who may call a route.

Deny by default: a route without `allow(...)`, `signed_in` or `public`, or one that the service's table of rights
(`shared.http.rights`) does not have, does not pass the tests.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http.client import HTTPException
from typing import Annotated, Any, Final
from urllib.request import urlopen

import structlog
from fastapi import Depends, Request
from joserfc import jws, jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingKeyError,
)
from joserfc.jwk import KeySet

from shared.errors import NotAllowed, NotSignedIn, Unavailable
from shared.http.budgets import charge_address, charge_caller
from shared.http.rights import ANYBODY, SIGNED_IN, Reach, all_of, lets_in
from shared.regions import lies_in
from shared.settings import ServiceSettings

ALGORITHMS: Final = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
]
"""Asymmetric ones only: neither `none`, nor HS256, by which a public key could pass for a secret (RFC 8725, 2.1)."""
CLOCK_SKEW_SECONDS: Final = 60
KEYS_AGE_SECONDS: Final = 300
KEYS_BYTES_MAX: Final = 262_144
FETCH_SECONDS: Final = 5
REFRESH_PAUSE_SECONDS: Final = 5
"""An unknown key id makes us look again, but not more often than this."""
TOKEN_CHARACTERS_MAX: Final = 16_384
BELIEVED_SECONDS: Final = 30
VERIFIED_MAX: Final = 10_000
ACCESS_TOKEN_TYPES: Final = ("", "jwt", "at+jwt", "application/at+jwt")
"""What the header's `typ` may say, in small letters."""
ID_TOKEN_CLAIMS: Final = ("nonce", "at_hash", "c_hash", "s_hash")
"""Of ID tokens only (OpenID Connect Core 2, 3.3.2.11): an access token has no use for them."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is calling, as the token says. `regions`: codes of the regions that an official answers for."""

    subject: str
    roles: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()
    unit: str = ""

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def covers(self, region: str) -> bool:
        """Whether a region lies in one of the actor's own: `53` covers `53.06`."""
        return lies_in(region, self.regions)

    def role(self, *preferred: str) -> str:
        """The role to record for an act: the first of those that allowed it."""
        return next((role for role in preferred if role in self.roles), "signed_in")


class TokenVerifier:
    """Checks signature, kind, issuer, audience and times (RFC 9068, RFC 8725) against the issuer's published keys."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._keys: KeySet | None = None
        self._read_at = -1e9
        self._lock = asyncio.Lock()
        self._refreshing: asyncio.Task[KeySet] | None = None
        self._verified: dict[bytes, tuple[float, Actor]] = {}
        # A header that is unknown is ignored (RFC 7515, 4), and one that is critical is refused.
        self._signatures = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        self._registry = jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": settings.oidc_issuer},
            aud={"essential": True, "value": settings.oidc_audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def verify(self, token: str) -> Actor:
        """Who the token is about. One that was verified is believed for half a minute: that costs as much as a query.

        It is believed no longer than it is good, and not once its issuer's keys have changed. What is kept is found
        by the token's digest, so that no memory dump holds tokens; of the many, the oldest are forgotten.
        """
        if len(token) > TOKEN_CHARACTERS_MAX:
            raise NotSignedIn(f"the access token is longer than {TOKEN_CHARACTERS_MAX} characters")
        digest = hashlib.sha256(token.encode()).digest()
        until, actor = self._verified.get(digest, (0.0, None))
        if actor is not None and time.monotonic() < until:
            return actor
        try:
            decoded = await self._decode(token)
            self._registry.validate(decoded.claims)
            _expect_access_token(decoded)
        except (JoseError, ValueError, TypeError) as error:
            raise _not_valid(error) from error
        actor = _actor(decoded.claims, self._settings)
        self._believe(digest, actor, decoded.claims["exp"])
        return actor

    def _believe(self, digest: bytes, actor: Actor, expires: float) -> None:
        self._verified.pop(digest, None)  # so that the oldest stand first
        if len(self._verified) >= VERIFIED_MAX:
            del self._verified[next(iter(self._verified))]
        seconds = min(BELIEVED_SECONDS, expires + CLOCK_SKEW_SECONDS - time.time())
        self._verified[digest] = time.monotonic() + seconds, actor

    async def _decode(self, token: str) -> jwt.Token:
        named = _key_id(token)
        keys = await self._published_keys()
        if named and named not in {key.kid for key in keys.keys} and self._age() > REFRESH_PAUSE_SECONDS:
            keys = await self._refresh()  # the issuer may have rotated its keys
        return jwt.decode(token, keys, registry=self._signatures)

    async def _published_keys(self) -> KeySet:
        if self._keys is None:
            return await self._refresh()
        if self._age() > KEYS_AGE_SECONDS and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.create_task(self._refresh())  # nobody waits: the known keys are good meanwhile
        return self._keys

    def _age(self) -> float:
        return time.monotonic() - self._read_at

    async def _refresh(self) -> KeySet:
        """The keys as they are published now; those that are known, if the issuer does not answer."""
        async with self._lock:
            if self._age() < REFRESH_PAUSE_SECONDS:  # somebody else has just looked
                if self._keys is None:
                    raise _keys_unreadable()
                return self._keys
            try:
                keys = KeySet.import_key_set(await _fetch_keys(self._settings))
            except (OSError, HTTPException, ValueError, KeyError, TypeError, JoseError) as error:
                if self._keys is None:
                    raise _keys_unreadable() from error
                log.warning("keys_not_refreshed", error=repr(error))
                return self._keys
            finally:
                self._read_at = time.monotonic()
            if keys != self._keys:
                self._verified.clear()  # a key may have been withdrawn, and with it the tokens that it signed
            self._keys = keys
            return keys


def _keys_unreadable() -> Unavailable:
    return Unavailable("the issuer's keys can't be read now", retry_after_seconds=REFRESH_PAUSE_SECONDS)


def _not_valid(error: Exception) -> NotSignedIn:
    """In words of ours: the library's say nothing to most callers, and repeat what a token that nobody signed says."""
    match error:
        case ExpiredTokenError():
            return NotSignedIn("the access token has expired")
        case ClaimError():
            return NotSignedIn(f"the claim `{error.claim}` of the access token is missing, or not as it must be here")
        case BadSignatureError() | InvalidKeyIdError() | MissingKeyError():
            return NotSignedIn("the access token is signed by no key that its issuer publishes")
        case _:
            return NotSignedIn("this is no access token that can be read")


def _key_id(token: str) -> str | None:
    """The key that an unverified token names. Raises DecodeError when it is no token."""
    named = jws.extract_compact(token.encode()).headers().get("kid")
    return named if isinstance(named, str) else None


def _expect_access_token(token: jwt.Token) -> None:
    """Raise unless this is an access token, which an ID token of the same issuer must not pass for.

    RFC 9068 names the kind in the header, `typ: at+jwt`. Many issuers, Keycloak by default among them, write `JWT`
    there for every kind, or nothing; so that is accepted too, and then the claims must not be an ID token's.
    Keycloak's own claim `typ` says it plainly: `Bearer`, against `ID`, `Refresh`, `Logout` - and `DPoP`, a token
    that is bound to a key whose proof (RFC 9449) we do not ask for. Not so bound ones have no `cnf` (RFC 7800).
    """
    header = token.header.get("typ", "")
    if header.lower() not in ACCESS_TOKEN_TYPES:
        raise InvalidClaimError("typ", f"the header's `typ` is {header!r}, not an access token's")
    if token.claims.get("typ", "Bearer") != "Bearer":
        raise InvalidClaimError("typ", "the claim `typ` is not `Bearer`")
    if found := [name for name in (*ID_TOKEN_CLAIMS, "cnf") if name in token.claims]:
        raise InvalidClaimError(found[0], f"an access token for bearers has no `{found[0]}`")


async def _fetch_keys(settings: ServiceSettings) -> Any:
    discovery = f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
    url = settings.oidc_jwks_url or await asyncio.to_thread(_keys_address, discovery, settings.oidc_issuer)
    return await asyncio.to_thread(_read_json, url)


def _keys_address(discovery: str, issuer: str) -> str:
    found = _read_json(discovery)
    address = str(found["jwks_uri"])
    if found["issuer"] != issuer or not address.startswith(("https://", "http://")):  # OpenID Connect Discovery 4.3
        raise ValueError(f"{discovery} is not this issuer's document, or names no address of keys")
    return address


def _read_json(url: str) -> Any:
    """What stands at a https:, http: or file: address that an operator has set."""
    with urlopen(url, timeout=FETCH_SECONDS) as response:  # noqa: S310 (as said)
        return json.loads(response.read(KEYS_BYTES_MAX))


def _actor(claims: dict[str, Any], settings: ServiceSettings) -> Actor:
    def texts(name: str) -> list[str]:
        value = claims.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise NotSignedIn(f"the token's claim `{name}` must be a list of texts")
        return value

    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 200:
        raise NotSignedIn("the token's `sub` must be a text of at most 200 characters")
    unit = claims.get(settings.oidc_unit_claim, "")
    if not isinstance(unit, str):
        raise NotSignedIn(f"the token's claim `{settings.oidc_unit_claim}` must be a text")
    roles, regions = texts(settings.oidc_roles_claim), texts(settings.oidc_regions_claim)
    return Actor(subject, frozenset(roles), tuple(regions), unit)


@lets_in({SIGNED_IN: Reach.SELF})
async def signed_in(request: Request) -> Actor:
    """Who is calling. Found once in a request, whoever asks: guards call it, because a dependency of theirs costs."""
    state: dict[str, Any] = request.scope.setdefault("state", {})
    known: Actor | None = state.get("actor")
    if known is not None:
        return known
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        await charge_address(request)
        raise NotSignedIn("the header `Authorization: Bearer <token>` is missing")
    verifier: TokenVerifier = request.app.state.verifier
    try:
        actor = await verifier.verify(token)
    except NotSignedIn:
        await charge_address(request)
        raise
    await charge_caller(request, actor.subject)
    state["actor"] = actor
    return actor


SignedIn = Annotated[Actor, Depends(signed_in)]
"""Anybody with a valid token; the route itself says what they may see."""


def allow(*roles: str) -> Callable[..., Coroutine[Any, Any, Actor]]:
    """A dependency that lets only these roles pass: `actor: Annotated[Actor, Depends(allow("operator"))]`."""

    @lets_in(all_of(*roles))
    async def allowed(request: Request) -> Actor:
        actor = await signed_in(request)
        if not actor.has(*roles):
            raise NotAllowed(
                f"this needs one of the roles {', '.join(roles)}",
                indonesian=f"hal ini memerlukan salah satu peran {', '.join(roles)}",
            )
        return actor

    return allowed


@lets_in({ANYBODY: Reach.ALL})
async def public(request: Request) -> None:
    """Marks a route that anybody may call."""
    await charge_address(request)
