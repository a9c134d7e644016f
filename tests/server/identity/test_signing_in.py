"""Signing in and out, cookies, foreign sites, too many attempts (F28, N22, AC6, A1)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from console import ME, OURS, PASSWORD, Console, bearer

from sightline.db.secrets import TokenKind, new_token, token_kind
from sightline.db.sign_in.sessions import MOST
from sightline.resolvers.identity import IDLE
from sightline.server.identity.browsers import COOKIE
from sightline.server.identity.passwords import hash_password

WRONG = {
    "errors": [{"message": "The e-mail address or the password is wrong.", "extensions": {"code": "UNAUTHENTICATED"}}]
}


def said(answer: httpx.Response) -> tuple[int, Any]:
    """Status and body, without what every answer has of its own."""
    body = answer.json()
    body.pop("extensions", None)
    return answer.status_code, body


async def test_a_browser_signs_in_asks_and_signs_out(console: Console) -> None:
    """The cookie is the session; the next operation after signing out is nobody's."""
    await console.user()
    assert await console.me(**OURS) is None
    answer = await console.sign_in(email=" Ana@Example.com ")
    assert (answer.status_code, answer.content) == (204, b"")
    token = console.browser.cookies[COOKIE]
    assert token_kind(token) is TokenKind.SESSION
    assert answer.headers["set-cookie"] == (
        f"{COOKIE}={token}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure"
    )
    assert "no-store" in answer.headers["cache-control"]
    assert await console.me(**OURS) == "Ana"
    who = await console.browser.get("/session", headers=OURS)
    assert who.json()["user"] == {"name": "Ana", "email": "ana@example.com", "email_verified": False}
    epoch = await console.epoch()
    out = await console.browser.delete("/session", headers=OURS)
    assert out.status_code == 204
    assert f"{COOKIE}=; Max-Age=0;" in out.headers["set-cookie"]
    assert COOKIE not in console.browser.cookies
    assert await console.epoch() == epoch + 1
    assert await console.me(cookie=f"{COOKIE}={token}", **OURS) is None
    assert (await console.browser.delete("/session", headers=OURS)).status_code == 204


async def test_the_token_is_stored_as_a_hash(console: Console) -> None:
    """Whoever reads the database cannot sign in with what he finds; nor is a password there."""
    await console.user()
    await console.sign_in()
    token = console.browser.cookies[COOKIE]
    tables = await console.connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in tables:
        rows = await console.connection.fetch(f"SELECT t::text FROM {table} t")
        assert not any(token in row[0] or token.encode().hex() in row[0] or PASSWORD in row[0] for row in rows), table
    assert await console.connection.fetchval("SELECT token_hash FROM session") == console.secrets.token_hash(token)


async def test_an_unknown_address_and_a_wrong_password_are_one_answer(console: Console) -> None:
    """AC6: so are a suspended user and one without a password; each is verified, as long as the other."""
    await console.user()
    await console.user("suspended@example.com", status="SUSPENDED")
    await console.user("nopassword@example.com", None)
    verified: list[str | None] = []
    passwords = console.app.state.sessions["/session"]["POST"].__self__.service.passwords
    original = passwords.verify

    async def watched(stored: str | None, password: str) -> Any:
        verified.append(stored)
        return await original(stored, password)

    passwords.verify = watched
    for email, password in (
        ("ana@example.com", PASSWORD + "!"),
        ("ana@example.com", PASSWORD.upper()),
        ("ana@example.com", "\0"),
        ("nobody@example.com", PASSWORD),
        ("nobody@example.com", "\0"),
        ("suspended@example.com", PASSWORD),
        ("nopassword@example.com", PASSWORD),
        ("nopassword@example.com", "\0"),
        ("%@example.com", PASSWORD),
    ):
        answer = await console.browser.post("/session", json={"email": email, "password": password}, headers=OURS)
        if password == "\0":
            assert answer.status_code == 400
            continue
        assert said(answer) == (401, WRONG), email
        assert "set-cookie" not in answer.headers
    assert len(verified) == 6
    assert verified.count(None) == 4
    assert await console.connection.fetchval("SELECT count(*) FROM session") == 0


async def test_passwords_are_argon2id_and_rehashed_at_the_next_sign_in(console: Console) -> None:
    """At least 19 MiB, 2 passes, 1 lane; one by older parameters is replaced, and only by whoever knows it."""
    assert hash_password(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hash_password(PASSWORD) != hash_password(PASSWORD)
    old = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=2).hash(PASSWORD)
    await console.add("app_user", email="ana@example.com", name="Ana", password_hash=old)

    async def stored() -> str:
        value: str = await console.connection.fetchval("SELECT password_hash FROM app_user")
        return value

    assert (await console.sign_in(password="something else")).status_code == 401
    assert await stored() == old
    assert (await console.sign_in()).status_code == 204
    better = await stored()
    assert better.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await console.sign_in()).status_code == 204
    assert await stored() == better


async def test_one_password_is_the_same_on_every_keyboard(console: Console) -> None:
    """Composed or not; but no other letter passes for it."""
    await console.user(password="sechs Äpfel am Baum")
    assert (await console.sign_in(password="sechs A\u0308pfel am Baum")).status_code == 204
    assert (await console.sign_in(password="sechs Apfel am Baum")).status_code == 401


