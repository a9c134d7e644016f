"""Registering: a user by his own doing, where the operator lets people, without telling who is one (A1, LK14)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from console import OURS, PASSWORD, SITE, Console, Starting
from httpx import Response
from mail_sink import MailSink
from mailing import NEW, TOKEN, nearly, none_waits, smtp, until

from sightline.db.sign_in.attempts import MOST_LETTERS
from sightline.server.identity.limits import MOST_REGISTRATIONS
from sightline.server.settings import SettingsError, load_settings

EVE = "eve@example.com"


@pytest.fixture
async def open_door(start: Starting, sink: MailSink, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Console]:
    """An application where people register, and whose mail goes to the sink."""
    monkeypatch.setattr("sightline.server.mail.outbox.LOOK_SECONDS", 0.02)
    async with start(**smtp(sink), public_url=SITE, registration=True) as made:
        yield made


async def register(console: Console, email: str = EVE, **more: Any) -> Response:
    return await console.post("/register", {"email": email, "name": "Eve", "password": PASSWORD} | more)


async def confirm(console: Console, token: str, password: str = PASSWORD) -> Response:
    return await console.post("/register/confirm", {"token": token, "password": password})


async def mailed(console: Console, sink: MailSink, email: str = EVE) -> str:
    """The token that registering brings."""
    before = len(sink.mails)
    assert (await register(console, email)).status_code == 202
    await until(lambda: len(sink.mails) > before)
    await until(lambda: none_waits(console))
    (token,) = set(TOKEN.findall(sink.mails[-1].get_content()))
    return str(token)


async def count(console: Console, table: str) -> int:
    found: int = await console.connection.fetchval(f"SELECT count(*) FROM {table}")
    return found


async def test_a1_who_registers_and_confirms_is_a_user_and_has_nothing(open_door: Console, sink: MailSink) -> None:
    """A1: his address is proven, he is signed in, an audit record says so, and no grant of any kind is his."""
    token = await mailed(open_door, sink)
    assert sink.envelopes == [[EVE]]
    assert f"{SITE}/#register={token}" in sink.mails[0].get_content()
    assert "Eve" not in sink.mails[0].get_content()
    assert await count(open_door, "app_user") == 0
    epoch = await open_door.epoch()
    assert (await confirm(open_door, token)).status_code == 204
    assert await open_door.epoch() > epoch
    who = (await open_door.browser.get("/session", headers=OURS)).json()["user"]
    assert who == {"name": "Eve", "email": EVE, "email_verified": True}
    for table in ("role_assignment", "collaborator", "company_access", "manager_assignment"):
        assert await count(open_door, table) == 0, table
    records = await open_door.connection.fetch("SELECT * FROM audit_log")
    (number,) = [row["id"] for row in await open_door.connection.fetch("SELECT id FROM app_user")]
    ((action, actor, target),) = [(row["action"], row["actor_id"], row["target_id"]) for row in records]
    assert (action, actor, target) == ("user:register", number, str(number))
    assert PASSWORD not in str(records) + sink.mails[0].as_string()
    assert "argon2" not in str(records)
    assert await count(open_door, "registration") == 0
    assert (await open_door.sign_in(EVE)).status_code == 204


async def test_lk14_the_answer_is_the_same_for_every_address(open_door: Console, sink: MailSink) -> None:
    """LK14: known, unknown, suspended, of a provider, asked for too often; what differs is read in the mailbox only."""
    await open_door.user()
    await open_door.user("suspended@example.com", status="SUSPENDED")
    await open_door.user("elsewhere@example.com", None, oidc_issuer="https://issuer.test", oidc_subject="1")
    before = await open_door.connection.fetch("SELECT * FROM app_user ORDER BY id")
    addresses = ["ana@example.com", EVE, "suspended@example.com", "elsewhere@example.com"]
    answers = [await register(open_door, email) for email in (*addresses, *[EVE] * MOST_LETTERS)]
    assert len({(each.status_code, each.json()["message"], tuple(sorted(each.headers))) for each in answers}) == 1
    await until(lambda: none_waits(open_door))
    said = sorted((each["to"], each["subject"], bool(TOKEN.search(each.get_content()))) for each in sink.mails)
    assert said == [
        ("ana@example.com", "You have an account already", False),
        ("elsewhere@example.com", "You have an account already", False),
        *[(EVE, "Finish creating your account", True)] * MOST_LETTERS,
    ]
    assert await open_door.connection.fetch("SELECT * FROM app_user ORDER BY id") == before


async def test_f28_registering_uses_up_nobody_s_reset_mails(open_door: Console, sink: MailSink) -> None:
    """F28, LK14: mails are counted by their kind, so whoever registers with others' addresses locks nobody out."""
    await open_door.user()
    for _ in range(MOST_LETTERS + 1):
        assert (await register(open_door, "ana@example.com")).status_code == 202
        await until(lambda: none_waits(open_door))  # of two that wait one is answered
    assert (await open_door.post("/reset-request", {"email": "ana@example.com"})).status_code == 202
    await until(lambda: none_waits(open_door))
    said = [each["subject"] for each in sink.mails]
    assert said.count("You have an account already") == MOST_LETTERS
    assert said[MOST_LETTERS:] == ["Set a new password"]


