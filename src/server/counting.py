"""Where workers keep what they count, so that one of them can tell it of all (see `metrics`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sightline.server.own_files import own_directory
from sightline.server.settings import Settings

DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus_client is told."""


@contextmanager
def shared_by_workers(settings: Settings) -> Iterator[None]:
    """A directory for the figures of several workers, told to those that are started meanwhile; gone afterwards."""
    os.environ.pop(DIRECTORY, None)
    if settings.metrics_token is None or settings.workers == 1:
        yield
        return
    with own_directory("metrics") as directory:
        os.environ[DIRECTORY] = str(directory)
        try:
            yield
        finally:
            del os.environ[DIRECTORY]
