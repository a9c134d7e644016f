"""The rows of the demo platform that are few: written down by table first, then copied in one go."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import asyncpg

from sightline.db.demo.season import FOUNDED
from sightline.db.tables import Row

Values = dict[str, Any]


class Book:
    """Rows by table. A table that numbers its rows is numbered here, from 1 on, or after `taken` where it has some."""

    def __init__(self, *, taken: dict[str, int] | None = None) -> None:
        self._rows: dict[str, list[Values]] = defaultdict(list)
        self._numbers: dict[str, int] = defaultdict(int, taken or {})

    def add(self, table: str, **values: Any) -> int:
        """Write a row down and return its number, 0 where its table has none. Raises ValueError for a wrong column."""
        columns = Row.metadata.tables[table].columns
        if unknown := values.keys() - set(columns.keys()):
            raise ValueError(f"{table} has no {', '.join(sorted(unknown))}")
        if "created_at" in columns:
            values.setdefault("created_at", FOUNDED)
        if columns.keys()[0] != "id" or table == "authz_epoch":
            self._rows[table].append(values)
            return 0
        self._numbers[table] += 1
        self._rows[table].append({"id": self._numbers[table], **values})
        return self._numbers[table]

    def rows(self, table: str) -> list[Values]:
        """What was written down for a table, in order."""
        return self._rows[table]

    async def write(self, connection: asyncpg.Connection) -> None:
        """Copy everything, and let the sequences go on after it. Foreign keys must be detached: order is not kept."""
        for table, rows in self._rows.items():
            # Columns that a row does not name take the database's defaults, so rows are copied by what they name.
            kinds: dict[tuple[str, ...], list[Values]] = defaultdict(list)
            for row in rows:
                kinds[tuple(row)].append(row)
            for columns, alike in kinds.items():
                records = [tuple(row.values()) for row in alike]
                await connection.copy_records_to_table(table, records=records, columns=columns)
        for table, last in self._numbers.items():
            await connection.execute(f"SELECT setval('{table}_id_seq', {last})")
