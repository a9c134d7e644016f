"""`sightline policy`: roles and the system's column list as a file; exported, compared, and applied as somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from sightline.resolvers.policy.compare import Differences, RoleDifference
from sightline.resolvers.policy.file import policy_text
from sightline.resolvers.policy.model import PolicyFileError
from sightline.resolvers.policy.steps import PolicyRefusedError
from sightline.server.app import open_database
from sightline.server.commands.running import CommandError, out, printable, run, secrets_of, write
from sightline.server.settings import load_settings

if TYPE_CHECKING:
    from sightline.schema.exposure import ExposureChange
    from sightline.server.execution import Engine
    from sightline.server.policy_plans import Exposed, Plan

commands = typer.Typer(help="The access policy as a file: export it, plan a change, apply it.")

Result = TypeVar("Result")

MOST_ROLES = 50
MOST_GROUPS = 20
MOST_USERS = 20
MOST_COORDINATES = 12

_File = Annotated[Path, typer.Argument(help="The policy's YAML file.", show_default=False)]


@commands.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; standard output if not given.")] = None,
) -> None:
    """Write the policy in force: default and custom roles, and the system's list of report columns."""
    from sightline.server.policy_plans import exported

    write(policy_text(_over(exported)), file, said="The policy")


@commands.command()
def plan(
    file: _File,
    actor: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="Who would apply it: tried with his rights.")
    ] = None,
) -> None:
    """Say what applying a file would change, and who would see more or less by it. Nothing is changed."""
    from sightline.server.policy_plans import planned

    _show(_over(lambda engine: planned(engine, file, actor=actor)), file)


@commands.command()
def apply(
    file: _File,
    actor: Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who does it: with his rights, in his name.")],
    plan_made: Annotated[
        str | None, typer.Option("--plan", metavar="HASH", help="The plan that was looked at; a stale one is refused.")
    ] = None,
) -> None:
    """Make the policy what a file says, in one transaction: all of it, or nothing."""
    from sightline.server.policy_plans import applied

    number = _over(lambda engine: applied(engine, file, actor=actor, plan=plan_made))
    out().print(f"{_counted(number, 'change was', 'changes were')} made." if number else "Nothing to do.", markup=False)


@commands.command()
def lint(
    fail: Annotated[bool, typer.Option("--fail", help="End with 1 where something is found.")] = False,
) -> None:
    """Say what of the policy in force is there for nothing, or shows more than it seems to."""
    from sightline.server.policy_lint import linted

    found = _over(linted)
    for each in found:
        follows = f" It follows from {', '.join(each.finding.witness)}." if each.finding.witness else ""
        out().print(printable(f"{each.finding.rule}: {each.about}. {each.finding.says}{follows}"), markup=False)
    out().print(_counted(len(found), "finding") + ".", markup=False)
    if found and fail:
        raise typer.Exit(1)


def _over(work: Callable[[Engine], Awaitable[Result]]) -> Result:
    """The result of work over the installation; what is refused is one line."""
    from sightline.server.execution import Engine

    settings = load_settings()
    secrets = secrets_of(settings)

    async def working() -> Result:
        async with open_database(settings) as database:
            return await work(Engine.of(database, secrets))

    try:
        return run(working())
    except (PolicyFileError, PolicyRefusedError) as error:
        raise CommandError(printable(str(error))) from None


def _show(made: Plan, file: Path) -> None:
    console = out()
    if not made.differences:
        console.print("Nothing to do: the policy is what the file says.", markup=False)
        return
    for line in (*_differences(made.differences), *_exposures(made)):
        console.print(printable(line), markup=False)
    console.print(f"\nPlan {made.fingerprint}. To apply exactly this:", markup=False)
    console.print(f"  sightline policy apply {file} --as EMAIL --plan {made.fingerprint}", markup=False)


def _differences(differences: Differences) -> Iterator[str]:
    for each in differences.roles[:MOST_ROLES]:
        yield _headline(each)
        yield from (f"      {line}" for line in each.details())
    if len(differences.roles) > MOST_ROLES:
        yield f"  and {len(differences.roles) - MOST_ROLES} more roles"
    if differences.columns is not None:
        yield "  change the system's list of report columns"
        for sign, keys in (("+", differences.columns.added), ("-", differences.columns.removed)):
            if keys:
                yield f"      {sign} {_some(keys)}"


def _headline(each: RoleDifference) -> str:
    verb = "make   " if each.before is None else "archive" if each.after is None else "change "
    place = "" if each.place is None else f" of {each.place!r}"
    holders = "" if each.before is None else f" ({_counted(len(each.before.holders), 'holder')})"
    return f"  {verb} {each.name!r}{place}{holders}"


def _exposures(made: Plan) -> Iterator[str]:
    unchanged = made.touched - len(made.exposed)
    if not made.exposed:
        yield "Nobody sees or does more or less by it."
        return
    yield f"{_counted(len(made.exposed), 'user')} would see or do more, less, or on other rows:"
    groups = list(_grouped(made.exposed).items())
    for change, emails in groups[:MOST_GROUPS]:
        yield f"  {_some(emails, MOST_USERS)}"
        for title, coordinates in (
            ("gains", change.gained),
            ("loses", change.lost),
            ("has on other rows", change.elsewhere),
        ):
            if coordinates:
                yield f"      {title} {len(coordinates)}: {_some(coordinates)}"
    if len(groups) > MOST_GROUPS:
        yield f"  and {sum(len(emails) for _, emails in groups[MOST_GROUPS:]):,} more users in other ways"
    if unchanged:
        yield f"  {_counted(unchanged, 'more user')} would notice nothing"
    if made.differences.columns is not None:
        yield "  In reports, the list is that of everybody without one of his own."


def _grouped(exposed: Sequence[Exposed]) -> dict[ExposureChange, list[str]]:
    groups: dict[ExposureChange, list[str]] = defaultdict(list)
    for each in exposed:
        groups[each.change].append(each.email)
    return groups


def _some(names: Sequence[str], most: int = MOST_COORDINATES) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f", and {more} more" if more > 0 else "")


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
