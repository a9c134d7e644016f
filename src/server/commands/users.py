"""`sightline users`: people, made by the operator at the machine; the first administrator is made here.

A password is asked for, or read from standard input: on a command line, everybody on the machine could read it.
"""

from __future__ import annotations

import re
import sys
from typing import Annotated, Any

import asyncpg
import typer

from sightline.authz.permissions import Scope
from sightline.authz.roles import (
    DEFAULT_PLATFORM_ROLES,
    PREDEFINED_ORGANIZATION_ROLES,
    RoleDefinition,
    Switch,
)
from sightline.db.audit import append_by_command
from sightline.db.epoch import count_epoch_up
from sightline.db.sign_in.outbox import put_mail
from sightline.db.sign_in.people import set_password
from sightline.db.sign_in.replacing import replace_password
from sightline.db.tables.enums import MailKind
from sightline.server.answers import RefusedError
from sightline.server.app import open_database
from sightline.server.commands.running import CommandError, out, run
from sightline.server.identity.passwords import check_password, hash_password
from sightline.server.identity.serving import carrier_of
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
_ADMINISTRATOR = (
    "SELECT id, name FROM role WHERE scope = 'PLATFORM' AND base_type = 'ADMINISTRATOR' ORDER BY id LIMIT 1"
)
_ASSIGN = "INSERT INTO role_assignment (user_id, scope, role_id) VALUES ($1, 'PLATFORM', $2) RETURNING id"
_FIND = "SELECT id FROM app_user WHERE email = $1"
# As with a password, nobody is shown whom somebody is linked to, nor a version that tells of it (AC11).
_LINK = """
    UPDATE app_user SET oidc_issuer = $2, oidc_subject = $3
    WHERE id = $1 AND (oidc_issuer, oidc_subject) IS DISTINCT FROM ($2, $3) RETURNING true
"""


@commands.callback()
def users() -> None:
    """People."""


@commands.command()
def create(
    email: Annotated[str, typer.Argument(help="The address he signs in with.")],
    name: Annotated[str, typer.Option(help="How he is shown to others.")],
    administrator: Annotated[bool, typer.Option(help="Whether he may do everything on the platform.")] = False,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a password, or read it from standard input.")
    ] = False,
) -> None:
    """Make a user. By itself that gives no access to anything (A1)."""
    address, shown = _address(email), name.strip()
    if not shown:
        raise CommandError("Say with --name how the user is shown to others.")
    hashed = hash_password(_asked_password(address)) if password else None
    settings = load_settings()

    async def work() -> int:
        async with (
            open_database(settings) as database,
            database.owner() as connection,
            connection.transaction(),
        ):
            try:
                number: int = await connection.fetchval(_CREATE, address, shown)
            except asyncpg.UniqueViolationError:
                raise CommandError(f"There is a user {address} already.") from None
            if hashed is not None:
                await set_password(connection, number, hashed)
            # Every change locks the epoch before the log: so whatever counts it up comes first.
            assigned = await _make_administrator(connection, number) if administrator else None
            if carrier_of(settings) is not None:
                await put_mail(connection, MailKind.VERIFY_EMAIL, address)
            await _record(connection, "user:create", number, after={"email": address, "name": shown})
            if assigned is not None:
                await append_by_command(connection, **assigned)
            return number

    out().print(f"User {run(work())} was made: {address}.", markup=False)


@commands.command()
def password(email: Annotated[str, typer.Argument(help="The address he signs in with.")]) -> None:
    """Set a user's password: asked for, or read from standard input. He is signed out everywhere."""
    address = _address(email)
    hashed = hash_password(_asked_password(address))

    async def work() -> int | None:
        async with (
            open_database(load_settings()) as database,
            database.owner() as connection,
            connection.transaction(),
        ):
            number: int | None = await connection.fetchval(_FIND, address)
            if number is not None:
                await replace_password(connection, number, hashed)
                await _record(connection, "user:set_password", number)
            return number

    if run(work()) is None:
        raise _nobody(address)
    out().print(f"{address} has a new password, and is signed out everywhere.", markup=False)


