"""`sightline keys`: API keys, made by the operator at the machine. The secret is shown once and stored nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import asyncpg
import typer
from rich.table import Table

from sightline.authz.scopes import ORGANIZATION_SCOPES, USER_SCOPES
from sightline.db.audit import append_by_command
from sightline.db.database import Database
from sightline.db.epoch import count_epoch_up
from sightline.db.key_secrets import KeySecret, key_secret
from sightline.db.live_keys import KEYS_OF_ORGANIZATION, KEYS_OF_USER, MOST_KEYS
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.key_scopes import beyond_now, beyond_until
from sightline.resolvers.mutations.api_keys import RECORDED_COLUMNS
from sightline.server.app import open_database
from sightline.server.commands.running import CommandError, err, out, run, secrets_of
from sightline.server.settings import load_settings

commands = typer.Typer(help="API keys of users and organizations.")

_USER = "SELECT id FROM app_user WHERE email = lower($1) AND status = 'ACTIVE'"
_ORGANIZATIONS = "SELECT id FROM organization WHERE name = $1 OR id::text = $1 ORDER BY id LIMIT 2"
_CREATE = """
    INSERT INTO api_key (owner_kind, organization_id, user_id, name, prefix, last_four, hash, scopes, state, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'ACTIVE', now() + $9::int * interval '1 day')
    RETURNING *
"""
_LIST = """
    SELECT api_key.id, coalesce(organization.name, app_user.email) AS owner, api_key.name, prefix, last_four, scopes,
           CASE WHEN state IN ('PENDING', 'ACTIVE') AND expires_at <= now() THEN 'EXPIRED'
                WHEN state = 'ACTIVE' AND rotation_due_at <= now() THEN 'ACTIVE, to be rotated'
                ELSE state::text END AS state, expires_at
    FROM api_key
    LEFT JOIN organization ON organization.id = api_key.organization_id
    LEFT JOIN app_user ON app_user.id = api_key.user_id
    ORDER BY api_key.id
"""
_REVOKE = """
    UPDATE api_key SET state = 'REVOKED', revoked_at = now(), version = version + 1
    WHERE id = $1 AND state = 'ACTIVE' AND (expires_at IS NULL OR expires_at > now())
    RETURNING name, organization_id, revoked_at
