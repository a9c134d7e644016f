"""The statements of changes: inserts, updates and deletes of single rows, compiled once per table and columns.

They are the server's own (`system_statement`): whether somebody may make a change was decided over his authorised
views before. Everything else about a change is in `sightline.resolvers.mutations.change`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from sightline.db.catalogue import Catalogue, Entity
from sightline.db.statements import Statement, system_statement

KEY_PREFIX = "key_"


@dataclass(frozen=True, slots=True, eq=False)
class Writes:
    """Compiles and keeps the statements of changes. There are few: one per table and set of columns in the code."""

    catalogue: Catalogue
    _kept: dict[object, Statement] = field(default_factory=dict)

    def locked(self, entity: str) -> Statement:
        """The stored row of a key, locked against other changes. Parameters `key_<name>`."""
        return self._once(
            ("locked", entity), lambda table: sa.select(*table.table.c).where(*_keys(table)).with_for_update()
        )

    def insert(self, entity: str, columns: Iterable[str]) -> Statement:
        """A new row of these columns, returned whole. Parameters: the columns."""
        names = tuple(sorted(columns))

        def build(table: Entity) -> Any:
            values = {name: sa.bindparam(name, type_=table.table.c[name].type) for name in names}
            return sa.insert(table.table).values(values).returning(*table.table.c)

        return self._once(("insert", entity, names), build)

    def update(self, entity: str, columns: Iterable[str], *, counted: bool = True) -> Statement:
        """Other values in these columns, and the next version where the table counts them. Returns the row whole.

        What some of those who are told the version do not see is not `counted` (AC11).
        """
        names = tuple(sorted(columns))

        def build(table: Entity) -> Any:
            values: dict[str, Any] = {name: sa.bindparam(name, type_=table.table.c[name].type) for name in names}
            version = table.table.c.get("version")
            if counted and version is not None and version.computed is None:
                values["version"] = version + sa.literal_column("1")
            return sa.update(table.table).where(*_keys(table)).values(values).returning(*table.table.c)

        return self._once(("update", entity, names, counted), build)

    def delete(self, entity: str) -> Statement:
        """A row gone. Parameters `key_<name>`."""
        return self._once(("delete", entity), lambda table: sa.delete(table.table).where(*_keys(table)))

    def _once(self, shape: tuple[Any, ...], build: Any) -> Statement:
        if shape not in self._kept:
            self._kept[shape] = system_statement(build(self.catalogue[shape[1]]))
        return self._kept[shape]


def _keys(table: Entity) -> list[sa.ColumnElement[bool]]:
    return [
        table.table.c[name] == sa.bindparam(KEY_PREFIX + name, type_=table.table.c[name].type) for name in table.key
    ]
