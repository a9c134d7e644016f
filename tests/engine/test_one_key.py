"""Statements for one key say what those for many do, and PostgreSQL plans them once (record 0017)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

from agreement import references
from demo_platform import Platform
from operations import operation_of
from viewers import principals
from worlds import World, inserted, seed

from sightline.db.catalogue import Entity
from sightline.db.database import Database
from sightline.db.queries import PageQuery, Parent, Selection
from sightline.db.reads import PARENT
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.global_ids import Key
from sightline.resolvers.identity import Principal
from sightline.resolvers.operation import Operation, Services

NODE = "query ($id: ID!) { node(id: $id) { id } }"
PLANS = """
    SELECT coalesce(sum(generic_plans), 0)::bigint AS kept, coalesce(sum(custom_plans), 0)::bigint AS anew
    FROM pg_prepared_statements
    WHERE statement LIKE '%FROM conversion AS%' AND statement LIKE '%::BIGINT[])[1]%'
"""
VIEWERS, ASKED = 4, 20


def some_keys(random: Random, world: World, entity: Entity) -> list[Key]:
    """Keys of some rows of an entity, and two that no row has."""
    rows = world.tables[entity.name]
    some = random.sample(rows, min(len(rows), 5))
    keys = [Key(row["id"], row["affiliate_account_id"] if entity.is_fact else 0) for row in some]
    return [*keys, Key(7, 7), Key(2**62)]


def seen(services: Services, viewers: Iterable[Principal], snapshot: Snapshot) -> Iterator[tuple[Operation, Entity]]:
    """Each viewer's operation, with each entity that he sees rows of."""
    for asking in viewers:
        operation = operation_of(services, asking, snapshot)
        yield from ((operation, each) for each in services.catalogue.served if operation.visibility.sees(each.name))


async def test_a_key_alone_finds_what_it_finds_among_many(database: Database, services: Services) -> None:
    """AC10: the rows of keys that are seen, that are not, and that no row has."""
    random = Random(seed())
    async with database.owner() as connection:
        world = await inserted(connection, services.catalogue, random)

    async def compare(snapshot: Snapshot) -> tuple[int, int]:
        found = missed = 0
        for operation, entity in seen(services, principals(random, world, VIEWERS), snapshot):
            if "id" not in entity.key:
                continue
            keys = some_keys(random, world, entity)
            together = await operation.rows_by_key(entity.name, keys)
            for key, among in zip(keys, together, strict=True):
                (alone,) = await operation.rows_by_key(entity.name, [key])
                assert (alone is None) == (among is None), f"{operation.principal}: {entity.name} {key}"
                if alone is None or among is None:
                    missed += 1
                    continue
                found += 1
                assert (alone.id, alone.hidden, dict(alone.record) | {PARENT: 0}) == (
                    among.id,
                    among.hidden,
                    dict(among.record) | {PARENT: 0},
                )
        return found, missed

    found, missed = await in_snapshot(database.reads, compare)
    assert found >= 50
    assert missed >= found


async def test_what_is_below_one_parent_is_below_it_among_many(database: Database, services: Services) -> None:
    """AC7: rows and counts below the rows that references lead to, those of another account among them."""
    random = Random(seed())
    async with database.owner() as connection:
        world = await inserted(connection, services.catalogue, random)

    async def compare(snapshot: Snapshot) -> int:
        counted = 0
        for operation, entity in seen(services, principals(random, world, VIEWERS), snapshot):
            for name, target in references(operation, entity):
                both = entity.is_fact and target.is_fact
                selection = Selection(entity.name, parent=Parent(name, carries_account=both))
                page = PageQuery(selection, frozenset(), (), 3)
                parents = some_keys(random, world, target)
                counts, pages = await operation.counts(selection, parents), await operation.pages(page, parents)
                for parent, count, rows in zip(parents, counts, pages, strict=True):
                    asked = f"{operation.principal}: {selection}"
                    assert await operation.counts(selection, [parent]) == [count], asked
                    (alone,) = await operation.pages(page, [parent])
                    assert [row.key for row in alone] == [row.key for row in rows], asked
                counted += sum(counts)
        return counted

    assert await in_snapshot(database.reads, compare) >= 100


async def test_a_row_that_is_asked_for_by_its_id_is_planned_once(platform: Platform) -> None:
    """A plan for any one key is as good as one for this key, so PostgreSQL keeps the one it has."""
    asking = platform.member("admin")
    answer = await platform.ask(asking, f"{{ conversions(first: {ASKED}) {{ nodes {{ id }} }} }}")
    kept_before, anew_before = await _planned(platform)
    for node in answer.data["conversions"]["nodes"]:
        found = await platform.ask(asking, NODE, id=node["id"])
        assert found.data == {"node": {"id": node["id"]}}
    kept, anew = await _planned(platform)
    assert kept - kept_before >= ASKED / 2
    assert anew - anew_before <= ASKED / 2


async def _planned(platform: Platform) -> tuple[int, int]:
    """How often the connection that is used next kept a plan of such a statement, and how often it made one anew."""
    async with platform.engine.database.reads.acquire() as connection:
        kept, anew = await connection.fetchrow(PLANS)
    return kept, anew