async def test_lk14_signing_in_does_not_tell_who_registered(open_door: Console, sink: MailSink) -> None:
    """LK14: until it is confirmed, the password that was chosen opens nothing, and no reset is mailed."""
    await mailed(open_door, sink)
    refused = [await open_door.sign_in(email) for email in (EVE, "nobody@example.com")]
    assert {each.status_code for each in refused} == {401}
    assert refused[0].json()["errors"] == refused[1].json()["errors"]
    await open_door.post("/reset-request", {"email": EVE})
    await until(lambda: none_waits(open_door))
    assert len(sink.mails) == 1


async def test_lk14_every_address_costs_a_hash(open_door: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """LK14, F28: the same work is done for each of them, in the threads of signing in."""
    await open_door.user()
    hashed: list[str] = []

    def hashing(password: str) -> str:
        hashed.append(password)
        return "$argon2id$a hash of the tests"

    monkeypatch.setattr("sightline.server.identity.passwords.hash_password", hashing)
    for email in ("ana@example.com", EVE, *[EVE] * MOST_LETTERS):
        await register(open_door, email)
    assert len(hashed) == 2 + MOST_LETTERS


async def test_a1_somebody_else_s_password_does_not_become_the_account_s(open_door: Console, sink: MailSink) -> None:
    """A1: who follows a link that another's registration brought is asked for a password that he cannot know."""
    foreign = await mailed(open_door, sink)
    assert (await confirm(open_door, foreign, NEW)).status_code == 400
    assert await count(open_door, "app_user") == 0
    assert (await register(open_door, password=NEW)).status_code == 202
    await until(lambda: len(sink.mails) == 2)
    (own,) = set(TOKEN.findall(sink.mails[-1].get_content()))
    assert (await confirm(open_door, own)).status_code == 400
    assert (await confirm(open_door, own, NEW)).status_code == 204
    assert (await confirm(open_door, foreign)).status_code == 400
    assert [(await open_door.sign_in(EVE, each)).status_code for each in (PASSWORD, NEW)] == [401, 204]


async def test_n15_a_registration_is_confirmed_once_even_at_the_same_time(open_door: Console, sink: MailSink) -> None:
    """N15: of two registrations of one address and all who confirm them, one makes the user."""
    tokens = [await mailed(open_door, sink) for _ in range(2)]
    answers = await asyncio.gather(*(confirm(open_door, each) for each in tokens * 3))
    assert sorted(each.status_code for each in answers) == [204, 400, 400, 400, 400, 400]
    assert await count(open_door, "app_user") == 1
    assert await count(open_door, "registration") == 0


async def test_a_token_that_confirms_is_good_for_that_and_for_a_day(open_door: Console, sink: MailSink) -> None:
    """Denied: for another purpose, wrong ones, once the operator made the user, when it has ended."""
    token = await mailed(open_door, sink)
    assert (await open_door.post("/reset", {"token": token, "password": NEW})).status_code == 400
    assert (await open_door.post("/verify", {"token": token})).status_code == 400
    for wrong in nearly(token):
        assert (await confirm(open_door, wrong)).status_code == 400
    stored = await open_door.connection.fetch("SELECT r::text FROM registration r")
    assert not any(token in row[0] or PASSWORD in row[0] for row in stored)
    user = await open_door.user(EVE, NEW)
    assert (await confirm(open_door, token)).status_code == 400
    assert (await open_door.sign_in(EVE, NEW)).status_code == 204
    await open_door.connection.execute("DELETE FROM session WHERE user_id = $1", user)
    await open_door.connection.execute("DELETE FROM app_user WHERE id = $1", user)
    await open_door.connection.execute("UPDATE registration SET expires_at = now()")
    assert (await confirm(open_door, token)).status_code == 400
    assert await register(open_door, "ben@example.com")
    assert [row["email"] for row in await open_door.connection.fetch("SELECT email FROM registration")] == [
        "ben@example.com"
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"name": " "},
        {"name": "x" * 101},
        {"name": "two\nlines"},
        {"name": 7},
        {"password": "short"},
        {"password": "x" * 257},
        {"password": EVE},
        {"email": "eve"},
        {"email": "eve@example.com, ben@example.com"},
        {"email": "é@example.com"},
    ],
)
async def test_what_is_no_registration_is_400(open_door: Console, more: dict[str, Any]) -> None:
    """What is wrong in itself, of every address alike; nothing is noted, and it counts for nothing."""
    assert (await register(open_door, **more)).status_code == 400
    assert await count(open_door, "registration") == await count(open_door, "outgoing_mail") == 0
    assert await count(open_door, "sign_in_attempt") == 0


