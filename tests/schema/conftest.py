"""The engine over the demo platform, to be asked as anybody."""

from __future__ import annotations

import pytest
from desk import Desk

from sightline.db.secrets import Secrets
from sightline.server.execution import Engine


@pytest.fixture(scope="session")
def desk(demo_engine: Engine, secrets: Secrets) -> Desk:
    """Where the demo platform is asked; nobody writes to it."""
    return Desk(demo_engine, secrets)
