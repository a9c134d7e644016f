"""`sightline schema`: the API's schema, whole or as one principal has it."""

from __future__ import annotations

from typing import Annotated

import typer

from sightline.server.app import open_database
from sightline.server.commands.running import run
from sightline.server.settings import load_settings


def schema(
    email: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="Whose schema; all of it if not given.")
    ] = None,
) -> None:
    """Print the schema in GraphQL's language."""
    from sightline.server.execution import schema_of, schema_text

    async def work(address: str) -> str:
        async with open_database(load_settings()) as database:
            return await schema_of(database, address)

    typer.echo(schema_text() if email is None else run(work(email)))
