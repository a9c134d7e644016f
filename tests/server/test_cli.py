"""The command line: what it does on a real database, and one line for everything that goes wrong."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
import structlog
from commands_over_demo import free_port

from sightline.server.app import open_database
from sightline.server.cli import application, main
from sightline.server.settings import Settings

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "cli.md"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sightline(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a command in this process; returns exit code, standard output and standard error."""

    def run(*arguments: str, **settings: str) -> tuple[int, str, str]:
        for name, value in settings.items():
            monkeypatch.setenv(f"SIGHTLINE_{name.upper()}", value)
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        written = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, written.out, written.err

    handlers = logging.getLogger().handlers[:]
    yield run
    # A command sets up the logging of its process, which here is the tests'.
    logging.getLogger().handlers = handlers
    structlog.reset_defaults()


@pytest.fixture
def place(short_directory: Callable[[], Path]) -> str:
    """A data directory of its own."""
    return str(short_directory() / "data")


def test_every_command_is_documented() -> None:
    """docs/cli.md names every command."""
    text = DOCUMENTATION.read_text()
    commands = application()
    names = [command.name or getattr(command.callback, "__name__", "") for command in commands.registered_commands]
    for group in commands.registered_groups:
        assert group.typer_instance is not None
        names += [
            f"{group.name} {command.name or getattr(command.callback, '__name__', '')}"
            for command in group.typer_instance.registered_commands
        ]
    assert len(names) > 10
    assert [name for name in names if f"`sightline {name}" not in text] == []


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        (["fly"], {}),
        (["db"], {}),
        (["db", "fly"], {}),
        (["serve", "--port", "abc"], {}),
        (["serve", "--port", "70000"], {}),
        (["serve", "--fly"], {}),
        (["users", "create"], {}),
        (["db", "status"], {"port": "abc"}),
        (["db", "status"], {"allowed_origins": "*"}),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(sightline: Run, arguments: list[str], settings: dict[str, str]) -> None:
    """The command line or a setting is wrong."""
    code, _, said = sightline(*arguments, **settings)
    assert code == 2
    assert re.fullmatch(r"sightline: [^\n]+\n", said)


