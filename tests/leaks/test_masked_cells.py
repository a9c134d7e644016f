"""Cells that are masked on some rows: whatever they hold, nothing that can be asked of them moves (LK5, LK13, LK17).

The values of the masked cells of demo rows change places in a transaction that is never committed; answers before and
after are compared byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import sqlalchemy as sa
from desk import Desk, as_bytes
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLSchema
from viewers_of_leaks import one_of_each

from sightline.authz.expr import columns_read
from sightline.authz.visibility import Conditional
from sightline.db.authorised import KEY_PREFIX
from sightline.db.catalogue import Entity
from sightline.db.queries import PageQuery, Selection
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.identity import Principal
from sightline.resolvers.operation import Operation
from sightline.schema.names import camel, field_name, plural, type_name
from sightline.server.answers import GraphQLRequest

NEWEST, MOST_ROWS = 4_000, 200
"""Among how many rows masked cells are looked for, and how many of them change places."""

OPERATORS = ("eq", "notIn", "gt", "startsWith")
"""One of each kind: equality, a negation, a range, a text."""

Question = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Masked:
    """The rows on which some columns of an entity are masked from a viewer: all of them, by the same predicate."""

    entity: Entity
    columns: tuple[str, ...]
    keys: tuple[tuple[int, ...], ...]


async def test_masked_values_move_neither_order_nor_pages_nor_filters_nor_cursors(changing: Desk) -> None:
    """LK5, LK13, LK17: for each visibility of the cast, each column that it shows on some rows only."""
    tried: set[str] = set()
    for name, viewer in (await one_of_each(changing)).items():
        moved = compared = 0
        for masked in await masked_of(changing, viewer):
            some_moved, some_compared = await interferes(changing, viewer, masked)
            moved, compared = moved + some_moved, compared + some_compared
        assert moved or not compared, f"{name}: no hidden value changed its place, so nothing was tested"
        tried |= {name} if compared else set()
    assert len(tried) > 10, tried


async def interferes(desk: Desk, viewer: Principal, masked: Masked) -> tuple[int, int]:
    """That it does not. Returns how many cells changed, and how many questions were asked before and after."""
    async with desk.engine.database.owner() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            asked = [
                question
                for column in masked.columns
                for question in await questions(desk, connection, viewer, masked, column)
            ]
            before = [await answer(desk, connection, viewer, each) for each in asked]
            moved = 0
            for column in masked.columns:
                moved += await rotated(connection, masked, column) or await planted(connection, masked, column)
            after = [await answer(desk, connection, viewer, each) for each in asked]
        finally:
            await transaction.rollback()
    for question, there, here in zip(asked, before, after, strict=True):
        assert there == here, f"{masked.entity.name} {masked.columns}: {question}"
    return moved, len(asked)


async def test_the_cast_has_masked_cells_to_try(changing: Desk) -> None:
    """LK5: columns of several entities, payouts and sale amounts among them, are masked from some of the cast."""
    found: set[tuple[str, str]] = set()
    for key in ("adv-admin", "partner-admin", "both-sides", "collab-owner", "collab-manager", "many-hats", "finance"):
        for masked in await masked_of(changing, await changing.member(key)):
            found |= {(masked.entity.name, column) for column in masked.columns}
    assert {("conversion", "payout"), ("conversion", "sale_amount")} <= found
    assert len({entity for entity, _ in found}) > 2


async def test_a_row_with_masked_cells_stays_where_it_is(desk: Desk) -> None:
    """LK22: a masked cell is null alone; what is public of the row is there."""
    fields = "orderRef revenue { amount } payout { amount } affiliateAccount { name } saleAmount { amount }"
    query = f"{{ conversions(first: 100) {{ nodes {{ id status {fields} }} }} }}"
    nodes = (await desk.read(query, await desk.member("both-sides")))["conversions"]["nodes"]
    assert len(nodes) == 100
    assert any(None in node.values() for node in nodes)
    assert all(node["id"] and node["status"] for node in nodes)


async def masked_of(desk: Desk, viewer: Principal) -> list[Masked]:
    """What is masked from a viewer on some of his rows. Columns that a rule reads would move the rows themselves."""

    async def work(snapshot: Snapshot) -> list[Masked]:
        found: list[Masked] = []
        read = read_by_rules(desk)
        visibility = desk.engine.visibility(viewer)
        operation = Operation(desk.engine.services, viewer, visibility, snapshot)
        for entity in desk.engine.services.catalogue.served:
            by_predicate: dict[object, list[str]] = {}
            for column in sorted({each.name for each in entity.table.columns} - read[entity.name]):
                decision = visibility.decide(entity.name, column)
                if isinstance(decision, Conditional):
                    by_predicate.setdefault(decision.predicate, []).append(column)
            for columns in by_predicate.values():
                query = PageQuery(Selection(entity.name), frozenset(columns), (), NEWEST)
                (rows,) = await operation.pages(query, [None])
                keys = [tuple(row[KEY_PREFIX + name] for name in entity.key) for row in rows if row.masks(columns[0])]
                if len(keys) > 1:
                    step = max(1, len(keys) // MOST_ROWS)
                    found.append(Masked(entity, tuple(columns), tuple(keys[::step])))
        return found

    return await in_snapshot(desk.engine.database.reads, work)


def read_by_rules(desk: Desk) -> dict[str, set[str]]:
    """The columns that some rule reads, and the keys, by entity."""
    catalogue = desk.engine.services.catalogue
    read = {entity.name: set(entity.key) for entity in catalogue.entities.values()}
    for rule in catalogue.model.rules.values():
        for predicate in (*rule.rows.values(), *rule.conditions.values()):
            for entity, column in columns_read(predicate, rule.entity):
                read[entity].add(column)
    return read


async def rotated(connection: asyncpg.Connection, masked: Masked, column: str) -> int:
    """Give each masked cell of a column the value of another. Returns how many changed; 0 where the table refuses."""
    names = masked.entity.key
    arrays = ", ".join(f"${at}::bigint[]" for at in range(1, len(names) + 1))
    joined = " AND ".join(f"t.{name} = k.{name}" for name in names)
    text = f"""
        WITH k AS (SELECT * FROM unnest({arrays}) WITH ORDINALITY AS k ({", ".join(names)}, at)),
        held AS (SELECT t.{column} AS value, k.at FROM {masked.entity.name} t JOIN k ON {joined}),
        other AS (
            SELECT a.at, b.value FROM held a
            JOIN (SELECT value, lead(at, 1, (SELECT min(at) FROM held)) OVER (ORDER BY at) AS at FROM held) b
            ON a.at = b.at)
        UPDATE {masked.entity.name} t SET {column} = other.value FROM k JOIN other ON other.at = k.at
        WHERE {joined} AND t.{column} IS DISTINCT FROM other.value"""
    try:
        async with connection.transaction():
            return int((await connection.execute(text, *columns_of(masked))).split()[-1])
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.GeneratedAlwaysError):
        return 0


async def planted(connection: asyncpg.Connection, masked: Masked, column: str) -> int:
    """Where masked cells are all alike: give them a value that none has."""
    arrays = ", ".join(f"${at}::bigint[]" for at in range(1, len(masked.entity.key) + 1))
    text = f"""
        UPDATE {masked.entity.name} SET {column} = {another(masked.entity, column)}
        WHERE ({", ".join(masked.entity.key)}) IN (SELECT * FROM unnest({arrays}))"""
    try:
        async with connection.transaction():
            return int((await connection.execute(text, *columns_of(masked))).split()[-1])
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.GeneratedAlwaysError):
        return 0


def another(entity: Entity, column: str) -> str:
    """Another value for a cell, as SQL; its own where the type has no other that fits everywhere."""
    match entity.type_of(column):
        case sa.Enum():
            return column
        case sa.Text():
            return f"coalesce({column}, '') || ' moved'"
        case sa.Integer() | sa.Numeric():
            return f"coalesce({column}, 0) + 1"
        case sa.TIMESTAMP() | sa.Date():
            return f"coalesce({column}, now()) + interval '1 day'"
        case _:
            return column


def columns_of(masked: Masked) -> list[list[int]]:
    """The keys of the rows, column by column."""
    return [list(each) for each in zip(*masked.keys, strict=True)]


async def questions(
    desk: Desk, connection: asyncpg.Connection, viewer: Principal, masked: Masked, column: str
) -> list[Question]:
    """All that can be asked of a column: itself, orders with cursors and the page after, filters by hidden values."""
    entity, view = masked.entity, desk.view(viewer)._schema
    root = camel(plural(entity))
    if view.query_type is None or root not in view.query_type.fields:
        return []
    page = "{ totalCount edges { cursor node { id } } pageInfo { hasNextPage endCursor } }"
    found: list[Question] = []
    orders = view.type_map.get(f"{type_name(entity)}OrderField")
    if isinstance(orders, GraphQLEnumType) and column.upper() in orders.values:
        for size, direction in (("first", "ASC"), ("last", "DESC")):
            order = f"orderBy: [{{ field: {column.upper()}, direction: {direction} }}]"
            found.append((f"{{ {root}({size}: 40, {order}) {page.replace('totalCount ', '')} }}", {}))
    return found + await filters(connection, view, masked, column, f"{root}(first: 20, where: <>) {page}")


async def filters(
    connection: asyncpg.Connection, view: GraphQLSchema, masked: Masked, column: str, field: str
) -> list[Question]:
    """One operator of each kind of the column's filter, with values that masked cells hold."""
    entity = masked.entity
    type_ = view.type_map.get(f"{type_name(entity)}Filter")
    name = camel(field_name(entity, column))
    if not isinstance(type_, GraphQLInputObjectType) or name not in type_.fields or entity.reference(column):
        return []
    operators: Any = view.type_map[str(type_.fields[name].type)]
    alone = f"{{ {name}: {{ isNull: false }} }}"
    found: list[Question] = [(f"{{ {field.replace('<>', alone)} }}", {})]
    values = await held(connection, masked, column)
    for operator, operand in operators.fields.items():
        if operator not in OPERATORS or not values:
            continue
        value = values if str(operand.type).startswith("[") else values[len(values) // 2]
        where = f"{{ {name}: {{ {operator}: $v }} }}"
        found.append((f"query ($v: {operand.type}) {{ {field.replace('<>', where)} }}", {"v": as_json(value)}))
    return found


async def held(connection: asyncpg.Connection, masked: Masked, column: str) -> list[Any]:
    """The first, the middle and the last of the values in masked cells."""
    arrays = ", ".join(f"${at}::bigint[]" for at in range(1, len(masked.entity.key) + 1))
    rows = await connection.fetch(
        f"SELECT DISTINCT {column} AS value FROM {masked.entity.name} WHERE {column} IS NOT NULL AND "
        f"({', '.join(masked.entity.key)}) IN (SELECT * FROM unnest({arrays})) ORDER BY value",
        *columns_of(masked),
    )
    values = [row["value"] for row in rows]
    return [values[at] for at in sorted({0, len(values) // 2, len(values) - 1})] if values else []


def as_json(value: Any) -> Any:
    """A value as a variable gives it."""
    match value:
        case list():
            return [as_json(each) for each in value]
        case Decimal():
            return format(value, "f")
        case datetime() | date():
            return value.isoformat()
        case _:
            return value


async def answer(desk: Desk, connection: asyncpg.Connection, viewer: Principal, asked: Question) -> Sequence[bytes]:
    """The answer in the transaction's own state, and that to the page after it where there is one."""
    clock = await connection.fetchval("SELECT now()")
    given = await desk.engine.answer(GraphQLRequest(*asked), viewer, Snapshot(connection, 0, clock))
    assert not given.errors, (asked, given.errors)
    assert given.data is not None
    (page,) = given.data.values()
    after = page["pageInfo"]["endCursor"]
    if "first" not in asked[0] or "where" in asked[0] or not page["pageInfo"]["hasNextPage"]:
        return [as_bytes(given)]
    query = asked[0].replace("first: 40", f'first: 40, after: "{after}"')
    following = await desk.engine.answer(GraphQLRequest(query), viewer, Snapshot(connection, 0, clock))
    return [as_bytes(given), as_bytes(following)]
