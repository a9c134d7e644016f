"""What the proofs of the engine share: the services over any database, and a world to read."""

from __future__ import annotations

import pytest

from sightline.db.database import Database
from sightline.db.reads import Reads
from sightline.db.secrets import Secrets
from sightline.db.vault import Vault
from sightline.db.writes import Writes
from sightline.resolvers.cursors import Cursors
from sightline.resolvers.global_ids import GlobalIds
from sightline.resolvers.operation import Services
from sightline.resolvers.reports.desk import Desk
from sightline.resolvers.visibilities import Visibilities
from sightline.schema.model import CATALOGUE


@pytest.fixture
def services(secrets: Secrets, database: Database) -> Services:
    """The services of an operation, with no statement compiled yet.

    Viewers of up to three of a world's accounts are read account by account, so both routes are met.
    """
    ids = GlobalIds.of(secrets, (entity.name for entity in CATALOGUE.served))
    services = (CATALOGUE, Reads(CATALOGUE, most_accounts=3), ids, Cursors.of(secrets), Vault.of(secrets))
    desk, visibilities = Desk.of(CATALOGUE, policy_version="tests"), Visibilities(CATALOGUE.model, "tests")
    hashes = secrets.token_hash, secrets.attempt_hash
    return Services(*services, Writes(CATALOGUE), desk, *hashes, visibilities, database.writes)
