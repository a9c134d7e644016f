"""What the database reads for a filter on invisible rows: the rows that the filter names, and none beside (LK16, LK26).

Where the rows of a viewer are not found by their account, the plan may go by the filter's own index and refuse the rows
it finds there one by one. That work grows with invisible rows, which no order of the two conditions can avoid for every
viewer; these tests hold it to what the filter itself selects.
"""

from __future__ import annotations

import re

import pytest
from desk import Desk

from sightline.db import queries
from sightline.db.queries import Operator, PageQuery, Selection
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.operation import Operation

WHO = ["collab-readonly", "affiliate-manager-nopay", "adv-admin", "partner-admin", "scoped-analyst", "many-hats"]
NOBODY = 1 << 62
PAGES_OF_A_ROW = 8  # the row, its place in the index, and what the rules look up beside it
PAGES_OF_A_PLAN = 60
COLUMNS = ["affiliate_account_id", "program_id"]
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, TIMING off, SUMMARY off, COSTS off) "


@pytest.mark.parametrize("key", WHO)
@pytest.mark.parametrize("column", COLUMNS)
async def test_a_filter_reads_no_more_than_the_invisible_rows_it_names(desk: Desk, key: str, column: str) -> None:
    """LK16, LK26: pages and counts, for the accounts and programs with most conversions that are invisible."""
    viewer, compared = await desk.member(key), 0
    async with desk.engine.database.owner() as connection:
        busiest = await connection.fetch(
            f"SELECT {column} AS value, count(*) AS rows FROM conversion GROUP BY 1 ORDER BY 2 DESC LIMIT 60"
        )

    async def work(snapshot: Snapshot) -> int:
        operation = Operation(desk.engine.services, viewer, desk.engine.visibility(viewer), snapshot)
        none, tried = await pages_read(operation, column, NOBODY), 0
        for value, rows in busiest:
            if await operation.count(Selection("conversion", queries.Test(column, Operator.EQ, value)), None):
                continue
            read = await pages_read(operation, column, value)
            assert read <= none + PAGES_OF_A_PLAN + PAGES_OF_A_ROW * rows, f"{value}: {read} pages for {rows} rows"
            tried += 1
        return tried

    compared = await in_snapshot(desk.engine.database.reads, work)
    assert compared


async def pages_read(operation: Operation, column: str, value: int) -> int:
    """How many pages of tables and indexes a page of conversions with this value takes."""
    where = queries.Test(column, Operator.EQ, value)
    query = PageQuery(Selection("conversion", where), frozenset({"status"}), (), 21)
    read = operation.services.reads.page(operation.visibility, query)
    values = operation._binds | queries.filter_values(where) | {"limit": query.limit}
    arguments = read.statement.arguments(values)
    plan = await operation.snapshot.connection.fetch(EXPLAIN + read.statement.text, *arguments)
    hits = re.search(r"Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?", "\n".join(row[0] for row in plan))
    return sum(int(each or 0) for each in hits.groups()) if hits else 0