@pytest.mark.parametrize(
    ("arguments", "settings", "part"),
    [
        (["db", "status"], {"database_url": "postgresql://a:hidden@127.0.0.1:1/x"}, "127.0.0.1:1"),
        (["db", "status"], {"database_url": "mysql://a:hidden@localhost/x"}, "postgresql://"),
        (["demo", "cast"], {"secret_key": "short"}, "at least 32 characters"),
        (["serve", "--demo", "--host", "0.0.0.0"], {}, "127.0.0.1 only"),
        (["serve", "--host", "no.such.host.invalid"], {}, "choose another --host"),
        (["serve", "--host", "example.."], {}, "choose another --host"),
        (
            ["db", "status"],
            {"database_url": "postgresql://a:b@hidden@localhost/x"},
            "percent-encode special",
        ),
        (
            ["db", "status"],
            {"database_url": "postgresql://a:1/hidden@localhost/x"},
            "percent-encode special",
        ),
        (["db", "status"], {"database_url": "postgresql://a:1?hidden@localhost/x"}, "percent-encode special"),
        (["db", "status"], {"database_url": "postgresql://a:b@hidden/c@localhost/x"}, "percent-encode special"),
        (["db", "status"], {"data_dir": __file__}, "is a file, or below one: set SIGHTLINE_DATA_DIR to a directory"),
        (["demo", "cast"], {"data_dir": f"{__file__}/data"}, "is a file, or below one: set SIGHTLINE_DATA_DIR"),
        (["users", "create", "nobody", "--name", "N"], {}, "no e-mail address"),
        (["schema", "--policy", "--as", "a@b.c"], {}, "leave out --as"),
        (["keys", "create", "--name", "k"], {}, "--user or --organization"),
        (["keys", "create", "--name", "k", "--user", "a@b.c"], {}, "--scope"),
        (["keys", "create", "--name", "k", "--user", "a@b.c", "--scope", "FLY:R"], {}, "no scope FLY:R"),
        (["keys", "create", "--name", "k", "--organization", "x", "--scope", "ADMIN:R"], {}, "no scope ADMIN:R"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_1(
    sightline: Run, place: str, arguments: list[str], settings: dict[str, str], part: str
) -> None:
    """F29: the line says why, never a password, never a traceback."""
    code, _, said = sightline(*arguments, **({"data_dir": place} | settings))
    assert code == 1
    assert re.fullmatch(r"sightline: [^\n]+\n", said)
    assert part in said
    assert "hidden" not in said


def test_a_misspelt_command_is_asked_back_with_one_mark(sightline: Run) -> None:
    """The question ends the sentence."""
    said = sightline("db", "upgrad")[2]
    assert said == "sightline: No such command 'upgrad'. Did you mean 'upgrade'? See `sightline db --help`.\n"


def test_an_env_file_that_is_not_utf8_is_wrong_use(
    sightline: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As is every other setting that cannot be read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"SIGHTLINE_PORT=\xe4\n")
    assert sightline("db", "status") == (2, "", "sightline: The file .env is not UTF-8: save it as UTF-8.\n")


def test_the_version_is_told(sightline: Run) -> None:
    """That of the installed package."""
    assert sightline("--version") == (0, f"sightline {version('sightline')}\n", "")


def test_the_policy_page_is_printed_without_a_database(sightline: Run, place: str) -> None:
    """As it is committed, to the byte."""
    code, page, said = sightline("schema", "--policy", data_dir=place)
    assert (code, said) == (0, "")
    assert page == (DOCUMENTATION.parent / "policy.md").read_text(encoding="utf-8")
    assert not Path(place).exists()


def test_a_port_in_use_is_one_line(sightline: Run, place: str) -> None:
    """Before the database is touched."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, said = sightline("serve", "--port", str(port), data_dir=place)
    assert code == 1
    assert said == f"sightline: Port {port} is in use: stop what uses it, or choose another with --port.\n"
    assert not (Path(place) / "data").exists()


def test_an_installation_from_nothing(sightline: Run, place: str) -> None:
    """Status, upgrade, users, keys and doctor on the embedded database."""
    settings = {"data_dir": place, "port": str(free_port())}
    assert sightline("db", "status", **settings)[0] == 1
    assert "now at" in sightline("db", "upgrade")[1]
    assert "was up to date" in sightline("db", "upgrade")[1]
    assert sightline("db", "status")[0] == 0
    assert "nobody is administrator" in sightline("doctor")[1]
    assert sightline("users", "create", "Ana@Example.com", "--name", "Ana", "--administrator")[0] == 0
    code, _, said = sightline("users", "create", "ana@example.com", "--name", "Ana")
    assert (code, said) == (1, "sightline: There is a user ana@example.com already.\n")
    code, healthy, _ = sightline("doctor")
    assert code == 0
    assert "problem" not in healthy
    code, token, said = sightline(
        "keys", "create", "--name", "reports", "--user", "ana@example.com", "--scope", "TRANSACTIONS:R"
    )
    assert code == 0
    assert re.fullmatch(r"sl_live_[0-9A-Za-z]{36}\n", token)
    beyond = sightline("keys", "create", "--name", "all", "--user", "ana@example.com", "--scope", "org:R")
    assert beyond[:2] == (1, "")
    assert "does not hold org:R" in beyond[2]
    listed = sightline("keys", "list")[1]
    assert "ACTIVE" in listed
    assert token.strip() not in listed
    assert sightline("keys", "revoke", "1")[0] == 0
    assert "REVOKED" in sightline("keys", "list")[1]
    assert sightline("keys", "revoke", "1")[0] == 1
    assert sightline("schema", "--as", "nobody@example.com")[0] == 1
    assert "type Query" in sightline("schema", "--as", "ana@example.com")[1]
    misspelt = sightline("doctor", databse_url="x")
    assert misspelt[0] == 1
    assert "SIGHTLINE_DATABSE_URL is not a setting" in misspelt[1]


def test_goal19_the_audit_log_is_verified_and_sealed(sightline: Run, place: str) -> None:
    """GOAL19: the demo's log holds, a cut end is found once it is sealed, and an unsound log is never sealed."""
    assert sightline("demo", "seed", data_dir=place)[0] == 0
    code, out, notice = sightline("audit", "verify")
    assert code == 0
    assert re.fullmatch(r"11 records hold \([\d,]+ in a second\)\.\n", out)
    assert "There is no seal" in notice
    assert "Sealed in" in sightline("audit", "verify", "--seal")[2]
    assert "covers 11" in sightline("audit", "verify")[2]
    seal = Path(place) / "audit-seal"
    written = seal.read_bytes()
    asyncio.run(as_owner(place, "DELETE FROM audit_log WHERE id > 9"))
    for options in ((), ("--seal",)):
        code, out, error = sightline("audit", "verify", *options)
        assert (code, out) == (1, "")
        assert "record 11, sealed in audit-seal, is not in it any more; it has 9 records" in error
        assert seal.read_bytes() == written
    asyncio.run(as_owner(place, "UPDATE audit_log SET action = 'user:delete' WHERE id = 4"))
    code, out, error = sightline("audit", "verify")
    assert (code, out) == (1, "")
    assert "record 4 does not follow the 3 before it" in error
    seal.write_bytes(written.replace(b'"records":11', b'"records":3'))
    assert "was changed, or signed with another secret" in sightline("audit", "verify")[2]


async def as_owner(place: str, statement: str) -> None:
    """Run a statement as the owner of the embedded database of a data directory."""
    settings = Settings(data_dir=Path(place))
    async with open_database(settings) as database, database.owner() as connection:
        await connection.execute(statement)


def test_registering_needs_mail_or_the_demo_of_the_command_line(sightline: Run, place: str) -> None:
    """What `--demo` makes possible is not refused before it is read; the port that is in use ends it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, _, said = sightline("serve", "--demo", "--port", port, data_dir=place, registration="true")
        assert (code, "is in use" in said) == (1, True)
        code, _, said = sightline("serve", "--port", port)
    assert code == 2
    assert "SIGHTLINE_REGISTRATION cannot be used: registering needs mail" in said


def test_goal15_the_demo_serves_twice_and_stops_on_request(place: str) -> None:
    """GOAL15, F6: by SIGTERM and by Ctrl-C with exit code 0; the second time with the same tokens."""
    environment = os.environ | {"SIGHTLINE_DATA_DIR": place}
    shown = []
    for stop in (signal.SIGTERM, signal.SIGINT):
        port = free_port()
        command = [sys.executable, "-c", "from sightline.server.cli import main; main()"]
        with subprocess.Popen(
            [*command, "serve", "--demo", "--port", str(port)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            wait_until_ready(port, process)
            cast = json.loads(
                subprocess.run(
                    [*command, "demo", "cast", "--json"], env=environment, capture_output=True, check=True
                ).stdout
            )
            token = next(member["token"] for member in cast if member["email"] == "admin@demo.example")
            answer = httpx.post(
                f"http://127.0.0.1:{port}/graphql",
                json={"query": "{__typename}"},
                headers={"authorization": f"Bearer {token}"},
            )
            assert answer.json()["data"] == {"__typename": "Query"}
            process.send_signal(stop)
            out, _ = process.communicate(timeout=15)
            assert process.returncode == 0
            assert f"Bearer {token}" in out
            shown.append(token)
    assert shown[0] == shown[1]


def wait_until_ready(port: int, process: subprocess.Popen[str]) -> None:
    """Return when the server answers; fail where it ended or takes a minute."""
    deadline = monotonic() + 60
    while monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            sleep(0.1)
    raise AssertionError("the server did not become ready")
