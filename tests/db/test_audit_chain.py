"""GOAL19: whatever is done to the audit log by who owns the database, verifying finds it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import orjson
import pytest

from sightline.db.audit import GENESIS, AuditRecord, Head, Verdict, append, chained, verify
from sightline.db.audit_seal import FILE, SealError, read_seal, write_seal
from sightline.db.database import Database
from sightline.db.secrets import Secrets

RECORDS = 40
TAMPERINGS = 1_000
EDITED = ("at", "actor_id", "via_path", "organization_id", "action", "target_type", "target_id", "before", "after")

_PUT = """
    INSERT INTO audit_log (id, at, action, target_type, target_id, before, after, prev_hash, hash)
    VALUES ($1, $2, 'program:update', 'program', '7', NULL, $3, $4, $5)
"""

Tampering = Callable[[asyncpg.Connection, Random, list[int]], Awaitable[None]]


async def filled(connection: asyncpg.Connection) -> list[int]:
    """Write records of every shape; returns their numbers, with room between them."""
    await connection.execute("ALTER SEQUENCE audit_log_id_seq INCREMENT BY 3")
    for n in range(RECORDS):
        async with connection.transaction():
            await append(
                connection,
                actor_id=None,
                on_behalf_of_id=None,
                api_key_id=None,
                via_path=("PLATFORM", None, "ORGANIZATION")[n % 3],
                organization_id=None,
                affiliate_account_id=None,
                action=f"program:{('update', 'create')[n % 2]}",
                target_type="program",
                target_id=str(n),
                before={"name": f"Prógram {n}", "rate": "0.10", "nested": {"b": [1, 2.5], "a": None}}
                if n % 2
                else None,
                after={"name": f"Program {n}"} if n % 5 else None,
            )
    return [row["id"] for row in await connection.fetch("SELECT id FROM audit_log ORDER BY id")]


@asynccontextmanager
async def undone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """What is done in this block is not there after it."""
    transaction = connection.transaction(isolation="repeatable_read")
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


async def edit(connection: asyncpg.Connection, random: Random, ids: list[int]) -> None:
    """Change one field of one record to another value."""
    field = random.choice(EDITED)
    value: Any = f"forged {random.random()}"
    if field == "at":
        value = datetime(2020, 1, 1 + random.randrange(28), tzinfo=UTC)
    elif field in ("actor_id", "organization_id"):
        table = {"actor_id": "app_user", "organization_id": "organization"}[field]
        value = await connection.fetchval(f"SELECT min(id) FROM {table}")
    elif field in ("before", "after"):
        value = {"name": value}
    await connection.execute(f"UPDATE audit_log SET {field} = $1 WHERE id = $2", value, random.choice(ids))


async def rehash(connection: asyncpg.Connection, random: Random, ids: list[int]) -> None:
    """Change a record, and compute its own hash anew."""
    number = random.choice(ids[:-1])
    row = await connection.fetchrow("UPDATE audit_log SET target_id = 'x' WHERE id = $1 RETURNING *", number)
    record = AuditRecord(**{name: row[name] for name in AuditRecord.__slots__})
    await connection.execute("UPDATE audit_log SET hash = $1 WHERE id = $2", chained(row["prev_hash"], record), number)


async def delete(connection: asyncpg.Connection, random: Random, ids: list[int]) -> None:
    """Remove a record that is not the last."""
    await connection.execute("DELETE FROM audit_log WHERE id = $1", random.choice(ids[:-1]))


async def swap(connection: asyncpg.Connection, random: Random, ids: list[int]) -> None:
    """Let two records change places."""
    first, second = random.sample(ids, 2)
    for old, new in ((first, -1), (second, first), (-1, second)):
        await connection.execute("UPDATE audit_log SET id = $1 WHERE id = $2", new, old)


async def insert(connection: asyncpg.Connection, random: Random, ids: list[int]) -> None:
    """Put in a record that follows the one before it, anywhere but at the end."""
    at = random.randrange(len(ids) - 1)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    previous = await connection.fetchval("SELECT hash FROM audit_log WHERE id = $1", ids[at])
    after = {"name": f"put in {random.random()}"}
    record = AuditRecord(
        at=moment, actor_id=None, action="program:update", target_type="program", target_id="7", after=after
    )
    # The place in the chain is taken, so whoever puts one in must move what claims it (prev_hash is unique).
    await connection.execute("UPDATE audit_log SET prev_hash = $1 WHERE id = $2", random.randbytes(32), ids[at + 1])
    await connection.execute(_PUT, ids[at] + 1, moment, after, previous, chained(previous, record))


async def cut(connection: asyncpg.Connection, random: Random, ids: list[int]) -> None:
    """Cut off the end."""
    await connection.execute("DELETE FROM audit_log WHERE id >= $1", random.choice(ids))


async def rewrite(connection: asyncpg.Connection, random: Random, ids: list[int]) -> None:
    """Change a record and compute every hash after it anew: no chain shows it."""
    chosen = random.choice(ids)
    rows = await connection.fetch("SELECT * FROM audit_log ORDER BY id")
    await connection.execute("DELETE FROM audit_log")
    previous = GENESIS
    for row in rows:
        values = {name: row[name] for name in AuditRecord.__slots__}
        if row["id"] == chosen:
            values["target_id"] = "forged"
        digest = chained(previous, AuditRecord(**values))
        columns = {"id": row["id"], **values, "prev_hash": previous, "hash": digest}
        places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
        await connection.execute(f"INSERT INTO audit_log ({', '.join(columns)}) VALUES ({places})", *columns.values())
        previous = digest


FOUND_BY_CHAIN: tuple[Tampering, ...] = (edit, rehash, delete, swap, insert)
FOUND_BY_SEAL: tuple[Tampering, ...] = (cut, rewrite)


async def test_goal19_every_tampering_is_found(database: Database, tmp_path: Path, secrets: Secrets) -> None:
    """GOAL19: a thousand, of every kind, at random: those inside by the chain alone, the others by the seal only."""
    random = Random(19)
    async with database.owner() as connection:
        await connection.execute("INSERT INTO app_user (email, name) VALUES ('a@demo.example', 'A')")
        await connection.execute("INSERT INTO organization (name) VALUES ('O')")
        ids = await filled(connection)
        sound = await verify(connection)
        assert (sound.head.records, sound.sound) == (RECORDS, True)
        write_seal(tmp_path, sound.head, secrets=secrets)
        sealed = read_seal(tmp_path, secrets=secrets)
        assert sealed == sound.head
        for n in range(TAMPERINGS):
            tampering = (FOUND_BY_CHAIN + FOUND_BY_SEAL)[n % 7]
            async with undone(connection):
                await tampering(connection, random, ids)
                alone, held = await verify(connection), await verify(connection, sealed=sealed)
            assert not held.sound, (n, tampering.__name__)
            assert alone.sound == (tampering in FOUND_BY_SEAL), (n, tampering.__name__)
        assert await verify(connection, sealed=sealed) == sound


async def test_goal19_a_sealed_log_may_grow_and_an_empty_one_be_sealed(database: Database) -> None:
    """GOAL19: what was added after the seal is no tampering; what was added and cut off again is not found."""
    async with database.owner() as connection:
        empty = await verify(connection)
        assert empty == Verdict(Head(0, GENESIS), None, lost_seal=False)
        ids = await filled(connection)
        assert (await verify(connection, sealed=empty.head)).sound
        early = (await verify(connection)).head
        await connection.execute("DELETE FROM audit_log WHERE id >= $1", ids[30])
        shorter = (await verify(connection)).head
        assert (await verify(connection, sealed=shorter)).sound
        assert (await verify(connection, sealed=early)).lost_seal


async def test_the_demo_platforms_log_holds(demo: Database) -> None:
    """GOAL19: the demo's records are chained as the application chains them."""
    async with demo.owner() as connection:
        verdict = await verify(connection)
    assert verdict.sound
    assert verdict.head.records > 10


