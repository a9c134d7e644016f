"""PostgreSQL for the tests: an embedded cluster for each worker, and as many databases in it as are asked for."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import asyncpg
import clusters
import pytest
import uvloop
from clusters import Databases
from demo_platform import Platform
from desk import Desk
from installation import SECRETS

from sightline.db.database import Database
from sightline.db.embedded import Cluster, lease
from sightline.db.secrets import Secrets
from sightline.resolvers.identity import Identities
from sightline.server.execution import Engine
from sightline.server.identity.access import Access

# A worker holds hundreds of schemas as long as it lives: looking through them for garbage took a tenth of a run.
gc.set_threshold(100_000, 20, 100)

EmptyDatabase = Callable[..., Awaitable[str]]
DatabaseUrl = Callable[[str], str]
Copied = Callable[[str, str], Awaitable[str]]
EngineOver = Callable[[Database], Engine]


# Tests run in the loop the server runs in. A loop factory of pytest-asyncio's would be a parameter of asynchronous
# tests alone, and have what a session shares made anew between them and others.
asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())

# Where the workers of a run find the directory that they share. No setting of ours, so not named as one.
SHARED = "TESTS_SHARE_THIS_DIRECTORY"


def pytest_configure(config: pytest.Config) -> None:
    """The process that starts workers makes the directory, and removes it."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        directory = clusters.short_directory()
        os.environ[SHARED] = str(directory)
        config.add_cleanup(lambda: shutil.rmtree(directory))


def pytest_sessionfinish() -> None:
    """What nobody finished is looked for once, and not five times: pytest repeats it for what that leaves behind."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def short_directory() -> Iterator[Callable[[], Path]]:
    """Makes directories with short names that the server's account may enter."""
    made: list[Path] = []

    def make() -> Path:
        made.append(clusters.short_directory())
        return made[-1]

    yield make
    for directory in made:
        shutil.rmtree(directory)


@pytest.fixture(scope="session")
async def cluster(short_directory: Callable[[], Path]) -> AsyncIterator[Cluster]:
    """The worker's embedded PostgreSQL, without fsync."""
    home = short_directory() / "pg"
    if SHARED in os.environ:
        await clusters.copy_templates(Path(os.environ[SHARED]), home)
    async with lease(home, settings=clusters.FAST) as running:
        yield running


@pytest.fixture(scope="session")
async def databases(cluster: Cluster) -> AsyncIterator[Databases]:
    """Its databases."""
    async with Databases.of(cluster) as found:
        yield found


@pytest.fixture(scope="session")
def database_url(databases: Databases) -> DatabaseUrl:
    """The owner's URL of a database of the cluster, by name: what SIGHTLINE_DATABASE_URL would be."""
    return databases.url


@pytest.fixture(scope="session")
def superuser(databases: Databases) -> asyncpg.Connection:
    """A superuser's connection to the cluster's maintenance database."""
    return databases.superuser


@pytest.fixture(scope="session")
def copied(databases: Databases) -> Copied:
    """Makes a database of a name, a copy of a template, that lives as long as the run. Returns its URL."""
    return databases.copied


@pytest.fixture
async def empty_database(superuser: asyncpg.Connection, copied: Copied) -> AsyncIterator[EmptyDatabase]:
    """Makes databases that live as long as the test; `template` names one to copy. Returns the new one's name."""
    made: list[str] = []

    async def make(template: str = "template0") -> str:
        name = f"test_{uuid4().hex[:12]}"
        await copied(name, template)
        made.append(name)
        return name

    yield make
    for name in made:
        await superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
async def migrated_template(databases: Databases) -> str:
    """A database at the newest version of the schema, and empty: a template to copy, never to be connected to."""
    return await databases.migrated()


@pytest.fixture(scope="session")
async def demo_template(databases: Databases) -> str:
    """A database with the demo platform in it: a template to copy, never to be connected to."""
    return await databases.demo()


@pytest.fixture
async def database(
    empty_database: EmptyDatabase, migrated_template: str, database_url: DatabaseUrl
) -> AsyncIterator[Database]:
    """An open database of the test's own, migrated and empty."""
    async with Database.open(database_url(await empty_database(migrated_template))) as opened:
        yield opened


@pytest.fixture(scope="session")
async def demo_url(copied: Copied, demo_template: str) -> str:
    """Where the demo platform is, which is shared by all tests of the run, so nobody writes to it."""
    return await copied("demo_shared", demo_template)


@pytest.fixture(scope="session")
async def demo(demo_url: str) -> AsyncIterator[Database]:
    """The same, open."""
    async with Database.open(demo_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def demo_engine(demo: Database) -> Engine:
    """The engine over the demo platform."""
    return Engine.of(demo, SECRETS)


@pytest.fixture(scope="session")
def engine_over(demo_engine: Engine) -> EngineOver:
    """Makes engines over other copies of the demo platform.

    They share what follows from the rules alone, as all operations of a server do: views, documents, statements.
    """

    def over(database: Database) -> Engine:
        services = replace(demo_engine.services, changes=database.writes)
        return replace(demo_engine, database=database, services=services, access=Access(Identities(SECRETS)))

    return over


@pytest.fixture(scope="session")
def secrets() -> Secrets:
    """The installation's secret in tests: the tokens of the demo cast follow from it."""
    return SECRETS


@pytest.fixture(scope="session")
async def platform(
    copied: Copied, demo_template: str, secrets: Secrets, engine_over: EngineOver
) -> AsyncIterator[Platform]:
    """A copy of the demo platform that tests may add people, grants and rows to, with an engine over it."""
    url = await copied("demo_to_change", demo_template)
    async with Database.open(url) as opened, Platform.over(opened, secrets, engine_over(opened)) as platform:
        yield platform


@pytest.fixture(scope="module")
async def own_url(request: pytest.FixtureRequest, copied: Copied, demo_template: str) -> str:
    """Where a copy for the tests of one module is, for whom what others make of roles and lists would count."""
    return await copied(f"demo_of_{request.module.__name__}", demo_template)


@pytest.fixture(scope="module")
async def own_platform(own_url: str, secrets: Secrets, engine_over: EngineOver) -> AsyncIterator[Platform]:
    """The same, with an engine over it."""
    async with Database.open(own_url) as opened, Platform.over(opened, secrets, engine_over(opened)) as platform:
        yield platform


@pytest.fixture(scope="session")
def desk(demo_engine: Engine, secrets: Secrets) -> Desk:
    """Where the demo platform is asked; nobody writes to it."""
    return Desk(demo_engine, secrets)
