"""`sightline schema`: the API's schema, whole or as one principal has it, or who may see what of it."""

from __future__ import annotations

from typing import Annotated

import typer

from sightline.server.app import open_database
from sightline.server.commands.running import CommandError, run
from sightline.server.settings import load_settings


def schema(
    email: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="Whose schema; all of it if not given.")
    ] = None,
    policy: Annotated[bool, typer.Option("--policy", help="Who may see what of it, in words, instead.")] = False,
) -> None:
    """Print the schema in GraphQL's language, or who may see what of it as Markdown."""
    from sightline.schema.policy_page import policy_page
    from sightline.server.execution import schema_of, schema_text

    if policy and email is not None:
        raise CommandError("--policy is about everybody: leave out --as.")
    if policy:
        typer.echo(policy_page(), nl=False)
        return

    async def work(address: str) -> str:
        async with open_database(load_settings()) as database:
            return await schema_of(database, address)

    typer.echo(schema_text() if email is None else run(work(email)))
