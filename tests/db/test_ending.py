"""Work that is ended ends, also where something below it swallows a cancellation."""

from __future__ import annotations

import asyncio

import pytest

from sightline.db import ending


async def test_what_swallows_a_cancellation_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "AGAIN_SECONDS", 0.01)
    swallowed = 0

    async def looping() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if swallowed == 2:
                    raise
                swallowed += 1

    task = asyncio.create_task(looping())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await ending.end(task)
    assert task.cancelled()
    assert swallowed == 2


async def test_what_has_ended_is_left_as_it_is() -> None:
    async def done() -> int:
        return 1

    task = asyncio.create_task(done())
    await task
    await ending.end(task)
    assert task.result() == 1
