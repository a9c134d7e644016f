"""Policy files, of a platform of each module's own: what other tests make of roles would be in them too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands_over_demo import CommandsOver, Run
from demo_platform import Platform
from policy_files import Files


@pytest.fixture(scope="module")
def platform(own_platform: Platform) -> Platform:
    """The platform whose policy it is."""
    return own_platform


@pytest.fixture
def files(platform: Platform, tmp_path: Path) -> Files:
    """Policy files of the platform."""
    return Files(platform, tmp_path)


@pytest.fixture
def sightline(own_url: str, commands: CommandsOver) -> Iterator[Run]:
    """Runs commands over the platform."""
    with commands(own_url) as run:
        yield run
