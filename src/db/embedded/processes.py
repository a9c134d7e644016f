"""Is the postmaster of a data directory alive, and what did a dead one leave behind?

PostgreSQL and most supervisors ask `kill(pid, 0)`. That calls a zombie alive (a container's PID 1 often reaps
nothing), and a stranger who was given the same number too. Here a postmaster is alive when its process is no zombie,
runs `postgres -D` on this directory, and began when postmaster.pid says. Without /proc (macOS) `kill(pid, 0)` decides.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
# Seconds. postmaster.pid holds whole ones, and /proc/stat computes the time of boot anew from the wall clock.
START_TOLERANCE = 10.0


@dataclass(frozen=True, slots=True)
class PidFile:
    """The first and third line of postmaster.pid."""

    process: int
    started_at: int  # seconds since the epoch


def pid_file(data: Path) -> PidFile | None:
    """What postmaster.pid says; None where it is absent or still being written."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return PidFile(int(lines[0]), int(lines[2]))
    except (OSError, ValueError, IndexError):
        return None


def postmaster(data: Path) -> int | None:
    """The process id of the living postmaster of `data`, else None."""
    found = pid_file(data)
    if found is None:
        return None
    if not PROC.joinpath("self").exists():
        return found.process if _exists(found.process) else None
    if _state(found.process) in (None, "Z", "X"):
        return None
    arguments = _arguments(found.process)
    if arguments[1:3] == ["-D", str(data)]:
        return found.process
    # The command line of a server that another program started may differ: then its age decides.
    is_postgres = bool(arguments) and Path(arguments[0]).name in {"postgres", "postmaster"}
    return found.process if is_postgres and _began_at(found.process, found.started_at) else None


def orphans(cluster_name: str, user_id: int) -> list[int]:
    """Server processes of this cluster: `postgres: <cluster_name>: ...` run by that user.

    Process titles are world-readable; working directories are not, not even for root in an ordinary container.
    """
    title = f"postgres: {cluster_name}:".encode()
    found: list[int] = []
    for entry in PROC.iterdir() if PROC.exists() else ():
        if not entry.name.isdigit():
            continue
        try:
            if entry.stat().st_uid == user_id and (entry / "cmdline").read_bytes().startswith(title):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def send(process: int, number: signal.Signals) -> None:
    """Send a signal to a process that may have ended meanwhile."""
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _status_fields(process: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the third on; the second may hold spaces and brackets."""
    try:
        return (PROC / str(process) / "stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return []


def _state(process: int) -> str | None:
    fields = _status_fields(process)
    return fields[0] if fields else None


def _arguments(process: int) -> list[str]:
    try:
        return (PROC / str(process) / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except OSError:
        return []


def _began_at(process: int, seconds: int) -> bool:
    fields = _status_fields(process)
    boot = next(
        (line.split()[1] for line in (PROC / "stat").read_text().splitlines() if line.startswith("btime ")), None
    )
    if len(fields) < 20 or boot is None:
        return False
    return abs(int(boot) + int(fields[19]) / os.sysconf("SC_CLK_TCK") - seconds) <= START_TOLERANCE
