"""A real server over the demo platform, on a port of this machine, for clients that others wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.nodejs import NodeMissingError
from callers import Callers
from nodejs import Workspace
from nodejs import workspace as workspace_in
from served import served

from sightline.db.secrets import Secrets


@pytest.fixture(scope="session")
def server(demo_url: str, secrets: Secrets) -> Iterator[str]:
    """The URL of the GraphQL endpoint of a real server."""
    with served(demo_url, secrets, run_schedules=False) as origin:  # nobody writes to this platform
        yield f"{origin}/graphql"


@pytest.fixture(scope="session")
def callers(server: str, secrets: Secrets) -> Callers:
    """The demo cast, each with a client of the server."""
    return Callers(server, secrets)


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Where Node's clients and tools run; without Node and its packages their tests are skipped."""
    directory: Path = tmp_path_factory.mktemp("node")
    try:
        return workspace_in(directory)
    except NodeMissingError as missing:
        pytest.skip(str(missing))
