"""`sightline access`: questions about who may see and do what, asked of the policy in force."""

from __future__ import annotations

import typer

from sightline.server.commands.access_tests import access_test

commands = typer.Typer(help="Who may see and do what, and why.")


@commands.callback()
def access() -> None:
    """Who may see and do what, and why."""


commands.command(name="test")(access_test)
