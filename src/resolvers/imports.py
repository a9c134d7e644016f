"""An import as its user sees the platform (A15), and who that is while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa

from sightline.authz.paths import PathKind
from sightline.db.predicates import Predicates
from sightline.db.snapshot import Snapshot
from sightline.db.statements import system_statement
from sightline.resolvers.global_ids import Key, MalformedIdError
from sightline.resolvers.identity import Assertion, Identities, Principal, principal_of_user
from sightline.resolvers.operation import Operation
from sightline.resolvers.people import is_active

AT_ONCE = 1000
"""Keys that are looked up in one statement."""

IMPORT, RUN = "import_job", "import_job:run"


@dataclass(frozen=True, slots=True, eq=False)
class ActorsSight:
    """What the viewer of an operation sees, and does by his role on the platform: the mutations' own questions."""

    operation: Operation

    def number(self, entity: str, text: str) -> int | None:
        """The number of the row with a global id; None for what is none of the entity."""
        try:
            named, key = self.operation.services.ids.decode(text)
        except MalformedIdError:
            return None
        return key.id if named == entity else None

    async def sees(self, entity: str, ids: Iterable[int]) -> set[int]:
        """Those of the rows that he sees."""
        seen: set[int] = set()
        if not self.operation.visibility.sees(entity):
            return seen
        for chunk in _chunks(ids):
            rows = await self.operation.rows_by_key(entity, [Key(each) for each in chunk], columns=frozenset())
            seen |= {each for each, row in zip(chunk, rows, strict=True) if row is not None}
        return seen

    async def does(self, verb: str, ids: Iterable[int]) -> set[int]:
        """Those of the rows on which he does a verb."""
        done: set[int] = set()
        for chunk in _chunks(ids):
            answers = await self.operation.done_on(verb, [Key(each) for each in chunk], through=PathKind.PLATFORM)
            done |= {each for each, answer in zip(chunk, answers, strict=True) if answer}
        return done

    async def undone(self, verb: str, table: str) -> list[int]:
        """The `first_line` of rows of a temporary table, made like one of facts, on which he would not do a verb."""
        catalogue = self.operation.services.catalogue
        entity = catalogue.model.verbs[verb].entity
        assert entity is not None
        columns = [sa.column(each.name, each.type) for each in catalogue[entity].table.columns]
        rows = sa.table(table, sa.column("first_line", sa.Integer()), *columns).alias()
        where = Predicates(catalogue).sql(self.operation.visibility.may(verb, through=PathKind.PLATFORM), rows)
        statement = system_statement(sa.select(rows.c.first_line).where(sa.not_(sa.func.coalesce(where, sa.false()))))
        binds = self.operation.principal.paths.binds()
        return [row["first_line"] for row in await self.operation.snapshot.fetch(statement, binds)]


async def present_principal(
    identities: Identities, presented: str | Assertion, known: Principal, snapshot: Snapshot
) -> Principal | None:
    """Whoever began an import, as he is now; None for nobody any more.

    A key must live on; of a person that he is active is enough: he may sign out while his file is imported.
    """
    if known.key_id is not None or known.user_id is None:
        return await identities.find(presented, snapshot)
    if not await is_active(snapshot, known.user_id):
        return None
    return await principal_of_user(snapshot, known.user_id)


async def import_for_file(operation: Operation, text: str) -> int | None:
    """The number of the import with this id whose file the viewer may send; None, alike, for hidden ones and none."""
    try:
        entity, key = operation.services.ids.decode(text)
    except MalformedIdError:
        return None
    if entity != IMPORT or not await operation.does(RUN, key):
        return None
    return key.id


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    remaining = iter(sorted(ids))
    while chunk := list(islice(remaining, AT_ONCE)):
        yield chunk
