"""`sightline access test`: a file of assertions about access, held against the policy in force."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sightline.authz.assertions import AssertionSyntaxError
from sightline.server.app import open_database
from sightline.server.commands.running import CommandError, out, printable, run, secrets_of
from sightline.server.settings import load_settings

if TYPE_CHECKING:
    from sightline.server.access_tests import Outcome

SOME_FAILED = 1
"""Exit code where an assertion does not hold."""


def access_test(
    file: Annotated[Path, typer.Argument(help="The file of assertions, one a line.", show_default=False)],
    asker: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="Who asks: about what he may see himself only.")
    ] = None,
) -> int:
    """Hold assertions against the policy in force. Exits with 1 where one fails, and says which path gives it."""
    from sightline.server.access_tests import held
    from sightline.server.execution import Engine

    settings = load_settings()
    secrets = secrets_of(settings)

    async def work() -> tuple[Outcome, ...]:
        async with open_database(settings) as database:
            return await held(Engine.of(database, secrets), file, asker=asker)

    try:
        outcomes = run(work())
    except AssertionSyntaxError as error:
        raise CommandError(printable(str(error))) from None
    _show(outcomes, file)
    return SOME_FAILED if any(not each.holds for each in outcomes) else 0


def _show(outcomes: Sequence[Outcome], file: Path) -> None:
    console = out()
    failed = [each for each in outcomes if not each.holds]
    for each in failed:
        console.print(printable(f"{file} line {each.assertion.line}: {each.assertion.text}"), markup=False)
        for reason in each.why:
            console.print(f"    {printable(reason)}", markup=False)
    nobody = sum(each.of == 0 for each in outcomes if each.holds)
    empty = f", {nobody:,} of them of nobody" if nobody else ""
    console.print(f"{len(outcomes) - len(failed):,} hold{empty}; {len(failed):,} fail.", markup=False)
