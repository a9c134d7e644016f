"""Platforms that benchmarks are run over, each with a PostgreSQL of its own in a directory of its own."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.servers import SECRET
from sightline.db import migrate
from sightline.db.database import Database
from sightline.db.demo import seed
from sightline.db.secrets import Secrets


@asynccontextmanager
async def migrated(directory: Path) -> AsyncIterator[Database]:
    """The platform in a directory, in the newest version; an empty one where there is none."""
    await asyncio.to_thread(directory.chmod, 0o711)  # the server's account has to enter it
    async with Database.open(None, data_dir=directory / "pg") as database:
        async with database.engine() as engine:
            await migrate.upgrade(engine)
        yield database


@asynccontextmanager
async def seeded(scale: int) -> AsyncIterator[Database]:
    """A demo platform that is gone afterwards, with the benchmarks' secret."""
    with tempfile.TemporaryDirectory(prefix="slb", dir="/tmp") as directory:
        async with migrated(Path(directory)) as database:
            async with database.owner() as connection:
                summary = await seed(connection, Secrets(SECRET.encode()), scale=scale)
                await connection.execute("VACUUM ANALYZE")
            print(f"{summary.conversions} conversions", flush=True)
            yield database
