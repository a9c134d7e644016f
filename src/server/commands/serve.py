"""`sightline serve`: check everything that can be checked first, then serve until told to stop."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from sightline.db.secrets import Secrets
from sightline.server.app import open_database
from sightline.server.commands.database import make_ready
from sightline.server.commands.demo import members_of, seed_where_empty
from sightline.server.commands.running import CommandError, err, out, run, secrets_of
from sightline.server.console.assets import FOLDER, SOURCES
from sightline.server.console.stamp import Built, built
from sightline.server.counting import shared_by_workers
from sightline.server.serving import ListenError, is_loopback, listen
from sightline.server.serving import serve as serve_until_stopped
from sightline.server.settings import Settings, load_settings, variable

SHOWN = ("admin@", "adv-member@", "partner-member@", "collab-owner@", "nobody@")
FIRST_QUERY = '{"query": "{ conversions(first: 2) { edges { node { status eventAt payout { amount currency } } } } }"}'


def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Serve the demo platform, on this machine only.")] = False,
    host: Annotated[str | None, typer.Option(help="The address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on. [default: 8000]")] = None,
    workers: Annotated[int | None, typer.Option(help="How many processes serve. [default: 1]")] = None,
) -> None:
    """Serve the API. Stop it with Ctrl-C."""
    settings = load_settings(demo=demo or None, host=host, port=port, workers=workers)
    if settings.demo and not is_loopback(settings.host):
        raise CommandError("The demo's keys are known to everybody: serve it on 127.0.0.1 only.")
    try:
        listening = listen(settings.host, settings.port)
    except ListenError as error:
        raise CommandError(str(error)) from error
    with listening:
        secrets = secrets_of(settings)
        for warning in run(_prepare(settings, secrets)):
            err().print(f"Warning: {warning}")
        _announce(settings, secrets)
        # Workers read the settings for themselves.
        os.environ |= {variable(name): str(getattr(settings, name)) for name in ("demo", "workers", "host", "port")}
        with shared_by_workers(settings):
            started = serve_until_stopped(settings, listening)
        if not started:
            raise CommandError("The server did not start: see the log above, or run `sightline doctor`.")


async def _prepare(settings: Settings, secrets: Secrets) -> list[str]:
    async with open_database(settings) as database:
        warnings = [*await make_ready(database, settings), *database.warnings]
        if settings.demo and await seed_where_empty(database, secrets):
            err().print("The demo platform was made.")
        return warnings


def _announce(settings: Settings, secrets: Secrets) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    site = f"http://{host}:{settings.port}"
    url = f"{site}/graphql"
    console = out()
    console.print(f"Sightline answers at {url}", markup=False)
    if not settings.skip_console and built(SOURCES, FOLDER) is not Built.ABSENT:
        console.print(f"The console is at {site}/", markup=False)
    if settings.demo:
        members = members_of(secrets)
        shown = [member for member in members if (member["email"] or "").startswith(SHOWN)]
        console.print("\nWho you can be (all of them: sightline demo cast):")
        for member in shown:
            console.print(f"  {member['email']:<28} {member['role']:<36} {member['token']}", markup=False)
        console.print(
            f"\nTry:\n  curl -s {url} -H 'content-type: application/json' \\\n"
            f"    -H 'authorization: Bearer {shown[0]['token']}' \\\n    -d '{FIRST_QUERY}'\n",
            markup=False,
        )
    console.print("Stop with Ctrl-C.")
