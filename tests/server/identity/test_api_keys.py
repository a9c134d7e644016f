"""API keys as requests carry them, and what a key is cut down to (N17 to N22, K5, A1, AC5, AC6, SM6)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from console import ME, Console, Starting, bearer, settings_for, started

from sightline.db.database import Database
from sightline.db.secrets import Secrets, TokenKind, new_token
from sightline.server.identity.browsers import COOKIE

ORGANIZATIONS = "{ organizations(first: 50) { edges { node { name } } } }"
PROGRAMS = "{ programs(first: 100) { edges { node { name advertiserProfile { name } } } } }"


@pytest.fixture
async def demo_console(
    empty_database: Callable[..., Awaitable[str]],
    demo_template: str,
    database_url: Callable[[str], str],
    secrets: Secrets,
    tmp_path: Path,
) -> AsyncIterator[Console]:
    """An application over a demo platform of its own."""
    url = database_url(await empty_database(demo_template))
    async with started(settings_for(url, secrets, tmp_path), secrets) as made:
        yield made


def wrong_checksum(token: str) -> str:
    return token[:-1] + ("0" if token[-1] != "0" else "1")


async def names(console: Console, token: str) -> set[str]:
    """The organizations that the holder of a token sees."""
    answer = (await console.ask(ORGANIZATIONS, **bearer(token))).json()
    if answer.get("errors"):
        return set()
    return {edge["node"]["name"] for edge in answer["data"]["organizations"]["edges"]}


async def test_n17_a_wrong_checksum_never_touches_the_database(console: Console, superuser: asyncpg.Connection) -> None:
    """N17: with the database gone it is still 401, where a well-formed token finds that it is gone; cookies too."""
    key = await console.key(user=await console.user())
    assert await console.me(**bearer(key)) == "Ana"
    name = await console.connection.fetchval("SELECT current_database()")
    await superuser.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()", name
    )
    session = wrong_checksum(new_token(TokenKind.SESSION))
    for wrong in (wrong_checksum(key), key[:-1], key + "a", "sl_live_", "sl_test_" + key[8:], "made up"):
        assert (await console.ask(**bearer(wrong))).status_code == 401
    assert (await console.ask(cookie=f"{COOKIE}={session}")).status_code == 401
    assert (await console.ask(**bearer(key))).status_code == 503


async def test_n17_not_even_a_connection_is_opened(console: Console) -> None:
    """N17: the server's own list of sessions does not grow, and the first well-formed token has it grow."""
    wrong = wrong_checksum(await console.key(user=await console.user()))

    async def sessions() -> int:
        count: int = await console.connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return count

    before = await sessions()
    assert (await console.ask(**bearer(wrong))).status_code == 401
    assert await sessions() == before
    assert (await console.ask(**bearer(new_token()))).status_code == 401
    assert await sessions() == before + 1


async def test_n18_a_revoked_key_is_401_from_the_next_operation_on(console: Console) -> None:
    """N18, SM6: as are one that has expired, one that waits to be claimed, and one that was never made."""
    user = await console.user()
    key = await console.key(user=user)
    assert await console.me(**bearer(key)) == "Ana"
    await console.change("UPDATE api_key SET state = 'REVOKED', revoked_at = now()")
    assert await console.me(**bearer(key)) is None
    expired = await console.key(user=user, state="EXPIRED")
    assert await console.me(**bearer(expired)) is None
    ended = await console.key(user=user)
    await console.change("UPDATE api_key SET expires_at = now() WHERE state = 'ACTIVE'")
    assert await console.me(**bearer(ended)) is None
    pending = await console.key(user=user, state="PENDING", hash=None, prefix=None, last_four=None)
    assert await console.me(**bearer(pending)) is None
    assert await console.me(**bearer(new_token())) is None


@pytest.mark.parametrize("path", ["/graphql", "/session", "/session/reset", "/session/verify"])
async def test_n19_a_key_in_the_url_is_refused_and_never_logged(
    console: Console, capfd: pytest.CaptureFixture[str], path: str
) -> None:
    """N19: wherever it is sent, beside whatever else; so are cookies and mailed tokens."""
    key = await console.key(user=await console.user())
    for token in (key, new_token(TokenKind.SESSION), new_token(TokenKind.MAIL)):
        for query in (f"token={token}", f"x={token}", f"access_token=abc&y={token}"):
            answer = await console.browser.post(f"{path}?{query}", json={"query": ME}, headers=bearer(key))
            assert answer.status_code == 400
            assert token not in answer.text + "".join(capfd.readouterr())


async def test_n20_two_authorization_headers_are_refused(console: Console) -> None:
    """N20: two keys, the same one twice, a key beside a session."""
    await console.user()
    await console.sign_in()
    key = await console.key(user=await console.user("ben@example.com"))
    other = await console.key(user=await console.user("cleo@example.com"))
    for pair in ((key, other), (key, key), (key, ""), ("", key)):
        headers = [("authorization", f"Bearer {token}") for token in pair]
        assert (await console.browser.post("/graphql", json={"query": ME}, headers=headers)).status_code == 401


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR"])
async def test_n21_the_scheme_has_no_case_but_the_key_has(console: Console, scheme: str) -> None:
    """N21."""
    key = await console.key(user=await console.user())
    assert await console.me(authorization=f"{scheme} {key}") == "Ana"
    assert await console.me(authorization=f"{scheme} {key.swapcase()}") is None
    assert await console.me(authorization=f"basic {key}") is None


