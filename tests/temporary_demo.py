"""A demo platform made anew for what the documentation shows, in a directory of its own that is gone afterwards."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from clusters import short_directory

from sightline.db import migrate
from sightline.db.database import Database
from sightline.db.demo import seed
from sightline.db.secrets import Secrets


@asynccontextmanager
async def temporary_demo(secrets: Secrets) -> AsyncIterator[tuple[Database, Path]]:
    """Its database, open, and the directory."""
    directory = await asyncio.to_thread(short_directory)
    try:
        async with Database.open(None, data_dir=directory) as database:
            async with database.engine() as engine:
                await migrate.upgrade(engine)
            async with database.owner() as connection:
                await seed(connection, secrets)
            yield database, directory
    finally:
        await asyncio.to_thread(shutil.rmtree, directory)
