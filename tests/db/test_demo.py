"""The demo platform: the same every time, and complete."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from demo_reading import one, rows

from sightline.db import migrate
from sightline.db.database import Database
from sightline.db.demo import DemoError, seed
from sightline.db.demo.season import milliseconds
from sightline.db.secrets import Secrets
from sightline.db.tables import Row

# What a request leaves behind for a while, and nobody has made one. A letter in here would be sent at the next start.
WITHOUT_ROWS = {"idempotency_key", "mail_token", "outgoing_mail", "registration", "sign_in_attempt"}


async def digests(database: Database) -> dict[str, str]:
    """A hash of all rows of each table but for when they were last used, and where each sequence stands."""
    found = {}
    for table in Row.metadata.tables:
        row = "(to_jsonb(t) - 'last_seen_at' - 'last_used_at')::text"
        found[table] = await one(database, f"SELECT md5(string_agg({row}, E'\\n' ORDER BY {row})) FROM {table} t")
    for name, last in await rows(database, "SELECT sequencename, last_value FROM pg_sequences"):
        found[name] = str(last)
    return found


async def schema(database: Database) -> list[asyncpg.Record]:
    """Every key and every index, as PostgreSQL writes them."""
    return await rows(
        database,
        "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace"
        " UNION ALL SELECT indexname, indexdef, true FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
    )


async def test_two_seedings_are_equal_and_leave_the_schema_as_it_was(
    demo: Database, database: Database, secrets: Secrets
) -> None:
    """Rows, sequences; every key and index that was taken off for the load is there again, and valid."""
    before = await schema(database)
    async with database.owner() as connection:
        summary = await seed(connection, secrets)
    assert summary.conversions == 50_000
    assert summary.organizations == 30
    assert summary.programs == 60
    assert summary.accounts == 400
    assert await digests(database) == await digests(demo)
    assert await schema(database) == before
    async with database.engine() as engine:
        assert await migrate.check(engine) == []
    with pytest.raises(DemoError, match="The database is in use: app_user has rows"):
        async with database.owner() as connection:
            await seed(connection, secrets)
    # The sequences go on after the rows.
    async with database.owner() as connection:
        await connection.execute("INSERT INTO organization (name) VALUES ('One more')")
        assert await connection.fetchval("SELECT max(id) FROM organization") == 31


async def test_a_database_without_tables_or_a_scale_of_nothing_is_refused(
    empty_database: Any, database_url: Any, secrets: Secrets
) -> None:
    async with Database.open(database_url(await empty_database())) as database, database.owner() as connection:
        with pytest.raises(DemoError, match="sightline db upgrade"):
            await seed(connection, secrets)
        with pytest.raises(DemoError, match="from 1 on"):
            await seed(connection, secrets, scale=0)


@pytest.mark.parametrize("table", sorted(Row.metadata.tables))
async def test_every_table_has_rows(demo: Database, table: str) -> None:
    assert await one(demo, f"SELECT EXISTS (SELECT FROM {table})") is (table not in WITHOUT_ROWS)


ENUM_COLUMNS = [
    (table.name, column.name, column.type.enums)
    for table in Row.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, sa.Enum) and table.name not in WITHOUT_ROWS
]
ONLY = {
    ("assignment_product_line", "product_line"): {"PERFORMANCE"},  # nobody else is limited to a product line
    ("conversion_past", "settlement"): {"OPEN", "LOCKED", "INVOICED"},  # what is paid stays so
    ("payout_run", "state"): {"COMPLETED", "FAILED"},  # one that is RUNNING, the first server would do
    ("conversion_proposal", "status"): {"APPROVED", "REJECTED", "REVERSED"},  # nothing else is asked for
}


@pytest.mark.parametrize(("table", "column", "values"), ENUM_COLUMNS, ids=lambda part: str(part)[:40])
async def test_every_value_of_every_closed_list_occurs(
    demo: Database, table: str, column: str, values: list[str]
) -> None:
    """Statuses, states, kinds, models, levels: each in each table that has it."""
    found = {value for (value,) in await rows(demo, f"SELECT DISTINCT {column}::text FROM {table}") if value}
    assert found == ONLY.get((table, column), set(values))


async def test_ids_are_made_from_moments_and_the_counter_goes_on(demo: Database) -> None:
    """D2; D3: every reference is claimed."""
    made = 0
    for table, moment in (
        ("click", "event_at"),
        ("conversion", "event_at"),
        ("adjustment", "event_at"),
        ("customer_referral", "event_at"),
        ("payout_invoice", "issued_at"),
    ):
        found = await rows(demo, f"SELECT id, {moment} AS moment FROM {table}")
        assert all(row["id"] >> 20 == milliseconds(row["moment"]) for row in found)
        made += len(found)
    assert await one(demo, "SELECT last_value FROM fact_counter") == made % 2**20
    for table in ("conversion", "adjustment", "customer_referral"):
        claimed = f"""
            SELECT count(*) FROM {table} t JOIN import_claim c
            ON (c.claim_key, c.source, c.external_ref) = ('{table}', t.source, t.external_ref)
        """
        assert await one(demo, claimed) == await one(demo, f"SELECT count(*) FROM {table}")
    assert await one(demo, "SELECT count(*) FROM account_shard") == 400
    assert not await one(demo, "SELECT count(*) FROM affiliate_account WHERE id NOT IN (TABLE account_shard)"), "D7"


async def test_the_systems_list_has_every_column(demo: Database) -> None:
    """A17: the default list names every column of the catalogue, every money column among them."""
    missing = """
        SELECT key FROM report_column WHERE key NOT IN (
            SELECT column_key FROM column_list_item i JOIN column_list l ON l.id = i.list_id
            WHERE l.owner_kind = 'SYSTEM')
    """
    assert await rows(demo, missing) == []
    keys = {key for (key,) in await rows(demo, "SELECT key FROM report_column")}
    assert keys >= {"revenue", "payout", "sale_amount", "profit", "margin", "net_sale_amount", "refunded_amount"}
