"""A demo platform made anew for what the documentation shows, in a directory of its own that is gone afterwards."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sightline.db import migrate
from sightline.db.database import Database
from sightline.db.demo import seed
from sightline.db.secrets import Secrets


@asynccontextmanager
async def temporary_demo(secrets: Secrets) -> AsyncIterator[tuple[Database, Path]]:
    """Its database, open, and the directory."""
    directory = await asyncio.to_thread(_temporary_directory)
    try:
        async with Database.open(None, data_dir=directory) as database:
            async with database.engine() as engine:
                await migrate.upgrade(engine)
            async with database.owner() as connection:
                await seed(connection, secrets)
            yield database, directory
    finally:
        await asyncio.to_thread(shutil.rmtree, directory)


def _temporary_directory() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="sl", dir="/tmp"))  # a socket's path must be short
    if os.geteuid() == 0:
        directory.chmod(0o711)  # the server runs as another account
    return directory
