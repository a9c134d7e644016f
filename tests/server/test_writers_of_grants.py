"""Whoever writes grants counts the epoch up in the same transaction, which PostgreSQL's `xmin` of the rows shows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from grant_tables import GRANT_TABLES

import sightline
from sightline.db.database import Database
from sightline.server.cli import main

ROOT = Path(sightline.__path__[0])

# Who writes such tables with SQL, and the test that shows the epoch moving with it: here, or where it is named. The
# demo writes all its tables at once, in another way, and stands here too.
WRITERS = {
    "server/commands/users.py": "here",
    "server/commands/keys.py": "here",
    "db/imports/creation.py": "imports/test_import.py",
    "db/sign_in/people.py": "server/identity/test_mailed_tokens.py",
    "db/sign_in/sessions.py": "server/identity/test_signing_in.py",
    "resolvers/mutations/key_rotation.py": "mutations/test_key_rotation.py",
    "resolvers/mutations/column_lists.py": "mutations/test_list_mutations.py",
    "resolvers/mutations/members.py": "mutations/test_organization_mutations.py",
    "resolvers/mutations/roles.py": "mutations/test_role_mutations.py",
    "resolvers/mutations/staff.py": "mutations/test_role_mutations.py",
}
_WRITES = re.compile(rf"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+(?:{'|'.join(sorted(GRANT_TABLES))})\b")


def test_d9_every_writer_of_grants_is_known() -> None:
    """D9, GOAL7: a new one has to be added here, with a test that it counts the epoch up."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if "migrations" not in path.parts and _WRITES.search(path.read_text(encoding="utf-8"))
    }
    assert found == WRITERS.keys()


USED = {"session": "last_seen_at", "api_key": "last_used_at"}


async def test_d9_the_demo_is_there_with_its_epoch(demo: Database) -> None:
    """D9: every row of every table that decides access is of the transaction that counted the epoch up."""
    async with demo.reads.acquire() as connection:
        epoch = await connection.fetchval("SELECT xmin FROM authz_epoch")
        for table in sorted(GRANT_TABLES):
            # Sessions and keys are written again when they are used; nothing else of the demo is.
            seeded = f" WHERE {USED[table]} IS NULL" if table in USED else ""
            rows = await connection.fetch(f"SELECT DISTINCT xmin FROM {table}{seeded}")
            assert {row["xmin"] for row in rows} <= {epoch}, table


def test_d9_what_commands_write_comes_with_the_epoch(
    migrated: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """D9, GOAL7: an administrator, a key, the end of a key; in one transaction each."""
    monkeypatch.setenv("SIGHTLINE_DATABASE_URL", migrated)
    monkeypatch.setenv("SIGHTLINE_SECRET_KEY", "a secret of the tests, long enough to be one")
    address = "ana@example.com"
    for arguments, table in (
        (("users", "create", address, "--name", "Ana", "--administrator"), "role_assignment"),
        (("keys", "create", "--name", "reports", "--user", address, "--scope", "TRANSACTIONS:R"), "api_key"),
        (("keys", "revoke", "1"), "api_key"),
    ):
        before = asyncio.run(epoch_and(migrated, table))
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0, capfd.readouterr().err
        after = asyncio.run(epoch_and(migrated, table))
        assert after[0] == before[0] + 1, arguments
        assert after[1] == after[2] != before[1], arguments


async def epoch_and(url: str, table: str) -> tuple[int, int, int | None]:
    """The epoch, the transaction that wrote it, and the latest that wrote a row of the table."""
    connection = await asyncpg.connect(url)
    try:
        epoch = await connection.fetchrow("SELECT n, xmin::text::bigint FROM authz_epoch")
        latest = await connection.fetchval(f"SELECT max(xmin::text::bigint) FROM {table}")
    finally:
        await connection.close()
    return epoch["n"], epoch["xmin"], latest


@pytest.fixture
async def migrated(
    empty_database: Callable[..., Awaitable[str]], migrated_template: str, database_url: Callable[[str], str]
) -> str:
    """The URL of an empty database of the test's own."""
    return database_url(await empty_database(migrated_template))
