"""The hand-typed grid against the engine: who sees which coordinates and which rows of the demo platform.

AC1, AC2, AC7, AC10 over the tables of row sets and masks: ORG on both sides, PLATFORM all and assigned, COLLABORATOR,
COMPANY, COUNTERPARTY, PUBLIC, SELF and the keys, one member of the cast for each.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import asyncpg
import pytest
from graphql import GraphQLObjectType
from row_sets import ROWS
from walk import MEMBERS, Key, Seen, Stored, Walk, is_connection, stored_rows, walk
from who_sees_what import ALWAYS, NEVER, NO_ENTITY, NOT_HERE, Table, read_grid

from sightline.db.database import Database
from sightline.db.secrets import Secrets
from sightline.server.execution import Engine

GRID = read_grid()
ADMITTED = [key for key in MEMBERS if key not in GRID.refused]

Walked = Callable[[str], Awaitable[Walk | None]]


@pytest.fixture(scope="session")
async def stored(demo: Database) -> Stored:
    """The demo platform as it is stored."""
    return await stored_rows(demo)


@pytest.fixture(scope="session")
async def walked(demo_engine: Engine, secrets: Secrets, stored: Stored) -> Walked:
    """Walks the platform as a member, once each."""
    done: dict[str, Walk | None] = {}

    async def as_member(key: str) -> Walk | None:
        if key not in done:
            done[key] = await walk(demo_engine, secrets, key=key, stored=stored)
        return done[key]

    return as_member


async def admitted(walked: Walked, member: str) -> Walk:
    """The walk of a member who is let in."""
    found = await walked(member)
    assert found is not None, f"{member} is refused"
    return found


def test_every_coordinate_and_every_member_is_in_the_grid_and_nothing_else(demo_engine: Engine) -> None:
    """The grid is complete over served entities and the cast."""
    types = demo_engine.api._schema.type_map
    served = {entity.name: entity for entity in demo_engine.services.catalogue.served}
    assert {rows.table for rows in ROWS.values()} == set(served)
    assert set(GRID.tables) == set(ROWS)
    for name, table in GRID.tables.items():
        type_ = types[name]
        assert isinstance(type_, GraphQLObjectType)
        typed = [field for group in table.fields.values() for field in group]
        assert sorted(typed) == sorted(type_.fields), name
    assert GRID.members() | set(GRID.refused) == set(MEMBERS)
    assert not GRID.members() & set(GRID.refused)


async def test_the_cast_is_denied_at_least_as_many_cells_as_it_is_granted(
    walked: Walked, stored: Stored, demo_engine: Engine
) -> None:
    """Counted over members, stored rows and coordinates: a grid of grants would prove little."""
    granted = everything = 0
    for entity in GRID.tables:
        type_ = demo_engine.api._schema.type_map[entity]
        assert isinstance(type_, GraphQLObjectType)
        everything += len(stored[entity]) * len(type_.fields) * len(ADMITTED)
        granted += sum([(await admitted(walked, member)).seen[entity].shown.total() for member in ADMITTED])
    assert granted <= everything - granted


@pytest.mark.parametrize("member", GRID.refused)
async def test_a_suspended_user_an_expired_and_a_revoked_key_are_let_in_to_nothing(walked: Walked, member: str) -> None:
    """AC6, SM6."""
    assert await walked(member) is None


@pytest.mark.parametrize("member", ADMITTED)
async def test_cells(walked: Walked, demo_engine: Engine, member: str) -> None:
    """AC2, AC7: every cell of the grid is what the engine shows, and what is shown is what is stored."""
    found = await admitted(walked, member)
    wrong = [fault for table in GRID.tables.values() for fault in _wrong_cells(demo_engine, found, table, member)]
    assert not wrong, "\n".join(wrong)


def _wrong_cells(engine: Engine, found: Walk, table: Table, member: str) -> Iterator[str]:
    """What of an entity's fields is not as it is typed or not as it is stored, in words."""
    entity, seen = table.entity, found.seen[table.entity]
    type_ = engine.api._schema.type_map[entity]
    assert isinstance(type_, GraphQLObjectType)
    for name, cell in table.cells(member).items():
        fault = _fault(
            cell,
            exists=name in found.coordinates[entity],
            masked=seen.masked[name],
            shown=seen.shown[name],
            connection=is_connection(type_, name),
        )
        if fault:
            yield f"{entity}.{name} is typed {cell}, but {fault}"
    if +seen.wrong:
        yield f"{entity} is not as stored: {dict(+seen.wrong)}"


@pytest.mark.parametrize("member", ADMITTED)
async def test_rows(walked: Walked, demo: Database, member: str) -> None:
    """AC1, AC7: the rows are those of the words in the grid, and totalCount counts them."""
    found, wrong = await admitted(walked, member), list[str]()
    async with demo.owner() as connection:
        user, organization = await connection.fetchrow(_WHO, MEMBERS[member].email, member)
        for entity, table in GRID.tables.items():
            expected = await _expected(connection, table, member, user=user or 0, organization=organization or 0)
            wrong += [f"{entity}: {fault}" for fault in _wrong_rows(found.seen[entity], expected)]
    assert not wrong, "\n".join(wrong)


def _wrong_rows(seen: Seen, expected: set[Key]) -> Iterator[str]:
    """Which rows of an entity are not there or should not be, in words."""
    missing, surplus = expected - seen.keys, seen.keys - expected
    if missing:
        yield f"{len(missing)} of {len(expected)} are missing, such as {sorted(missing)[:3]}"
    if surplus:
        yield f"{len(surplus)} beside {len(expected)} are there too, such as {sorted(surplus)[:3]}"
    if seen.total not in (None, len(expected)):
        yield f"totalCount is {seen.total}, not {len(expected)}"


@pytest.mark.parametrize("member", ADMITTED)
async def test_answers_agree_with_rows(walked: Walked, member: str) -> None:
    """AC10, RC12: masked cells are null and noted; an edge leads to a row visible by itself, else it is null."""
    assert not (await admitted(walked, member)).faults


def _fault(cell: str, *, exists: bool, masked: int, shown: int, connection: bool) -> str | None:
    """What contradicts a cell, in words; None where nothing does."""
    if cell in (NEVER, NO_ENTITY):
        return "it is in the schema" if exists else None
    if not exists:
        return "it is not in the schema"
    if connection:
        return None
    if cell == ALWAYS:
        return f"it is masked on {masked} rows and shown on {shown}" if masked else None
    if cell == NOT_HERE:
        return None if masked and not shown else f"it is masked on {masked} rows and shown on {shown}"
    if masked + shown and not (masked and shown):
        return f"it is masked on {masked} rows and shown on {shown}"
    return None


async def _expected(
    connection: asyncpg.Connection, table: Table, member: str, *, user: int, organization: int
) -> set[Key]:
    line = table.line(member)
    if line is None:
        return set()
    statement = ROWS[table.entity].statement(line.rows, user=user, organization=organization)
    return {tuple(record) for record in await connection.fetch(statement)}


_WHO = """
SELECT u.id, a.organization_id FROM app_user u
LEFT JOIN role_assignment a ON a.user_id = u.id AND a.scope = 'ORGANIZATION' WHERE u.email = $1
UNION ALL SELECT user_id, organization_id FROM api_key WHERE name = $2
"""
