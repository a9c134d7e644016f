"""The command `sightline`. Every error is one line that says what to do; exit codes stand in docs/cli.md."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer
from typer.exceptions import TyperException

from sightline.db.demo import DemoError
from sightline.db.errors import DatabaseBusyError, DatabaseUnavailableError
from sightline.db.secrets import SecretError
from sightline.resolvers.errors import SightlineError
from sightline.server.commands import access, audit, database, demo, keys, policy, users
from sightline.server.commands.doctor import doctor
from sightline.server.commands.imports import import_orders
from sightline.server.commands.running import CommandError, drop_unwritten, err
from sightline.server.commands.schema import schema
from sightline.server.commands.serve import serve
from sightline.server.last_resort import last_resort
from sightline.server.logs import LogFormat, configure_logging
from sightline.server.settings import SettingsError, load_log_format

FAILED = 1
WRONG_USE = 2
INTERRUPTED = 130

_EXPECTED = (CommandError, DatabaseBusyError, DatabaseUnavailableError, DemoError, SecretError, SightlineError)


def application() -> typer.Typer:
    """The commands and their groups."""
    commands = typer.Typer(
        name="sightline",
        add_completion=False,
        rich_markup_mode=None,
    )
    commands.callback()(_options)
    commands.command()(serve)
    commands.command(name="import")(import_orders)
    commands.command()(schema)
    commands.command()(doctor)
    commands.add_typer(access.commands, name="access")
    commands.add_typer(audit.commands, name="audit")
    commands.add_typer(database.commands, name="db")
    commands.add_typer(demo.commands, name="demo")
    commands.add_typer(keys.commands, name="keys")
    commands.add_typer(policy.commands, name="policy")
    commands.add_typer(users.commands, name="users")
    return commands


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit with its code."""
    sys.exit(_run(list(sys.argv[1:] if arguments is None else arguments)))


def _run(arguments: list[str]) -> int:
    configure_logging(LogFormat.CONSOLE)
    try:
        configure_logging(load_log_format())
        code = application()(arguments or ["--help"], prog_name="sightline", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = "sightline" if context is None else context.command_path
        message = error.format_message().rstrip(".")
        return _failed(f"{message}{'' if message.endswith('?') else '.'} See `{command} --help`.", WRONG_USE)
    except SettingsError as error:
        return _failed(str(error), WRONG_USE)
    except _EXPECTED as error:
        return _failed(str(error), FAILED)
    except (KeyboardInterrupt, typer.Abort):
        return _failed("Interrupted.", INTERRUPTED)
    except Exception as error:
        drop_unwritten()
        return _failed(last_resort(error), FAILED)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"sightline {version('sightline')}")
        raise typer.Exit


def _options(
    _: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version of Sightline.")
    ] = False,
) -> None:
    """A GraphQL API over the affiliate-marketing graph, with field-level authorization."""


def _failed(message: str, code: int) -> int:
    if message:
        err().print(f"sightline: {' '.join(message.split())}", markup=False)
    return code
