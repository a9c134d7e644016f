"""The demo platform as its users meet it: by token, through GraphQL; and beside it what is stored, by plain SQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

import asyncpg
from graphql import (
    GraphQLSchema,
    IntrospectionQuery,
    build_client_schema,
    get_introspection_query,
    lexicographic_sort_schema,
    print_schema,
)

from sightline.db import audit
from sightline.db.database import Database
from sightline.db.demo import CAST, token_of
from sightline.db.secrets import Secrets
from sightline.resolvers.global_ids import Key
from sightline.server.answers import GraphQLAnswer, GraphQLRequest
from sightline.server.execution import Engine

NORTHWIND, BLUEBIRD = "Northwind Outfitters", "Bluebird Media"
LAST_YEAR = 'where: {eventAt: {lt: "2026-01-01T00:00:00Z"}}'
"""Conversions of the demo alone, for `where`: what tests record comes later, and first in a list."""

Values = dict[str, Any]
Grant = tuple[str, Values]
"""A table that gives access, and a row of it without its user."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user that a test made, and the token he asks with."""

    id: int
    token: str


@dataclass(frozen=True, slots=True, eq=False)
class Platform:
    """A copy of the demo platform that tests may add people, grants and rows to.

    What a test expects it reads from the tables at that moment, so tests do not disturb each other. `owner` is the
    owner's connection to its database: one for all, as a new one costs more than most of what is done on it.
    """

    engine: Engine
    secrets: Secrets
    owner: asyncpg.Connection
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    @asynccontextmanager
    async def over(cls, database: Database, secrets: Secrets, engine: Engine | None = None) -> AsyncIterator[Platform]:
        """The platform in an open database, with an engine of its own unless there is one."""
        async with database.owner() as owner:
            yield cls(engine or Engine.of(database, secrets), secrets, owner)

    def member(self, key: str) -> str:
        """The token of a member of the demo cast."""
        return token_of(next(each for each in CAST if each.key == key), self.secrets)

    async def user_of(self, key: str) -> str:
        """The global id of a member of the demo cast."""
        return self.global_id(
            "app_user", await self.one("SELECT id FROM app_user WHERE email = $1", f"{key}@demo.example")
        )

    async def ask(self, who: str, query: str, /, **variables: Any) -> GraphQLAnswer:
        """The answer that the holder of a token gets."""
        return await self.engine.execute(GraphQLRequest(query, variables), who)

    async def read(self, who: str, query: str, /, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = await self.ask(who, query, **variables)
        assert not answer.errors, answer.errors
        assert answer.data is not None
        return answer.data

    async def readable(self, who: str) -> str:
        """The schema as somebody sees it, but for what only mutations lead to."""
        told = cast("IntrospectionQuery", await self.read(who, get_introspection_query()))
        return print_schema(lexicographic_sort_schema(GraphQLSchema(build_client_schema(told).query_type)))

    async def change_by(
        self, who: str, mutation: str, selection: str = "__typename", /, **given: Any
    ) -> dict[str, Any]:
        """What a mutation answers somebody: its success with this selection, or the typed error."""
        name = mutation[0].upper() + mutation[1:]
        query = f"""mutation ($input: {name}Input!) {{ {mutation}(input: $input) {{
            __typename ... on {name}Success {{ {selection} }}
            ... on UserError {{ message code path }} ... on Conflict {{ version }} }} }}"""
        answer: dict[str, Any] = (await self.read(who, query, input=given))[mutation]
        return answer

    async def cells(self, who: str, connection: str, selection: str, *, where: str = "") -> list[Any]:
        """One selection of every row of a root connection that somebody sees, page by page; an object is unwrapped."""
        arguments = f"first: 100, after: $after{f', where: {where}' if where else ''}"
        query = (
            f"query ($after: String) {{ {connection}({arguments}) "
            f"{{ nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        )
        found: list[Any] = []
        after, more = None, True
        while more:
            page = (await self.read(who, query, after=after))[connection]
            found += [_only(node) for node in page["nodes"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        return found

    async def names(self, who: str, connection: str, *, where: str = "") -> list[str]:
        """The names of all rows of a root connection that somebody sees, sorted."""
        return sorted(await self.cells(who, connection, "name", where=where))

    async def count(self, who: str, connection: str, *, where: str = "") -> int:
        """How many rows of a root connection somebody sees."""
        arguments = f"first: 1{f', where: {where}' if where else ''}"
        data = await self.read(who, f"{{ {connection}({arguments}) {{ totalCount }} }}")
        return int(data[connection]["totalCount"])

    async def exists(self, who: str, coordinate: str) -> bool:
        """Whether a coordinate exists for somebody."""
        query = "query ($it: String!) { viewer { canRead(coordinate: $it) } }"
        return bool((await self.read(who, query, it=coordinate))["viewer"]["canRead"])

    async def refuses(self, who: str, selection: str, **variables: Any) -> bool:
        """Whether a query is refused before anything runs, as one that names what does not exist."""
        answer = await self.ask(who, selection if variables else f"{{ {selection} }}", **variables)
        codes = {error["extensions"]["code"] for error in answer.errors}
        return not answer.executed and answer.data is None and codes == {"BAD_INPUT"}

    async def node(self, who: str, entity: str, *key: int, selection: str = "id") -> Any:
        """What the lookup of a row gives; a fact's key is its account and its id."""
        query = f"query ($id: ID!) {{ node(id: $id) {{ {selection} }} }}"
        return (await self.read(who, query, id=self.global_id(entity, *key)))["node"]

    def global_id(self, entity: str, *key: int) -> str:
        """The global id of a row, whether or not it exists."""
        account, number = key if len(key) == 2 else (0, key[0])
        return self.engine.services.ids.encode(entity, [Key(number, account)])[0]

    async def rows(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows as they are stored."""
        async with self._turn:
            found: list[asyncpg.Record] = await self.owner.fetch(statement, *arguments)
            return found

    async def stored(self, statement: str, *arguments: Any) -> list[Any]:
        """The first column of rows as they are stored."""
        return [row[0] for row in await self.rows(statement, *arguments)]

    async def one(self, statement: str, *arguments: Any) -> Any:
        """The one stored value that a statement gives."""
        (value,) = await self.stored(statement, *arguments)
        return value

    async def named(self, table: str, name: str) -> int:
        """The id of the row with a name."""
        return int(await self.one(f"SELECT id FROM {table} WHERE name = $1", name))

    async def change(self, *statements: str) -> None:
        """Change grants as a program of the operator's would: together with the epoch, in one transaction."""
        async with self._turn, self.owner.transaction():
            for statement in statements:
                await self.owner.execute(statement)
            await self.owner.execute("UPDATE authz_epoch SET n = n + 1")

    async def add(self, table: str, **values: Any) -> int:
        """Add a row, and count the epoch up. Returns its id, 0 where its table has none."""
        places = ", ".join(f"${at}" for at in range(1, len(values) + 1))
        async with self._turn, self.owner.transaction():
            row = await self.owner.fetchrow(
                f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places}) RETURNING *", *values.values()
            )
            await self.owner.execute("UPDATE authz_epoch SET n = n + 1")
        return int(row.get("id", 0))

    async def write_down(self, **record: Any) -> int:
        """Add an entry to the audit log, chained to the others. Returns its id."""
        async with self._turn, self.owner.transaction():
            await audit.append(self.owner, **record)
            return int(await self.owner.fetchval("SELECT max(id) FROM audit_log"))

    async def person(self, *grants: Grant) -> Person:
        """A new user with a session, who is given these."""
        email = f"{uuid4().hex}@rules.example"
        user = await self.add("app_user", email=email, name=f"Somebody {email[:6]}")
        token = self.secrets.demo_token(email)
        ends = await self.one("SELECT timestamptz '2999-01-01'")
        await self.add("session", user_id=user, token_hash=self.secrets.token_hash(token), expires_at=ends)
        for table, values in grants:
            await self.add(table, user_id=user, **values)
        return Person(user, token)

    async def staff(self, permissions: str, *, also: Iterable[Grant] = (), **role: Any) -> Person:
        """A new user with a platform role of his own: `"AFFILIATES:R TRANSACTIONS:W"`."""
        held = await self.role(permissions, **role)
        return await self.person(("role_assignment", {"scope": "PLATFORM", "role_id": held}), *also)

    async def role(self, permissions: str, **values: Any) -> int:
        """A new role; unless said, of the platform, built on MANAGER, without switches."""
        plain = {"name": f"Role {uuid4().hex}", "scope": "PLATFORM", "origin": "CUSTOM", "base_type": "MANAGER"}
        role = await self.add("role", **(plain | values))
        for key, level in (each.split(":") for each in permissions.split()):
            await self.add("role_permission", role_id=role, permission=key, level=level)
        return role

    async def membership(self, organization: str, role: str | int, **limits: Any) -> Grant:
        """The grant of a role, predefined or made before, in an organization."""
        held = role if isinstance(role, int) else await self.predefined(role)
        number = await self.named("organization", organization)
        return "role_assignment", {"scope": "ORGANIZATION", "organization_id": number, "role_id": held} | limits

    async def predefined(self, name: str) -> int:
        """The id of a predefined role of organizations."""
        return int(await self.one("SELECT id FROM role WHERE name = $1 AND origin = 'PREDEFINED'", name))

    async def collaborator(self, account: str, role: str, **limits: Any) -> Grant:
        """The grant of a collaborator's role on an account."""
        number = await self.named("affiliate_account", account)
        return "collaborator", {"affiliate_account_id": number, "role": role} | limits

    async def user_key(self, owner: int, scopes: list[str]) -> str:
        """A new API key of a user; returns its secret."""
        return await self._key(owner, owner_kind="USER", user_id=owner, scopes=scopes)

    async def organization_key(self, organization: int, creator: int) -> str:
        """A new API key of an organization, for everything; returns its secret."""
        return await self._key(creator, owner_kind="ORG", organization_id=organization)

    async def _key(self, creator: int, **values: Any) -> str:
        secret = self.secrets.demo_key(uuid4().hex)
        await self.add(
            "api_key",
            name="script",
            created_by_id=creator,
            prefix=secret[:12],
            last_four=secret[-4:],
            hash=self.secrets.token_hash(secret),
            state="ACTIVE",
            **values,
        )
        return secret


def _only(node: Values) -> Any:
    """The value of a node with a single field, else the node."""
    while isinstance(node, dict) and len(node) == 1:
        (node,) = node.values()
    return node
