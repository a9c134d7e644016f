"""Accounts by shard: every account that facts are written of is known there first (D7)."""

from __future__ import annotations

import asyncpg

_ENSURE = "INSERT INTO account_shard (affiliate_account_id) VALUES ($1) ON CONFLICT DO NOTHING"


async def ensure_shard(connection: asyncpg.Connection, account: int) -> None:
    """Know an account by its shard; one that is known stays where it is."""
    await connection.execute(_ENSURE, account)