@commands.command()
def link(
    email: Annotated[str, typer.Argument(help="The address of the user.")],
    subject: Annotated[str | None, typer.Argument(help="Who he is at the identity provider.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Link him to nobody.")] = False,
) -> None:
    """Link a user to somebody at the configured identity provider, whose tokens stand for him then."""
    address, settings = _address(email), load_settings()
    if (subject is None) != remove:
        raise CommandError("Give the subject to link the user to, or --remove.")
    if subject is not None and settings.oidc_issuer is None:
        raise CommandError("No identity provider is configured: set SIGHTLINE_OIDC_ISSUER first.")

    if remove and settings.oidc_match_email:
        # Linked to nobody, he would be known by his address: nothing would have ended.
        raise CommandError(
            "With SIGHTLINE_OIDC_MATCH_EMAIL the provider's address would stand for him again: suspend him instead."
        )

    async def work() -> int | None:
        async with open_database(settings) as database, database.owner() as connection, connection.transaction():
            number: int | None = await connection.fetchval(_FIND, address)
            try:
                issuer = None if subject is None else settings.oidc_issuer
                changed = await connection.fetchval(_LINK, number, issuer, subject)
            except asyncpg.UniqueViolationError:
                raise CommandError("Another user is linked to this subject: link him to another first.") from None
            if number is not None and changed:
                await count_epoch_up(connection)
                await _record(connection, "user:unlink" if subject is None else "user:link", number)
            return number

    if run(work()) is None:
        raise _nobody(address)
    said = "linked to nobody" if subject is None else f"linked to {subject}"
    out().print(f"{address} is {said} at the identity provider.", markup=False)


def _address(email: str) -> str:
    address = email.strip().lower()
    if not _ADDRESS.fullmatch(address):
        raise CommandError("That is no e-mail address: give one such as ana@example.com.")
    return address


def _asked_password(address: str) -> str:
    """A password from the terminal, twice, without showing it; else the first line of standard input."""
    if sys.stdin.isatty():
        given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    try:
        check_password(given, email=address)
    except RefusedError as refused:
        raise CommandError(refused.message) from None
    return given


def _nobody(address: str) -> CommandError:
    return CommandError(f"There is no user {address}: see `sightline users create --help`.")


async def _record(connection: asyncpg.Connection, action: str, user_id: int, **what: Any) -> None:
    """Write down what was done to a user; of his password and of his link only that they are others (AC11)."""
    await append_by_command(connection, action=action, target_type="app_user", target_id=str(user_id), **what)


async def _make_administrator(connection: asyncpg.Connection, user_id: int) -> dict[str, Any]:
    """Give a user the administrator's role, and count the epoch up; returns the record of it, still to be written."""
    if not await connection.fetchval(_ANY_ROLE):
        for role in DEFAULT_PLATFORM_ROLES + PREDEFINED_ORGANIZATION_ROLES:
            await _create_role(connection, role)
    role = await connection.fetchrow(_ADMINISTRATOR)
    if role is None:
        raise CommandError("There is no administrator's role in this database.")
    number = await connection.fetchval(_ASSIGN, user_id, role["id"])
    await count_epoch_up(connection)
    return {
        "action": "role_assignment:create",
        "target_type": "role_assignment",
        "target_id": str(number),
        "after": {"role": role["name"], "expires_at": None},
    }


async def _create_role(connection: asyncpg.Connection, role: RoleDefinition) -> None:
    origin = "DEFAULT" if role.scope is Scope.PLATFORM else "PREDEFINED"
    switches = [switch in role.switches for switch in (Switch.REVENUE, Switch.PAYOUT, Switch.SALE_AMOUNT)]
    role_id = await connection.fetchval(_CREATE_ROLE, role.name, role.scope, origin, role.base_type, *switches)
    await connection.executemany(_CREATE_PERMISSION, [(role_id, key, level) for key, level in role.permissions])
