"""The schema's history: from nothing to the newest version and back, and no difference to what the code declares."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from sightline.db import migrate
from sightline.db.embedded import Cluster
from sightline.db.role_names import SUPERUSER, DatabaseRole
from sightline.db.roles import ensure_roles
from sightline.db.schema_lint import lint_triggers
from sightline.db.tables import Row

ROWS = [mapper.class_ for mapper in Row.registry.mappers]

CATALOGUE = """
    SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) || ' ' || conname FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'
    UNION ALL
    SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod)
           || ' ' || attnotnull::text || ' ' || attgenerated::text || ' ' || coalesce(pg_get_expr(adbin, adrelid), '')
           || ' ' || coalesce(col_description(attrelid, attnum), '')
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
    UNION ALL
    SELECT relname || ' ' || coalesce(obj_description(oid), '') FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""

Connect = Callable[[str], AsyncEngine]


@pytest.fixture
async def engine_for(cluster: Cluster) -> AsyncIterator[Callable[..., AsyncEngine]]:
    """Makes engines: the owner's of a database, or another role's."""
    made: list[AsyncEngine] = []

    def make(database: str, role: str = DatabaseRole.OWNER, **settings: str) -> AsyncEngine:
        async def connect() -> asyncpg.Connection:
            return await asyncpg.connect(**cluster.arguments(role, database=database), server_settings=settings)

        made.append(create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool))
        return made[-1]

    yield make
    for engine in made:
        await engine.dispose()


@pytest.fixture
async def engine(engine_for: Connect, empty_database: Callable[[], Awaitable[str]]) -> AsyncEngine:
    """The owner's engine of an empty database."""
    return engine_for(await empty_database())


async def relations(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        statement = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')"
        types = "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'"
        return {*await connection.scalars(sa.text(statement)), *await connection.scalars(sa.text(types))}


async def catalogue(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        rows = set(await connection.scalars(sa.text(CATALOGUE)))
    return {row for row in rows if "alembic_version" not in row}


async def test_up_down_and_up_again(engine: AsyncEngine) -> None:
    assert await migrate.current(engine) is None
    assert await migrate.upgrade(engine) == []
    assert await migrate.current(engine) == "0016"
    there = await relations(engine)
    assert set(Row.metadata.tables) <= there

    await migrate.downgrade(engine)
    assert await migrate.current(engine) is None
    assert await relations(engine) == {"alembic_version"}

    await migrate.upgrade(engine)
    assert await relations(engine) == there


async def test_upgrading_again_changes_nothing(engine: AsyncEngine) -> None:
    await migrate.upgrade(engine)
    before = await catalogue(engine)
    assert await migrate.upgrade(engine) == []
    assert await catalogue(engine) == before


ONE_AND_TWO_ACCOUNTS = """
    INSERT INTO app_user (id, email, name) VALUES (1, 'ada@example.org', 'Ada');
    INSERT INTO organization (id, name) VALUES (1, 'Advertiser'), (2, 'Partner');
    INSERT INTO advertiser_profile (id, organization_id, name) VALUES (1, 1, 'Shoes');
    INSERT INTO program (id, advertiser_profile_id, advertiser_org_id, advertiser_name, name, currency,
                         commission_model)
        VALUES (1, 1, 1, 'Shoes', 'Shoes for all', 'EUR', 'DIRECT');
    INSERT INTO partner_profile (id, organization_id, name) VALUES (1, 2, 'One'), (2, 2, 'Two');
    INSERT INTO affiliate_account (id, partner_profile_id, partner_org_id, name, created_by_id)
        VALUES (7, 1, 2, 'Only', 1), (8, 2, 2, 'First', 1), (9, 2, 2, 'Second', 1);
    INSERT INTO traffic_source (id, partner_profile_id, partner_org_id, name, kind)
        VALUES (1, 1, 2, 'one', 'WEBSITE'), (2, 2, 2, 'two', 'WEBSITE');
    INSERT INTO enrollment (id, program_id, advertiser_profile_id, advertiser_org_id, traffic_source_id,
                            partner_profile_id, partner_org_id, initiated_by, state)
        VALUES (1, 1, 1, 1, 1, 1, 2, 'PARTNER', 'APPLIED'), (2, 1, 1, 1, 2, 2, 2, 'PARTNER', 'APPLIED')
"""


async def test_sm1_open_applications_get_the_only_account_or_are_withdrawn(engine: AsyncEngine) -> None:
    """SM1: of several accounts nobody chooses for the partner."""
    await migrate.upgrade(engine, "0001")
    async with engine.begin() as connection:
        for statement in ONE_AND_TWO_ACCOUNTS.split(";"):
            await connection.exec_driver_sql(statement)
    await migrate.upgrade(engine)
    async with engine.connect() as connection:
        rows = await connection.execute(
            sa.text("SELECT state::text, proposed_account_id, ended_at IS NULL FROM enrollment ORDER BY id")
        )
        assert rows.all() == [("APPLIED", 7, True), ("WITHDRAWN", None, False)]


async def test_the_epoch_begins_with_the_schema(engine: AsyncEngine) -> None:
    await migrate.upgrade(engine)
    async with engine.connect() as connection:
        assert (await connection.execute(sa.text("SELECT id, n FROM authz_epoch"))).all() == [(True, 0)]


async def test_migrated_is_declared(
    engine: AsyncEngine, engine_for: Connect, empty_database: Callable[[], Awaitable[str]]
) -> None:
    await migrate.upgrade(engine)
    assert await migrate.check(engine) == []

    declared = engine_for(await empty_database())
    async with declared.begin() as connection:
        await connection.run_sync(Row.metadata.create_all)
    assert await catalogue(engine) ^ await catalogue(declared) == set()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("COMMENT ON COLUMN conversion.payout IS 'other words'", "conversion"),
        ("COMMENT ON TABLE role IS NULL", "role"),
        ("ALTER TABLE role DROP CONSTRAINT ck_role_visibility", "role.ck_role_visibility"),
        ("ALTER TABLE role ADD CONSTRAINT stray CHECK (id > 0)", "role.stray"),
        ("ALTER TYPE settlement ADD VALUE 'LOST'", "settlement(OPEN, LOCKED, INVOICED, PAID, LOST)"),
        ("ALTER SEQUENCE fact_counter NO CYCLE", "fact_counter"),
        ("DROP INDEX ix_conversion_event", "ix_conversion_event"),
        ("ALTER TABLE app_user ADD COLUMN nickname text", "nickname"),
        ("ALTER TABLE app_user ALTER COLUMN name DROP NOT NULL", "name"),
    ],
)
async def test_check_finds_a_difference(engine: AsyncEngine, change: str, named: str) -> None:
    await migrate.upgrade(engine)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(change)
    found = await migrate.check(engine)
    assert found
    assert any(named in each for each in found), found


