"""What an entry of the audit log says was changed, as far as its reader may see it now (M5b).

A record quotes columns of any class. Each is shown through the reader's present rights to the changed row: a column
that he does not have, that is masked on that row or that nobody declared is left out, and of a row that he does not see
all is. Numbers of other rows are shown as ids of those that he sees (AC10). Nothing tells that something was left out:
a cell that would be shown as the same before and after is not shown either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
import sqlalchemy as sa

from sightline.authz.visibility import Deny
from sightline.db.audit import RECORDED
from sightline.db.catalogue import Catalogue, Entity
from sightline.resolvers.global_ids import Key
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row

_LONGEST_NUMBER = 18  # what fits a stored number, in digits


@dataclass(frozen=True, slots=True)
class Guard:
    """What shows a key of a record: a column of the changed row. `names` is the entity whose numbers it holds."""

    column: str
    names: str | None = None


_COMPANY, _USER = Guard("company_id", "company"), Guard("user_id", "app_user")

GUARDS: Mapping[str, Mapping[str, Guard]] = {
    "affiliate_account": {"company": _COMPANY},
    "collaborator": {"user": _USER},
    "company_access": {"company": _COMPANY, "user": _USER},
    "manager_assignment": {"user": _USER},
    "ownership_transfer": {
        "company": Guard("to_company_id", "company"),
        "from_company": Guard("from_company_id", "company"),
        "to_company": Guard("to_company_id", "company"),
    },
    "payout_method": {"company": _COMPANY},
    # What a role is made of has the class of what it is built on.
    "role": {"permissions": Guard("base_type"), "product_lines": Guard("base_type")},
    "role_assignment": {
        "user": _USER,
        "role": Guard("role_id"),  # by its name
        "programs": Guard("program_scope", "program"),
        "product_lines": Guard("line_scope"),
    },
}
"""The keys of records that are no column of the row they are about. One that is neither is shown to nobody."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One key of a record, as its reader sees it."""

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """An entry that was read through the log's authorised view, and the row it is about."""

    entry: int
    entity: str
    row: Key


@dataclass(frozen=True, slots=True)
class _Cell:
    """One key of a record as it is stored."""

    key: str
    guard: Guard
    before: Any
    after: Any


def target_of(catalogue: Catalogue, entry: Row) -> tuple[str, Key] | None:
    """The row an entry names as `number`, or as `account/number` where it is a fact; None for what is no such row."""
    entity = catalogue.entities.get(entry["target_type"] or "")
    account, _, number = (entry["target_id"] or "").rpartition("/")
    numeric = number.isdecimal() and (account.isdecimal() or not account)
    if entity is None or entity.name not in catalogue.model.rules or "id" not in entity.key or not numeric:
        return None
    return entity.name, Key(int(number), int(account or 0))


async def changes_of(operation: Operation, entry: Row) -> Sequence[Changed]:
    """What the reader may see of an entry, by key; together with what is asked of other entries at the same time."""
    target = target_of(operation.services.catalogue, entry)
    if target is None:
        return ()
    asked = _Asked(entry.key.id, *target)
    found: Sequence[Changed] = await operation.gathered("audited", partial(_read, operation), asked)
    return found


async def _read(operation: Operation, asked: Sequence[_Asked]) -> list[Sequence[Changed]]:
    """One statement for the records, one for the changed rows of each entity, and one for those that they name."""
    stored = await operation.snapshot.fetch(RECORDED, {"ids": [each.entry for each in asked]})
    records = {record["id"]: record for record in stored}
    kept: dict[_Asked, list[_Cell]] = {}
    by_entity: defaultdict[str, list[_Asked]] = defaultdict(list)
    for each in asked:
        by_entity[each.entity].append(each)
    for name, entries in by_entity.items():
        entity = operation.services.catalogue[name]
        cells = [list(_cells(operation, entity, records[each.entry])) for each in entries]
        columns = frozenset(cell.guard.column for of_one in cells for cell in of_one)
        rows = await _rows(operation, name, [each.row for each in entries], columns)
        for each, row, of_one in zip(entries, rows, cells, strict=True):
            kept[each] = [] if row is None else [cell for cell in of_one if not row.masks(cell.guard.column)]
    ids = await _ids(operation, kept)
    return [tuple(_shown(kept.get(each, ()), each.row, operation.services.catalogue, ids)) for each in asked]


def _cells(operation: Operation, entity: Entity, record: Any) -> Iterator[_Cell]:
    """The keys of a record that the reader can have on some row, in their order."""
    before, after = record["before"] or {}, record["after"] or {}
    for key in sorted(before.keys() | after.keys()):
        guard = GUARDS.get(entity.name, {}).get(key) or _of_column(entity, key)
        if guard is not None and not isinstance(operation.visibility.decide(entity.name, guard.column), Deny):
            yield _Cell(key, guard, before.get(key), after.get(key))


def _of_column(entity: Entity, key: str) -> Guard | None:
    """A key that is a column guards itself. A number that names no row we know is never shown: numbers tell volumes."""
    if key not in entity.table.c:
        return None
    names = entity.reference(key)
    return None if names is None and isinstance(entity.type_of(key), sa.BigInteger) else Guard(key, names)


async def _rows(operation: Operation, entity: str, keys: Sequence[Key], columns: frozenset[str]) -> list[Row | None]:
    if not keys or not operation.visibility.sees(entity):
        return [None] * len(keys)
    return await operation.rows_by_key(entity, keys, columns=columns)


async def _ids(operation: Operation, kept: Mapping[_Asked, Iterable[_Cell]]) -> Mapping[tuple[str, Key], str]:
    """The ids of the rows that the kept cells name, as far as the reader sees them."""
    catalogue = operation.services.catalogue
    named: defaultdict[str, set[Key]] = defaultdict(set)
    for asked, cells in kept.items():
        for cell in cells:
            if cell.guard.names is not None and "id" in catalogue[cell.guard.names].key:
                values = (*_numbers(cell.before), *_numbers(cell.after))
                named[cell.guard.names] |= {_key(catalogue[cell.guard.names], each, asked.row) for each in values}
    found: dict[tuple[str, Key], str] = {}
    for entity, keys in named.items():
        rows = await _rows(operation, entity, list(keys), frozenset())
        found |= {(entity, row.key): row.id for row in rows if row is not None}
    return found


def _shown(
    cells: Iterable[_Cell], row: Key, catalogue: Catalogue, ids: Mapping[tuple[str, Key], str]
) -> Iterator[Changed]:
    for cell in cells:
        names = cell.guard.names
        if names is None:
            before, after = _text(cell.before), _text(cell.after)
        else:
            before, after = (
                ", ".join(filter(None, (ids.get((names, _key(catalogue[names], n, row))) for n in _numbers(value))))
                or None
                for value in (cell.before, cell.after)
            )
        if before != after:
            yield Changed(cell.key, before, after)


def _numbers(value: Any) -> list[int]:
    """The numbers of rows that a value holds; whatever else it holds names none."""
    values = value if isinstance(value, list) else [value]
    texts = [str(each) for each in values if not isinstance(each, bool)]
    return [int(each) for each in texts if each.isdecimal() and len(each) <= _LONGEST_NUMBER]


def _key(entity: Entity, number: int, row: Key) -> Key:
    return Key(number, row.account if entity.is_fact else 0)


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case dict():
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
        case list():
            return ", ".join(_text(each) or "" for each in value)
        case _:
            return str(value)
