"""The small endpoint of `tiny_endpoint`, in this process and behind a real server; and commands in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from commands_over_demo import CommandsOver, Run, commands_over
from tiny_endpoint import KEY, TinyExecution, application, serving

from sightline.db.secrets import Secrets


@pytest.fixture
def execution() -> TinyExecution:
    """What runs behind the endpoint of a test."""
    return TinyExecution()


@pytest.fixture
async def client(execution: TinyExecution) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the endpoint in this process, with a key."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application(execution)), base_url="http://test", headers=KEY
    ) as made:
        yield made


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """The port of a real server with a body timeout of 1 s."""
    with serving() as number:
        yield number


@pytest.fixture
def commands(
    secrets: Secrets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> CommandsOver:
    """Runs commands over databases of the installation."""
    return lambda url: commands_over(url, secrets, tmp_path, (monkeypatch, capfd))


@pytest.fixture
def sightline(demo_url: str, commands: CommandsOver) -> Iterator[Run]:
    """Runs commands over the demo platform, to which nobody writes."""
    with commands(demo_url) as run:
        yield run
