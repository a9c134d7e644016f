"""Records of the audit log quote columns of every class: whatever a hidden one holds, the answer stays (M5b, LK5).

For each reader of the log and each entity, entries are planted in a transaction that is never committed: they quote
every column of the row, and names that are no column. Then what is not shown is rewritten, and at last taken out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import sqlalchemy as sa
from desk import Desk, as_bytes
from viewers_of_leaks import one_of_each

from sightline.authz.paths import Attribute, bind_name
from sightline.authz.visibility import Deny
from sightline.db.catalogue import Entity
from sightline.db.snapshot import Snapshot
from sightline.resolvers.audited import GUARDS
from sightline.resolvers.global_ids import Key
from sightline.resolvers.identity import Principal
from sightline.resolvers.operation import Operation
from sightline.schema.names import camel, field_name
from sightline.server.answers import GraphQLRequest

QUERY = """query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on AuditLog { target { id }
    changes { field before after } } } }"""
NOWHERE = 987_654_321
MADE_UP = ("zzz", "made_up", "password", "own_interest")
ROWS = 4
"""How many rows of each entity are quoted: the first two and the last two."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """An entry that quotes a whole row."""

    number: int
    entity: Entity
    key: Key


async def test_what_is_hidden_of_a_record_moves_nothing(changing: Desk) -> None:
    """M5b, LK5, LK14, LK22, AC2, AC10: shown is what the reader has on that row now; the rest could be anything."""
    shown_to: dict[str, int] = {}
    hidden_from: dict[str, int] = {}
    for name, viewer in (await one_of_each(changing)).items():
        if not changing.engine.visibility(viewer).sees("audit_log"):
            continue
        async with changing.engine.database.owner() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                shown_to[name], hidden_from[name] = await holds(changing, connection, name, viewer)
            finally:
                await transaction.rollback()
    assert {"admin", "adv-admin", "partner-admin", "collab-owner", "many-hats"} <= shown_to.keys()
    assert min(hidden_from.values()) > 0
    assert sum(each > 0 for each in shown_to.values()) > 5, shown_to
    assert shown_to["admin"] > 200, "who sees nearly everything is shown nearly everything"


async def holds(desk: Desk, connection: asyncpg.Connection, name: str, viewer: Principal) -> tuple[int, int]:
    """That it does for one reader. Returns how many cells he is shown, and how many are hidden from him."""
    quoted = await planted(desk, connection, viewer)
    ids = desk.engine.services.ids.encode("audit_log", [Key(each.number) for each in quoted])
    read, before = await asked(desk, connection, viewer, ids)
    shown = {n: {change["field"] for change in node["changes"]} for n, node in enumerate(read) if node is not None}
    changes = [change for node in read if node is not None for change in node["changes"]]
    assert all(change["before"] != change["after"] for change in changes), "what shows nothing tells nothing either"
    hidden: dict[int, list[str]] = {}
    for at, each in enumerate(quoted):
        if at not in shown:
            continue
        expected, possible = await visible_columns(desk, connection, viewer, each)
        plain = {called(each.entity, column) for column in expected}
        where = (name, each.entity.name, each.key)
        assert plain <= shown[at] <= plain | {called(each.entity, key) for key in possible}, where
        assert (read[at]["target"] is not None) or not shown[at], where
        keys = (*columns_of(each.entity), *GUARDS.get(each.entity.name, {}), *MADE_UP)
        hidden[at] = [key for key in keys if called(each.entity, key) not in shown[at]]
    for value in (("other", "another"), (NOWHERE, NOWHERE + 1), (None, [1, NOWHERE]), None):
        for at, keys in hidden.items():
            await rewritten(connection, quoted[at], keys, value)
        assert (await asked(desk, connection, viewer, ids))[1] == before, (name, value)
    return sum(map(len, shown.values())), sum(map(len, hidden.values()))


async def planted(desk: Desk, connection: asyncpg.Connection, viewer: Principal) -> list[Quoted]:
    """Entries on rows of every entity, of an organization and an account of the reader."""
    organization = await own(connection, viewer, Attribute.ORGANIZATIONS, "organization")
    account = await own(connection, viewer, Attribute.ACCOUNTS, "affiliate_account")
    quoted = []
    for entity in desk.engine.services.catalogue.served:
        if "id" not in entity.key or entity.name == "audit_log":
            continue
        columns = "id, affiliate_account_id AS account" if entity.is_fact else "id, 0 AS account"
        ends = f"(SELECT {columns} FROM {entity.name} ORDER BY id {{}} LIMIT {ROWS // 2})"
        rows = await connection.fetch(f"{ends.format('ASC')} UNION {ends.format('DESC')}")
        for row in rows:
            key = Key(row["id"], row["account"])
            target = f"{key.account}/{key.id}" if entity.is_fact else str(key.id)
            number = await connection.fetchval(
                "INSERT INTO audit_log (organization_id, affiliate_account_id, action, target_type, target_id,"
                " before, after, prev_hash, hash) VALUES ($1, $2, 'test:quote', $3, $4, $5, $6,"
                " sha256(gen_random_uuid()::text::bytea), sha256('x')) RETURNING id",
                organization,
                account,
                entity.name,
                target,
                *(record(entity, after=after) for after in (False, True)),
            )
            quoted.append(Quoted(number, entity, key))
    return quoted


async def own(connection: asyncpg.Connection, viewer: Principal, attribute: Attribute, table: str) -> int:
    """The first of the reader's own, or of all where he has none."""
    binds = viewer.paths.binds()
    found = [each for at in range(len(viewer.paths.shapes)) for each in binds[bind_name(at, attribute)]]
    return int(min(found, key=int)) if found else int(await connection.fetchval(f"SELECT min(id) FROM {table}"))


