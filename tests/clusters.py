"""The tests' PostgreSQL: an embedded cluster for each worker, and in it the templates that databases are copied from.

Workers share the making of templates: whoever needs a cluster first makes one that has them all, and each copies its
files. A run of a single process makes the templates that it asks for.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg
from installation import SECRETS

from sightline.db import migrate
from sightline.db.database import Database
from sightline.db.demo import seed
from sightline.db.embedded import Cluster, lease
from sightline.db.role_names import SUPERUSER, DatabaseRole

# A test's database may be lost with the machine; the tests that kill a server make clusters of their own.
# Nor are its tables looked through beside it: what planners know would depend on when, and pages take other plans then.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}

# Databases are copied by the hundred, which a file system in memory does six times as fast. It must hold some thirty.
IN_MEMORY, ROOM = Path("/dev/shm"), 8 << 30


def short_directory() -> Path:
    """A new directory with a short name (a socket must fit below) that the server's account may enter."""
    fits = IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM
    directory = Path(tempfile.mkdtemp(prefix="sl", dir=IN_MEMORY if fits else "/tmp"))
    if os.geteuid() == 0:
        directory.chmod(0o711)
    return directory


@dataclass(frozen=True, slots=True)
class Databases:
    """The databases of a cluster, by name."""

    cluster: Cluster
    superuser: asyncpg.Connection

    @classmethod
    @asynccontextmanager
    async def of(cls, cluster: Cluster) -> AsyncIterator[Databases]:
        """Those of a running cluster, with a superuser's connection to its maintenance database."""
        connection = await asyncpg.connect(**cluster.arguments(SUPERUSER, database=SUPERUSER))
        try:
            yield cls(cluster, connection)
        finally:
            await connection.close()

    def url(self, name: str) -> str:
        """The owner's URL of a database: what SIGHTLINE_DATABASE_URL would be."""
        return f"postgresql://{DatabaseRole.OWNER}@/{name}?host={quote(str(self.cluster.socket_directory), safe='')}"

    async def copied(self, name: str, template: str) -> str:
        """Make a database, a copy of a template. Returns its URL."""
        await self.superuser.execute(
            f"CREATE DATABASE {name} OWNER {DatabaseRole.OWNER} TEMPLATE {template} STRATEGY FILE_COPY"
        )
        return self.url(name)

    async def migrated(self) -> str:
        """A database at the newest version of the schema, and empty: a template to copy, never to be connected to."""
        name = "template_migrated"
        if not await self._has(name):
            async with Database.open(await self.copied(name, "template0")) as database, database.engine() as engine:
                await migrate.upgrade(engine)
        return name

    async def demo(self) -> str:
        """A database with the demo platform in it: a template to copy, never to be connected to."""
        name = "template_demo"
        if not await self._has(name):
            url = await self.copied(name, await self.migrated())
            async with Database.open(url) as database, database.owner() as connection:
                await seed(connection, SECRETS)
        return name

    async def _has(self, name: str) -> bool:
        found: bool = await self.superuser.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name)
        return found


async def copy_templates(shared: Path, home: Path) -> None:
    """Begin a cluster with the templates of a run, which are made in its directory by whoever comes first."""
    made = shared / "made"
    with (shared / "turn").open("w") as turn:  # given back with the file
        await asyncio.to_thread(fcntl.flock, turn, fcntl.LOCK_EX)
        if not made.exists():
            async with lease(shared / "pg", settings=FAST) as cluster, Databases.of(cluster) as databases:
                await databases.demo()
            made.touch()
    await asyncio.to_thread(_copy, shared / "pg" / "data", home)


def _copy(data: Path, home: Path) -> None:
    home.mkdir()
    subprocess.run(["cp", "--archive", data, home], check=True)  # with the account that they belong to
