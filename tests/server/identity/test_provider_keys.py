"""The keys of the identity provider: how often they are asked for, and how long they are kept (N16, F27)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from provider import AUDIENCE, Provider, public_jwk

from sightline.resolvers.errors import UnauthenticatedError
from sightline.server.identity.issuer import Issuer, Rules
from sightline.server.identity.jwks import ASK_SECONDS, LONGEST_SECONDS, RENEW_SECONDS, KeySource


class Clock:
    """A monotonic clock that a test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def issuer(provider: Provider) -> Any:
    """The provider's tokens verified, with a clock that can be set; its keys at an address that is given."""
    clock = Clock()
    async with httpx.AsyncClient() as client:
        source = KeySource(provider.issuer, f"{provider.issuer}/jwks", client, clock)
        rules = Rules(provider.issuer, AUDIENCE, frozenset({"RS256", "ES256"}), frozenset({"at+jwt"}))
        yield Issuer(rules, source), clock
        await source.close()


async def refused(issuer: Issuer, token: str) -> bool:
    try:
        await issuer.verify(token)
    except UnauthenticatedError:
        return True
    return False


async def test_n16_a_storm_of_unknown_ids_asks_once_a_minute(issuer: Any, provider: Provider) -> None:
    """N16, F27: whoever makes ids up, all at once or one after another."""
    verifier, clock = issuer
    storm = [provider.token(kid=f"made-up-{at}") for at in range(50)]
    assert all(await asyncio.gather(*(refused(verifier, token) for token in storm)))
    assert provider.asked == ["/jwks"]
    clock.now += ASK_SECONDS - 1
    assert all([await refused(verifier, token) for token in storm])
    assert not await refused(verifier, provider.token())
    assert provider.asked == ["/jwks"]
    clock.now += 1
    assert all(await asyncio.gather(*(refused(verifier, token) for token in storm)))
    assert provider.asked == ["/jwks"] * 2


async def test_a_new_key_is_found_and_one_that_was_withdrawn_is_forgotten(issuer: Any, provider: Provider) -> None:
    """Keys are rotated without a restart; a withdrawn one ends when the list is renewed."""
    verifier, clock = issuer
    assert not await refused(verifier, provider.token())
    provider.listed = [public_jwk(provider.keys["ec"], "new")]
    clock.now += ASK_SECONDS
    assert not await refused(verifier, provider.token(key="ec", kid="new"))
    assert await refused(verifier, provider.token())
    provider.listed = [public_jwk(provider.keys["rsa"], "rsa")]
    clock.now += RENEW_SECONDS + 1
    assert not await refused(verifier, provider.token(key="ec", kid="new"))  # renewed aside: nobody waits
    await asyncio.wait((verifier.keys._renewal,))
    assert await refused(verifier, provider.token(key="ec", kid="new"))


@pytest.mark.parametrize("status", [503, 302, 404])
async def test_f27_keys_are_kept_for_a_day_where_the_provider_is_down(
    issuer: Any, provider: Provider, status: int
) -> None:
    """F27: known keys verify, unknown ones are 401, and after a day nothing does until it is back."""
    verifier, clock = issuer
    assert not await refused(verifier, provider.token())
    provider.status = status
    for _ in range(10):
        clock.now += ASK_SECONDS
        assert not await refused(verifier, provider.token())
        assert await refused(verifier, provider.token(kid="made-up"))
    assert len(provider.asked) <= 11
    assert "/elsewhere" not in provider.asked
    clock.now = 1_000.0 + LONGEST_SECONDS
    assert not await refused(verifier, provider.token())
    clock.now += 1
    assert await refused(verifier, provider.token())
    provider.status = 200
    clock.now += ASK_SECONDS
    assert not await refused(verifier, provider.token())


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"keys": 1}', b'{"keys": []}', b'{"keys": [1]}', b" " * 300_000], ids=len
)
async def test_f27_an_answer_that_is_no_key_set_changes_nothing(
    issuer: Any, provider: Provider, content: bytes
) -> None:
    """F27: what is there stays good."""
    verifier, clock = issuer
    assert not await refused(verifier, provider.token())
    provider.content = content
    clock.now += ASK_SECONDS
    assert await refused(verifier, provider.token(kid="made-up"))
    assert len(provider.asked) == 2
    assert not await refused(verifier, provider.token())
