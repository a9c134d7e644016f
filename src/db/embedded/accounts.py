"""Which operating-system account runs the server process, and what that account can reach."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sightline.db.errors import EmbeddedServerError

UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """An existing account; no account is ever created."""

    name: str
    user_id: int
    group_id: int
    switched: bool  # whether we are root and give our privileges up for it

    def process_options(self) -> dict[str, Any]:
        """Keyword arguments of `subprocess` that run a command as this account, from a directory it can enter."""
        options: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}}
        if self.switched:
            options |= {"user": self.user_id, "group": self.group_id, "extra_groups": []}
        return options

    def can_enter(self, path: Path) -> bool:
        """Whether the account may enter this directory (or run this file), every parent included."""
        command = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
        return subprocess.run(command, check=False, **self.process_options()).returncode == 0


def service_account(data: Path) -> ServiceAccount:
    """The account that owns `data` where it exists; for root otherwise `postgres`, else `nobody`; else oneself.

    Raises EmbeddedServerError where PostgreSQL could not run as that account.
    """
    me = os.geteuid()
    owner = data.stat().st_uid if data.exists() else None
    if me != 0:
        if owner not in (None, me):
            raise EmbeddedServerError(
                f"{data} belongs to another account: run as its owner, or choose another SIGHTLINE_DATA_DIR."
            )
        return _account(me, switched=False)
    if owner is not None:
        if owner == 0:
            raise EmbeddedServerError(
                f"{data} belongs to root, and PostgreSQL refuses to run as root: choose another SIGHTLINE_DATA_DIR."
            )
        return _account(owner, switched=True)
    for name in UNPRIVILEGED:
        try:
            return _account(pwd.getpwnam(name).pw_uid, switched=True)
        except KeyError:
            continue
    raise EmbeddedServerError(
        "PostgreSQL refuses to run as root and there is neither an account `postgres` nor `nobody`: "
        "run Sightline as an ordinary user, or set SIGHTLINE_DATABASE_URL."
    )


def client_name() -> str:
    """The name by which PostgreSQL's peer authentication knows this process."""
    return _account(os.geteuid(), switched=False).name


def _account(user_id: int, *, switched: bool) -> ServiceAccount:
    try:
        entry = pwd.getpwuid(user_id)
    except KeyError:
        raise EmbeddedServerError(
            f"User id {user_id} has no account name, and PostgreSQL needs one: "
            "add it to /etc/passwd, run as another user, or set SIGHTLINE_DATABASE_URL."
        ) from None
    return ServiceAccount(entry.pw_name, user_id, entry.pw_gid, switched)
