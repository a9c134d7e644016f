"""Who guesses is stopped, in all processes, and does not stop others (F28)."""

from __future__ import annotations

import asyncio
import threading

from console import OURS, PASSWORD, Console, Starting, bearer

from sightline.server.identity.limits import MOST_OF_ADDRESS, MOST_OF_CLIENT


async def test_after_ten_failures_an_address_is_locked(start: Starting) -> None:
    """In every process, whether the address is known or not; a right password does not open it, waiting does."""
    async with start() as console, start() as other:
        await console.user()
        for email in ("ana@example.com", "nobody@example.com"):
            for at in range(MOST_OF_ADDRESS):
                process = (console, other)[at % 2]
                assert (await process.sign_in(email, "something else")).status_code == 401
            for process in (console, other):
                locked = await process.sign_in(email, PASSWORD)
                assert locked.status_code == 429
                assert locked.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
                assert 0 < int(locked.headers["retry-after"]) <= 900
        await console.user("ben@example.com")
        assert (await console.sign_in("ben@example.com")).status_code == 204
        await console.connection.execute("UPDATE sign_in_attempt SET counted_since = now() - interval '15 minutes'")
        assert (await console.sign_in()).status_code == 204


async def test_success_begins_the_count_anew(console: Console) -> None:
    await console.user()
    for _ in range(3):
        for _ in range(MOST_OF_ADDRESS - 1):
            assert (await console.sign_in(password="something else")).status_code == 401
        assert (await console.sign_in()).status_code == 204


async def test_attempts_at_the_same_time_are_no_way_around(console: Console) -> None:
    await console.user()
    answers = await asyncio.gather(*(console.sign_in(password=f"something else {at}") for at in range(25)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) == MOST_OF_ADDRESS
    assert statuses.count(429) == 25 - MOST_OF_ADDRESS


async def test_a_client_is_limited_over_all_addresses(start: Starting) -> None:
    """By the last address that no trusted proxy has; what a client says of itself does not count."""
    async with start() as console:
        await console.user()
        spread = [{"email": f"user{at}@example.com", "password": "something else"} for at in range(MOST_OF_CLIENT)]
        one, two = {"x-forwarded-for": "203.0.113.7"}, {"x-forwarded-for": "203.0.113.7, 198.51.100.1"}
        await asyncio.gather(*(console.browser.post("/session", json=each, headers=OURS | one) for each in spread))
        assert (await console.sign_in(**one)).status_code == 429
        assert (await console.sign_in(**{"x-forwarded-for": "198.51.100.9, 203.0.113.7"})).status_code == 429
        assert (await console.sign_in(**two)).status_code == 204
        rows = await console.connection.fetchval("SELECT count(*) FROM sign_in_attempt")
        assert rows <= MOST_OF_CLIENT + 3
        await console.connection.execute("UPDATE sign_in_attempt SET counted_since = now() - interval '1 hour'")
        await console.sign_in(**two)
        assert await console.connection.fetchval("SELECT count(*) FROM sign_in_attempt") <= 2


async def test_a_client_that_is_no_proxy_cannot_give_itself_another_name(start: Starting) -> None:
    """X-Forwarded-For of anybody counts for nothing where only another machine is trusted."""
    async with start(trusted_proxies="192.0.2.1") as console:
        await console.user()

        async def attempt(at: int) -> int:
            body = {"email": f"user{at}@example.com", "password": "something else"}
            headers = OURS | {"x-forwarded-for": f"203.0.113.{at}"}
            return (await console.browser.post("/session", json=body, headers=headers)).status_code

        # Some at a time: all at once would wait longer for a connection than one may (F4).
        for begin in range(0, MOST_OF_CLIENT, 6):
            assert set(await asyncio.gather(*(attempt(at) for at in range(begin, begin + 6)))) == {401}
        assert await attempt(99) == 429


async def test_f28_many_wrong_passwords_take_no_more_than_two_threads(console: Console) -> None:
    """F28: the loop goes on answering while they are hashed, and no more than two are at once."""
    await console.user()
    key = await console.key(user=await console.user("ben@example.com", name="Ben"))
    wrong = [asyncio.create_task(console.sign_in(f"user{at}@example.com", "something else")) for at in range(32)]
    answered, most, others = 0, 0, set(threading.enumerate())  # those of other tests may still be ending
    while not all(task.done() for task in wrong):
        assert await console.me(**bearer(key)) == "Ben"
        answered += 1
        most = max(most, sum(each.name.startswith("password") for each in {*threading.enumerate()} - others))
    assert [task.result().status_code for task in wrong] == [401] * 32
    assert 1 <= most <= 2
    assert answered > 3


async def test_f28_beyond_a_number_they_are_told_to_come_back(console: Console) -> None:
    """F28: what waits is bounded."""
    passwords = console.app.state.sessions["/session"]["POST"].__self__.service.passwords
    answers = await asyncio.gather(
        *(passwords.verify(None, f"something else {at}") for at in range(120)), return_exceptions=True
    )
    refused = [each for each in answers if isinstance(each, Exception)]
    assert len(refused) == 20
    assert {each.status for each in refused} == {503}
    assert not (await passwords.verify(None, PASSWORD)).right
