"""Identity: OIDC access tokens, verified by every service itself; and who may call a route.

Deny by default: a route without `allow(...)`, `signed_in` or `public` does not pass the architecture test.
"""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.request import urlopen

import structlog
from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.errors import NotAllowed, NotSignedIn, Unavailable
from shared.settings import ServiceSettings

ALGORITHMS: Final = ["RS256", "ES256", "EdDSA", "Ed25519"]
CLOCK_SKEW_SECONDS: Final = 60
KEYS_AGE_SECONDS: Final = 300
KEYS_BYTES_MAX: Final = 262_144
FETCH_SECONDS: Final = 5
REFRESH_PAUSE_SECONDS: Final = 5
"""An unknown key id makes us look again, but not more often than this."""


log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is calling, as the token says. `regions`: region code prefixes that an official answers for."""

    subject: str
    roles: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()
    unit: str = ""

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def covers(self, region: str) -> bool:
        """Whether a region code lies in one of the actor's own: `53` covers `53.06`."""
        return any(region == own or region.startswith(f"{own}.") for own in self.regions)

    def role(self, *preferred: str) -> str:
        """The role to record for an act: the first of those that allowed it."""
        return next((role for role in preferred if role in self.roles), "signed_in")


class TokenVerifier:
    """Checks signature, issuer, audience and times (RFC 9068) against the issuer's published keys."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._keys: KeySet | None = None
        self._read_at = -1e9
        self._lock = asyncio.Lock()
        self._refreshing: asyncio.Task[KeySet] | None = None
        self._registry = jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": settings.oidc_issuer},
            aud={"essential": True, "value": settings.oidc_audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def verify(self, token: str) -> Actor:
        try:
            decoded = await self._decode(token)
            self._registry.validate(decoded.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise NotSignedIn(f"the access token is not valid: {error}") from error
        return _actor(decoded.claims)

    async def _decode(self, token: str) -> Any:
        keys = await self._published_keys()
        if _key_id(token) not in {key.kid for key in keys.keys} and self._age() > REFRESH_PAUSE_SECONDS:
            keys = await self._refresh()  # the issuer may have rotated its keys
        return jwt.decode(token, keys, algorithms=ALGORITHMS)

    async def _published_keys(self) -> KeySet:
        if self._keys is None:
            return await self._refresh()
        if self._age() > KEYS_AGE_SECONDS and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.create_task(self._refresh())  # nobody waits: the known keys are good meanwhile
        return self._keys

    def _age(self) -> float:
        return time.monotonic() - self._read_at

    async def _refresh(self) -> KeySet:
        async with self._lock:
            if self._keys is not None and self._age() < REFRESH_PAUSE_SECONDS:
                return self._keys  # somebody else has just looked
            try:
                self._keys = KeySet.import_key_set(await _fetch_keys(self._settings))
            except (OSError, ValueError, KeyError) as error:
                if self._keys is None:
                    raise Unavailable("the issuer's keys can't be read now", retry_after_seconds=5) from error
                log.warning("keys_not_refreshed", error=repr(error))
            finally:
                self._read_at = time.monotonic()
            return self._keys


def _key_id(token: str) -> Any:
    """The key that an unverified token names. Raises DecodeError when it is no token."""
    return jws.extract_compact(token.encode()).headers().get("kid")


async def _fetch_keys(settings: ServiceSettings) -> Any:
    discovery = f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
    url = settings.oidc_jwks_url or (await asyncio.to_thread(_read_json, discovery))["jwks_uri"]
    return await asyncio.to_thread(_read_json, url)


def _read_json(url: str) -> Any:
    """What stands at a https:, http: or file: address that an operator has set."""
    with urlopen(url, timeout=FETCH_SECONDS) as response:  # noqa: S310 (as said)
        return json.loads(response.read(KEYS_BYTES_MAX))


def _actor(claims: dict[str, Any]) -> Actor:
    def texts(name: str) -> list[str]:
        value = claims.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise NotSignedIn(f"the token's claim `{name}` must be a list of texts")
        return value

    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 200:
        raise NotSignedIn("the token's `sub` must be a text of at most 200 characters")
    unit = claims.get("unit", "")
    return Actor(subject, frozenset(texts("roles")), tuple(texts("regions")), unit if isinstance(unit, str) else "")


bearer = HTTPBearer(auto_error=False, scheme_name="oidc", description="Access token of the configured OIDC issuer")


async def signed_in(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]
) -> Actor:
    if credentials is None:
        raise NotSignedIn("the header `Authorization: Bearer <token>` is missing")
    verifier: TokenVerifier = request.app.state.verifier
    actor = await verifier.verify(credentials.credentials)
    request.state.actor = actor
    return actor


SignedIn = Annotated[Actor, Depends(signed_in)]
"""Anybody with a valid token; the route itself says what they may see."""


def allow(*roles: str) -> Callable[..., Coroutine[Any, Any, Actor]]:
    """A dependency that lets only these roles pass: `actor: Annotated[Actor, Depends(allow("operator"))]`."""

    async def allowed(actor: SignedIn) -> Actor:
        if not actor.has(*roles):
            raise NotAllowed(f"this needs one of the roles {', '.join(roles)}")
        return actor

    return allowed


async def public() -> None:
    """Marks a route that anybody may call."""
