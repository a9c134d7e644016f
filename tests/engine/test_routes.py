"""Every route to a page gives the same records in the same order (D7; constraint 7 of performance; AC10, LK13).

The plain route is what the other tests of the engine compare with the rules; here the others are compared with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

import asyncpg
import pytest
import sqlalchemy as sa
from asking import filter_operators, random_filter, random_order
from drawing import Values
from graphql import GraphQLSchema
from operations import granted, operation_of
from viewers import focused, principals
from worlds import World, inserted, seed

from sightline.authz.bounds import ACCOUNT, PARTNER_ORGANIZATION, account_bounds
from sightline.authz.grants import CollaboratorGrant, Grants, paths_of
from sightline.authz.paths import Attribute
from sightline.authz.visibility import Conditional
from sightline.db.authorised import KEY_PREFIX
from sightline.db.catalogue import Entity
from sightline.db.database import Database
from sightline.db.ordering import tie_break
from sightline.db.queries import EVERYTHING, OrderKey, PageQuery, Parent, Selection, filter_values
from sightline.db.reads import Reads
from sightline.db.routes import PLAIN, Route, driving_accounts, single_values
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.db.statements import UnguardedTableError, read_statement
from sightline.db.tables import AccountShardRow
from sightline.resolvers.identity import Principal
from sightline.resolvers.operation import Operation, Services
from sightline.schema.api import Api
from sightline.schema.model import CATALOGUE

FACTS = [entity for entity in CATALOGUE.served if entity.is_fact]


def viewers(random: Random, world: World) -> list[Principal]:
    """Random principals, and collaborators of every number of accounts: bounded, unbounded, and by several paths."""
    accounts = [row["id"] for row in world.tables["affiliate_account"]]
    roles = ("READ_ONLY", "OWNER", "MANAGER")
    of_accounts = [
        Principal(
            f"user:{number}",
            1,
            None,
            paths_of(
                Grants(
                    1,
                    collaborators=tuple(
                        CollaboratorGrant(account, random.choice(roles)) for account in random.sample(accounts, number)
                    ),
                )
            ),
            None,
        )
        for number in range(1, len(accounts) + 1)
    ]
    return [*principals(random, world, 8), *focused(random, world, 4), *of_accounts]


async def test_d7_every_route_gives_the_same_page(database: Database, services: Services) -> None:
    """Random pages of facts: filters, orders (masked ones too), both directions, from the start and from any row on."""
    random, api = Random(seed()), Api()
    async with database.owner() as connection:
        world = await inserted(connection, services.catalogue, random, size=3)

    async def compare(snapshot: Snapshot) -> dict[str, int]:
        met = dict.fromkeys(("accounts", "single", "rows", "masked", "after", "below"), 0)
        for asking in viewers(random, world):
            operation = operation_of(services, asking, snapshot)
            schema = api.view(operation.visibility)._schema
            for entity in FACTS:
                if operation.visibility.sees(entity.name):
                    await _compare(random, operation, schema, world, entity, met)
        return met

    met = await in_snapshot(database.reads, compare)
    print(met)
    assert met["accounts"] >= 200
    assert met["single"] >= 50
    assert met["rows"] >= 500
    assert met["masked"] >= 3
    assert met["after"] >= 50
    assert met["below"] >= 200


async def _compare(
    random: Random, operation: Operation, schema: GraphQLSchema, world: World, entity: Entity, met: dict[str, int]
) -> None:
    columns = granted(operation.visibility, entity)
    filtered = filter_operators(schema, entity) and random.random() < 0.6
    where = random_filter(random, schema, entity, world) if filtered else EVERYTHING
    order = random_order(random, schema, entity) if random.random() < 0.6 else ()
    query = PageQuery(Selection(entity.name, where), columns, order, random.choice((1, 3, 10, 1_000)))
    whole = await _records(operation, replace(query, limit=1_000), PLAIN)
    met["masked"] += any(isinstance(operation.visibility.decide(entity.name, key.column), Conditional) for key in order)
    for backward in (False, True):
        pages = [replace(query, backward=backward)]
        if whole:
            after = _sort_values(entity, random.choice(whole), order)
            pages.append(replace(query, backward=backward, after=after))
            met["after"] += 1
        for page in pages:
            plain = await _records(operation, page, PLAIN)
            met["rows"] += len(plain)
            for route in _routes(random, operation, world, entity):
                met["accounts" if route.accounts is not None else "single"] += 1
                assert await _records(operation, page, route) == plain, f"{operation.principal.paths} {page} {route}"
    if "program_id" in columns:
        below = replace(query, selection=replace(query.selection, parent=Parent("program_id")))
        plain = await _records(operation, below, PLAIN, parents=world.tables["program"])
        met["below"] += len(plain)
        for route in _routes(random, operation, world, entity):
            found = await _records(operation, below, route, parents=world.tables["program"])
            assert found == plain, f"{operation.principal.paths} {below} {route}"


def _routes(random: Random, operation: Operation, world: World, entity: Entity) -> Iterator[Route]:
    """Every route that is right for a viewer's pages of a fact, chosen by the server or not."""
    accounts = [row["id"] for row in world.tables["affiliate_account"]]
    random.shuffle(accounts)
    yield Route(accounts=tuple(accounts))  # more than needed does no harm
    rows = operation.visibility.rows(entity.name)
    bounds = account_bounds(rows)
    if bounds is not None:
        organizations = operation._values(bounds.organizations)
        own = {row["id"] for row in world.tables["affiliate_account"] if row["partner_org_id"] in organizations}
        yield Route(accounts=tuple(own | operation._values(bounds.accounts)))
    binds = operation.principal.paths.binds()
    single = frozenset(name for name, values in binds.items() if len(values) == 1)
    if single:
        yield Route(single=frozenset(name for name in single if name in repr(rows)))


