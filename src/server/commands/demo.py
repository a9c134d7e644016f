"""`sightline demo`: the demo platform, and the cast of people and keys one can look at it as."""

from __future__ import annotations

import json as standard_json
from typing import Annotated, Any

import typer
from rich.table import Table

from sightline.db.database import Database
from sightline.db.demo import cast as demo_cast
from sightline.db.demo import seed as demo_seed
from sightline.db.secrets import Secrets
from sightline.server.app import open_database
from sightline.server.commands.database import bring_up_to_date
from sightline.server.commands.running import CommandError, out, run, secrets_of
from sightline.server.settings import load_settings

commands = typer.Typer(help="The demo platform and its cast.")

ADMINISTRATOR = "admin@demo.example"

_TABLES = "SELECT to_regclass('public.app_user') IS NOT NULL"
_ANYBODY = "SELECT EXISTS (SELECT FROM app_user)"
_ADMINISTRATOR = "SELECT EXISTS (SELECT FROM app_user WHERE email = $1)"


@commands.command()
def seed(
    scale: Annotated[int, typer.Option(min=1, max=100, help="How many times 50,000 conversions.")] = 1,
) -> None:
    """Fill an empty database with the demo platform."""
    settings = load_settings()
    secrets = secrets_of(settings)

    async def work() -> bool:
        async with open_database(settings) as database:
            await bring_up_to_date(database)
            return await seed_where_empty(database, secrets, scale=scale)

    out().print("The demo platform is ready." if run(work()) else "The demo platform was there already.")


@commands.command()
def cast(json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False) -> None:
    """List who one can be in the demo, with a token for each."""
    members = _members()
    if json:
        typer.echo(standard_json.dumps(members, indent=2, ensure_ascii=False))
        return
    table = Table("Who", "E-mail", "Role", "Token", box=None)
    for member in members:
        table.add_row(member["name"], member["email"] or "", member["role"], member["token"])
    out().print(table, soft_wrap=True)


@commands.command()
def token(who: Annotated[str, typer.Argument(metavar="WHO", help="An e-mail address, or a key's name.")]) -> None:
    """Print the token of one of the cast: `TOKEN=$(sightline demo token adv-admin@demo.example)`."""
    members = _members()
    found = next((each["token"] for each in members if who in (each["email"], each["name"])), None)
    if found is None:
        raise CommandError(f"Nobody of the cast is called {who}: see `sightline demo cast`.")
    typer.echo(found)


def members_of(secrets: Secrets) -> list[dict[str, Any]]:
    """The cast: name, e-mail, role, paths in words, and the token that this installation's secret gives each."""
    return demo_cast(secrets)


def _members() -> list[dict[str, Any]]:
    """The cast of this installation. Raises CommandError where that is not the demo: the tokens would work nowhere."""
    settings = load_settings()
    secrets = secrets_of(settings)

    async def work() -> bool:
        async with open_database(settings) as database, database.owner() as connection:
            return bool(await connection.fetchval(_TABLES) and await connection.fetchval(_ADMINISTRATOR, ADMINISTRATOR))

    if not run(work()):
        raise CommandError("This installation is not the demo: `sightline demo seed` makes it, in an empty database.")
    return members_of(secrets)


async def seed_where_empty(database: Database, secrets: Secrets, *, scale: int = 1) -> bool:
    """Whether the demo had to be made. Raises CommandError where the database has other people's data."""
    async with database.owner() as connection:
        if await connection.fetchval(_ADMINISTRATOR, ADMINISTRATOR):
            return False
        if await connection.fetchval(_ANYBODY):
            raise CommandError(
                "This database is in use and is not the demo's: set SIGHTLINE_DATA_DIR to another directory for it."
            )
        await demo_seed(connection, secrets, scale=scale)
        return True
