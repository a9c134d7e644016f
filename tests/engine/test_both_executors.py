"""Plans answer as the standard executor does, byte for byte: data, errors, masked cells, cost.

Random documents of every kind of viewer, in both modes that answer, are answered twice in one snapshot. `make soak`
compares more.
"""

from __future__ import annotations

from random import Random

from both import Compared, compare
from desk import without_plans
from kinds import KINDS, MIXED
from worlds import inserted, seed

from sightline.db.database import Database
from sightline.db.secrets import Secrets
from sightline.server.execution import Engine

DOCUMENTS = 13
MIXTURES = 6
LEAST = 5_000


async def test_plans_answer_as_the_standard_executor_does(database: Database, secrets: Secrets) -> None:
    """Byte-equal answers, most of them by plans, and none because a plan failed."""
    random, planned, compared = Random(seed()), Engine.of(database, secrets), Compared()
    standard = without_plans(planned)
    async with database.owner() as connection:
        world = await inserted(connection, planned.services.catalogue, random)
        for kind in (*KINDS, *[MIXED] * MIXTURES):
            await compare(planned, standard, connection, world, kind, random, documents=DOCUMENTS, into=compared)
    print(compared)
    assert compared.operations >= LEAST
    assert compared.filled >= compared.operations / 2
    assert not [reason for reason in compared.executed if reason.startswith("completed otherwise")]
    assert compared.executed["by plan"] >= compared.operations / 2