async def _records(
    operation: Operation, page: PageQuery, route: Route, *, parents: Sequence[Values] = ()
) -> list[dict[str, object]]:
    read = operation.services.reads.page(operation.visibility, page, route)
    after = {f"after{at}": value for at, value in enumerate(page.after or ()) if value is not None}
    values = operation.principal.paths.binds() | filter_values(page.selection.where) | after
    values |= {"limit": page.limit, "driving": list(route.accounts or ()), "ids": [row["id"] for row in parents]}
    return [dict(record) for record in await operation.snapshot.fetch(read.statement, values)]


def _sort_values(entity: Entity, record: dict[str, object], order: tuple[OrderKey, ...]) -> tuple[object, ...]:
    return (*(record[key.column] for key in order), *(record[KEY_PREFIX + name] for name in tie_break(entity)))


@pytest.mark.parametrize("most", [0, 1, 3, 40])
async def test_d10_accounts_are_resolved_once_an_operation_and_up_to_a_limit(
    database: Database, services: Services, most: int
) -> None:
    """The accounts of organizations take one statement, those of a collaborator none; too many take PLAIN."""
    random = Random(seed())
    async with database.owner() as connection:
        world = await inserted(connection, services.catalogue, random)
    limited = replace(services, reads=Reads(CATALOGUE, most_accounts=most))

    async def look(snapshot: Snapshot) -> set[bool]:
        driven: set[bool] = set()
        for asking in viewers(random, world):
            operation = operation_of(limited, asking, snapshot)
            bounds = {
                entity.name: account_bounds(operation.visibility.rows(entity.name))
                for entity in FACTS
                if operation.visibility.sees(entity.name)
            }
            for name, each in bounds.items():
                query = PageQuery(Selection(name), frozenset(), (), 10)
                before = snapshot.statements
                route = await operation._route(query)
                assert await operation._route(query) == route
                asked = snapshot.statements - before
                single = single_values(operation.visibility, CATALOGUE[name], query, operation._binds)
                if single or each is None:
                    assert route == Route(single=single)
                    assert asked == 0
                    continue
                assert asked <= (1 if operation._values(each.organizations) else 0)
                owned = operation._values(each.organizations)
                expected = operation._values(each.accounts) | {
                    row["id"] for row in world.tables["affiliate_account"] if row["partner_org_id"] in owned
                }
                assert route == (Route(accounts=tuple(sorted(expected))) if len(expected) <= most else PLAIN)
                driven.add(route.accounts is not None and bool(expected))
        return driven

    assert await in_snapshot(database.reads, look) == {0: {False}, 40: {True}}.get(most, {True, False})