def test_goal19_a_seal_that_was_changed_is_refused(tmp_path: Path, secrets: Secrets) -> None:
    """GOAL19: each part of it, its form, and the secret it was signed with."""
    assert read_seal(tmp_path, secrets=secrets) is None
    path = write_seal(tmp_path, Head(12, bytes(range(32))), secrets=secrets)
    written = orjson.loads(path.read_bytes())
    assert path == tmp_path / FILE
    for changed in (
        {"records": 11},
        {"records": "twelve"},
        {"hash": bytes(32).hex()},
        {"hash": "no hexadecimal"},
        {"signature": bytes(32).hex()},
        {"signature": None},
    ):
        path.write_bytes(orjson.dumps(written | changed))
        with pytest.raises(SealError, match="was changed"):
            read_seal(tmp_path, secrets=secrets)
    for nonsense in (b"", b"[]", b"{}", b"\xff"):
        path.write_bytes(nonsense)
        with pytest.raises(SealError, match="was changed"):
            read_seal(tmp_path, secrets=secrets)
    path.write_bytes(orjson.dumps(written))
    assert read_seal(tmp_path, secrets=secrets) == Head(12, bytes(range(32)))
    with pytest.raises(SealError, match="another secret"):
        read_seal(tmp_path, secrets=Secrets(b"another secret of thirty-two bytes"))
