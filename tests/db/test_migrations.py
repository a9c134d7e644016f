"""The schema's history: from nothing to the newest version and back, and no difference to what the code declares."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

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
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
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
    assert await migrate.current(engine) == "0024"
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
    await run(engine, ONE_AND_TWO_ACCOUNTS)
    await migrate.upgrade(engine)
    async with engine.connect() as connection:
        rows = await connection.execute(
            sa.text("SELECT state::text, proposed_account_id, ended_at IS NULL FROM enrollment ORDER BY id")
        )
        assert rows.all() == [("APPLIED", 7, True), ("WITHDRAWN", None, False)]


SOLD = (1_767_225_600_000 << 20) + 5  # at the beginning of 2026
STEPS = f"""
    INSERT INTO enrollment (id, program_id, advertiser_profile_id, advertiser_org_id, traffic_source_id,
                            partner_profile_id, partner_org_id, affiliate_account_id, initiated_by, state, activated_at)
        VALUES (3, 1, 1, 1, 1, 1, 2, 7, 'PARTNER', 'ACTIVE', now());
    INSERT INTO account_shard (affiliate_account_id) VALUES (7);
    INSERT INTO conversion (affiliate_account_id, id, enrollment_id, program_id, advertiser_profile_id,
                            advertiser_org_id, partner_profile_id, partner_org_id, traffic_source_id, source,
                            external_ref, status, event_at, currency)
        VALUES (7, {SOLD}, 3, 1, 1, 1, 1, 2, 1, 'shop', '5', 'PENDING', '2026-01-01', 'EUR');
    INSERT INTO conversion_event (affiliate_account_id, conversion_id, n, status, at)
        VALUES (7, {SOLD}, 1, 'PENDING', '2026-01-01'), (7, {SOLD}, 2, 'REJECTED', '2026-01-02'),
               (7, {SOLD}, 3, 'APPROVED', '2026-01-02');
    INSERT INTO conversion_proposal (affiliate_account_id, conversion_id, n, status, at)
        VALUES (7, {SOLD}, 1, 'APPROVED', '2026-01-01');
    INSERT INTO invitation (id, scope, email, affiliate_account_id, collaborator_role, invited_by_id, target_name,
                            inviter_name, token_hash, expires_at)
        VALUES (1, 'ACCOUNT', 'guest@example.org', 7, 'READ_ONLY', 1, 'Only', 'Ada', 'one', now())
"""
ANOTHER_INVITER = """
    INSERT INTO app_user (id, email, name) VALUES (2, 'bob@example.org', 'Bob');
    INSERT INTO invitation (id, scope, email, affiliate_account_id, collaborator_role, invited_by_id, target_name,
                            inviter_name, token_hash, expires_at)
        VALUES (2, 'ACCOUNT', 'guest@example.org', 7, 'READ_ONLY', 2, 'Only', 'Bob', 'two', now())
"""


async def run(engine: AsyncEngine, script: str) -> None:
    """Statements in one transaction."""
    async with engine.begin() as connection:
        for statement in script.split(";"):
            await connection.exec_driver_sql(statement)


async def steps(engine: AsyncEngine, table: str) -> list[tuple[int, str]]:
    """Numbers and statuses in their order."""
    async with engine.connect() as connection:
        rows = await connection.execute(sa.text(f"SELECT n, status::text FROM {table} ORDER BY n"))
        return [(n, status) for n, status in rows]


async def test_ac8_steps_keep_their_order_when_they_are_numbered_anew(engine: AsyncEngine) -> None:
    """AC8, LK15: numbers of moments up, places down; and of two invitations of one address the first one stays."""
    await migrate.upgrade(engine, "0016")
    await run(engine, ONE_AND_TWO_ACCOUNTS.rpartition(";")[0])
    await run(engine, STEPS)
    placed = await steps(engine, "conversion_event")
    await migrate.upgrade(engine)
    numbered = await steps(engine, "conversion_event")
    assert [status for _, status in numbered] == [status for _, status in placed]
    days = [datetime(2026, 1, day, tzinfo=UTC).timestamp() * 1000 for day in (1, 2, 2)]
    assert [n >> 20 for n, _ in numbered] == days
    await run(engine, ANOTHER_INVITER)
    await migrate.downgrade(engine, "0016")
    assert await steps(engine, "conversion_event") == placed
    assert await steps(engine, "conversion_proposal") == [(1, "APPROVED")]
    async with engine.connect() as connection:
        states = await connection.execute(sa.text("SELECT state::text FROM invitation ORDER BY id"))
        assert [state for (state,) in states] == ["PENDING", "REVOKED"]


async def test_ac11_what_is_counted_apart_is_in_the_version_on_the_way_back(engine: AsyncEngine) -> None:
    """AC11: what somebody was told stays a version that only grows."""
    await migrate.upgrade(engine, "0017")
    await run(engine, ONE_AND_TWO_ACCOUNTS.rpartition(";")[0])
    await migrate.upgrade(engine, "0018")
    await run(engine, "UPDATE affiliate_account SET version = 4, company_version = company_version + 2 WHERE id = 7")
    await migrate.downgrade(engine, "0017")
    async with engine.connect() as connection:
        rows = await connection.execute(sa.text("SELECT id, version FROM affiliate_account ORDER BY id"))
        assert rows.all() == [(7, 6), (8, 1), (9, 1)]


async def test_sm5_a_run_that_nobody_would_do_has_failed_on_the_way_back(engine: AsyncEngine) -> None:
    """SM5: the version before does a run while it is started, or never."""
    await migrate.upgrade(engine)
    await run(
        engine,
        "INSERT INTO app_user (id, email, name) VALUES (1, 'ada@example.org', 'Ada');"
        "INSERT INTO payout_run (started_by_id, state, period_start, period_end)"
        " SELECT 1, state, '2026-01-01', '2026-02-01' FROM unnest(enum_range(NULL::payout_run_state)) AS state",
    )
    await migrate.downgrade(engine, "0018")
    async with engine.connect() as connection:
        states = await connection.execute(sa.text("SELECT state::text FROM payout_run ORDER BY id"))
        assert [state for (state,) in states] == ["FAILED", "COMPLETED", "FAILED"]
    await migrate.upgrade(engine)


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
