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

import uvicorn
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from pydantic import BaseModel, Field

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

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, Any]:
        return {"issuer": issuer, "jwks_uri": f"{issuer}/jwks", "token_endpoint": f"{issuer}/token"}

    @app.get("/jwks")
    async def keys() -> dict[str, Any]:
        return dict(KeySet([key]).as_dict(private=False))

    @app.post("/token")
    async def token(claims: Claims) -> Token:
        return Token(access_token=sign(key, issuer, claims))

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
    if not ipaddress.ip_address(host).is_loopback:
        sys.exit(f"the development issuer gives tokens to anybody and so binds to loopback only, not to {host}")
    uvicorn.run(create_app(key, f"http://{host}:{port}"), host=host, port=port, log_level="warning")


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
