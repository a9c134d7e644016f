"""Running one mutation: in a savepoint of its own, once for each idempotency key.

What an idempotency key keeps is the effect, never the answer (DR17): a repeat reads the same rows again through the
rights of then. Waiting for one that still runs is the database's work: the key's row is unique.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import asyncpg

from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.refusals import InvalidError
from sightline.resolvers.operation import Operation

Work = Callable[..., Awaitable[Done]]

KEPT = timedelta(days=1)
LONGEST_KEY = 128

_TAKE = (
    "INSERT INTO idempotency_key (principal, key, request_hash, expires_at) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (principal, key) DO NOTHING RETURNING true"
)
_TAKEN = "SELECT request_hash, effect FROM idempotency_key WHERE principal = $1 AND key = $2"
_KEEP = "UPDATE idempotency_key SET effect = $3 WHERE principal = $1 AND key = $2"
_FORGET = "DELETE FROM idempotency_key WHERE principal = $1 AND key = $2 AND expires_at <= $3"


async def run(operation: Operation, name: str, work: Work, given: dict[str, Any], *, key: str | None) -> Done:
    """Make a change, or find what it made before. Raises RefusalError, and then nothing of it is left."""
    connection: asyncpg.Connection = operation.snapshot.connection
    operation.forget()
    try:
        async with connection.transaction():
            if key is not None:
                done = await _once(operation, name, work, given, key)
            else:
                done = await work(Change(operation), **given)
        operation.snapshot.changes += 1
        return done
    except asyncpg.UniqueViolationError as error:
        # Of two that came at once; which row is in the way is not told (LK15).
        raise InvalidError("Something with the same name, or between the same two, exists already.") from error
    finally:
        operation.forget()


async def _once(operation: Operation, name: str, work: Work, given: dict[str, Any], key: str) -> Done:
    if not key or len(key) > LONGEST_KEY:
        raise InvalidError(f"An idempotency key has 1 to {LONGEST_KEY} characters.", "idempotencyKey")
    connection: asyncpg.Connection = operation.snapshot.connection
    who, clock = operation.principal.fingerprint, operation.snapshot.clock
    request = sha256(repr((name, sorted(given.items(), key=str))).encode("utf-8", "surrogatepass")).digest()
    await connection.execute(_FORGET, who, key, clock)
    if not await connection.fetchval(_TAKE, who, key, request, clock + KEPT):
        return await _again(connection, who, key, request)
    done = await work(Change(operation), **given)
    effect = {field: [row.entity, row.key.id, row.key.account] for field, row in done.rows.items()}
    await connection.execute(_KEEP, who, key, effect)
    return done


async def _again(connection: asyncpg.Connection, who: str, key: str, request: bytes) -> Done:
    before = await connection.fetchrow(_TAKEN, who, key)
    if before["request_hash"] != request:
        raise InvalidError("This idempotency key was used for another request: use a new one.", "idempotencyKey")
    effect: dict[str, tuple[str, int, int]] = before["effect"]
    rows = {name: Found(entity, Key(number, account)) for name, (entity, number, account) in effect.items()}
    return Done(rows, replayed=True)
