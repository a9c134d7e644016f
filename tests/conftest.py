"""PostgreSQL for the tests: one embedded cluster per run, and as many empty databases in it as are asked for."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import pytest

from sightline.db.embedded import Cluster, lease
from sightline.db.role_names import SUPERUSER, DatabaseRole

# A test's database may be lost with the machine; the tests that kill a server make clusters of their own.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

EmptyDatabase = Callable[..., Awaitable[str]]
DatabaseUrl = Callable[[str], str]


@pytest.fixture(scope="session")
def short_directory() -> Iterator[Callable[[], Path]]:
    """Makes directories with short names (a socket must fit below) that the server's account may enter."""
    made: list[Path] = []

    def make() -> Path:
        directory = Path(tempfile.mkdtemp(prefix="sl", dir="/tmp"))
        made.append(directory)
        if os.geteuid() == 0:
            directory.chmod(0o711)
        return directory

    yield make
    for directory in made:
        shutil.rmtree(directory)


@pytest.fixture(scope="session")
async def cluster(short_directory: Callable[[], Path]) -> AsyncIterator[Cluster]:
    """The run's embedded PostgreSQL, without fsync."""
    async with lease(short_directory() / "pg", settings=FAST) as running:
        yield running


@pytest.fixture(scope="session")
def database_url(cluster: Cluster) -> DatabaseUrl:
    """The owner's URL of a database of the cluster, by name: what SIGHTLINE_DATABASE_URL would be."""

    def url(name: str) -> str:
        return f"postgresql://{DatabaseRole.OWNER}@/{name}?host={quote(str(cluster.socket_directory), safe='')}"

    return url


@pytest.fixture(scope="session")
async def superuser(cluster: Cluster) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to the cluster's maintenance database."""
    connection = await asyncpg.connect(**cluster.arguments(SUPERUSER, database=SUPERUSER))
    yield connection
    await connection.close()


@pytest.fixture
async def empty_database(superuser: asyncpg.Connection) -> AsyncIterator[EmptyDatabase]:
    """Makes databases that live as long as the test; `template` names one to copy. Returns the new one's name."""
    made: list[str] = []

    async def make(template: str = "template0") -> str:
        name = f"test_{uuid4().hex[:12]}"
        await superuser.execute(f"CREATE DATABASE {name} OWNER {DatabaseRole.OWNER} TEMPLATE {template}")
        made.append(name)
        return name

    yield make
    for name in made:
        await superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")
