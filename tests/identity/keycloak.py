"""A service and a real Keycloak: its tokens, the rights that they give, and the rotation of its keys.

Not named test_*, so that only `make keycloak-test` collects it.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from deploy.keycloak import server
from deploy.keycloak.server import Keycloak
from shared.http import auth
from shared.local import processes
from tests.shared.issuing import Caller, service_of
from tests.world import World, serving


class Admin:
    """Keycloak's admin API, as an administrator of the realm uses it."""

    def __init__(self, keycloak: Keycloak, client: httpx.AsyncClient) -> None:
        self._keycloak = keycloak
        self._client = client

    async def call(self, verb: str, path: str, body: Any = None) -> httpx.Response:
        granted = await self._client.post(
            f"{self._keycloak.url}/realms/master/protocol/openid-connect/token",
            data={
                "grant_type": "password",
                "client_id": "admin-cli",
                "username": "admin",
                "password": self._keycloak.admin_password,
            },
        )
        headers = {"Authorization": f"Bearer {granted.json()['access_token']}"}
        url = f"{self._keycloak.url}/admin/realms/singo{path}"
        response = await self._client.request(verb, url, json=body, headers=headers)
        response.raise_for_status()
        return response

    async def add_key(self, name: str, priority: int) -> str:
        """A new signing key of the realm; gives the id of its component."""
        made = await self.call(
            "POST",
            "/components",
            {
                "name": name,
                "providerId": "ecdsa-generated",
                "providerType": "org.keycloak.keys.KeyProvider",
                "config": {
                    "ecdsaEllipticCurveKey": ["P-256"],
                    "priority": [str(priority)],
                    "enabled": ["true"],
                    "active": ["true"],
                },
            },
        )
        return made.headers["location"].rpartition("/")[2]

    async def add_person(self, username: str, password: str, role: str, regions: list[str]) -> None:
        made = await self.call(
            "POST",
            "/users",
            {
                "username": username,
                "enabled": True,
                "email": f"{username}@singo.test",
                "emailVerified": True,
                "firstName": "Petugas",
                "lastName": "Uji",
                "attributes": {"regions": regions, "unit": ["Badan Kesbangpol"]},
                "credentials": [{"type": "password", "value": password}],
            },
        )
        person = made.headers["location"].rpartition("/")[2]
        (api,) = (await self.call("GET", "/clients?clientId=singo")).json()
        role_ = (await self.call("GET", f"/clients/{api['id']}/roles/{role}")).json()
        await self.call("POST", f"/users/{person}/role-mappings/clients/{api['id']}", [role_])

    async def let_people_sign_in_by_password(self) -> None:
        """Of the test only: the realm file lets people sign in by the browser alone."""
        (web,) = (await self.call("GET", "/clients?clientId=singo-web")).json()
        await self.call("PUT", f"/clients/{web['id']}", web | {"directAccessGrantsEnabled": True})


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keycloak")


@pytest.fixture(scope="module")
def keycloak(directory: Path) -> Iterator[Keycloak]:
    try:
        yield server.start(directory)
    finally:
        server.stop(directory)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
async def admin(keycloak: Keycloak, client: httpx.AsyncClient) -> Admin:
    return Admin(keycloak, client)


@pytest.fixture
async def caller(world: World, keycloak: Keycloak) -> AsyncIterator[Caller]:
    async with service_of(world, keycloak.issuer) as caller:
        yield caller


async def machine_token(keycloak: Keycloak, client: httpx.AsyncClient, name: str) -> str:
    response = await client.post(
        keycloak.token_url, data={"grant_type": "client_credentials"}, auth=(name, keycloak.secrets[name])
    )
    return str(response.raise_for_status().json()["access_token"])


