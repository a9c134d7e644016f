"""What a member of the cast really has: his schema, and all rows he sees with their masked cells, from the engine.

Rows are read by the engine's own page statements, without a limit, and compared with what is stored.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from graphql import GraphQLObjectType, get_named_type
from row_sets import ROWS

from sightline.db.authorised import KEY_PREFIX
from sightline.db.database import Database
from sightline.db.demo.cast import CAST, CastMember, token_of
from sightline.db.queries import PageQuery, Selection
from sightline.db.secrets import Secrets
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.identity import Principal
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row
from sightline.schema.api import View
from sightline.schema.model import CATALOGUE
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine

MEMBERS: dict[str, CastMember] = {member.key: member for member in CAST}
PAGE = 30
_MANY = 3_000  # so many rows are compared with what is stored in the cells that are never masked, too
_PLURALS = {"auditLog": "auditLog", "company": "companies", "media": "media"}
_EVERYTHING = 10_000_000
_COLUMNS = {"payerAdvertiser": "payer_advertiser_id", "createdBy": "created_by_id"}
_STANDS_ON = {"changes": "target_id"}  # of the log: there where what an entry is about is
_ACCOUNT = "affiliate_account_id"
_ANY_ROW = "Node"  # an edge that leads to rows of many entities: `x` is stored as `x_type` and `x_id`
_DERIVED = {
    "affiliate_account": "company_id IS NOT NULL AS has_company",
    "conversion": "sale_amount - refunded_amount AS net_sale_amount, revenue - payout AS profit",
}

Key = tuple[int | str, ...]
Stored = dict[str, dict[Key, asyncpg.Record]]


_KEYS = {entity: rows.key_columns for entity, rows in ROWS.items()}  # asked for each of millions of rows
_KEYS_READ = {
    entity: tuple(KEY_PREFIX + each if each in CATALOGUE[ROWS[entity].table].key else each for each in names)
    for entity, names in _KEYS.items()
}  # every view has the key under these names, shown or not


@dataclass(slots=True)
class Seen:
    """What a member sees of one entity: the keys of the rows, and how many cells of a field are masked or shown.

    `wrong` counts shown cells that are not what is stored, `total` is what `totalCount` says.
    """

    keys: set[Key] = field(default_factory=set)
    masked: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    total: int | None = None


@dataclass(slots=True)
class Walk:
    """Everything a member has.

    `coordinates` are the fields in his schema, by type; `faults` is what contradicts itself, in words.
    """

    coordinates: dict[str, set[str]] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


async def stored_rows(database: Database) -> Stored:
    """Every row of every entity as the owner of the tables reads it, by entity and key."""
    stored: Stored = {}
    async with database.owner() as connection:
        for entity, rows in ROWS.items():
            extra = f", {_DERIVED[rows.table]}" if rows.table in _DERIVED else ""
            records = await connection.fetch(f"SELECT *{extra} FROM {rows.table}")
            stored[entity] = {_key(entity, record, record.get(_ACCOUNT, 0)): record for record in records}
    return stored


async def walk(engine: Engine, secrets: Secrets, *, key: str, stored: Stored) -> Walk | None:
    """What a member has, in one snapshot; None where the token is refused."""

    async def work(snapshot: Snapshot) -> Walk | None:
        principal = await engine.access.identities.find(token_of(MEMBERS[key], secrets), snapshot)
        return None if principal is None else await _Walking(engine, principal, snapshot, stored).done()

    return await in_snapshot(engine.database.reads, work)


def column_of(type_: GraphQLObjectType, name: str) -> str:
    """The stored column behind a field: its name in snake case, for an edge the reference."""
    if name in _STANDS_ON:
        return _STANDS_ON[name]
    if get_named_type(type_.fields[name].type).name in {*ROWS, _ANY_ROW}:
        return _COLUMNS.get(name, f"{_snake(name)}_id")
    return _snake(name)


def is_connection(type_: GraphQLObjectType, name: str) -> bool:
    """Whether a field leads to many rows."""
    return str(get_named_type(type_.fields[name].type)).endswith("Connection")


def _all_rows(entity: str, columns: dict[str, str], limit: int) -> PageQuery:
    key = set(ROWS[entity].key_columns) - set(CATALOGUE[ROWS[entity].table].key)
    asked = {*columns.values(), *key} - {"0", _ACCOUNT}
    if _ACCOUNT in columns.values():
        asked.add(_ACCOUNT)
    return PageQuery(Selection(ROWS[entity].table), frozenset(asked), (), limit)


class _Walking:
    def __init__(self, engine: Engine, principal: Principal, snapshot: Snapshot, stored: Stored) -> None:
        self._engine, self._principal, self._snapshot, self._stored = engine, principal, snapshot, stored
        visibility = engine.visibility(principal)
        self._view: View = engine.api.view(visibility)
        self._operation = Operation(engine.services, principal, visibility, snapshot)
        self._first: dict[str, dict[str, Row]] = {}
        self._walk = Walk()

    async def done(self) -> Walk:
        types = self._view._schema.type_map
        for entity in ROWS:
            type_ = types.get(entity)
            self._walk.coordinates[entity] = set(type_.fields) if isinstance(type_, GraphQLObjectType) else set()
            self._walk.seen[entity] = Seen()
            if isinstance(type_, GraphQLObjectType):
                await self._rows(entity, type_)
        for entity in ROWS:
            type_ = types.get(entity)
            if isinstance(type_, GraphQLObjectType) and _plural(entity) in types["Query"].fields:  # type: ignore[attr-defined]
                await self._page(entity, type_)
        return self._walk

    async def _rows(self, entity: str, type_: GraphQLObjectType) -> None:
        """All rows with the cells that may be masked, and many rows with all cells."""
        columns = {name: column_of(type_, name) for name in type_.fields if not is_connection(type_, name)}
        bits = self._operation.services.reads.page(self._operation.visibility, _all_rows(entity, columns, _MANY)).bits
        maskable = {name: column for name, column in columns.items() if column in bits}
        always = {name: column for name, column in columns.items() if column not in bits}
        seen, stored = self._walk.seen[entity], self._stored[entity]
        whole = await self._read(entity, columns, _MANY)
        for row in whole:
            true = stored[_key_read(entity, row)]
            for name, column in always.items():
                seen.wrong[name] += row[column] != true[column]
        rows = whole
        if len(whole) == _MANY:
            rows = await self._read(entity, maskable, _EVERYTHING)
        for row in rows:
            key = _key_read(entity, row)
            seen.keys.add(key)
            for name, column in maskable.items():
                masked = row.masks(column)
                (seen.masked if masked else seen.shown)[name] += 1
                seen.wrong[name] += row[column] != (None if masked else stored[key][column])
        for name in always:
            seen.shown[name] = len(rows)
        if len(rows) != len(seen.keys):
            self._walk.faults.append(f"{entity}: a row comes twice")
        self._first[entity] = {row.id or str(_key_read(entity, row)[-1]): row for row in whole[:PAGE]}

    async def _read(self, entity: str, columns: dict[str, str], limit: int) -> list[Row]:
        return (await self._operation.pages(_all_rows(entity, columns, limit), [None]))[0]

    async def _page(self, entity: str, type_: GraphQLObjectType) -> None:
        """The same through a query: counts, nulls, edges and the notes of what is masked agree with the rows."""
        root = _plural(entity)
        fields = [name for name in type_.fields if not is_connection(type_, name)]
        asked = " ".join(f"{name}{_inside(get_named_type(type_.fields[name].type).name)}" for name in fields)
        request = GraphQLRequest(f"{{ {root}(first: {PAGE}) {{ totalCount nodes {{ {asked} }} }} }}")
        answer = await self._engine.answer(request, self._principal, self._snapshot)
        if answer.errors or answer.data is None:
            self._walk.faults.append(f"{root}: {answer.errors}")
            return
        seen, first, faults = self._walk.seen[entity], self._first[entity], self._walk.faults
        seen.total = answer.data[root]["totalCount"]
        nodes = answer.data[root]["nodes"]
        own = "id" if "id" in type_.fields else ROWS[entity].key_columns[-1]
        if {node[own] for node in nodes} != set(first):
            faults.append(f"{root}: the first page has other rows than the engine reads")
            return
        masked = set()
        for node in nodes:
            row = first[node[own]]
            for name in fields:
                column = column_of(type_, name)
                if row.masks(column):
                    masked.add(f"{entity}.{name}")
                expected = row[column] is not None and not row.masks(column)
                target = get_named_type(type_.fields[name].type).name
                if expected and target == _ANY_ROW:
                    expected = self._any_is_seen(row[f"{_snake(name)}_type"], row[column])
                elif expected and target in ROWS:
                    account = row.key.account if ROWS[target].key_columns[0] == _ACCOUNT else 0
                    expected = (account, row[column]) in self._walk.seen[target].keys
                if (node[name] is not None) != expected:
                    faults.append(f"{entity}.{name} is {node[name]!r} on {node[own]}")
        noted = set(answer.extensions.get("authorization", {}).get("masked", ()))
        if noted != masked:
            faults.append(f"{root}: the answer notes {noted ^ masked} wrongly")

    def _any_is_seen(self, table: str, reference: str) -> bool:
        """Whether a row that is named by its table and `number` or `account/number` is one of those seen."""
        account, _, number = reference.rpartition("/")
        keys = {key for entity, rows in ROWS.items() if rows.table == table for key in self._walk.seen[entity].keys}
        return number.isdecimal() and (int(account or 0), int(number)) in keys


def _inside(type_name: str) -> str:
    if type_name == "Money":
        return " { amount currency }"
    return " { __typename }" if type_name in {*ROWS, _ANY_ROW, "AuditedChange"} else ""


def _key(entity: str, record: Any, account: int) -> Key:
    """The key of a stored row as row_sets.py has it."""
    return tuple([0 if each == "0" else account if each == _ACCOUNT else record[each] for each in _KEYS[entity]])


def _key_read(entity: str, row: Row) -> Key:
    """The same of a row that was read."""
    return tuple([0 if each == "0" else row[each] for each in _KEYS_READ[entity]])


def _plural(entity: str) -> str:
    name = entity[0].lower() + entity[1:]
    if name in _PLURALS:
        return _PLURALS[name]
    return name + ("es" if name.endswith("s") else "s")


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda match: f"_{match[1].lower()}", name)
