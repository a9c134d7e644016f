"""The packages of tests/clients/node, and a place to run them in."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.nodejs import environment, find_node, installed

SOURCES = Path(__file__).parent / "node"
ROOT = Path(__file__).parents[2]
RUN_SECONDS = 60
DECIDING = ("package.json", "package-lock.json", ".npmrc")
"""The files that decide which packages there are."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a run."""

    code: int
    output: str
    errors: str

    def json(self) -> Any:
        """What a script printed. Fails where it failed."""
        assert self.code == 0, self.errors
        return json.loads(self.output)


@dataclass(frozen=True, slots=True)
class Workspace:
    """A copy of the scripts and documents beside the installed packages; what is written is written here."""

    node: Path
    directory: Path

    def tool(self, name: str, *arguments: str) -> Finished:
        """Run a command of a package."""
        return self.script(f"node_modules/.bin/{name}", *arguments)

    def script(self, name: str, *arguments: str) -> Finished:
        """Run a script."""
        done = subprocess.run(
            [self.node, name, *arguments],
            cwd=self.directory,
            env=environment(self.node),
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)


def workspace(directory: Path) -> Workspace:
    """A workspace in an empty directory. Raises NodeMissingError."""
    node, _npm = find_node()
    shutil.copytree(SOURCES, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    (directory / "node_modules").symlink_to(
        installed((SOURCES / name for name in DECIDING), "clients") / "node_modules"
    )
    shutil.copy(ROOT / "schema.graphql", directory)
    return Workspace(node, directory)
