"""API keys made by whoever is signed in, over HTTP as programs then use them (SM6, N18, GOAL21)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from console import OURS, Console, bearer

MAKE = """mutation { createUserApiKey(input: {name: "script", scopes: ["self:R"]}) {
    __typename ... on CreateUserApiKeySuccess { id secret } ... on UserError { message } } }"""
ROTATE = """mutation { rotateApiKey(input: {apiKey: "%s", overlapMinutes: 0}) {
    __typename ... on RotateApiKeySuccess { id secret } ... on UserError { message } } }"""
REVOKE = """mutation { revokeApiKey(input: {apiKey: "%s"}) {
    __typename ... on RevokeApiKeySuccess { id apiKey { prefix } } ... on UserError { message } } }"""


def told(answer: httpx.Response) -> dict[str, Any]:
    """What the one mutation of an answer says."""
    data: dict[str, Any] = answer.json()["data"]
    (value,) = data.values()
    return dict(value)


async def test_n18_sm6_a_key_is_made_used_rotated_and_ended(
    console: Console, capfd: pytest.CaptureFixture[str]
) -> None:
    """N18, SM6, GOAL21: each step holds for the next request; no line of the log has a secret."""
    await console.user()
    await console.sign_in()
    answer = await console.ask(MAKE, **OURS)
    assert answer.headers["cache-control"] == "private, no-store"
    made = told(answer)
    assert await console.me(**bearer(made["secret"])) == "Ana"
    rotated = told(await console.ask(ROTATE % made["id"], **OURS))
    assert await console.me(**bearer(made["secret"])) is None
    assert await console.me(**bearer(rotated["secret"])) == "Ana"
    ended = told(await console.ask(REVOKE % rotated["id"], **OURS))
    assert ended["apiKey"]["prefix"] == rotated["secret"][:12]
    assert await console.me(**bearer(rotated["secret"])) is None
    logged = "".join(capfd.readouterr())
    assert logged.count("operation=") > 3
    for secret in (made["secret"], rotated["secret"]):
        assert secret not in logged
        assert secret[12:-4] not in logged


async def test_sm6_a_program_makes_no_keys(console: Console) -> None:
    """SM6: a key that tries is refused before anything runs, also beside the cookie of whoever is signed in."""
    user = await console.user()
    await console.sign_in()
    key = await console.key(user=user, scopes=["self:R", "org:W"])
    answer = await console.ask(MAKE, **OURS, **bearer(key))
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert await console.connection.fetchval("SELECT count(*) FROM api_key") == 1
