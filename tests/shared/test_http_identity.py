"""Whose tokens a service believes: attacks on its real HTTP server."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from shared.http import auth
from tests.shared.issuing import SKEW, Caller, Issuer, caller, issuer, now, service_of
from tests.world import World

__all__ = ["caller", "issuer"]


def encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def unsigned(issuer: Issuer, alg: str, **header: Any) -> str:
    parts = ({"alg": alg, "kid": issuer.key.kid, "typ": "at+jwt"} | header, issuer.claims())
    return ".".join([*(encoded(json.dumps(part).encode()) for part in parts), ""])


def signed_with_public_key(issuer: Issuer, secret: bytes) -> str:
    """By hand, because a good library refuses to."""
    content = unsigned(issuer, "HS256").removesuffix(".")
    return f"{content}.{encoded(hmac.digest(secret, content.encode(), 'sha256'))}"


def with_own_key(issuer: Issuer, **header: Any) -> str:
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    own = {"jwk": stranger.as_dict(private=False), "kid": issuer.key.kid}
    return issuer.token((own | header), key=stranger)


def tampered(issuer: Issuer) -> str:
    header, _, signature = issuer.token().split(".")
    claims = json.dumps(issuer.claims(roles=["operator"])).encode()
    return ".".join([header, encoded(claims), signature])


def stranger_at(issuer: Issuer) -> str:
    """The header names the attacker's own keys: a reader who followed it would believe him (and call him: SSRF)."""
    address = f"{issuer.url}/stranger"
    return issuer.token({"jku": address, "x5u": address}, key=issuer.stranger)


ATTACKS: Final[dict[str, Callable[[Issuer], str]]] = {
    "another audience": lambda issuer: issuer.token(aud="another-api"),
    "other audiences": lambda issuer: issuer.token(aud=["a", "singo-web"]),
    "no audience": lambda issuer: issuer.token(aud=None),
    "another issuer": lambda issuer: issuer.token(iss="https://evil.test"),
    "an issuer that begins alike": lambda issuer: issuer.token(iss=f"{issuer.url}/"),
    "no issuer": lambda issuer: issuer.token(iss=None),
    "alg none": lambda issuer: unsigned(issuer, "none"),
    "alg None": lambda issuer: unsigned(issuer, "None"),
    "no signature": lambda issuer: unsigned(issuer, "ES256"),
    "public key as secret, PEM": lambda issuer: signed_with_public_key(issuer, issuer.key.as_pem(private=False)),
    "public key as secret, JWK": lambda issuer: signed_with_public_key(
        issuer, json.dumps(issuer.key.as_dict(private=False)).encode()
    ),
    "claims changed": tampered,
    "own key in `jwk`": with_own_key,
    "own keys at `jku`": stranger_at,
    "known kid, another key": lambda issuer: with_own_key(issuer, jwk=None),
    "kid of another kind": lambda issuer: unsigned(issuer, "ES256", kid=["a"]),
    "unknown critical header": lambda issuer: unsigned(issuer, "ES256", crit=["x"], x=1),
    "unknown kid": lambda issuer: issuer.token({"kid": "nobody"}),
    "DPoP proof": lambda issuer: issuer.token({"typ": "dpop+jwt"}),
    "expired": lambda issuer: issuer.token(exp=now(-SKEW - 1)),
    "expired long ago": lambda issuer: issuer.token(exp=1),
    "no end": lambda issuer: issuer.token(exp=None),
    "end as text": lambda issuer: issuer.token(exp="2999-01-01"),
    "end that is no number": lambda issuer: issuer.token(exp=float("nan")),
    "endless": lambda issuer: issuer.token(exp=float("inf")),
    "not yet valid": lambda issuer: issuer.token(nbf=now(SKEW + 10)),
    "issued in the future": lambda issuer: issuer.token(iat=now(SKEW + 10)),
    "no sub": lambda issuer: issuer.token(sub=None),
    "empty sub": lambda issuer: issuer.token(sub=""),
    "sub as number": lambda issuer: issuer.token(sub=7),
    "long sub": lambda issuer: issuer.token(sub="x" * 201),
    "roles as text": lambda issuer: issuer.token(roles="operator"),
    "roles as map": lambda issuer: issuer.token(roles={"operator": True}),
    "role as number": lambda issuer: issuer.token(roles=[1]),
    "empty region": lambda issuer: issuer.token(regions=[""]),
    "unit as list": lambda issuer: issuer.token(unit=["x"]),
    "ID token by its nonce": lambda issuer: issuer.token({"typ": "JWT"}, nonce="n"),
    "ID token by its at_hash": lambda issuer: issuer.token({"typ": None}, at_hash="h"),
    "Keycloak's ID token": lambda issuer: issuer.token({"typ": "JWT"}, typ="ID"),
    "Keycloak's refresh token": lambda issuer: issuer.token({"typ": "JWT"}, typ="Refresh"),
    "logout token": lambda issuer: issuer.token({"typ": "logout+jwt"}),
    "bound to a key by DPoP": lambda issuer: issuer.token({"typ": "JWT"}, typ="DPoP", cnf={"jkt": "k"}),
    "bound to a certificate": lambda issuer: issuer.token(cnf={"x5t#S256": "c"}),
    "huge": lambda issuer: issuer.token(padding="x" * auth.TOKEN_CHARACTERS_MAX),
    "four parts": lambda issuer: f"{issuer.token()}.x",
    "no token": lambda _: "x",
    "no text": lambda _: "\u00ff\u00fe.a.b",
}