def record(entity: Entity, *, after: bool) -> dict[str, Any]:
    """A value for every column and every other key, another one after than before."""
    values: dict[str, Any] = {key: f"{'new' if after else 'old'} {key}" for key in (*columns_of(entity), *MADE_UP)}
    values |= {name: 1 + after for name in columns_of(entity) if entity.reference(name)}
    for key, guard in GUARDS.get(entity.name, {}).items():
        values[key] = f"{'new' if after else 'old'} {key}" if guard.names is None else str(1 + after)
    return values


async def asked(
    desk: Desk, connection: asyncpg.Connection, viewer: Principal, ids: list[str]
) -> tuple[list[Any], list[bytes]]:
    """The entries as the reader has them in the transaction's own state: their nodes, and all bytes."""
    clock = await connection.fetchval("SELECT now()")
    nodes: list[Any] = []
    told = []
    for start in range(0, len(ids), 50):
        request = GraphQLRequest(QUERY, {"ids": ids[start : start + 50]})
        answer = await desk.engine.answer(request, viewer, Snapshot(connection, 0, clock))
        assert not answer.errors, answer.errors
        assert answer.data is not None
        nodes += answer.data["nodes"]
        told.append(as_bytes(answer))
    return nodes, told


async def visible_columns(
    desk: Desk, connection: asyncpg.Connection, viewer: Principal, each: Quoted
) -> tuple[set[str], set[str]]:
    """The columns and keys that the reader has on the row; and those of references, shown as far as he sees the row."""
    visibility = desk.engine.visibility(viewer)
    guards = {name: (name, each.entity.reference(name)) for name in columns_of(each.entity)} | {
        key: (guard.column, guard.names) for key, guard in GUARDS.get(each.entity.name, {}).items()
    }
    had = {
        key for key, (column, _) in guards.items() if not isinstance(visibility.decide(each.entity.name, column), Deny)
    }
    columns = frozenset(guards[key][0] for key in had)
    clock = await connection.fetchval("SELECT now()")
    operation = Operation(
        desk.engine.services, viewer, visibility, Snapshot(connection, 0, clock), {each.entity.name: columns}
    )
    row = (await operation.rows_by_key(each.entity.name, [each.key]))[0] if visibility.sees(each.entity.name) else None
    if row is None:
        return set(), set()
    had = {key for key in had if not row.masks(guards[key][0])}
    naming = {key for key in had if guards[key][1] is not None}
    numbers = {
        key
        for key in had - naming
        if key in each.entity.table.c and isinstance(each.entity.type_of(key), sa.BigInteger)
    }
    return had - naming - numbers, naming


def columns_of(entity: Entity) -> list[str]:
    """The stored columns of an entity."""
    return [column.name for column in entity.table.columns]


def called(entity: Entity, key: str) -> str:
    """A key as the answer calls it."""
    return camel(field_name(entity, key) if key in entity.table.c else key)


async def rewritten(connection: asyncpg.Connection, each: Quoted, keys: list[str], value: Any) -> None:
    """The entry with other values under these keys, or without them."""
    stored = await connection.fetchrow("SELECT before, after FROM audit_log WHERE id = $1", each.number)
    records: list[Mapping[str, Any]] = []
    for at, side in enumerate(("before", "after")):
        found = stored[side] if isinstance(stored[side], dict) else json.loads(stored[side])
        kept = {key: what for key, what in found.items() if key not in keys}
        records.append(kept if value is None else kept | dict.fromkeys(keys, value[at]))
    await connection.execute("UPDATE audit_log SET before = $2, after = $3 WHERE id = $1", each.number, *records)
