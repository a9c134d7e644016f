"""`sightline users`: people, made by the operator at the machine; the first administrator is made here."""

from __future__ import annotations

import re
from typing import Annotated

import asyncpg
import typer

from sightline.authz.permissions import Scope
from sightline.authz.roles import (
    DEFAULT_PLATFORM_ROLES,
    PREDEFINED_ORGANIZATION_ROLES,
    RoleDefinition,
    Switch,
)
from sightline.server.app import open_database
from sightline.server.commands.running import CommandError, out, run
from sightline.server.settings import load_settings

commands = typer.Typer(help="People.")

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_CREATE = "INSERT INTO app_user (email, name) VALUES ($1, $2) RETURNING id"
_ANY_ROLE = "SELECT EXISTS (SELECT FROM role)"
_CREATE_ROLE = """
    INSERT INTO role (name, scope, origin, base_type, see_revenue, see_payout, see_sale_amount)
    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
"""
_CREATE_PERMISSION = "INSERT INTO role_permission (role_id, permission, level) VALUES ($1, $2, $3)"
_ADMINISTRATOR = "SELECT id FROM role WHERE scope = 'PLATFORM' AND base_type = 'ADMINISTRATOR' ORDER BY id LIMIT 1"
_ASSIGN = "INSERT INTO role_assignment (user_id, scope, role_id) VALUES ($1, 'PLATFORM', $2)"
_COUNT_EPOCH_UP = "UPDATE authz_epoch SET n = n + 1"


@commands.callback()
def users() -> None:
    """People."""


@commands.command()
def create(
    email: Annotated[str, typer.Argument(help="The address he signs in with.")],
    name: Annotated[str, typer.Option(help="How he is shown to others.")],
    administrator: Annotated[bool, typer.Option(help="Whether he may do everything on the platform.")] = False,
) -> None:
    """Make a user. By itself that gives no access to anything (A1)."""
    address, shown = email.strip().lower(), name.strip()
    if not _ADDRESS.fullmatch(address):
        raise CommandError("That is no e-mail address: give one such as ana@example.com.")
    if not shown:
        raise CommandError("Say with --name how the user is shown to others.")

    async def work() -> int:
        async with (
            open_database(load_settings()) as database,
            database.owner() as connection,
            connection.transaction(),
        ):
            try:
                number: int = await connection.fetchval(_CREATE, address, shown)
            except asyncpg.UniqueViolationError:
                raise CommandError(f"There is a user {address} already.") from None
            if administrator:
                await _make_administrator(connection, number)
            return number

    out().print(f"User {run(work())} was made: {address}.", markup=False)


async def _make_administrator(connection: asyncpg.Connection, user_id: int) -> None:
    if not await connection.fetchval(_ANY_ROLE):
        for role in DEFAULT_PLATFORM_ROLES + PREDEFINED_ORGANIZATION_ROLES:
            await _create_role(connection, role)
    role_id = await connection.fetchval(_ADMINISTRATOR)
    if role_id is None:
        raise CommandError("There is no administrator's role in this database.")
    await connection.execute(_ASSIGN, user_id, role_id)
    await connection.execute(_COUNT_EPOCH_UP)


async def _create_role(connection: asyncpg.Connection, role: RoleDefinition) -> None:
    origin = "DEFAULT" if role.scope is Scope.PLATFORM else "PREDEFINED"
    switches = [switch in role.switches for switch in (Switch.REVENUE, Switch.PAYOUT, Switch.SALE_AMOUNT)]
    role_id = await connection.fetchval(_CREATE_ROLE, role.name, role.scope, origin, role.base_type, *switches)
    await connection.executemany(_CREATE_PERMISSION, [(role_id, key, level) for key, level in role.permissions])
