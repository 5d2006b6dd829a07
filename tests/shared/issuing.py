"""An issuer of tokens on a real HTTP server, and a caller of a service that believes it."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from shared.http import auth
from shared.http.auth import SignedIn
from shared.http.routing import resource
from shared.service import Service
from shared.settings import ServiceSettings
from tests.world import World, listening, serving

router = resource("/me", tag="tests")
SKEW: Final = auth.CLOCK_SKEW_SECONDS
NOTHING: Final[Mapping[str, Any]] = {}


@router.get("")
async def me(actor: SignedIn) -> dict[str, Any]:
    return {"sub": actor.subject, "roles": sorted(actor.roles), "regions": list(actor.regions), "unit": actor.unit}


class Issuer:
    """An OIDC provider whose keys the test changes; `asked` counts how often they were read."""

    def __init__(self) -> None:
        self.url = ""
        self.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self.published: Any = None
        self.publish(self.key)
        self.asked = 0
        self.stranger = ECKey.generate_key("P-256", auto_kid=True)
        self.lured = 0

    def publish(self, *keys: ECKey | RSAKey) -> None:
        self.published = KeySet([*keys]).as_dict(private=False)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """An access token's; a change to None leaves the claim out."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": "singo", "sub": "somebody", "iat": now, "exp": now + 300}
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def token(self, header: Mapping[str, Any] = NOTHING, *, key: Any = None, **changes: Any) -> str:
        key = key or self.key
        whole = {"alg": "ES256", "kid": key.kid, "typ": "at+jwt"} | {**header}
        whole = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(whole, self.claims(**changes), key, algorithms=[whole["alg"]], default_type=None)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def discovery() -> dict[str, str]:
            return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"}

        @app.get("/jwks")
        async def jwks() -> Any:
            self.asked += 1
            return self.published

        @app.get("/stranger")
        async def strangers_keys() -> Any:
            """What an attacker publishes elsewhere."""
            self.lured += 1
            return KeySet([self.stranger]).as_dict(private=False)

        return app

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        port = int(self.url.rpartition(":")[2]) if self.url else 0
        async with listening(uvicorn.Config(self.app(), "127.0.0.1", port, log_level="warning")) as self.url:
            yield


class Caller:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def answer(self, token: str) -> httpx.Response:
        return await self._client.get("/v1/me", headers={b"Authorization": f"Bearer {token}".encode("latin-1")})

    async def status(self, token: str) -> int:
        return (await self.answer(token)).status_code


@asynccontextmanager
async def service_of(world: World, issuer_url: str, **settings: Any) -> AsyncIterator[Caller]:
    service = Service("registry", "Identity", ServiceSettings, [router])
    wanted = world.settings("registry", oidc_issuer=issuer_url, oidc_jwks_url="", **settings)
    async with serving(service, wanted) as url, httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        yield Caller(client)


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    issuer = Issuer()
    async with issuer.serving():
        yield issuer


@pytest.fixture
async def caller(world: World, issuer: Issuer) -> AsyncIterator[Caller]:
    async with service_of(world, issuer.url) as caller:
        yield caller


def now(seconds: float) -> int:
    return int(time.time() + seconds)
