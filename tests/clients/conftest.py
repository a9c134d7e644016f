"""A real server over the demo platform, on a port of this machine, for clients that others wrote."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
import uvicorn
from callers import Callers
from nodejs import NodeMissingError, Workspace
from nodejs import workspace as workspace_in
from pydantic import SecretStr

from sightline.db.secrets import Secrets
from sightline.server.app import build_app
from sightline.server.execution import make_execute
from sightline.server.serving import configuration, listen
from sightline.server.settings import Settings

STARTING_SECONDS = 30
STOPPING_SECONDS = 15


@pytest.fixture(scope="session")
def server(demo_url: str, secrets: Secrets) -> Iterator[str]:
    """The URL of the GraphQL endpoint of a real server."""
    settings = Settings(  # type: ignore[call-arg]
        _env_file=None,
        database_url=SecretStr(demo_url),
        secret_key=SecretStr(secrets.root.decode()),
        run_schedules=False,  # nobody writes to this platform
    )
    with listen("127.0.0.1", 0) as listening:
        running = uvicorn.Server(configuration(settings, lambda: build_app(settings, make_execute)))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            deadline = monotonic() + STARTING_SECONDS
            while not running.started and thread.is_alive() and monotonic() < deadline:
                sleep(0.02)
            assert running.started
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/graphql"
        finally:
            running.should_exit = True
            thread.join(STOPPING_SECONDS)


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
