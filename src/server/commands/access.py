"""`sightline access`: questions about who may see and do what, asked of the policy in force."""

from __future__ import annotations

import typer

from sightline.server.commands import reviewing
from sightline.server.commands.access_tests import access_test
from sightline.server.commands.explaining import access_explain, access_who

commands = typer.Typer(help="Who may see and do what, and why.")


@commands.callback()
def access() -> None:
    """Who may see and do what, and why."""


commands.command(name="test")(access_test)
commands.command(name="explain")(access_explain)
commands.command(name="who")(access_who)
commands.add_typer(reviewing.commands, name="review")
