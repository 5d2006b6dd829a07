"""The development issuer gives tokens to anybody, and so to nobody but this machine."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import uvicorn
from joserfc import jwt

from shared.local import issuer
from tests.world import listening

ELSEWHERE = (
    *("0.0.0.0", "::", "", " ", "*", "localhost", "issuer.test", "10.0.0.1", "192.168.1.5", "169.254.0.1", "8.8.8.8"),
    *("0", "127.1", "127.0.0.1.", "2130706433", "0x7f000001", "127.0.0.1 0.0.0.0", "::ffff:10.0.0.1", "fe80::1"),
)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_it_refuses_to_bind_elsewhere(host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SINGO_ISSUER_HOST", host)
    monkeypatch.setattr(uvicorn, "run", lambda *_, **__: pytest.fail(f"it served on {host!r}"))

    with pytest.raises(SystemExit, match="loopback only"):
        issuer.serve(issuer.load_key(tmp_path))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1"])
def test_it_serves_on_loopback(host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bound: list[object] = []
    monkeypatch.setenv("SINGO_ISSUER_HOST", host)
    monkeypatch.setattr(uvicorn, "run", lambda *_, **options: bound.append(options["host"]))

    issuer.serve(issuer.load_key(tmp_path))

    assert bound == [host]


def test_its_process_ends_at_once_and_listens_nowhere_when_told_to_bind_elsewhere(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "SINGO_ISSUER_HOST": "0.0.0.0",
        "SINGO_ISSUER_PORT": str(port),
        "SINGO_ISSUER_KEY_DIR": str(tmp_path),
    }

    done = subprocess.run(
        [sys.executable, "-m", "shared.local.issuer"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert "loopback only" in done.stderr


async def test_a_page_that_calls_it_by_another_name_gets_no_token(tmp_path: Path) -> None:
    app = issuer.create_app(issuer.load_key(tmp_path), "http://127.0.0.1:8000")
    async with (
        listening(uvicorn.Config(app, "127.0.0.1", 0, log_level="warning")) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as client,
    ):
        rebound = await client.post("/token", json={"sub": "x"}, headers={"Host": "evil.test"})
        own = await client.post("/token", json={"sub": "x"})
        by_ipv6 = await client.post("/token", json={"sub": "x"}, headers={"Host": "[::1]:8000"})

    assert (rebound.status_code, own.status_code, by_ipv6.status_code) == (400, 200, 200)


async def test_a_token_says_what_was_asked_for(tmp_path: Path) -> None:
    key = issuer.load_key(tmp_path)
    claims = issuer.Claims(sub="pemda-53", roles=["integrator"], regions=["53"])

    decoded = jwt.decode(issuer.sign(key, "http://127.0.0.1:8000", claims), key)

    assert decoded.header["typ"] == "at+jwt"
    assert {name: decoded.claims[name] for name in ("sub", "aud", "roles", "regions")} == {
        "sub": "pemda-53",
        "aud": "singo",
        "roles": ["integrator"],
        "regions": ["53"],
    }


async def test_a_program_gets_a_token_by_client_credentials(tmp_path: Path) -> None:
    key = issuer.load_key(tmp_path)
    app = issuer.create_app(key, "http://127.0.0.1:8000")
    form = {"grant_type": "client_credentials", "client_id": "pemda-53", "scope": "integrator region:53 region:61.01"}
    async with (
        listening(uvicorn.Config(app, "127.0.0.1", 0, log_level="warning")) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as client,
    ):
        granted = await client.post("/oauth2/token", data=form)
        refused = await client.post("/oauth2/token", data=form | {"grant_type": "password"})

    claims = jwt.decode(granted.json()["access_token"], key).claims
    assert (claims["sub"], claims["roles"], claims["regions"]) == ("pemda-53", ["integrator"], ["53", "61.01"])
    assert refused.status_code == 400
