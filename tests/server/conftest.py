"""The small endpoint of `tiny_endpoint`, in this process and behind a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from tiny_endpoint import KEY, TinyExecution, application, serving


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
