"""An issuer that rotates its keys or falls silent, and what a service remembers of it."""

import time
from contextlib import AsyncExitStack
from typing import Any

import pytest
from joserfc.jwk import ECKey

from shared.errors import NotSignedIn
from shared.http import auth
from tests.shared.issuing import SKEW, Caller, Issuer, caller, issuer, now, service_of
from tests.world import World

__all__ = ["caller", "issuer"]


# Rotation


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service may look again at once."""
    monkeypatch.setattr(auth, "REFRESH_PAUSE_SECONDS", 0)


@pytest.mark.usefixtures("impatient")
async def test_a_new_key_is_seen_by_its_first_token_and_the_old_one_is_good_as_long_as_it_is_published(
    issuer: Issuer, caller: Caller
) -> None:
    new = ECKey.generate_key("P-256", auto_kid=True)
    old_token, another_old_token = issuer.token(), issuer.token(sub="another")
    assert await caller.status(old_token) == 200

    issuer.publish(new, issuer.key)
    assert [await caller.status(t) for t in (issuer.token(key=new), old_token, another_old_token)] == [200] * 3

    issuer.publish(new)
    assert await caller.status(issuer.token({"kid": "unknown"})) == 401  # for which the keys are read anew
    assert [await caller.status(t) for t in (old_token, another_old_token, issuer.token(key=new))] == [401, 401, 200]


async def test_a_withdrawn_key_is_seen_without_any_new_token(
    world: World, issuer: Issuer, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.token()
    assert await caller.status(token) == 200
    issuer.publish(ECKey.generate_key("P-256", auto_kid=True))
    for name in ("REFRESH_PAUSE_SECONDS", "KEYS_AGE_SECONDS", "BELIEVED_SECONDS"):  # those times have passed
        monkeypatch.setattr(auth, name, 0)

    async def refused() -> bool:
        return await caller.status(issuer.token()) == 401

    await world.until(refused, "a refusal of what a withdrawn key signed")
    assert await caller.status(token) == 401


async def test_strangers_cannot_make_the_service_ask_its_issuer_again_and_again(issuer: Issuer, caller: Caller) -> None:
    assert await caller.status(issuer.token()) == 200
    assert {await caller.status(issuer.token({"kid": f"k{number}"})) for number in range(30)} == {401}

    assert issuer.asked == 1


# An issuer that does not answer


async def test_without_any_keys_the_service_says_when_to_come_again_and_then_works(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = Issuer()
    async with issuer.serving():
        pass  # it had its port, and is gone
    async with service_of(world, issuer.url) as caller:
        responses = [await caller.answer(issuer.token()) for _ in range(3)]
        assert [response.status_code for response in responses] == [503] * 3
        assert {response.json()["type"] for response in responses} == {"/problems/unavailable"}
        assert {response.headers["retry-after"] for response in responses} == {"5"}

        monkeypatch.setattr(auth, "REFRESH_PAUSE_SECONDS", 0)
        async with issuer.serving():
            assert await caller.status(issuer.token()) == 200


@pytest.mark.usefixtures("impatient")
async def test_an_answer_that_holds_no_keys_is_no_answer(issuer: Issuer, caller: Caller) -> None:
    answers: list[Any] = [{"keys": []}, {"keys": "none"}, {}, [], "<html>", {"keys": [{"kty": "EC"}]}, {"keys": [7]}]
    for published in answers:
        issuer.published = published

        assert await caller.status(issuer.token()) == 503, published


@pytest.mark.usefixtures("impatient")
async def test_known_keys_go_on_while_the_issuer_does_not_answer(world: World) -> None:
    issuer = Issuer()
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(AsyncExitStack())
        await running.enter_async_context(issuer.serving())
        caller = await stack.enter_async_context(service_of(world, issuer.url))
        assert await caller.status(issuer.token()) == 200

        answers: list[Any] = [{"keys": []}, "<html>", None]
        for published in answers:
            issuer.published = published
            if published is None:
                await running.aclose()
            assert await caller.status(issuer.token({"kid": "unknown"})) == 401, published
            assert await caller.status(issuer.token()) == 200, published


async def test_the_discovery_document_of_another_issuer_is_not_followed(world: World, issuer: Issuer) -> None:
    real, issuer.url = issuer.url, "https://elsewhere.test"

    async with service_of(world, real) as caller:
        assert await caller.status(issuer.token(iss=real)) == 503
        assert issuer.asked == 0


# What was verified is remembered


async def test_a_remembered_token_ends_when_it_ends(
    world: World, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier = auth.TokenVerifier(world.settings("registry", oidc_issuer=issuer.url, oidc_jwks_url=""))
    token = issuer.token(exp=now(10))
    assert (await verifier.verify(token)).subject == "somebody"
    start, monotonic = time.time(), time.monotonic()

    with monkeypatch.context() as later:
        for seconds, is_good in ((10 + SKEW - 5, True), (10 + SKEW + 5, False)):
            later.setattr(time, "time", lambda seconds=seconds: start + seconds)
            later.setattr(time, "monotonic", lambda seconds=seconds: monotonic + seconds)
            if is_good:
                assert (await verifier.verify(token)).subject == "somebody"
            else:
                with pytest.raises(NotSignedIn):
                    await verifier.verify(token)


async def test_what_is_remembered_is_bounded_and_holds_no_token(
    world: World, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "VERIFIED_MAX", 3)
    verifier = auth.TokenVerifier(world.settings("registry", oidc_issuer=issuer.url, oidc_jwks_url=""))
    tokens = [issuer.token(sub=f"s{number}") for number in range(5)]

    for token in tokens:
        await verifier.verify(token)

    assert [actor.subject for _, actor in verifier._verified.values()] == ["s2", "s3", "s4"]
    assert not any(token.encode() in key for key in verifier._verified for token in tokens)
