"""How many rows a change of grants opens and closes, and one of each: among those that whoever asks sees himself.

The answers are numbers and keys of rows in the asker's own sight, so a predicate of somebody else never adds a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from sightline.authz.bounds import ACCOUNT
from sightline.authz.expr import Expr
from sightline.db.catalogue import Catalogue
from sightline.db.predicates import Predicates
from sightline.db.statements import Statement, system_statement

GAINED, LOST = "gained", "lost"


@dataclass(frozen=True, slots=True)
class ExposedRows:
    """The rows of an entity that are shown to the asker (`seen`), and to somebody else before and after a change."""

    entity: str
    seen: Expr
    before: Expr
    after: Expr

    def counted(self, catalogue: Catalogue) -> Statement:
        """One row: how many are gained and lost."""
        source = catalogue[self.entity].alias(0)
        seen, gained, lost = self._conditions(catalogue, source)
        numbers = [sa.func.count().filter(each).label(name) for name, each in ((GAINED, gained), (LOST, lost))]
        return system_statement(sa.select(*numbers).select_from(source).where(seen, sa.or_(gained, lost)))

    def first(self, catalogue: Catalogue, which: str) -> Statement:
        """The key of the first one that is gained, or lost: `id`, and of a fact its account."""
        table = catalogue[self.entity]
        source = table.alias(0)
        seen, gained, lost = self._conditions(catalogue, source)
        key = [source.c[name] for name in table.key]
        matches = sa.select(*key).where(seen, gained if which == GAINED else lost)
        return system_statement(matches.order_by(*key).limit(sa.literal_column("1")))

    def _conditions(self, catalogue: Catalogue, source: sa.FromClause) -> tuple[sa.ColumnElement[bool], ...]:
        # A predicate that is NULL admits nobody, before and after alike.
        predicates = Predicates(catalogue)
        seen, before, after = (
            sa.func.coalesce(predicates.sql(each, source), sa.false()) for each in (self.seen, self.before, self.after)
        )
        return seen, sa.and_(after, sa.not_(before)), sa.and_(before, sa.not_(after))


def key_of(row: Mapping[str, int]) -> tuple[int, int]:
    """The account of a row, 0 where it has none, and its number."""
    return row.get(ACCOUNT, 0), row["id"]
