"""Rows as resolvers see them: light, read-only, with their masked cells marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sightline.authz.bounds import ACCOUNT
from sightline.db.authorised import HIDDEN, KEY_PREFIX
from sightline.db.catalogue import Entity
from sightline.db.reads import Read
from sightline.resolvers.global_ids import GlobalIds, Key


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


def light_rows(entity: Entity, read: Read, records: Sequence[Any], ids: GlobalIds) -> list[Row]:
    """The records of a read as rows, in the same order; their global ids are made in one call."""
    identified = "id" in entity.key
    account, number = KEY_PREFIX + ACCOUNT, KEY_PREFIX + "id"
    masked = bool(read.bits)
    keys = [Key(record[number] if identified else 0, record[account] if entity.is_fact else 0) for record in records]
    global_ids = ids.encode(entity.name, keys) if identified else [""] * len(keys)
    return [
        Row(entity.name, record, read.bits, record[HIDDEN] if masked else 0, key, global_id)
        for record, key, global_id in zip(records, keys, global_ids, strict=True)
    ]
