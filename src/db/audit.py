"""The audit log: one record per change, each chained to the one before it by its hash.

`hash = SHA-256(hash of the record before, canonical JSON of this one)`. The application may add records and nothing
else; whoever rewrites one as the database's owner breaks the chain, which `verify` finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

import asyncpg
import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from sightline.db.statements import system_statement
from sightline.db.tables import AuditLogRow

GENESIS = bytes(32)

COMMAND_LINE: Final = "COMMAND_LINE"
"""What `via_path` says of what the operator did with a command: there no grant allowed it."""

_LOCK = 0x51_61_75_64_69_74  # of the advisory lock that keeps the chain in one line

_LAST = "SELECT hash FROM audit_log ORDER BY id DESC LIMIT 1"
_NOW = "SELECT date_trunc('milliseconds', clock_timestamp())"
_COLUMNS = (
    "at, actor_id, on_behalf_of_id, api_key_id, via_path, organization_id, affiliate_account_id,"
    " action, target_type, target_id, before, after"
)
_INSERT = (
    f"INSERT INTO audit_log ({_COLUMNS}, prev_hash, hash)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
)

RECORDED = system_statement(
    sa.select(AuditLogRow.id, AuditLogRow.before, AuditLogRow.after).where(
        AuditLogRow.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.BigInteger)))
    )
)
"""What entries recorded, raw. Parameter: `ids`, of entries that their reader sees; what of it, others decide."""

_AT_ONCE = 2_000
_READ = f"SELECT id, {_COLUMNS}, prev_hash, hash FROM audit_log ORDER BY id"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One change. `action` is `resource:verb`; `target_id` a number, `account/number` for a fact."""

    at: datetime
    actor_id: int | None
    on_behalf_of_id: int | None = None
    api_key_id: int | None = None
    via_path: str | None = None
    organization_id: int | None = None
    affiliate_account_id: int | None = None
    action: str
    target_type: str
    target_id: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain stood: how many records it had, and the hash of the last of them."""

    records: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the chain holds: its head there, the first record that does not fit, and whether the sealed head is gone.

    `broken_at` is None where every record fits; `lost_seal` is True where the log has not the sealed record any more.
    """

    head: Head
    broken_at: int | None
    lost_seal: bool

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return self.broken_at is None and not self.lost_seal


def chained(previous: bytes, record: AuditRecord) -> bytes:
    """The hash of a record that follows another."""
    return _hash(previous, {name: getattr(record, name) for name in AuditRecord.__slots__})


def _hash(previous: bytes, values: Mapping[str, Any]) -> bytes:
    return sha256(previous + orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).digest()


async def append(
    connection: asyncpg.Connection,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Write one record, in the caller's transaction. Others wait until that ends, so the chain has no forks.

    Whoever counts the epoch up too does so before, as every change locks it first. Raises TypeError for a value that
    is never written down, such as bytes.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
    at = await connection.fetchval(_NOW)
    record = AuditRecord(at=at, before=_plain(before), after=_plain(after), **fields)
    previous = await connection.fetchval(_LAST) or GENESIS
    values = [getattr(record, name) for name in AuditRecord.__slots__]
    await connection.execute(_INSERT, *values, previous, chained(previous, record))


async def append_by_command(connection: asyncpg.Connection, *, actor_id: int | None = None, **fields: Any) -> None:
    """As `append`, of what a command did: by nobody, unless it says as whom, and by no grant."""
    await append(connection, actor_id=actor_id, via_path=COMMAND_LINE, **fields)


async def verify(connection: asyncpg.Connection, *, sealed: Head | None = None) -> Verdict:
    """Read the whole log and follow its chain, through the sealed head where there is one.

    A record that was edited, removed, swapped or put in before the last breaks the chain. That the end was cut off, or
    the chain computed anew, shows only by the sealed head.
    """
    previous, count = GENESIS, 0
    lost = sealed is not None and sealed.records > 0
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        cursor = await connection.cursor(_READ)
        while rows := await cursor.fetch(_AT_ONCE):
            for row in rows:
                values = {name: row[name] for name in AuditRecord.__slots__}
                if row["prev_hash"] != previous or row["hash"] != _hash(previous, values):
                    return Verdict(Head(count, previous), row["id"], lost_seal=False)
                previous, count = row["hash"], count + 1
                if sealed is not None and count == sealed.records:
                    lost = previous != sealed.hash
    return Verdict(Head(count, previous), None, lost_seal=lost)


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {name: _json(value) for name, value in sorted(values.items())}


def _json(value: Any) -> Any:
    """A stored value as JSON holds it: numbers of money as text, moments as ISO 8601, never bytes."""
    match value:
        case None | bool() | int() | str() | dict():
            return value if not isinstance(value, str) else str(value)
        case Decimal() | datetime() | date():
            return value.isoformat() if isinstance(value, date) else str(value)
        case list() | tuple():
            return [_json(each) for each in value]
        case _:
            raise TypeError(f"{type(value).__name__} is not written to the audit log")
