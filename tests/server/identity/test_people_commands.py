"""`sightline users`: passwords from standard input, never from the command line; links to the identity provider."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import pytest
from commands_over_demo import CommandsOver, Run
from console import OURS, PASSWORD, Starting, bearer
from mailing import NEW
from provider import AUDIENCE, SUBJECT, Provider

from sightline.db.secrets import TokenKind, new_token
from sightline.db.sign_in.mail_tokens import keep_token
from sightline.db.sign_in.outbox import put_mail
from sightline.db.tables.enums import MailKind

PROGRAM = [sys.executable, "-c", "from sightline.server.cli import main; main()", "users"]


@pytest.fixture
def users(url: str, commands: CommandsOver) -> Iterator[Run]:
    """Runs `sightline users` over the test's database."""
    with commands(url) as run:
        yield partial(run, "users")


@pytest.mark.usefixtures("users")
def test_a_password_is_read_from_a_pipe() -> None:
    """As a process of its own, as a script of the operator's would run it."""
    done = subprocess.run(
        [*PROGRAM, "create", "pipe@example.com", "--name", "Pipe", "--password"],
        input=PASSWORD + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "User 1 was made: pipe@example.com.\n", "")


async def test_a_password_is_set_and_set_again(users: Run, start: Starting) -> None:
    """The second ends the sessions of the first; A1: with a password alone there is nothing to see."""
    made = await users("create", "Ana@example.com", "--name", "Ana", "--password", typed=PASSWORD + "\n")
    assert made == (0, "User 1 was made: ana@example.com.\n", "")
    async with start() as console:
        assert (await console.sign_in()).status_code == 204
        assert await console.me(**OURS) == "Ana"
        code, out, _ = await users("password", "ANA@example.com", typed="another horse, another battery\n")
        assert (code, out) == (0, "ana@example.com has a new password, and is signed out everywhere.\n")
        assert await console.me(**OURS) is None
        assert (await console.sign_in()).status_code == 401
        assert (await console.sign_in(password="another horse, another battery")).status_code == 204


async def test_n15_another_password_ends_the_resets_that_were_asked_for(users: Run, start: Starting) -> None:
    """N15: neither a token that was mailed nor a mail that waits undoes it; one that is asked for afterwards works."""
    async with start() as console:
        ana, ben = await console.user(), await console.user("ben@example.com")

        async def mailed(user: int, purpose: MailKind) -> str:
            token = new_token(TokenKind.MAIL)
            email = {ana: "ana@example.com", ben: "ben@example.com"}[user]
            digest = console.secrets.token_hash(token)
            await keep_token(console.connection, user, purpose=purpose, email=email, digest=digest)
            await put_mail(console.connection, purpose, email)
            return token

        old, of_ben = await mailed(ana, MailKind.RESET_PASSWORD), await mailed(ben, MailKind.RESET_PASSWORD)
        verifying = await mailed(ana, MailKind.VERIFY_EMAIL)
        assert (await users("password", "ana@example.com", typed=NEW + "\n"))[0] == 0
        waiting = await console.connection.fetch("SELECT kind, email FROM outgoing_mail ORDER BY id")
        assert [tuple(row) for row in waiting] == [
            ("RESET_PASSWORD", "ben@example.com"),
            ("VERIFY_EMAIL", "ana@example.com"),
        ]
        assert (await console.post("/reset", {"token": old, "password": PASSWORD})).status_code == 400
        assert (await console.sign_in(password=NEW)).status_code == 204
        for token in (await mailed(ana, MailKind.RESET_PASSWORD), of_ben):
            assert (await console.post("/reset", {"token": token, "password": PASSWORD})).status_code == 204
        assert (await console.post("/verify", {"token": verifying})).status_code == 204


async def test_ac11_passwords_and_links_show_in_no_version(users: Run, start: Starting, provider: Provider) -> None:
    """AC11: whoever may suspend somebody is shown his version, and neither his password nor his link."""
    oidc = {"OIDC_ISSUER": provider.issuer, "OIDC_AUDIENCE": AUDIENCE}
    async with start() as console:
        number = await console.user()
        before = await console.connection.fetchval("SELECT version FROM app_user WHERE id = $1", number)
        assert (await users("password", "ana@example.com", typed="another horse, another battery\n"))[0] == 0
        assert (await users("link", "ana@example.com", SUBJECT, **oidc))[0] == 0
        assert await console.connection.fetchval("SELECT version FROM app_user WHERE id = $1", number) == before


