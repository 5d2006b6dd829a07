"""A development token issuer: OIDC discovery, keys and tokens for anybody who asks. It binds to loopback only.

python -m shared.local.issuer          serve (SINGO_ISSUER_HOST, SINGO_ISSUER_PORT, SINGO_ISSUER_KEY_DIR)
python -m shared.local.issuer keys     only make the key pair and write `jwks.json`
python -m shared.local.issuer token    print one of the issuer SINGO_ISSUER_URL: --sub officer-1 --role fasker_officer
"""

import argparse
import ipaddress
import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, urlsplit

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from pydantic import BaseModel, Field
from starlette.middleware.trustedhost import TrustedHostMiddleware

TOKEN_SECONDS: Final = 3600


class Claims(BaseModel):
    """What the token is to say. Whoever can reach this issuer can be anybody: that is what it is for."""

    sub: Annotated[str, Field(min_length=1, max_length=200)]
    roles: list[str] = []
    regions: list[str] = []
    unit: str = ""
    aud: str = "singo"


class Token(BaseModel):
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 (a kind of token, not one)
    expires_in: int = TOKEN_SECONDS


def load_key(folder: Path) -> ECKey:
    """The issuer's key, made on first use; the private half is readable by its owner only. Later nothing is written."""
    private, public = folder / "private.jwk", folder / "jwks.json"
    if not private.exists():
        folder.mkdir(parents=True, exist_ok=True)
        public.unlink(missing_ok=True)
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps(key.as_dict(private=True)).encode())
    key = ECKey.import_key(json.loads(private.read_text()))
    if not public.exists():
        public.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    return key


def sign(key: ECKey, issuer: str, claims: Claims) -> str:
    now = int(time.time())
    header = {"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}
    return jwt.encode(header, {"iss": issuer, "iat": now, "exp": now + TOKEN_SECONDS, **claims.model_dump()}, key)


def create_app(key: ECKey, issuer: str) -> FastAPI:
    app = FastAPI(title="SINGO development issuer", docs_url=None, redoc_url=None)
    # A name that an attacker points at loopback (DNS rebinding) would let a browser's page ask for tokens.
    app.add_middleware(
        TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]", urlsplit(issuer).hostname or ""]
    )

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, Any]:
        return {"issuer": issuer, "jwks_uri": f"{issuer}/jwks", "token_endpoint": f"{issuer}/oauth2/token"}

    @app.get("/jwks")
    async def keys() -> dict[str, Any]:
        return dict(KeySet([key]).as_dict(private=False))

    @app.post("/token")
    async def token(claims: Claims) -> Token:
        return Token(access_token=sign(key, issuer, claims))

    @app.post("/oauth2/token")
    async def client_credentials(request: Request) -> Token:
        """As programs ask (RFC 6749, 4.4): `client_id` is the subject, `scope` its roles and `region:53`; no secret."""
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        if form.get("grant_type") != "client_credentials" or not 0 < len(form.get("client_id", "")) <= 200:
            raise HTTPException(
                400, "send grant_type=client_credentials, client_id=<subject>, scope=<role> region:<code>"
            )
        words = form.get("scope", "").split()
        regions = [word.removeprefix("region:") for word in words if word.startswith("region:")]
        roles = [word for word in words if not word.startswith("region:")]
        return Token(access_token=sign(key, issuer, Claims(sub=form["client_id"], roles=roles, regions=regions)))

    @app.get("/health/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app


def main() -> None:
    arguments = _parser().parse_args()
    key = load_key(Path(os.environ.get("SINGO_ISSUER_KEY_DIR", ".run/issuer")))
    match arguments.command:
        case "token":
            claims = Claims(sub=arguments.sub, roles=arguments.role, regions=arguments.region, unit=arguments.unit)
            print(sign(key, os.environ.get("SINGO_ISSUER_URL", "http://127.0.0.1:8000"), claims))
        case None:
            serve(key)


def serve(key: ECKey) -> None:
    host = os.environ.get("SINGO_ISSUER_HOST", "127.0.0.1")
    port = int(os.environ.get("SINGO_ISSUER_PORT", "8000"))
    if not is_loopback(host):
        sys.exit(f"the development issuer gives tokens to anybody and so binds to loopback only, not to {host!r}")
    shown = f"[{host}]" if ":" in host else host
    app = create_app(key, f"http://{shown}:{port}")
    # Given here, so that uvicorn takes none of them from its own variables (UVICORN_HOST, UVICORN_FD, UVICORN_UDS).
    uvicorn.run(app, host=host, port=port, fd=None, uds=None, proxy_headers=False, log_level="warning")


def is_loopback(host: str) -> bool:
    """Whether this is an address, not a name (a resolver may say anything), and one of this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.local.issuer", description="Serves, without a command.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("keys", help="only make the key pair")
    token = commands.add_parser("token", help="print a token that is good for an hour")
    token.add_argument("--sub", required=True, help="who it is")
    token.add_argument("--role", action="append", default=[], help="may be repeated")
    token.add_argument("--region", action="append", default=[], help="code of a province or regency; may be repeated")
    token.add_argument("--unit", default="", help="the office, for officials of a ministry")
    return parser


if __name__ == "__main__":
    main()