async def test_a_token_that_is_not_quite_right_is_refused(issuer: Issuer, caller: Caller) -> None:
    good = issuer.token()
    assert await caller.status(good) == 200
    for attack, make in ATTACKS.items():
        token = make(issuer)

        response = await caller.answer(token)

        assert response.status_code == 401, (attack, response.text)
        assert response.json()["type"] == "/problems/not-signed-in", attack
        assert token not in response.text, attack
        assert await caller.status(token) == 401, f"{attack}, once more"
        assert await caller.status(good) == 200, f"after {attack}"
    assert issuer.lured == 0


async def test_a_refusal_says_what_is_wrong_with_the_token_in_words_of_ours(issuer: Issuer, caller: Caller) -> None:
    unsigned = "the access token is signed by no key that its issuer publishes"
    said = {
        "expired": "the access token has expired",
        "another audience": "the claim `aud` of the access token is missing, or not as it must be here",
        "unknown kid": unsigned,
        "claims changed": unsigned,
        "alg none": "this is no access token that can be read",
        "four parts": "this is no access token that can be read",
    }

    for attack, detail in said.items():
        answer = await caller.answer(ATTACKS[attack](issuer))

        assert answer.json()["detail"] == detail, attack


async def test_clocks_may_differ_by_a_minute(issuer: Issuer, caller: Caller) -> None:
    differing: list[dict[str, Any]] = [{"exp": now(-SKEW + 20)}, {"nbf": now(SKEW - 20)}, {"iat": now(SKEW - 20)}]
    for times in differing:
        token = issuer.token(**times)

        assert [await caller.status(token) for _ in range(2)] == [200, 200], times


DIALECTS: Final[list[tuple[dict[str, Any], dict[str, Any]]]] = [
    ({"typ": "at+jwt"}, {}),
    ({"typ": "AT+JWT"}, {}),
    ({"typ": "application/at+jwt"}, {}),
    ({"typ": None}, {}),
    ({"typ": "JWT"}, {"typ": "Bearer", "azp": "singo-web"}),
    ({"x-private": "1"}, {"aud": ["account", "singo"]}),
    ({"kid": None}, {}),
]


async def test_access_tokens_of_every_dialect_are_accepted(issuer: Issuer, caller: Caller) -> None:
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    for header, claims in DIALECTS:
        whole = {"alg": "ES256", "kid": issuer.key.kid} | header
        whole = {name: value for name, value in whole.items() if value is not None}
        token = jwt.encode(whole, issuer.claims(**claims), issuer.key, registry=registry, default_type=None)

        assert await caller.status(token) == 200, (header, claims)


async def test_keys_of_other_kinds_sign_too(issuer: Issuer, caller: Caller) -> None:
    rsa = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
    issuer.publish(issuer.key, rsa)

    assert [await caller.status(issuer.token({"alg": alg}, key=rsa)) for alg in ("RS256", "PS256")] == [200, 200]


async def test_the_claims_may_have_other_names(world: World, issuer: Issuer) -> None:
    names: dict[str, Any] = {
        "oidc_roles_claim": "https://singo.test/roles",
        "oidc_regions_claim": "wilayah",
        "oidc_unit_claim": "office",
        "oidc_audience": "https://api.singo.test",
    }
    claims: dict[str, Any] = {
        "aud": "https://api.singo.test",
        "https://singo.test/roles": ["pemda_planner"],
        "wilayah": ["53"],
        "office": "Bappeda",
        "roles": ["operator"],
    }
    token = issuer.token(**claims)

    async with service_of(world, issuer.url, **names) as caller:
        response = await caller.answer(token)

    assert response.json() == {"sub": "somebody", "roles": ["pemda_planner"], "regions": ["53"], "unit": "Bappeda"}