async def test_a_bad_password_changes_nothing(users: Run, start: Starting) -> None:
    """Too short, none, the address, of nobody; on the command line it is not even understood."""
    async with start() as console:
        await console.user()
        for typed in ("short\n", "", "\n", "ana@example.com\n", "aaaaaaaaaaaaaaaa\n"):
            code, _, said = await users("password", "ana@example.com", typed=typed)
            assert code == 1
            assert said.startswith("sightline: ")
            assert said.count("\n") == 1
        assert (await users("password", "nobody@example.com", typed=PASSWORD))[0] == 1
        assert (await users("password", "ana@example.com", PASSWORD))[0] == 2
        assert (await console.sign_in()).status_code == 204


async def test_a_user_is_linked_and_unlinked(users: Run, start: Starting, provider: Provider) -> None:
    """DR14: by the operator alone; one subject is one user, and what was removed stands for nobody at once."""
    oidc = {"OIDC_ISSUER": provider.issuer, "OIDC_AUDIENCE": AUDIENCE}
    async with start(oidc_issuer=provider.issuer, oidc_audience=AUDIENCE) as console:
        await console.user()
        await console.user("ben@example.com", name="Ben")
        token = bearer(provider.token())
        assert await console.me(**token) is None
        assert (await users("link", "ana@example.com", SUBJECT))[0] == 1
        assert (await users("link", "ana@example.com", SUBJECT, **oidc))[0] == 0
        assert await console.me(**token) == "Ana"
        code, _, said = await users("link", "ben@example.com", SUBJECT, **oidc)
        assert (code, "Another user is linked" in said) == (1, True)
        assert (await users("link", "nobody@example.com", "x", **oidc))[0] == 1
        assert (await users("link", "ana@example.com", **oidc))[0] == 1
        assert await console.me(**token) == "Ana"
        assert (await users("link", "ana@example.com", "--remove"))[0] == 0
        assert await console.me(**token) is None


async def test_ac6_a_link_that_would_not_end_access_is_not_removed(
    users: Run, start: Starting, provider: Provider
) -> None:
    """AC6: where addresses identify, one line says to suspend him, which ends it; linking him to another still does."""
    oidc = {"OIDC_ISSUER": provider.issuer, "OIDC_AUDIENCE": AUDIENCE, "OIDC_MATCH_EMAIL": "true"}
    async with start(oidc_issuer=provider.issuer, oidc_audience=AUDIENCE, oidc_match_email=True) as console:
        await console.user()
        assert (await users("link", "ana@example.com", SUBJECT, **oidc))[0] == 0
        token = bearer(provider.token(provider.claims(email="ana@example.com", email_verified=True)))
        assert await console.me(**token) == "Ana"
        code, _, said = await users("link", "ana@example.com", "--remove", **oidc)
        assert (code, said.count("\n"), "suspend him" in said) == (1, 1, True)
        assert await console.me(**token) == "Ana"
        assert (await users("link", "ana@example.com", "another", **oidc))[0] == 0
        assert await console.me(**token) is None
        assert (await users("link", "ana@example.com", SUBJECT, **oidc))[0] == 0
        assert await console.me(**token) == "Ana"
        await console.change("UPDATE app_user SET status = 'SUSPENDED'")
        assert await console.me(**token) is None


async def test_a_new_user_is_sent_a_mail_where_there_is_mail(users: Run, start: Starting) -> None:
    """Without a mail server none waits."""
    mail = {"SMTP_HOST": "127.0.0.1", "MAIL_FROM": "sightline@example.com"}
    await users("create", "ana@example.com", "--name", "Ana", **mail)
    await users("create", "ben@example.com", "--name", "Ben")
    async with start() as console:
        rows = await console.connection.fetch("SELECT kind, email FROM outgoing_mail")
    assert [tuple(row) for row in rows] == [("VERIFY_EMAIL", "ana@example.com")]