async def test_processes_that_start_together_migrate_once(engine: AsyncEngine) -> None:
    answers = await asyncio.gather(*(migrate.upgrade(engine) for _ in range(4)))
    assert answers == [[], [], [], []]
    assert await migrate.check(engine) == []


async def test_a_failing_version_leaves_nothing(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE import_log (id bigint)")
    with pytest.raises(asyncpg.DuplicateTableError):
        await migrate.upgrade(engine)
    assert await relations(engine) == {"import_log"}


async def test_d6_no_trigger_on_facts(engine: AsyncEngine) -> None:
    await migrate.upgrade(engine)
    async with engine.begin() as connection:
        assert await connection.run_sync(lint_triggers, ROWS) == []
        await connection.exec_driver_sql(
            "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
        for table in ("conversion", "session"):
            await connection.exec_driver_sql(
                f"CREATE TRIGGER bell AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION nothing()"
            )
        found = await connection.run_sync(lint_triggers, ROWS)
    assert found == ["conversion has the trigger bell: only LOCAL tables may have triggers (D6)."]


async def test_roles_are_created_where_missing(
    engine_for: Callable[..., AsyncEngine], empty_database: Callable[[], Awaitable[str]]
) -> None:
    """Within a transaction that is undone: roles belong to the whole server."""
    async with engine_for(await empty_database(), SUPERUSER).connect() as connection:
        for role in (DatabaseRole.READ_WRITE, DatabaseRole.READ_ONLY):
            await connection.exec_driver_sql(f"ALTER ROLE {role} RENAME TO {role}_before")
        assert await ensure_roles(connection) == []
        assert await ensure_roles(connection) == []
        made = await connection.execute(
            sa.text("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname IN (:writes, :reads)"),
            {"writes": str(DatabaseRole.READ_WRITE), "reads": str(DatabaseRole.READ_ONLY)},
        )
        assert made.all() == [(False, False)] * 2
        await connection.rollback()


async def test_who_may_create_roles_may_take_those_he_made(
    engine_for: Callable[..., AsyncEngine], empty_database: Callable[[], Awaitable[str]]
) -> None:
    """No superuser needs to help: an owner with CREATEROLE has queries run with fewer rights than his own."""
    async with engine_for(await empty_database(), SUPERUSER).connect() as connection:
        for role in (DatabaseRole.READ_WRITE, DatabaseRole.READ_ONLY):
            await connection.exec_driver_sql(f"ALTER ROLE {role} RENAME TO {role}_before")
        await connection.exec_driver_sql("CREATE ROLE maker CREATEROLE")
        await connection.exec_driver_sql("SET LOCAL ROLE maker")
        assert await ensure_roles(connection) == []
        for role in (DatabaseRole.READ_WRITE, DatabaseRole.READ_ONLY):
            assert await connection.scalar(sa.text("SELECT pg_has_role(:role, 'SET')"), {"role": str(role)})
        await connection.rollback()


@pytest.mark.parametrize("missing", [True, False])
async def test_who_may_create_no_roles_is_told(
    engine_for: Callable[..., AsyncEngine], empty_database: Callable[[], Awaitable[str]], missing: bool
) -> None:
    """Whether the roles are missing, or there and not his to take; the work goes on."""
    async with engine_for(await empty_database(), SUPERUSER).connect() as connection:
        await connection.exec_driver_sql("CREATE ROLE lowly")
        if missing:
            for role in (DatabaseRole.READ_WRITE, DatabaseRole.READ_ONLY):
                await connection.exec_driver_sql(f"ALTER ROLE {role} RENAME TO {role}_before")
        await connection.exec_driver_sql("SET LOCAL ROLE lowly")
        writes, reads = await ensure_roles(connection)
        assert (DatabaseRole.READ_WRITE in writes, DatabaseRole.READ_ONLY in reads) == (True, True)
        assert "lowly" in writes
        assert await connection.scalar(sa.text("SELECT 1")) == 1
        await connection.rollback()
