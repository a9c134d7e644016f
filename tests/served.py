"""A real server in a thread of this process, on a port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import uvicorn
from pydantic import SecretStr

from sightline.db.secrets import Secrets
from sightline.server.app import build_app
from sightline.server.execution import make_execute
from sightline.server.serving import configuration, listen
from sightline.server.settings import Settings

STARTING_SECONDS = 30
STOPPING_SECONDS = 15


@contextmanager
def served(url: str | None, secrets: Secrets, **more: Any) -> Iterator[str]:
    """The origin of a server over a database; without a URL, over the embedded one of `data_dir`."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=None if url is None else SecretStr(url),
        secret_key=SecretStr(secrets.root.decode()),
        **more,
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
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join(STOPPING_SECONDS)