async def test_f28_a_client_registers_some_addresses_and_signs_in_still(open_door: Console) -> None:
    """F28: less often than one may fail to sign in, as we write to whatever address is named; others go on."""
    await open_door.user()
    for at in range(MOST_REGISTRATIONS):
        assert (await register(open_door, f"user{at}@example.com")).status_code == 202
    refused = [await register(open_door, email) for email in ("ana@example.com", "late@example.com")]
    assert [each.status_code for each in refused] == [429, 429]
    assert 0 < int(refused[0].headers["retry-after"]) <= 900
    assert await open_door.connection.fetchval("SELECT count(*) FROM registration WHERE email LIKE 'late%'") == 0
    assert (await open_door.sign_in()).status_code == 204
    elsewhere = {"x-forwarded-for": "203.0.113.7"}
    body = {"email": EVE, "name": "Eve", "password": PASSWORD}
    assert (await open_door.post("/register", body, **elsewhere)).status_code == 202


async def test_f28_all_clients_together_register_a_number_of_times(
    start: Starting, sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F28, LK14: many clients are held to one bound, in the same words for every address; signing in goes on."""
    body = {"name": "Eve", "password": PASSWORD}
    async with start(**smtp(sink), public_url=SITE, registration=True, most_registrations=3) as console:
        await console.user()

        async def of_client(at: int, email: str) -> Response:
            client = {"x-forwarded-for": f"203.0.113.{at}"}
            return await console.post("/register", {"email": email} | body, **client)

        # What one client is refused leaves the others theirs.
        monkeypatch.setattr("sightline.server.identity.limits.MOST_REGISTRATIONS", 1)
        first = [await of_client(0, f"user{at}@example.com") for at in range(4)]
        assert [each.status_code for each in first] == [202, 429, 429, 429]
        taken = [await of_client(at, f"user{at}@example.com") for at in (1, 2)]
        assert [each.status_code for each in taken] == [202, 202]
        refused = [await of_client(at, email) for at, email in enumerate(("ana@example.com", EVE), 3)]
        assert {(each.status_code, str(each.json()["errors"])) for each in refused} == {
            (429, str(first[1].json()["errors"]))
        }
        assert 0 < int(refused[0].headers["retry-after"]) <= 900
        assert await count(console, "registration") == 3
        assert (await console.sign_in()).status_code == 204
        await console.connection.execute("UPDATE sign_in_attempt SET counted_since = now() - interval '15 minutes'")
        assert (await of_client(5, EVE)).status_code == 202


async def test_other_sites_register_nobody(open_door: Console) -> None:
    """No page of another site, and no form."""
    body = {"email": EVE, "name": "Eve", "password": PASSWORD}
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert (await open_door.post("/register", body, **foreign)).status_code == 403
    form = await open_door.browser.post(
        "/session/register", content=b"email=eve", headers={"content-type": "text/plain"}
    )
    assert form.status_code in (403, 415)
    assert await count(open_door, "registration") == 0


async def test_where_the_operator_does_not_want_it_nobody_registers(mailing: Console, sink: MailSink) -> None:
    """Off unless it is set: known or not, every address is refused alike, and so is a token."""
    await mailing.user()
    refused = [await register(mailing, email) for email in ("ana@example.com", EVE)]
    refused.append(await confirm(mailing, "sl_mail_" + "0" * 36))
    assert {each.status_code for each in refused} == {403}
    assert len({str(each.json()["errors"]) for each in refused}) == 1
    assert await count(mailing, "registration") == 0
    assert not sink.mails


def test_registering_needs_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it nobody could confirm: the setting is refused, with what to do."""
    monkeypatch.setenv("SIGHTLINE_REGISTRATION", "true")
    with pytest.raises(SettingsError, match=r"SIGHTLINE_REGISTRATION.*SIGHTLINE_SMTP_HOST"):
        load_settings()
    assert load_settings(demo=True).registration


async def test_nothing_of_a_registration_is_logged(
    open_door: Console, sink: MailSink, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither address, name, password nor token."""
    token = await mailed(open_door, sink)
    await confirm(open_door, token)
    written = "".join(capfd.readouterr())
    assert not [each for each in (EVE, "Eve", PASSWORD, token) if each in written]
