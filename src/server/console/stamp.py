"""What the console was built from. The build writes it beside the built files; the server compares it at its start.

Only the standard library: the build hook loads this file by its path, before anything is installed.
"""

from __future__ import annotations

import hashlib
from enum import Enum
from pathlib import Path

REPAIR = "uv sync --reinstall-package sightline"
"""The command that builds the console anew."""

_STAMP = ".stamp"
_SOURCES = (
    "package.json",
    "package-lock.json",
    ".npmrc",
    "tsconfig.json",
    "vite.config.js",
    "index.html",
    "src/**/*",
)


class Built(Enum):
    """How the built console stands to its sources."""

    CURRENT = "current"
    OUTDATED = "outdated"
    ABSENT = "absent"


def fingerprint(sources: Path) -> str:
    """A hash of everything that the build reads."""
    digest = hashlib.sha256()
    for path in sorted(found for pattern in _SOURCES for found in sources.glob(pattern) if found.is_file()):
        digest.update(path.relative_to(sources).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def write_stamp(built_from: str, assets: Path) -> None:
    """Note the fingerprint of what the files in a folder were built from."""
    (assets / _STAMP).write_text(built_from, encoding="ascii")


def built(sources: Path, assets: Path) -> Built:
    """How the files in a folder stand to the sources; without sources, as in an installed wheel, they are current."""
    stamp = assets / _STAMP
    if not stamp.is_file():
        return Built.ABSENT
    if not (sources / "package.json").is_file() or stamp.read_text(encoding="ascii") == fingerprint(sources):
        return Built.CURRENT
    return Built.OUTDATED