async def test_signing_in_again_ends_the_session_that_the_browser_had(console: Console) -> None:
    """A session that somebody else planted, or knows, is not the one that is signed in."""
    await console.user()
    await console.sign_in()
    former = console.browser.cookies[COOKIE]
    await console.sign_in()
    assert console.browser.cookies[COOKIE] != former
    assert await console.me(**OURS) == "Ana"
    console.browser.cookies.clear()
    assert await console.me(cookie=f"{COOKIE}={former}", **OURS) is None
    planted = new_token(TokenKind.SESSION)
    answer = await console.sign_in(cookie=f"{COOKIE}={planted}")
    assert planted not in answer.headers["set-cookie"]
    console.browser.cookies.clear()
    assert await console.me(cookie=f"{COOKIE}={planted}", **OURS) is None


async def test_a_failed_sign_in_leaves_the_session_as_it_is(console: Console) -> None:
    await console.user()
    await console.sign_in()
    assert (await console.sign_in(password="something else")).status_code == 401
    assert await console.me(**OURS) == "Ana"


async def test_a_session_ends_after_30_days_and_after_7_without_use(console: Console) -> None:
    """Whichever comes first, by the database's clock; a demo's session knows no idleness."""
    user = await console.user()
    await console.sign_in()
    age = "UPDATE session SET created_at = now() - $1::interval, last_seen_at = now() - $2::interval"
    await console.change(age, IDLE * 3, IDLE - IDLE / 100)
    assert await console.me(**OURS) == "Ana"
    await console.change(age, IDLE * 3, IDLE)
    assert await console.me(**OURS) is None
    await console.change("UPDATE session SET last_seen_at = NULL")
    assert await console.me(**OURS) is None
    await console.change("UPDATE session SET created_at = now(), last_seen_at = NULL")
    assert await console.me(**OURS) == "Ana"
    ends = await console.connection.fetchval("SELECT expires_at - created_at FROM session")
    assert 29 <= ends.days <= 30
    await console.change(
        "UPDATE session SET created_at = now() - interval '31 days', last_seen_at = now(), expires_at = now()"
    )
    assert await console.me(**OURS) is None
    demo = console.secrets.demo_token("ana@example.com")
    await console.connection.execute(
        "INSERT INTO session (user_id, token_hash, created_at, expires_at)"
        " VALUES ($1, $2, now() - interval '100 days', now() + interval '1 day')",
        user,
        console.secrets.token_hash(demo),
    )
    assert await console.me(**bearer(demo)) == "Ana"


async def test_sessions_of_a_user_are_bounded(console: Console) -> None:
    """The oldest end when there are too many, and what has ended is deleted."""
    await console.user()
    first = None
    for _ in range(MOST + 2):
        console.browser.cookies.clear()
        await console.sign_in()
        first = first or console.browser.cookies[COOKIE]
    live, ended = await console.connection.fetchrow(
        "SELECT count(*) FILTER (WHERE revoked_at IS NULL), count(*) FILTER (WHERE revoked_at IS NOT NULL) FROM session"
    )
    assert live == MOST
    assert ended <= 1
    console.browser.cookies.clear()
    assert await console.me(cookie=f"{COOKIE}={first}", **OURS) is None


async def test_a_password_that_is_changed_while_it_is_verified_signs_nobody_in(console: Console) -> None:
    """The transaction that begins the session looks again; so it does for a user who was suspended meanwhile."""
    user = await console.user()
    service = console.app.state.sessions["/session"]["POST"].__self__.service
    original = service.passwords.verify
    for statement in (
        "UPDATE app_user SET password_hash = 'another' WHERE id = $1",
        "UPDATE app_user SET status = 'SUSPENDED' WHERE id = $1",
    ):
        await console.connection.execute("UPDATE app_user SET password_hash = $1", hash_password(PASSWORD))

        async def verify(stored: str | None, password: str, statement: str = statement) -> Any:
            verdict = await original(stored, password)
            assert verdict.right
            await console.connection.execute(statement, user)
            return verdict

        service.passwords.verify = verify
        assert said(await console.sign_in()) == (401, WRONG)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"email": "ana@example.com"},
        {"email": "ana@example.com", "password": ""},
        {"email": "ana@example.com", "password": ["x"]},
        {"email": "ana", "password": PASSWORD},
        {"email": "ana@example.com\r\nbcc: x@example.com", "password": PASSWORD},
        {"email": {"$ne": ""}, "password": {"$ne": ""}},
        {"email": "a@" + "b" * 2_000, "password": PASSWORD},
        {"email": "ana@example.com", "password": "x" * 2_000},
        "text",
    ],
)
async def test_what_is_no_sign_in_is_400(console: Console, body: Any) -> None:
    """Before anything is counted or hashed."""
    await console.user()
    assert (await console.post("", body)).status_code == 400
    assert await console.connection.fetchval("SELECT count(*) FROM sign_in_attempt") == 0


async def test_other_methods_are_405(console: Console) -> None:
    for method, path, allowed in (
        ("PUT", "/session", "DELETE, GET, POST"),
        ("PATCH", "/session", "DELETE, GET, POST"),
        ("GET", "/session/reset", "POST"),
        ("GET", "/session/verify", "POST"),
    ):
        answer = await console.browser.request(method, path, headers=OURS)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


async def test_nothing_of_a_sign_in_is_logged(console: Console, capfd: pytest.CaptureFixture[str]) -> None:
    """GOAL21: neither address nor password nor token."""
    await console.user()
    capfd.readouterr()
    await console.sign_in(password="something else")
    await console.sign_in()
    token = console.browser.cookies[COOKIE]
    await console.ask(ME, **OURS)
    logged = "".join(capfd.readouterr())
    assert "sign_in" in logged
    for secret in ("ana@example.com", "something else", PASSWORD, token):
        assert secret not in logged
