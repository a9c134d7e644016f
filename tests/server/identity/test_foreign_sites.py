"""A cookie counts only in what a page of this site sends, and never in what a form could."""

from __future__ import annotations

import pytest
from console import OURS, PASSWORD, SITE, Console, Starting, bearer

from sightline.server.identity.browsers import COOKIE, DEMO_COOKIE

FOREIGN: dict[str, dict[str, str]] = {
    "another origin": {"origin": "https://evil.test"},
    "another origin, said to be ours": {"origin": "https://evil.test", "sec-fetch-site": "same-origin"},
    "our origin, said to be another": {"origin": SITE, "sec-fetch-site": "cross-site"},
    "a sister site": {"origin": "https://evil.sightline.test", "sec-fetch-site": "same-site"},
    "a longer name": {"origin": SITE + ".evil.test"},
    "our name over http": {"origin": "http://sightline.test"},
    "our name with a port": {"origin": SITE + ":444"},
    "our name with a path": {"origin": SITE + "/"},
    "our name as somebody's user": {"origin": "https://sightline.test@evil.test"},
    "null": {"origin": "null"},
    "no host": {"origin": "https://"},
    "typed into the address bar": {"sec-fetch-site": "none"},
    "nothing at all": {},
    "half an address": {"origin": "https://[::1"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
async def test_a_cookie_counts_only_from_our_own_pages(console: Console, headers: dict[str, str]) -> None:
    """CSRF: nothing is executed, nobody is signed out; a bearer token is no browser's and needs none of it."""
    user = await console.user()
    await console.sign_in()
    preflight = {"apollo-require-preflight": "1"}
    answer = await console.ask(**headers)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
    assert (await console.browser.get("/session", headers=preflight | headers)).status_code == 403
    assert (await console.browser.delete("/session", headers=preflight | headers)).status_code == 403
    assert await console.me(**OURS) == "Ana"
    if headers:
        again = await console.browser.post(
            "/session", json={"email": "ana@example.com", "password": PASSWORD}, headers=preflight | headers
        )
        assert again.status_code == 403
    assert await console.me(**bearer(await console.key(user=user)), **headers) == "Ana"


@pytest.mark.parametrize("headers", [{"origin": SITE}, {"sec-fetch-site": "same-origin"}, OURS])
async def test_our_own_pages_are_known_by_either_header(console: Console, headers: dict[str, str]) -> None:
    await console.user()
    await console.sign_in()
    assert await console.me(**headers) == "Ana"


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_what_a_form_can_send_is_refused(console: Console, media_type: str) -> None:
    """Apollo's rule: without a preflight nobody asks with a cookie, not even our own page."""
    await console.user()
    await console.sign_in()
    token = console.browser.cookies[COOKIE]
    body = b'{"query": "{__typename}", "email": "ana@example.com", "password": "x"}'
    headers = {"origin": SITE, "sec-fetch-site": "same-origin", "content-type": media_type}
    for path in ("/graphql", "/session", "/session/reset-request", "/session/verify"):
        answer = await console.browser.post(path, content=body, headers=headers)
        assert answer.status_code == 403, path
        answer = await console.browser.post(path, content=body, headers=headers | {"x-apollo-operation-name": "x"})
        assert answer.status_code == 415, path
    assert (await console.browser.delete("/session", headers={"origin": SITE})).status_code == 403
    assert await console.me(cookie=f"{COOKIE}={token}", origin=SITE) == "Ana"


async def test_behind_a_proxy_the_configured_origin_is_this_site(start: Starting) -> None:
    """What Host says is then no longer believed."""
    async with start(public_url="https://partners.example.com") as console:
        await console.user()
        ours = {"origin": "https://partners.example.com"}
        await console.sign_in(**ours)
        assert await console.me(**ours) == "Ana"
        assert (await console.ask(origin=SITE)).status_code == 403


async def test_the_demo_s_cookie_works_over_plain_http_on_this_machine(start: Starting) -> None:
    """Browsers drop a `__Host-` cookie without TLS; elsewhere the demo is not served."""
    ours = {"origin": "http://127.0.0.1:8000"}
    async with start(demo=True, site="http://127.0.0.1:8000") as console:
        await console.user()
        answer = await console.sign_in(**ours)
        assert answer.headers["set-cookie"].startswith(f"{DEMO_COOKIE}=sl_sess_")
        assert "Secure" not in answer.headers["set-cookie"]
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert await console.me(**ours) == "Ana"
        assert (await console.ask(origin="http://127.0.0.1:8001")).status_code == 403
        for host in (
            "evil.example",
            "evil.example:8000",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "[::2]",
            "[",
        ):
            rebound = {"host": host, "origin": f"http://{host}"}
            assert (await console.sign_in(**rebound)).status_code == 403, host
            assert (await console.ask(**rebound)).status_code == 403, host
            assert (await console.ask(**(rebound | OURS))).status_code == 403, host
        for host in ("localhost", "localhost:8000", "127.8.0.1:80", "[::1]:8000"):
            assert (await console.sign_in(host=host, origin=f"http://{host}")).status_code == 204, host
    async with start(site="http://127.0.0.1:8000") as console:
        assert "Secure" in (await console.sign_in(**ours)).headers["set-cookie"]
