"""D2: a moment that is compared by the id which begins with it, where moments are close, and where ids have no room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from sightline.db.database import Database
from sightline.db.fact_ids import WITH_ORDER, compared_by_id
from sightline.db.queries import Operator
from sightline.db.statements import system_statement

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STEP = timedelta(milliseconds=1)
STORED = [
    *(NOON + at * STEP for at in (-2, -1, 0, 1, 2)),
    *(datetime(year, 7, 1, 0, 0, 0, 5000, tzinfo=UTC) for year in (1700, 1969, 1970, 2240)),
]
ASKED = [
    *STORED,
    *(NOON + at * STEP for at in (-0.5, 0.001, 0.999)),
    *(datetime(year, 1, 1, tzinfo=UTC) for year in (1, 1650, 2247, 2300)),
    datetime.max.replace(tzinfo=UTC),
]
COMPARED = {
    Operator.EQ: "=",
    Operator.LT: "<",
    Operator.LTE: "<=",
    Operator.GT: ">",
    Operator.GTE: ">=",
}
LAST_OF_COUNTER = (1 << 20) - 1


@pytest.mark.parametrize("operator", COMPARED)
async def test_d2_an_id_is_compared_as_its_moment_is(database: Database, operator: Operator) -> None:
    facts = sa.table("fact", sa.column("id", sa.BigInteger))
    chosen = system_statement(sa.select(facts.c.id).where(compared_by_id(facts.c.id, operator, "asked")))
    by_moment = f"SELECT id FROM fact WHERE at {COMPARED[operator]} $1"
    assert COMPARED.keys() == WITH_ORDER
    found = 0
    async with database.owner() as connection:
        await connection.execute("CREATE TEMPORARY TABLE fact (id bigint, at timestamptz)")
        for moment in STORED:
            milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // STEP
            for counter in (0, LAST_OF_COUNTER):
                await connection.execute("INSERT INTO fact VALUES ($1, $2)", (milliseconds << 20) + counter, moment)
        for asked in ASKED:
            by_id = {row["id"] for row in await connection.fetch(chosen.text, *chosen.arguments({"asked": asked}))}
            assert by_id == {row["id"] for row in await connection.fetch(by_moment, asked)}, asked
            found += len(by_id)
    assert found >= 2 * len(STORED)


@pytest.mark.parametrize("operator", sorted(set(Operator) - WITH_ORDER))
def test_d2_what_has_no_order_is_not_compared_by_id(operator: Operator) -> None:
    with pytest.raises(TypeError):
        compared_by_id(sa.column("id", sa.BigInteger), operator, "asked")
