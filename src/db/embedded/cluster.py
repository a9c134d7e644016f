"""The supervisor of the embedded PostgreSQL: one server per data directory, shared by every process that needs it.

A process that uses the server holds a *lease*: a shared flock on `<home>/lease`. The kernel takes it back when the
process ends, however it ends, so there is no list of users that could go stale. Whoever gives a lease back and can
then lock the file alone was the last, and stops the server (SIGINT: fast, with a checkpoint). Every start, stop and
change of a lease happens under the exclusive flock on `<home>/lock`.

Nobody watches over the server in a process of its own. After `kill -9` of the last holder it simply goes on running,
idle; the next lease finds and adopts it, and stops it when it is given back. After `kill -9` of the server the next
`ensure_running()` of any holder starts it again; what was committed is there.

The methods block: inside an event loop use `lease`, or call them with `asyncio.to_thread`.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sightline.db.embedded import processes
from sightline.db.embedded.accounts import ServiceAccount, service_account
from sightline.db.embedded.binaries import installation_for, within_reach
from sightline.db.embedded.layout import Layout, last_error
from sightline.db.embedded.server import Answer, ask, connection_arguments, prepare_catalogue
from sightline.db.errors import EmbeddedServerError, one_line
from sightline.db.role_names import DATABASE_NAME

START_SECONDS = 60.0  # crash recovery after much writing takes this long at worst
SILENT_SECONDS = 3.0  # a server that accepts a connection and then says nothing
ORPHAN_SECONDS = 1.0  # what the backends of a dead postmaster get to leave by themselves
STOP_SECONDS = 60.0  # the checkpoint of a fast stop
SOCKET_SECONDS = 2.0  # a living postmaster without a socket: starting, or its socket was deleted
PAUSE = 0.01


class Cluster:
    """One data directory and its server; holds at most one lease. Nothing is touched before `acquire`.

    `settings` are server settings by name, used when this process is the one that starts the server.
    `programs` is the root of another PostgreSQL installation than the one that came along.
    """

    def __init__(self, home: Path, *, settings: Mapping[str, str] | None = None, programs: Path | None = None) -> None:
        self._layout = Layout(home.expanduser().resolve())
        self._settings = dict(settings or {})
        self._programs = programs
        self._lease: int | None = None

    @property
    def home(self) -> Path:
        """The data directory, absolute."""
        return self._layout.home

    @property
    def socket_directory(self) -> Path:
        """What a libpq-style client takes as `host`."""
        return self._layout.sockets

    @property
    def log(self) -> Path:
        """The server's own log."""
        return self._layout.log

    def arguments(self, role: str, *, database: str = DATABASE_NAME) -> dict[str, Any]:
        """Keyword arguments of `asyncpg.connect` for one role and database."""
        return connection_arguments(self._layout.sockets, role, database)

    def postmaster(self) -> int | None:
        """The process id of the living server, None where there is none. Cheap: reads two small files."""
        return processes.postmaster(self._layout.data)

    def acquire(self) -> None:
        """Take a lease; create, start or repair the server as needed. Raises EmbeddedServerError."""
        if self._lease is not None:
            raise EmbeddedServerError(f"This cluster object already holds a lease on {self.home}.")
        with _in_one_line():
            self._layout.check_socket_path()
            self._layout.make_home(service_account(self._layout.data))
            with self._exclusive():
                self._lease = os.open(self.home / "lease", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
                fcntl.flock(self._lease, fcntl.LOCK_SH)
                try:
                    self._ensure_running()
                    asyncio.run(prepare_catalogue(self._layout.sockets))
                except BaseException:
                    self._give_back()
                    raise

    def ensure_running(self) -> None:
        """Start the server again if it is gone (F13); returns at once if it answers. Raises EmbeddedServerError."""
        with _in_one_line(), self._exclusive():
            if self._lease is None:
                raise EmbeddedServerError(f"No lease on {self.home} is held: nobody would stop the server.")
            self._ensure_running()

    def release(self) -> None:
        """Give the lease back; the last one out stops the server. Does nothing without a lease."""
        if self._lease is None:
            return
        with _in_one_line(), self._exclusive():
            self._give_back()

    def _give_back(self) -> None:
        held, self._lease = self._lease, None
        if held is None:
            return
        try:
            # No new lease can appear meanwhile: they are taken under the lock we hold.
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        finally:
            os.close(held)
        self._stop()

    def _ensure_running(self) -> None:
        if self._is_ready():
            return
        account = service_account(self._layout.data)
        self._end_orphans(account)
        self._layout.clear_after_dead_postmaster()
        self._initialise(account)
        self._start(account)

    def _is_ready(self) -> bool:
        """Wait for a living server until it answers; False where it has to be started.

        A server that lives but whose socket somebody deleted can serve nobody: it is stopped.
        """
        begun = time.monotonic()
        while self.postmaster() is not None:
            waited = time.monotonic() - begun
            try:
                answer = asyncio.run(ask(self._layout.sockets, seconds=SILENT_SECONDS))
            except TimeoutError:
                raise EmbeddedServerError(f"The embedded PostgreSQL does not answer: see {self.log}.") from None
            if answer is Answer.READY:
                return True
            if answer is Answer.NONE and waited > SOCKET_SECONDS:
                self._stop()
            if waited > START_SECONDS:
                raise EmbeddedServerError(
                    f"The embedded PostgreSQL is still starting: see {self.log}; try again later."
                )
            time.sleep(_pause(waited))
        return False

    def _end_orphans(self, account: ServiceAccount) -> None:
        """See the backends of a dead postmaster out; one in the middle of a long statement would not notice for itself.

        Whatever they had not committed is lost with the postmaster anyway; what they had is in the log on disk.
        """
        name = self._layout.cluster_name
        for number in (None, signal.SIGQUIT, signal.SIGKILL):
            deadline = time.monotonic() + ORPHAN_SECONDS
            while left := processes.orphans(name, account.user_id):
                if number is not None:
                    for process in left:
                        processes.send(process, number)
                if time.monotonic() > deadline:
                    break
                time.sleep(PAUSE)
            else:
                return
        raise EmbeddedServerError(
            f"Processes {left} of a dead PostgreSQL still use {self.home} and do not end: end them by hand."
        )

    def _initialise(self, account: ServiceAccount) -> None:
        """Create the cluster where there is none: UTF-8, C.UTF-8 order, page checksums."""
        layout = self._layout
        if layout.data.exists():
            return
        layout.check_room()
        installation = within_reach(installation_for(layout.data, self._programs), account, home=self.home)
        unfinished = layout.make_unfinished_data(account)
        provider = ["--locale-provider=builtin"] if installation.major >= 17 else []
        command: list[str | Path] = [
            *(installation.program("initdb"), "-D", unfinished, "-U", "postgres", "-E", "UTF8", "-k"),
            *("--auth-local=peer", "--auth-host=reject", "--locale=C.UTF-8", *provider, "--no-instructions"),
        ]
        made = subprocess.run(command, check=False, capture_output=True, text=True, **account.process_options())
        if made.returncode != 0:
            raise EmbeddedServerError(f"initdb could not create {layout.data}: {last_error(made.stderr)}")
        unfinished.rename(layout.data)

    def _start(self, account: ServiceAccount) -> None:
        """Start the server and wait until it answers."""
        layout = self._layout
        installation = within_reach(installation_for(layout.data, self._programs), account, home=self.home)
        layout.make_sockets(account)
        layout.write_configuration(account, settings=self._settings)
        with layout.open_log() as log:
            server = subprocess.Popen(
                [installation.program("postgres"), *layout.server_arguments()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # an interrupt typed at our terminal is ours to handle
                **account.process_options(),
            )
        # Reaped as soon as it ends, so that our own child never lies about as a zombie.
        reaper = threading.Thread(target=server.wait, name="embedded-postgresql", daemon=True)
        reaper.start()
        asyncio.run(self._wait_until_ready(reaper))

    async def _wait_until_ready(self, reaper: threading.Thread) -> None:
        begun = time.monotonic()
        while reaper.is_alive():
            waited = time.monotonic() - begun
            if waited > START_SECONDS:
                raise EmbeddedServerError(
                    f"The embedded PostgreSQL is still starting: see {self.log}; try again later."
                )
            with suppress(TimeoutError):  # a machine under load
                if await ask(self._layout.sockets, seconds=SILENT_SECONDS) is Answer.READY:
                    return
            await asyncio.sleep(_pause(waited))
        raise EmbeddedServerError(
            f"The embedded PostgreSQL did not start: {self._layout.last_words()} (log: {self.log})."
            f"{self._layout.if_full()}"
        )

    def _stop(self) -> None:
        """Fast stop; immediate, which loses nothing committed either, where the checkpoint takes too long."""
        for number in (signal.SIGINT, signal.SIGQUIT):
            deadline = time.monotonic() + STOP_SECONDS
            process = self.postmaster()
            if process is None:
                return
            processes.send(process, number)
            while self.postmaster() is not None and time.monotonic() < deadline:
                time.sleep(PAUSE)
        if self.postmaster() is not None:
            raise EmbeddedServerError(
                f"The embedded PostgreSQL (process {self.postmaster()}) does not stop: end it by hand."
            )

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """The data directory's lock, between processes and threads alike: each entry opens the file anew."""
        descriptor = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            if os.fstat(descriptor).st_uid != os.geteuid():
                raise EmbeddedServerError(
                    f"{self.home} was made by another account: run as that account, or set another SIGHTLINE_DATA_DIR."
                )
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


@asynccontextmanager
async def lease(
    home: Path, *, settings: Mapping[str, str] | None = None, programs: Path | None = None
) -> AsyncIterator[Cluster]:
    """The running cluster of a data directory, for as long as the context lasts. Raises EmbeddedServerError."""
    cluster = Cluster(home, settings=settings, programs=programs)
    starting = asyncio.ensure_future(asyncio.to_thread(cluster.acquire))
    try:
        # A thread cannot be cancelled: let it finish, then give back what it took.
        await asyncio.shield(starting)
        yield cluster
    finally:
        await asyncio.wait([starting])
        await asyncio.shield(asyncio.ensure_future(asyncio.to_thread(cluster.release)))


def _pause(waited: float) -> float:
    """Seconds until the next question to a server that is starting; every question is a line in its log."""
    return min(0.25, PAUSE + waited / 10)


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Say what the operating system refused in the words of EmbeddedServerError."""
    try:
        yield
    except shutil.Error as error:
        raise EmbeddedServerError(f"The PostgreSQL programs could not be copied: {one_line(error)}") from error
    except OSError as error:
        raise EmbeddedServerError(
            f"The embedded PostgreSQL cannot use its data directory: {one_line(error)}"
        ) from error
