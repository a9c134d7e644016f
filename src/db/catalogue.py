"""The tables as the policy and the API see them: columns with their access, keys, derived columns.

One `Catalogue` is made at start from the declarations in `sightline.db.tables`; `build_catalogue` refuses whatever is
undeclared, so that a column nobody classed can never be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from sightline.authz.classes import Access, Marker
from sightline.authz.entities import ENTITY_RULES, EntityRule
from sightline.authz.model import Model, PolicyError, build_model
from sightline.authz.verbs import VERBS, VerbRule
from sightline.db.tables.base import Derived, Row, TableRole
from sightline.db.tables.parts import MOMENT

NOW = "_now"
"""What the name of a column ends in that has what is now, beside the one that has what was at a moment."""


@dataclass(frozen=True, slots=True, eq=False)
class Entity:
    """One table: its columns by name (derived ones included), and how a row of it is identified.

    `key` is the primary key in order; a fact's starts with the affiliate account (decision record 0003). `indexes` has
    the columns of every index over all rows. `relation` is the table as statements read it: names and types only, which
    SQLAlchemy aliases many times faster than a table with its constraints. `moment` is the column whose
    milliseconds the ids begin with.
    """

    name: str
    row: type[Row]
    table: sa.Table
    relation: sa.FromClause
    columns: Mapping[str, Access]
    derived: Mapping[str, Derived]
    key: tuple[str, ...]
    is_fact: bool
    indexes: frozenset[tuple[str, ...]]
    moment: str | None
    _aliases: list[sa.FromClause] = field(init=False, repr=False, default_factory=list)

    def alias(self, depth: int) -> sa.FromClause:
        """The relation under the name that it has at a depth of subqueries: another at each, and always the same."""
        while len(self._aliases) <= depth:
            self._aliases.append(self.relation.alias(f"{self.name}_at_{len(self._aliases)}"))
        return self._aliases[depth]

    def has_index(self, *columns: str) -> bool:
        """Whether some index begins with these columns: one value of all but the last gives the order of the last."""
        return any(index[: len(columns)] == columns for index in self.indexes)

    def description(self, column: str) -> str:
        """The sentence declared with a column."""
        if column in self.derived:
            return self.derived[column].doc
        return self.table.c[column].comment or ""

    def expression(self, column: str, source: sa.FromClause) -> sa.ColumnElement[Any]:
        """The column as SQL over an alias of the table, derived ones computed."""
        if column in self.derived:
            return self.derived[column].expression(source)
        return source.c[column]

    def type_of(self, column: str) -> sa.types.TypeEngine[Any]:
        """The SQL type of a column."""
        return self.expression(column, self.table).type

    def opaque(self, column: str) -> bool:
        """Whether a column holds stored numbers, which are neither shown nor compared."""
        return column not in self.derived and bool(self.table.c[column].info.get("opaque"))

    @property
    def is_part(self) -> bool:
        """Whether a row is a part of another one, and is found through that one only."""
        return "id" not in self.key and len(self.key) > 1

    def reference(self, column: str) -> str | None:
        """The table whose row a column names by id, or None.

        A carried key refers through its owner: a conversion's source is what its enrollment's source is.
        """
        if column in self.derived:
            return None
        targets = _named_tables(self.table.c[column])
        return next(iter(targets)) if len(targets) == 1 else None


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Every table by name, and the checked policy model over them.

    Of the `changing` columns, by entity, the relations have what was at a moment, and under `NOW` what is: whatever a
    rule asks of one must hold of both.
    """

    entities: Mapping[str, Entity]
    model: Model
    changing: frozenset[tuple[str, str]] = frozenset()

    def __getitem__(self, name: str) -> Entity:
        return self.entities[name]

    @property
    def served(self) -> tuple[Entity, ...]:
        """The tables that are entities of the API: those with an access rule."""
        return tuple(self.entities[rule] for rule in self.model.rules)


def build_catalogue(
    rows: Iterable[type[Row]], rules: tuple[EntityRule, ...] = ENTITY_RULES, verbs: tuple[VerbRule, ...] = VERBS
) -> Catalogue:
    """The catalogue of these tables under these rules. Raises PolicyError naming everything undeclared."""
    entities = {entity.name: entity for entity in map(_entity, rows)}
    faults = [fault for entity in entities.values() for fault in _faults(entity)]
    if faults:
        raise PolicyError("columns without a declaration:\n" + "\n".join(f"- {fault}" for fault in faults))
    return Catalogue(entities, build_model({name: entity.columns for name, entity in entities.items()}, rules, verbs))


def _entity(row: type[Row]) -> Entity:
    table = row.__table__
    assert isinstance(table, sa.Table)
    derived = {name: value for name, value in vars(row).items() if isinstance(value, Derived)}
    columns = {column.name: column.info.get("access", frozenset()) for column in table.columns}
    columns |= {name: each.access for name, each in derived.items()}
    key = tuple(column.name for column in table.primary_key.columns)
    relation = sa.table(table.name, *(sa.column(column.name, column.type) for column in table.columns))
    moment = next((each.info[MOMENT] for each in table.constraints if MOMENT in each.info), None)
    return Entity(
        table.name, row, table, relation, columns, derived, key, row.__role__ is TableRole.FACT, _indexes(table), moment
    )


def _indexes(table: sa.Table) -> frozenset[tuple[str, ...]]:
    whole = [index for index in table.indexes if index.dialect_options["postgresql"]["where"] is None]
    key = tuple(column.name for column in table.primary_key.columns)
    return frozenset({key} | {tuple(_indexed_column(part) for part in index.expressions) for index in whole})


def _indexed_column(part: str | sa.ColumnElement[Any]) -> str:
    return part.name if isinstance(part, sa.Column) else str(part).partition(" ")[0]  # such as "event_at DESC"


def _faults(entity: Entity) -> Iterable[str]:
    for name, access in entity.columns.items():
        if not access:
            yield f"{entity.name}.{name} has neither a class nor a marker"
    for name, each in entity.derived.items():
        missing = _classes_read(entity, name) - (frozenset() if isinstance(each.access, Marker) else each.access)
        if missing and each.access is not Marker.INTERNAL:
            yield f"{entity.name}.{name} is computed from columns of class {', '.join(sorted(missing))}, which it lacks"


def _classes_read(entity: Entity, derived: str) -> frozenset[str]:
    """The classes of the columns that a derived one reads."""
    read = sa.sql.visitors.iterate(entity.expression(derived, entity.table))
    names = {element.name for element in read if isinstance(element, sa.Column)}
    found = [access for name in names if not isinstance(access := entity.columns[name], Marker)]
    return frozenset().union(*found)


def _named_tables(column: sa.Column[Any]) -> set[str]:
    names: set[str] = set()
    for key in column.foreign_keys:
        names |= {key.column.table.name} if key.column.name == "id" else _named_tables(key.column)
    return names