"""


@commands.command()
def create(
    name: Annotated[str, typer.Option(help="What the key is for.")],
    user: Annotated[str | None, typer.Option(help="E-mail of the user whose key it is.")] = None,
    organization: Annotated[
        str | None, typer.Option(help="Name or number of the organization whose key it is.")
    ] = None,
    scope: Annotated[list[str] | None, typer.Option(help="What it may do, e.g. TRANSACTIONS:R; repeat it.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="After how many days it ends.")] = None,
) -> None:
    """Make a key. A user's key needs at least one scope; an organization's without scopes may do everything of it."""
    if (user is None) == (organization is None):
        raise CommandError("Say whose key it is: either --user or --organization.")
    if not name.strip():
        raise CommandError("Say with --name what the key is for.")
    scopes = sorted(set(scope or ()))
    _check_scopes(scopes, of_user=user is not None)
    settings = load_settings()
    secrets = secrets_of(settings)
    secret = key_secret(secrets.token_hash)

    async def work() -> int:
        async with open_database(settings) as database, database.owner() as connection, connection.transaction():
            owner = await _owner(connection, user, organization)
            await _refuse_unheld(database, owner[1], scopes, days)
            return await _create(connection, secret, owner=owner, name=name.strip(), scopes=scopes, days=days)

    number = run(work())
    err().print(f"Key {number} was made. It is shown this once:")
    out().print(secret.token, markup=False)


@commands.command(name="list")
def list_keys() -> None:
    """List keys, without their secrets."""

    async def work() -> list[asyncpg.Record]:
        async with open_database(load_settings()) as database, database.owner() as connection:
            return list(await connection.fetch(_LIST))

    table = Table("Number", "Owner", "Name", "Key", "Scopes", "State", "Ends", box=None)
    for key in run(work()):
        shown = f"{key['prefix']}…{key['last_four']}" if key["prefix"] else ""
        ends = f"{key['expires_at']:%Y-%m-%d}" if key["expires_at"] else ""
        table.add_row(
            str(key["id"]), key["owner"], key["name"], shown, " ".join(key["scopes"] or ["all"]), key["state"], ends
        )
    out().print(table)


@commands.command()
def revoke(number: Annotated[int, typer.Argument(help="The key's number, as `keys list` shows it.")]) -> None:
    """End a key at once."""

    async def work() -> str:
        async with (
            open_database(load_settings()) as database,
            database.owner() as connection,
            connection.transaction(),
        ):
            key = await connection.fetchrow(_REVOKE, number)
            if key is None:
                raise CommandError(f"There is no key {number} that could be revoked: see `sightline keys list`.")
            await count_epoch_up(connection)
            await append_by_command(
                connection,
                organization_id=key["organization_id"],
                action="api_key:revoke",
                target_type="api_key",
                target_id=str(number),
                before={"state": "ACTIVE", "revoked_at": None},
                after={"state": "REVOKED", "revoked_at": key["revoked_at"]},
            )
            name: str = key["name"]
            return name

    name = run(work())
    out().print(f"Key {number} ({name}) is revoked.", markup=False)


async def _owner(
    connection: asyncpg.Connection, user: str | None, organization: str | None
) -> tuple[int | None, int | None]:
    """The numbers of the organization or of the user; exactly one is not None."""
    if user is not None:
        found = await connection.fetchval(_USER, user)
        if found is None:
            raise CommandError(f"There is no active user {user}: see `sightline users create --help`.")
        return None, found
    organizations = await connection.fetch(_ORGANIZATIONS, organization)
    if len(organizations) != 1:
        many = "several organizations: give its number" if organizations else "no organization: give its exact name"
        raise CommandError(f"“{organization}” names {many}.")
    return organizations[0]["id"], None


async def _refuse_unheld(database: Database, user: int | None, scopes: list[str], days: int | None) -> None:
    """A16, DR13: a user's key may what he may, for no longer than he may it."""
    if user is None:
        return

    async def work(snapshot: Snapshot) -> list[str]:
        end = None if days is None else snapshot.clock + timedelta(days=days)
        return await beyond_now(snapshot, user, scopes) or await beyond_until(snapshot, user, scopes, end)

    beyond = await in_snapshot(database.reads, work)
    if beyond:
        raise CommandError(f"The user does not hold {beyond[0]}, or not for that long: leave it out, or name --days.")


async def _create(
    connection: asyncpg.Connection,
    secret: KeySecret,
    *,
    owner: tuple[int | None, int | None],
    name: str,
    scopes: list[str],
    days: int | None,
) -> int:
    organization_id, user_id = owner
    # Whoever makes keys locks the epoch: so none is made meanwhile, and the limit holds.
    await count_epoch_up(connection)
    count = KEYS_OF_ORGANIZATION if user_id is None else KEYS_OF_USER
    if await connection.fetchval(count, organization_id if user_id is None else user_id) >= MOST_KEYS:
        raise CommandError(f"There are {MOST_KEYS} keys of this owner that can be used: revoke one first.")
    key = await connection.fetchrow(
        _CREATE,
        "USER" if organization_id is None else "ORG",
        organization_id,
        user_id,
        name,
        secret.prefix,
        secret.last_four,
        secret.hash,
        scopes or None,
        days,
    )
    await append_by_command(
        connection,
        organization_id=organization_id,
        action="api_key:create",
        target_type="api_key",
        target_id=str(key["id"]),
        after={column: key[column] for column in RECORDED_COLUMNS},
    )
    number: int = key["id"]
    return number


def _check_scopes(scopes: list[str], *, of_user: bool) -> None:
    if of_user and not scopes:
        raise CommandError("A user's key needs at least one --scope, e.g. --scope TRANSACTIONS:R.")
    known = USER_SCOPES if of_user else ORGANIZATION_SCOPES
    unknown = [scope for scope in scopes if scope not in known]
    if unknown:
        whose = "a user" if of_user else "an organization"
        raise CommandError(
            f"There is no scope {unknown[0]} for {whose}: a scope is a permission and R or W, e.g. PROGRAMS:R."
        )
