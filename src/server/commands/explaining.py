"""`sightline access explain` and `sightline access who`: the API's explanations, asked as somebody."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants import active_user_by_email
from sightline.resolvers.identity import principal_of_user
from sightline.server.app import open_database
from sightline.server.commands.running import CommandError, out, printable, run, secrets_of
from sightline.server.settings import load_settings

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
    about = None if asker is None else email
    found = run(_asked(asker or email, _WHY, about=about, of=coordinate, node=node))["explainAccess"]
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
    after: str | None = None
    while True:
        found = run(_asked(asker, _WHO, of=coordinate, node=node, limit=_AT_ONCE, after=after))["whoCanSee"]
        if found is None:
            raise CommandError(_NOTHING)
        if found["users"]:
            for user in run(_asked(asker, _NAMES, ids=found["users"]))["nodes"]:
                out().print(printable((user or {}).get("name") or "a user without a name"), markup=False)
        after = found["last"]
        if after is None:
            return


async def _asked(asker: str, query: str, *, about: str | None = None, **variables: Any) -> dict[str, Any]:
    """The data of the answer to an active user. Raises CommandError for nobody, and for what the API refuses."""
    from sightline.server.answers import GraphQLRequest
    from sightline.server.execution import Engine

    settings = load_settings()
    secrets = secrets_of(settings)

    async def work(snapshot: Snapshot) -> Any:
        user = await active_user_by_email(snapshot, asker)
        if user is None:
            raise CommandError(f"There is no active user with the address {asker}.")
        if about is not None:
            number = await snapshot.connection.fetchval("SELECT id FROM app_user WHERE email = lower($1)", about)
            if number is None:
                raise CommandError(f"There is no user with the address {about}.")
            variables["user"] = engine.services.ids.encode("app_user", [Key(number)])[0]
        principal = await principal_of_user(snapshot, user)
        return await engine.answer(GraphQLRequest(query, variables), principal, snapshot)

    async with open_database(settings) as database:
        engine = Engine.of(database, secrets)
        answer = await in_snapshot(database.reads, work)
    if answer.errors or answer.data is None:
        raise CommandError(answer.errors[0]["message"])
    data: dict[str, Any] = answer.data
    return data