async def test_n22_beside_an_expired_session_the_key_counts(console: Console) -> None:
    """N22: whatever the cookie is, and without a word of a browser; nor is a bad key made good by a good cookie."""
    await console.user()
    await console.sign_in()
    ben = await console.user("ben@example.com", name="Ben")
    key = await console.key(user=ben)
    assert await console.me(**bearer(key)) == "Ben"
    await console.change("UPDATE session SET created_at = now() - interval '31 days', expires_at = now()")
    assert await console.me(**bearer(key)) == "Ben"
    for cookie in ("", "nonsense", key, wrong_checksum(key)):
        assert await console.me(**bearer(key), cookie=f"{COOKIE}={cookie}") == "Ben"
    await console.sign_in()
    assert await console.me(**bearer(wrong_checksum(key)), origin="https://sightline.test") is None
    assert await console.me(**bearer(new_token()), origin="https://sightline.test") is None


async def test_tokens_have_their_places(console: Console) -> None:
    """N22: a key in a cookie, a session in Authorization and a mailed token anywhere are nobody."""
    key = await console.key(user=await console.user())
    await console.sign_in()
    session = console.browser.cookies[COOKIE]
    console.browser.cookies.clear()
    ours = {"origin": "https://sightline.test", "sec-fetch-site": "same-origin"}
    assert await console.me(cookie=f"{COOKIE}={session}", **ours) == "Ana"
    assert await console.me(cookie=f"{COOKIE}={key}", **ours) is None
    assert await console.me(cookie=f"{COOKIE}={session}; {COOKIE}={session}", **ours) is None
    assert await console.me(**bearer(session)) is None
    mailed = new_token(TokenKind.MAIL)
    assert await console.me(**bearer(mailed)) is None
    assert await console.me(cookie=f"{COOKIE}={mailed}", **ours) is None


async def test_sm6_ac6_a_user_s_key_is_dead_while_its_user_is_suspended(console: Console) -> None:
    """SM6, AC6, DR16: at once and for his sessions too; it lives again with him."""
    user = await console.user()
    key = await console.key(user=user)
    await console.sign_in()
    ours = {"origin": "https://sightline.test"}
    assert (await console.me(**bearer(key)), await console.me(**ours)) == ("Ana", "Ana")
    await console.change("UPDATE app_user SET status = 'SUSPENDED'")
    assert (await console.me(**bearer(key)), await console.me(**ours)) == (None, None)
    assert (await console.sign_in()).status_code == 401
    await console.change("UPDATE app_user SET status = 'ACTIVE'")
    assert await console.me(**bearer(key)) == "Ana"


async def test_k5_an_organization_s_key_reads_what_it_owns_and_nothing_of_another(demo_console: Console) -> None:
    """K5, AC5: and it goes on when whoever made it is suspended (SM6, DR16)."""
    secrets = demo_console.secrets
    northwind, bluebird = secrets.demo_key("northwind-key"), secrets.demo_key("bluebird-key")
    own = await names(demo_console, northwind)
    other = await names(demo_console, bluebird)
    assert len(own) == len(other) == 1
    assert not own & other
    await demo_console.change("UPDATE app_user SET status = 'SUSPENDED' WHERE email = 'adv-admin@demo.example'")
    assert await names(demo_console, northwind) == own
    assert await names(demo_console, secrets.demo_token("adv-admin@demo.example")) == set()


async def test_k5_scopes_cut_an_organization_s_key(demo_console: Console) -> None:
    """AC5: a key for reports does not see the organization; one that has ended or was revoked sees nothing."""
    secrets = demo_console.secrets
    reports = secrets.demo_key("northwind-reports-key")
    assert await names(demo_console, reports) == set()
    assert (await demo_console.ask(PROGRAMS, **bearer(reports))).status_code == 200
    for dead in ("expired-key", "revoked-key"):
        assert (await demo_console.ask(PROGRAMS, **bearer(secrets.demo_key(dead)))).status_code == 401


async def test_a1_a_new_user_signs_in_and_sees_nothing_that_is_not_public(demo_console: Console) -> None:
    """A1: neither organizations, nor conversions, nor anybody but himself."""
    await demo_console.user(name="Newcomer")
    await demo_console.sign_in()
    ours = {"origin": "https://sightline.test"}
    assert await demo_console.me(**ours) == "Newcomer"
    for hidden in ("organizations", "conversions", "payoutInvoices", "affiliateAccounts"):
        answer = (await demo_console.ask(f"{{ {hidden}(first: 5) {{ edges {{ node {{ id }} }} }} }}", **ours)).json()
        found = (answer.get("data") or {}).get(hidden)
        assert answer.get("errors") or found["edges"] == [], hidden


async def test_last_uses_are_written_to_the_minute_where_there_were_some(start: Starting, url: str) -> None:
    """Of keys and of sessions, by whoever serves, at the latest when he stops."""
    async with start() as console:
        user = await console.user()
        used, unused = [await console.key(user=user, name=name) for name in ("used", "unused")]
        await console.sign_in()
        assert await console.me(**bearer(used)) == "Ana"
        assert await console.me(**bearer(wrong_checksum(unused))) is None
        assert await console.me(origin="https://sightline.test") == "Ana"
    async with Database.open(url) as database, database.owner() as connection:
        keys = {row["name"]: row["last_used_at"] for row in await connection.fetch("SELECT * FROM api_key")}
        seen = await connection.fetchval("SELECT last_seen_at FROM session")
    assert keys["unused"] is None
    assert keys["used"] is not None
    for moment in (keys["used"], seen):
        assert (moment.second, moment.microsecond) == (0, 0)
