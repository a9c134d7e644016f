"""`sightline keys create`: no more keys of one owner than he may have (SM6, K5)."""

from __future__ import annotations

import pytest
from commands_over_demo import CommandsOver
from console import Starting

from sightline.db.live_keys import MOST_KEYS


@pytest.mark.parametrize("whose", ["--user", "--organization"])
async def test_sm6_k5_the_command_makes_so_many_keys(
    url: str, commands: CommandsOver, start: Starting, whose: str
) -> None:
    """SM6, K5: the last one is made, one more is refused in one line; revoking one makes room."""
    with commands(url) as run:
        async with start() as console:
            if whose == "--user":
                name, column, kind = "ana@example.com", "user_id", "USER"
                owner = await console.user()
            else:
                name, column, kind = "Northwind", "organization_id", "ORG"
                owner = await console.add("organization", name=name)
            await console.connection.execute(
                f"INSERT INTO api_key (owner_kind, {column}, name, prefix, last_four, hash, scopes, state)"
                " SELECT $1::text::key_owner, $2, 'stored', 'sl_live_', 'abcd', sha256(gen_random_uuid()::text::bytea),"
                " ARRAY['self:R'], 'ACTIVE' FROM generate_series(1, $3::int)",
                kind,
                owner,
                MOST_KEYS - 1,
            )
            scope = "self:R" if whose == "--user" else "org:R"
            create = ("keys", "create", "--name", "k", whose, name, "--scope", scope)
            assert (await run(*create))[0] == 0
            epoch = await console.epoch()
            code, out, said = await run(*create)
            assert (code, out, said.count("\n")) == (1, "", 1)
            assert f"There are {MOST_KEYS} keys of this owner" in said
            assert await console.epoch() == epoch
            number = await console.connection.fetchval("SELECT min(id) FROM api_key")
            assert (await run("keys", "revoke", str(number)))[0] == 0
            assert (await run(*create))[0] == 0
