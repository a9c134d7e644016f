"""What lies in the data directory, and the configuration written into it at every start.

    <home>/data         the cluster: 0700, owned by the account that runs the server (data.new-*: initdb's workplace)
    <home>/s            the socket: 0700, same owner; its short name is for the 107 bytes a socket path may have
    <home>/conf         postgresql.conf, pg_hba.conf, pg_ident.conf: ours, never writable by that account
    <home>/bin          a copy of the programs, only where the account cannot reach the installed ones
    <home>/lock, lease  see cluster.py
    <home>/postgresql.log

Nothing outside <home> is created, owned or opened to others, the missing parents of <home> itself excepted.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sightline.db.embedded.accounts import ServiceAccount, client_name
from sightline.db.errors import EmbeddedServerError
from sightline.db.locations import NO_DIRECTORY
from sightline.db.role_names import SUPERUSER, DatabaseRole

SOCKET_PATH_LIMIT = 107  # bytes; the kernel's 108 less the closing zero
ERROR_SIGNS = ("error:", "FATAL:", "PANIC:", "error while loading")
MEBIBYTE = 1_048_576
FIRST_BYTES = 100 * MEBIBYTE
"""What a new cluster takes, with an empty database of this version and room to work in."""

FULL_BYTES = 16 * MEBIBYTE  # a file of the write-ahead log: with less, nothing can be written
LOG_LIMIT = 10 * 1024 * 1024  # bytes; a longer log is moved aside at the next start

# On top of what initdb found this machine to allow. fsync and full_page_writes stay on: a kill or a power cut loses
# nothing. Statement texts and error details stay out of the log: both quote what users typed.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "random_page_cost": "1.1",
    "jit": "off",
    "logging_collector": "off",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths below one data directory. `home` is absolute and free of symbolic links."""

    home: Path

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def sockets(self) -> Path:
        return self.home / "s"

    @property
    def socket(self) -> Path:
        return self.sockets / ".s.PGSQL.5432"

    @property
    def configuration(self) -> Path:
        return self.home / "conf"

    @property
    def log(self) -> Path:
        return self.home / "postgresql.log"

    @property
    def cluster_name(self) -> str:
        """Stands in the title of every server process; tells the clusters of one machine apart."""
        return "sightline-" + hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]

    def check_socket_path(self) -> None:
        """Raise EmbeddedServerError where the socket's path is too long for the operating system."""
        lock_file = os.fsencode(f"{self.socket}.lock")  # the longest of them; the server makes it beside the socket
        if len(lock_file) > SOCKET_PATH_LIMIT:
            room = SOCKET_PATH_LIMIT - (len(lock_file) - len(os.fsencode(self.home)))
            raise EmbeddedServerError(
                f"{self.home} is {len(os.fsencode(self.home))} bytes long, and for the unix socket below it "
                f"it may have at most {room}: set SIGHTLINE_DATA_DIR to a shorter path."
            )

    def make_home(self, account: ServiceAccount) -> None:
        """Create the data directory where it is missing; refuse one the server's account cannot enter."""
        if not next(place for place in (self.home, *self.home.parents) if place.exists()).is_dir():
            raise EmbeddedServerError(NO_DIRECTORY.format(self.home))
        existing = next(parent for parent in self.home.parents if parent.exists())
        self._check_entry(existing, account)
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o711 if account.switched else 0o700)
        self._check_entry(self.home, account)

    def check_room(self) -> None:
        """Raise EmbeddedServerError where the disk has no room for a new cluster: PostgreSQL says it in many ways."""
        if (free := shutil.disk_usage(self.home).free) < FIRST_BYTES:
            raise EmbeddedServerError(
                f"The disk of {self.home} has {free // MEBIBYTE} MB left, and a new database needs "
                f"{FIRST_BYTES // MEBIBYTE}: make room, or set SIGHTLINE_DATA_DIR to a place on another disk."
            )

    def if_full(self) -> str:
        """What to do about a disk that is full; nothing where it is not."""
        if shutil.disk_usage(self.home).free >= FULL_BYTES:
            return ""
        return f" The disk of {self.home} is full: make room, and start again; nothing that was committed is lost."

    def make_sockets(self, account: ServiceAccount) -> None:
        """Create the socket's directory, closed to everybody but the server's account."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        hand_over(self.sockets, account)

    def write_configuration(self, account: ServiceAccount, *, settings: Mapping[str, str]) -> None:
        """Write the three files anew; local connections only, each by the operating system's word for who it is."""
        self.configuration.mkdir(exist_ok=True)
        self.configuration.chmod(0o755 if account.switched else 0o700)
        sockets = str(self.sockets).replace('"', '""')
        chosen = {**SETTINGS, "unix_socket_directories": f'"{sockets}"', "cluster_name": self.cluster_name, **settings}
        lines = [f"include = {_quoted(str(self.data / 'postgresql.conf'))}"]
        lines += [f"{name} = {_quoted(value)}" for name, value in chosen.items()]
        self._write("postgresql.conf", lines)
        self._write("pg_hba.conf", ["local all all peer map=sightline"])
        client = client_name().replace('"', '""')
        self._write("pg_ident.conf", [f'sightline "{client}" {role}' for role in (SUPERUSER, *DatabaseRole)])

    def server_arguments(self) -> list[str]:
        """The arguments of `postgres`; processes.py recognises a postmaster by the first two."""
        files = {"config_file": "postgresql.conf", "hba_file": "pg_hba.conf", "ident_file": "pg_ident.conf"}
        arguments = ["-D", str(self.data)]
        for setting, name in files.items():
            arguments += ["-c", f"{setting}={self.configuration / name}"]
        return arguments

    def open_log(self) -> BinaryIO:
        """The log, for appending, readable by its owner only. One old log is kept: it cannot grow without end."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        return os.fdopen(os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600), "ab")

    def last_words(self) -> str:
        """The last error in the server's log, without its time stamp."""
        if not self.log.exists():
            return "it wrote no log"
        return last_error(self.log.read_bytes()[-8192:].decode(errors="replace"))

    def make_unfinished_data(self, account: ServiceAccount) -> Path:
        """A new directory for initdb, renamed to `data` when it is done: a killed one leaves no cluster."""
        for left in self.home.glob("data.new-*"):
            shutil.rmtree(left, ignore_errors=True)  # a killed starter's initdb may still be writing into it
        made = Path(tempfile.mkdtemp(prefix="data.new-", dir=self.home))
        hand_over(made, account)
        return made

    def clear_after_dead_postmaster(self) -> None:
        """Remove the lock files of a postmaster that is known to be dead; nothing where it left cleanly.

        PostgreSQL does it itself, except where the process id is a zombie's or was given to another process. Should a
        backend be left after all, the new server still refuses to start: its shared memory block is in use.
        """
        held = self.data / "postmaster.pid"
        if held.exists():
            for left in (held, self.socket, self.sockets / f"{self.socket.name}.lock"):
                left.unlink(missing_ok=True)

    def _check_entry(self, directory: Path, account: ServiceAccount) -> None:
        if not account.can_enter(directory):
            raise EmbeddedServerError(
                f"The account {account.name}, which runs PostgreSQL, cannot enter {directory} (or a parent of it): "
                "set SIGHTLINE_DATA_DIR to a place everybody may pass through."
            )

    def _write(self, name: str, lines: list[str]) -> None:
        target = self.configuration / name
        fresh = target.with_suffix(".new")
        fresh.write_text("\n".join(lines) + "\n")
        fresh.chmod(0o644)
        fresh.replace(target)


def last_error(written: str) -> str:
    """The last line in which a program of PostgreSQL says what went wrong, else its last line."""
    lines = written.strip().splitlines() or ["it gave no reason"]
    errors = [line for line in lines if any(sign in line for sign in ERROR_SIGNS)]
    return " ".join((errors or lines)[-1].split())[-300:]


def hand_over(directory: Path, account: ServiceAccount) -> None:
    """Give a directory of ours to the server's account; nothing to do for an ordinary user."""
    if account.switched:
        os.chown(directory, account.user_id, account.group_id)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
