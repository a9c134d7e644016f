"""`sightline access explain` and `sightline access who`: the API's explanations, asked as somebody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.table import Table

from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants import active_user_by_email
from sightline.resolvers.identity import Principal, principal_of_user
from sightline.server.answers import GraphQLRequest
from sightline.server.app import open_database
from sightline.server.commands.running import CommandError, out, printable, run, secrets_of
from sightline.server.settings import load_settings

if TYPE_CHECKING:
    from sightline.server.execution import Engine

Result = TypeVar("Result")

_AT_ONCE = 100
_WHY = """query ($of: String!, $node: ID, $user: ID) { explainAccess(coordinate: $of, node: $node, user: $user) {
    outcome needs paths { kind holds asks reaches gives } } }"""
_WHO = """query ($of: String!, $node: ID!, $limit: Int!, $after: ID) @onDenied(mode: MASK) {
    whoCanSee(coordinate: $of, node: $node, limit: $limit, after: $after) { users last } }"""
_NAMES = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on User { name } } }"
_NOTHING = (
    "There is nothing to explain: the coordinate, the row, or the user is not there for whoever asks. "
    "Ask as somebody who sees them himself, with --as."
)

Coordinate = Annotated[str, typer.Argument(help="A type or field, such as Conversion.payout.", show_default=False)]
Node = Annotated[str | None, typer.Argument(help="The global id of a row; any row, if left out.", show_default=False)]


def access_explain(
    email: Annotated[str, typer.Argument(help="Whose access it is about.", show_default=False)],
    coordinate: Coordinate,
    node: Node = None,
    asker: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="Who asks; the user himself, if left out.")
    ] = None,
) -> None:
    """Say why somebody is shown something or not, path by path, as far as whoever asks may know it."""

    async def work(ask: Ask) -> Any:
        about = {} if asker is None else {"user": await ask.id_of(email)}
        return (await ask(_WHY, of=coordinate, node=node, **about))["explainAccess"]

    found = run(asking(asker or email, work))
    if found is None:
        raise CommandError(_NOTHING)
    table = Table("path", "reaches", "gives", "carries", "is asked for", box=None)
    for path in found["paths"]:
        kind = path["kind"] or "a grant you do not see"
        gives = ", ".join(path["gives"]) if path["gives"] or found["needs"] else "all"
        cells = (kind, "yes" if path["reaches"] else "no", gives, " ".join(path["holds"]), path["asks"])
        table.add_row(*map(printable, cells))
    console = out()
    console.print(f"{found['outcome']}; needs {', '.join(found['needs']) or 'no class'}", markup=False)
    console.print(table)


def access_who(
    coordinate: Coordinate,
    node: Annotated[str, typer.Argument(help="The global id of a row.", show_default=False)],
    asker: Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who asks.", show_default=False)],
) -> None:
    """Name those whom the asker administers and who are shown what he is shown on a row."""

    async def work(ask: Ask) -> list[str]:
        names: list[str] = []
        after: str | None = None
        while True:
            found = (await ask(_WHO, of=coordinate, node=node, limit=_AT_ONCE, after=after))["whoCanSee"]
            if found is None:
                raise CommandError(_NOTHING)
            if found["users"]:
                nodes = (await ask(_NAMES, ids=found["users"]))["nodes"]
                names += [(user or {}).get("name") or "a user without a name" for user in nodes]
            after = found["last"]
            if after is None:
                return names

    for name in run(asking(asker, work)):
        out().print(printable(name), markup=False)


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """Asks the API as one principal, in one snapshot."""

    engine: Engine
    principal: Principal
    snapshot: Snapshot

    async def __call__(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of the answer. Raises CommandError for what the API refuses."""
        answer = await self.engine.answer(GraphQLRequest(query, variables), self.principal, self.snapshot)
        if answer.errors or answer.data is None:
            raise CommandError(answer.errors[0]["message"])
        return answer.data

    async def id_of(self, email: str) -> str:
        """The global id of a user. Raises CommandError for nobody."""
        number = await self.snapshot.connection.fetchval("SELECT id FROM app_user WHERE email = lower($1)", email)
        if number is None:
            raise CommandError(f"There is no user with the address {email}.")
        return self.engine.services.ids.of_row("app_user", Key(number))


async def asking(asker: str, work: Callable[[Ask], Awaitable[Result]]) -> Result:
    """What comes of asking as an active user. Raises CommandError for nobody."""
    from sightline.server.execution import Engine

    settings = load_settings()
    secrets = secrets_of(settings)

    async def in_one(snapshot: Snapshot) -> Result:
        user = await active_user_by_email(snapshot, asker)
        if user is None:
            raise CommandError(f"There is no active user with the address {asker}.")
        return await work(Ask(engine, await principal_of_user(snapshot, user), snapshot))

    async with open_database(settings) as database:
        engine = Engine.of(database, secrets)
        return await in_snapshot(database.reads, in_one)
