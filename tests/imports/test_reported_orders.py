"""Reports over imported orders: the stored sums of an import, and its facts, against the file itself."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from installation import SECRETS
from test_real_orders import REAL_ORDERS, amount, bring_in, lines

from sightline.db.database import Database
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine

pytestmark = pytest.mark.skipif(
    not REAL_ORDERS.is_file(), reason="the real order file is not here: name it in SIGHTLINE_REAL_ORDERS"
)

ADMINISTRATOR = """
    INSERT INTO app_user (id, email, name) VALUES (1, 'boss@example.org', 'Boss');
    INSERT INTO role (id, name, scope, origin, base_type)
    VALUES (1, 'Administrator', 'PLATFORM', 'DEFAULT', 'ADMINISTRATOR');
    INSERT INTO role_permission (role_id, permission, level) VALUES (1, 'ADMIN', 'W');
    INSERT INTO role_assignment (user_id, scope, role_id) VALUES (1, 'PLATFORM', 1);
"""
QUERY = """query ($input: ReportInput!) { report(input: $input) { complete
    columns { key values total } rows { dimensions { value label } } } }"""


async def reported(
    engine: Engine, token: str, *, time_zone: str
) -> tuple[dict[str, dict[str, Decimal]], dict[str, Any]]:
    """Sale amounts and their corrections by account, and the totals."""
    given = {
        "lens": {"kind": "PLATFORM"},
        "columns": ["sale_amount", "sale_adjustments", "conversions"],
        "groupBy": ["account"],
        "period": {"days": {"since": "2009-01-01", "until": "2012-01-01"}},
        "timeZone": time_zone,
        "currency": "NATIVE",
        "first": 1000,
    }
    answer = await engine.execute(GraphQLRequest(QUERY, {"input": given}), token)
    assert not answer.errors, answer.errors
    assert answer.data is not None
    report = answer.data["report"]
    assert report["complete"]
    columns = {each["key"]: each for each in report["columns"]}
    rows = {
        row["dimensions"][0]["label"]: {key: Decimal(each["values"][at]) for key, each in columns.items()}
        for at, row in enumerate(report["rows"])
    }
    return rows, {key: each["total"] for key, each in columns.items()}


@pytest.fixture
async def imported(database: Database, examples: Path) -> tuple[asyncpg.Record, ...]:
    """An administrator, and the file's orders; the rows that could not be taken."""
    async with database.owner() as connection:
        await connection.execute(ADMINISTRATOR)
        await connection.execute(
            "INSERT INTO session (user_id, token_hash, expires_at) VALUES (1, $1, '2999-01-01')",
            SECRETS.token_hash(SECRETS.demo_token("boss@example.org")),
        )
        await bring_in(connection, examples)
        return tuple(await connection.fetch("SELECT line FROM import_log WHERE outcome = 'REJECTED'"))


async def test_a_report_of_the_file_equals_the_file_to_the_cent(
    database: Database, imported: tuple[asyncpg.Record, ...]
) -> None:
    """M1, M3: every account, from the sums that the import keeps and, in another zone, from the facts."""
    read = lines()
    expected: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in read:
        expected[line["Country"]] += amount(line)
    for row in imported:
        expected[read[row["line"] - 2]["Country"]] -= amount(read[row["line"] - 2])
    engine, token = Engine.of(database, SECRETS), SECRETS.demo_token("boss@example.org")
    answers = [await reported(engine, token, time_zone=zone) for zone in ("Europe/London", "Asia/Kolkata")]
    assert answers[0] == answers[1]
    rows, totals = answers[0]
    assert {account: each["sale_amount"] + each["sale_adjustments"] for account, each in rows.items()} == expected
    assert Decimal(totals["sale_amount"]) + Decimal(totals["sale_adjustments"]) == sum(expected.values())
    assert len(rows) == 15
