"""Rows as resolvers see them: light, read-only, with their masked cells marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Final

from sightline.authz.bounds import ACCOUNT
from sightline.db.authorised import HIDDEN, KEY_PREFIX
from sightline.db.catalogue import Entity
from sightline.resolvers.global_ids import GlobalIds, Key

_ID: Final = KEY_PREFIX + "id"
_ACCOUNT: Final = KEY_PREFIX + ACCOUNT


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One visible row of an entity: the columns that were asked for, hidden cells as None.

    `id` is its global id, empty for rows that are no node (children of a fact).
    """

    entity: str
    record: Mapping[str, Any]
    bits: Mapping[str, int]
    hidden: int
    key: Key
    id: str

    def __getitem__(self, column: str) -> Any:
        return self.record[column]

    def masks(self, column: str) -> bool:
        """Whether this row's cell is hidden from the viewer (and therefore None)."""
        bit = self.bits.get(column)
        return bit is not None and bool(self.hidden >> bit & 1)


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """What one read found of an entity, as the database gave it: rows before they are looked at one by one."""

    entity: Entity
    records: Sequence[Mapping[str, Any]]
    bits: Mapping[str, int]
    _columns: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.records)

    def column(self, name: str) -> list[Any]:
        """The cells of a column, in the order of the rows."""
        if not self.records:
            return []
        if not self._columns:  # all of them are taken off the rows at once, as most are asked for
            cells = zip(*(each.values() for each in self.records), strict=True)
            self._columns.update(zip(self.records[0].keys(), cells, strict=True))
        return list(self._columns[name])

    def only(self, positions: Iterable[int]) -> Records:
        """Some of the rows."""
        return Records(self.entity, [self.records[at] for at in positions], self.bits)

    def keys(self) -> list[Key]:
        """The keys of the rows; of a row that is no node, its fact's account alone."""
        ids = self.column(_ID) if "id" in self.entity.key else [0] * len(self.records)
        accounts = self.column(_ACCOUNT) if self.entity.is_fact else [0] * len(self.records)
        return list(map(Key, ids, accounts))

    def global_ids(self, ids: GlobalIds) -> list[str]:
        """The global ids of the rows, made in one call; empty for rows that are no node."""
        identified = "id" in self.entity.key
        return ids.encode(self.entity.name, self.keys()) if identified else [""] * len(self.records)

    def hidden(self) -> int:
        """The bits of all columns of which some row's cell is hidden."""
        return reduce(or_, self.column(HIDDEN), 0) if self.bits else 0

    def rows(self, ids: GlobalIds) -> list[Row]:
        """The same as rows."""
        hidden = self.column(HIDDEN) if self.bits else [0] * len(self.records)
        return [
            Row(self.entity.name, record, self.bits, bits, key, global_id)
            for record, bits, key, global_id in zip(
                self.records, hidden, self.keys(), self.global_ids(ids), strict=True
            )
        ]
