"""Files of a process in the system's directory for temporary ones, gone even after a process that was killed.

Each directory has a file `lock`, which its process holds locked for as long as it lives: the kernel lets go of it
however the process ends. So a directory of ours whose lock nobody holds is left over, and whoever starts next removes
it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "sightline-"
LOCK = "lock"


@contextmanager
def own_directory(purpose: str) -> Iterator[Path]:
    """A directory for the length of the block, closed to everybody else."""
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{purpose}-") as made:
        directory = Path(made)
        unlocked = directory / f"{LOCK}.new"
        descriptor = os.open(unlocked, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # INVARIANT: a file called `lock` was locked before it was called so; nobody finds it free while we live.
            unlocked.rename(directory / LOCK)
            yield directory
        finally:
            os.close(descriptor)


def remove_left_over() -> int:
    """Remove what processes of this account that were killed have left here; returns how many directories that were.

    What is no directory of this account, has no lock, or is held by somebody is not touched.
    """
    return sum(_removed(each) for each in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


def _removed(directory: Path) -> bool:
    with suppress(OSError):  # somebody else removes it just now, or holds it
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            return False
        descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(directory, ignore_errors=True)
        finally:
            os.close(descriptor)
        return not directory.exists()
    return False
