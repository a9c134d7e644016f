"""What the console's server side answers: documents, files, what is said where there are none, and the demo's cast."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from sightline.db.demo import CAST
from sightline.server.app import build_app
from sightline.server.console.assets import FOLDER
from sightline.server.console.pages import PAGES, console_routes, policy
from sightline.server.console.stamp import Built, built, fingerprint, write_stamp
from sightline.server.execution import make_execute
from sightline.server.settings import Settings

TEXT = "console.log(1)\n" * 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small console as a build leaves it, beside its sources."""
    built_into, sources = tmp_path / "built", tmp_path / "console"
    (built_into / "assets").mkdir(parents=True)
    (sources / "src").mkdir(parents=True)
    (sources / "package.json").write_text("{}")
    (sources / "src" / "main.tsx").write_text("1")
    document = (
        '<html data-mode="__MODE__" data-registration="__REGISTRATION__"><script nonce="__NONCE__"></script></html>'
    )
    (built_into / "index.html").write_text(document)
    (built_into / "assets" / "main-1.js").write_text(TEXT)
    (built_into / "assets" / "main-1.js.br").write_bytes(b"as brotli")
    (built_into / "assets" / "main-1.js.gz").write_bytes(b"as gzip")
    (built_into / "assets" / "notes.txt").write_text("not for the web")
    write_stamp(fingerprint(sources), built_into)
    return built_into


def client_of(folder: Path, *, demo: bool = False, registration: bool = False, skip: bool = False) -> httpx.AsyncClient:
    """A client of the console's routes alone."""
    routes = console_routes(
        demo=demo, registration=registration, skip=skip, folder=folder, sources=folder.parent / "console"
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url="http://test")


async def test_every_page_has_a_policy_with_a_nonce_that_no_other_answer_has(folder: Path) -> None:
    """GOAL26: scripts run by nonce only, nothing is framed, and nothing is loaded from elsewhere."""
    nonces = set()
    async with client_of(folder) as client:
        for path in PAGES:
            answer = await client.get(path)
            said = answer.headers["content-security-policy"]
            nonce = answer.text.partition('nonce="')[2].partition('"')[0]
            assert said == policy(nonce, path=path)
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            for part in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "'strict-dynamic'"):
                assert part in said
            assert "http" not in said
            assert "'unsafe-inline'" not in said.partition("script-src")[2].partition(";")[0]
            assert "unsafe-eval" not in said
            nonces.add(nonce)
    assert len(nonces) == len(PAGES)
    assert all(len(nonce) >= 22 for nonce in nonces)


async def test_only_the_explorer_has_styles_inline(folder: Path) -> None:
    """GOAL26: its editor writes some; no other page may."""
    async with client_of(folder) as client:
        inline = {
            path for path in PAGES if "'unsafe-inline'" in (await client.get(path)).headers["content-security-policy"]
        }
    assert inline == {"/explorer"}


async def test_no_text_becomes_markup_outside_of_the_explorer(folder: Path) -> None:
    """GOAL26: what would make a script or an element of a text is refused by the browser, whoever wrote it."""
    async with client_of(folder) as client:
        policies = {path: (await client.get(path)).headers["content-security-policy"] for path in PAGES}
    trusting = {path for path, said in policies.items() if "require-trusted-types-for 'script'" not in said}
    assert trusting == {"/explorer"}
    assert all("trusted-types 'none'" in said for path, said in policies.items() if path not in trusting)


async def test_the_demo_is_said_to_be_one_and_nothing_else_is(folder: Path) -> None:
    """The login page offers the cast where the document says `demo`."""
    async with client_of(folder, demo=True) as client:
        assert 'data-mode="demo"' in (await client.get("/login")).text
    async with client_of(folder) as client:
        assert 'data-mode="live"' in (await client.get("/login")).text


async def test_a1_a_form_to_register_is_offered_where_the_operator_lets_people(folder: Path) -> None:
    """A1: the login page has it where the document says `open`; it says so by the setting alone."""
    async with client_of(folder, registration=True) as client:
        assert 'data-registration="open"' in (await client.get("/login")).text
    async with client_of(folder, demo=True) as client:
        assert 'data-registration="closed"' in (await client.get("/login")).text


async def test_files_are_kept_for_ever_and_sent_as_they_were_compressed(folder: Path) -> None:
    """In what a client accepts, with brotli before gzip; never in what it refuses."""
    wanted = {
        "gzip, deflate, br": b"as brotli",
        "gzip": b"as gzip",
        "br;q=0, gzip;q=0.5": b"as gzip",
        "": TEXT.encode(),
    }
    async with client_of(folder) as client:
        for accepted, content in wanted.items():
            async with client.stream("GET", "/assets/main-1.js", headers={"accept-encoding": accepted}) as answer:
                raw = b"".join([chunk async for chunk in answer.aiter_raw()])
            assert raw == content
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.headers["content-type"].startswith("text/javascript")
            assert answer.headers["vary"] == "Accept-Encoding"


