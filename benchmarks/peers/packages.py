"""The peers, with their packages from the lock file beside this."""

from __future__ import annotations

from pathlib import Path

from benchmarks.nodejs import find_node, installed
from benchmarks.questions import TOKEN
from benchmarks.servers import PORT, Contender
from sightline.db.database import Database

SOURCES = Path(__file__).parent
SCRIPTS = {"postgraphile": "postgraphile.mjs", "yoga": "yoga.cjs"}
_COPIED = (".json", ".mjs", ".cjs")


def peers(database: Database, token: str) -> list[Contender]:
    """The peers, to be started. Raises NodeMissingError."""
    node, _npm = find_node()
    # Modules look for packages beside themselves, so the scripts are installed with them.
    files = [each for each in SOURCES.iterdir() if each.suffix in _COPIED or each.name == ".npmrc"]
    directory = installed(files, "peers")
    assert database.cluster is not None
    sockets = str(database.cluster.socket_directory)
    # Both frameworks check and explain more unless they are told that this is production.
    production = {"NODE_ENV": "production", "GRAPHILE_ENV": "production", TOKEN: token}
    return [
        Contender(name, (str(node), script, sockets, PORT), production, directory) for name, script in SCRIPTS.items()
    ]