async def test_a_statement_for_one_value_takes_no_other_number(database: Database, services: Services) -> None:
    """None makes nothing visible, several are refused before anything runs: never a row too many, never one too few."""
    random = Random(seed())
    async with database.owner() as connection:
        await inserted(connection, services.catalogue, random)
    asking = Principal("user:1", 1, None, paths_of(Grants(1, collaborators=(CollaboratorGrant(1, "OWNER"),))), None)

    async def look(snapshot: Snapshot) -> None:
        operation = operation_of(services, asking, snapshot)
        route = await operation._route(PageQuery(Selection("conversion"), frozenset(), (), 10))
        (name,) = route.single
        assert name.endswith(Attribute.ACCOUNTS)
        read = services.reads.page(operation.visibility, PageQuery(Selection("conversion"), frozenset(), (), 10), route)
        values = operation._binds | {"limit": 10}
        assert {row["key_affiliate_account_id"] for row in await snapshot.fetch(read.statement, values)} == {1}
        for wrong in ([], [1, 2]):
            with pytest.raises(ValueError, match="exactly one value"):
                await snapshot.fetch(read.statement, values | {name: wrong})
        empty = replace(read.statement, single=frozenset())
        assert await snapshot.fetch(empty, values | {name: []}) == []

    await in_snapshot(database.reads, look)


def test_d7_the_accounts_that_drive_are_no_way_around_the_view() -> None:
    """`account_shard` itself is refused in a viewer's statement; its stand-in has one column, of the accounts given."""
    shard = AccountShardRow.__table__
    with pytest.raises(UnguardedTableError):
        read_statement(sa.select(shard.c.affiliate_account_id), views=())
    accounts = driving_accounts()
    with pytest.raises(UnguardedTableError):
        read_statement(sa.select(accounts.join(shard, sa.true())), views=(accounts,))
    assert list(accounts.c.keys()) == [ACCOUNT]
    assert read_statement(sa.select(*accounts.c), views=(accounts,)).names == ("driving",)


def test_d7_a_partner_organization_is_that_of_the_account() -> None:
    """What `account_bounds` takes for granted: a fact's partner organization is its account's, by a foreign key."""
    for name, entity in CATALOGUE.entities.items():
        if entity.is_fact and PARTNER_ORGANIZATION in entity.table.c:
            tied = [
                {(element.parent.name, element.column.name) for element in key.elements}
                for key in entity.table.foreign_key_constraints
                if key.referred_table.name == "affiliate_account"
            ]
            assert any({(ACCOUNT, "id"), (PARTNER_ORGANIZATION, PARTNER_ORGANIZATION)} <= pairs for pairs in tied), name
            assert not entity.table.c[PARTNER_ORGANIZATION].nullable, name


async def test_d7_no_fact_is_without_a_row_that_drives_to_it(database: Database, services: Services) -> None:
    """A fact of an account that `account_shard` lacks is refused by the database, so no page can lack it."""
    async with database.owner() as connection:
        await inserted(connection, services.catalogue, Random(seed()))
        with pytest.raises(asyncpg.ForeignKeyViolationError, match="account_shard"):
            await connection.execute("DELETE FROM account_shard")
    for entity in FACTS:
        targets = {key.referred_table.name for key in entity.table.foreign_key_constraints}
        assert targets & {"account_shard", "conversion", "payout_invoice"}, entity.name