async def person_tokens(keycloak: Keycloak, client: httpx.AsyncClient, name: str, password: str) -> dict[str, str]:
    form = {"grant_type": "password", "client_id": "singo-web", "username": name, "password": password}
    response = await client.post(keycloak.token_url, data=form | {"scope": "openid"})
    found: dict[str, str] = response.raise_for_status().json()
    return found


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    return claims


def test_it_listens_on_loopback_only(keycloak: Keycloak, directory: Path) -> None:
    (running,) = [one.process for one in processes.find(directory) if one.name == server.NAME]
    listening = [one.laddr for one in running.net_connections("inet") if one.status == psutil.CONN_LISTEN]

    assert int(keycloak.url.rpartition(":")[2]) in {address.port for address in listening}
    assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


async def test_service_accounts_have_the_roles_and_regions_of_the_realm(
    keycloak: Keycloak, client: httpx.AsyncClient, caller: Caller
) -> None:
    expected = {
        "singo-service": (["service"], []),
        "singo-operator": (["operator"], []),
        "pemda-53": (["integrator"], ["53"]),
    }
    for name, (roles, regions) in expected.items():
        response = await caller.answer(await machine_token(keycloak, client, name))

        assert response.status_code == 200, response.text
        assert (response.json()["roles"], response.json()["regions"]) == (roles, regions)


async def test_a_subscriber_may_subscribe_to_its_own_regions_only(
    world: World, keycloak: Keycloak, client: httpx.AsyncClient
) -> None:
    token = await machine_token(keycloak, client, "pemda-53")
    settings = world.settings("notifications", oidc_issuer=keycloak.issuer, oidc_jwks_url="")
    async with serving(world.service("notifications"), settings) as url:
        statuses = [
            (
                await client.post(
                    f"{url}/v1/subscriptions",
                    json={"name": "Sistem provinsi", "types": ["*"], "regions": [region]},
                    headers={"Authorization": f"Bearer {token}", "Idempotency-Key": f"key-{region}"},
                )
            ).status_code
            for region in ("53", "53.06", "33")
        ]
        operators = await client.get(f"{url}/ops/v1/parked", headers={"Authorization": f"Bearer {token}"})

    assert statuses == [201, 201, 403]
    assert operators.status_code == 403


async def test_a_person_signs_in_and_the_id_and_refresh_tokens_open_nothing(
    keycloak: Keycloak, client: httpx.AsyncClient, admin: Admin, caller: Caller
) -> None:
    await admin.let_people_sign_in_by_password()
    await admin.add_person("petugas", "kata-sandi-uji", "pemda_kesbangpol", ["53.06"])
    tokens = await person_tokens(keycloak, client, "petugas", "kata-sandi-uji")

    shown = (await caller.answer(tokens["access_token"])).json()

    assert shown == {
        "sub": claims_of(tokens["access_token"])["sub"],
        "roles": ["pemda_kesbangpol"],
        "regions": ["53.06"],
        "unit": "Badan Kesbangpol",
    }
    assert claims_of(tokens["id_token"])["typ"] == "ID"
    assert [await caller.status(tokens[name]) for name in ("id_token", "refresh_token")] == [401, 401]


async def test_a_rotated_key_is_seen_without_restart(
    keycloak: Keycloak, client: httpx.AsyncClient, admin: Admin, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "REFRESH_PAUSE_SECONDS", 0)
    first = await admin.add_key("first", priority=500)
    old = await machine_token(keycloak, client, "singo-service")
    assert await caller.status(old) == 200

    await admin.add_key("second", priority=600)
    new = await machine_token(keycloak, client, "singo-service")
    assert [await caller.status(token) for token in (new, old)] == [200, 200]

    component = (await admin.call("GET", f"/components/{first}")).json()
    component["config"] |= {"enabled": ["false"], "active": ["false"]}
    await admin.call("PUT", f"/components/{first}", component)
    await admin.add_key("third", priority=700)
    newest = await machine_token(keycloak, client, "singo-service")
    assert [await caller.status(token) for token in (newest, new, old)] == [200, 200, 401]