async def test_what_is_no_file_of_the_console_does_not_exist(folder: Path) -> None:
    """Not what lies beside it, nor the compressed form by its own name, nor anything outside."""
    async with client_of(folder) as client:
        for name in ("notes.txt", "main-1.js.br", "main-2.js", "..%2findex.html", "..%2f.stamp", "%2fetc%2fpasswd"):
            assert (await client.get(f"/assets/{name}")).status_code == 404, name
        assert (await client.get("/settings")).status_code == 404
        assert (await client.post("/explorer")).status_code == 405


async def test_without_a_console_its_pages_say_how_to_get_it(folder: Path, tmp_path: Path) -> None:
    """Where it was not built, and where it is switched off."""
    async with client_of(tmp_path / "nothing") as client:
        for path in PAGES:
            answer = await client.get(path)
            assert answer.status_code == 404
            assert "uv sync --reinstall-package sightline" in answer.text
            assert "/graphql" in answer.text
    async with client_of(folder, skip=True) as client:
        assert "SIGHTLINE_SKIP_CONSOLE" in (await client.get("/")).text
        assert (await client.get("/assets/main-1.js")).status_code == 404


def test_a_console_of_other_sources_is_found_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The stamp is compared at every start, and the one command that repairs it is named."""
    sources = folder.parent / "console"
    assert built(sources, folder) is Built.CURRENT
    (sources / "src" / "main.tsx").write_text("2")
    assert built(sources, folder) is Built.OUTDATED
    console_routes(demo=False, registration=False, skip=False, folder=folder, sources=sources)
    assert "uv sync --reinstall-package sightline" in "".join(capsys.readouterr())
    (sources / "src" / "main.tsx").write_text("1")
    (sources / "src" / "more.ts").write_text("")
    assert built(sources, folder) is Built.OUTDATED
    (folder / ".stamp").unlink()
    assert built(sources, folder) is Built.ABSENT


def test_an_installed_wheel_has_no_sources_to_compare_with(folder: Path, tmp_path: Path) -> None:
    """There the console is what was packed."""
    assert built(tmp_path / "elsewhere", folder) is Built.CURRENT


def test_each_file_that_is_worth_it_was_compressed_when_it_was_built(origin: str) -> None:
    """Of the real build: nothing is compressed while it serves."""
    text = (each for each in (FOLDER / "assets").iterdir() if each.suffix in (".js", ".css"))
    large = [each for each in text if each.stat().st_size > 1_024]
    assert large
    for each in large:
        assert each.with_name(each.name + ".br").is_file()
        assert each.with_name(each.name + ".gz").is_file()


async def test_the_cast_signs_in_where_it_is_the_demo(origin: str) -> None:
    """Everybody who is active is offered, and becomes somebody the API knows."""
    async with httpx.AsyncClient(base_url=origin, headers={"origin": origin}) as client:
        preflight = {"apollo-require-preflight": "1"}
        offered = (await client.get("/session/cast", headers=preflight)).json()["cast"]
        assert {each["email"] for each in offered} == {each.email for each in CAST if each.email} - {
            "suspended@demo.example"
        }
        signed_in = await client.post("/session/cast", json={"email": "partner-member@demo.example"})
        assert signed_in.status_code == 204
        assert "HttpOnly" in signed_in.headers["set-cookie"]
        who = await client.post("/graphql", json={"query": "{ viewer { user { name } } }"})
        assert who.json()["data"]["viewer"]["user"]["name"] == "Boris Nest"


async def test_becoming_another_ends_the_session_before(origin: str) -> None:
    """One browser is one person: the cookie it had before is nobody's."""
    async with httpx.AsyncClient(base_url=origin, headers={"origin": origin}) as client:
        await client.post("/session/cast", json={"email": "analyst@demo.example"})
        former = client.cookies["sightline-demo"]
        await client.post("/session/cast", json={"email": "finance@demo.example"})
        client.cookies.set("sightline-demo", former)
        client.cookies.jar.clear()
        answer = await client.post(
            "/graphql", json={"query": "{ __typename }"}, headers={"cookie": f"sightline-demo={former}"}
        )
        assert answer.status_code == 401


async def test_nobody_else_is_given_away_and_no_other_site_signs_anybody_in(origin: str) -> None:
    """The suspended, strangers and API keys are refused in the same words; requests of other pages before that."""
    said = set()
    async with httpx.AsyncClient(base_url=origin) as client:
        for email in ("suspended@demo.example", "nobody-at-all@demo.example", "robot@elsewhere.example"):
            answer = await client.post("/session/cast", json={"email": email}, headers={"origin": origin})
            assert answer.status_code == 401
            assert "set-cookie" not in answer.headers
            said.add(answer.json()["errors"][0]["message"])
        assert len(said) == 1
        foreign = {"origin": "https://evil.example"}
        wanted = {"email": "admin@demo.example"}
        assert (await client.post("/session/cast", json=wanted, headers=foreign)).status_code == 403
        assert (await client.post("/session/cast", data=wanted)).status_code == 403
        assert (await client.get("/session/cast")).status_code == 403


def test_there_is_no_cast_to_be_where_it_is_not_the_demo() -> None:
    """The route does not exist: no setting but the demo's makes it."""

    def paths(*, demo: bool) -> set[str]:
        app = build_app(Settings(_env_file=None, demo=demo), make_execute)  # type: ignore[call-arg]
        return {getattr(route, "path", "") for route in app.routes}

    assert paths(demo=True) - paths(demo=False) == {"/session/cast"}
