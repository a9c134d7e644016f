"""Random mutations, made from a viewer's own schema: every mutation and every input it has, most ids of rows it sees.

What an input is called says of which table its id is, and what a text has to look like; a new mutation is drawn by
itself, and is never done only where what it needs is not drawn here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

import asyncpg
import orjson
from documents import Asked, Documents, documents_in
from drawing import CURRENCIES, NOON, TEXTS, Values
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_required_input_field,
)
from inputs import SAID, input_of, is_one_of
from reading import Projection, Reading
from worlds import World

from sightline.authz.permissions import CATALOGUE, token
from sightline.authz.reports.lists import BASE_COLUMNS
from sightline.db.catalogue import Entity
from sightline.db.snapshot import Snapshot
from sightline.resolvers.global_ids import Key
from sightline.resolvers.identity import Principal
from sightline.schema.denied import DeniedMode
from sightline.server.answers import ErrorCode, GraphQLAnswer, GraphQLRequest
from sightline.server.execution import Engine

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "account": ("affiliate_account",),
    "assignment": ("role_assignment", "commission_plan_assignment"),
    "goal": ("program_goal",),
    "item": ("access_review_item",),
    "membership": ("role_assignment",),
    "node": ("program", "affiliate_account", "organization"),
    "profile": ("advertiser_profile", "partner_profile"),
    "programs": ("program",),
    "user": ("app_user",),
}
_CAPITAL: Final = re.compile(r"([A-Z])")
PERMISSIONS: Final = [each for permissions in CATALOGUE.values() for each in permissions.values()]
SCOPES: Final = sorted({token(each.key, level) for each in PERMISSIONS for level in each.levels})
COLUMNS: Final = sorted(BASE_COLUMNS.values())
MAPPING: Final = """
name: leads
source: shop
order: {key: id, date: at}
amount: {column: value}
currency: {constant: EUR}
program: {constant: alpha}
account: {column: publisher, by: external_id}
"""
TEXT: Final[Mapping[str, Callable[[Random], str]]] = {
    "add": lambda r: r.choice(COLUMNS),
    "column": lambda r: r.choice(COLUMNS),
    "columns": lambda r: r.choice(("clicks", "conversions", "payout", "revenue")),
    "coordinate": lambda r: r.choice(("Conversion.payout", "Program.name")),
    "country": lambda r: "FR",
    "cron": lambda r: "0 6 * * 1",
    "currency": lambda r: r.choice(CURRENCIES),
    "email": lambda r: f"user{r.randint(1, 14)}@example.org",
    "formula": lambda r: r.choice(("clicks + 1", "sales / clicks", "clicks +")),
    "groupBy": lambda r: "day",
    "key": lambda r: f"metric_{r.randint(1, 99)}",
    "kind": lambda r: "BANK_TRANSFER",
    "landingUrl": lambda r: "https://example.org/landing",
    "mapping": lambda r: MAPPING,
    "permission": lambda r: r.choice(PERMISSIONS).key,
    "remove": lambda r: r.choice(COLUMNS),
    "scopes": lambda r: r.choice(SCOPES),
    "slug": lambda r: f"page-{r.randint(1, 99)}",
    "timeZone": lambda r: "Europe/Paris",
    "url": lambda r: "https://example.org/a",
    "websiteUrl": lambda r: "https://example.org",
}
SCALARS: Final[Mapping[str, Callable[[Random], Any]]] = {
    "Boolean": lambda r: r.random() < 0.5,
    "CurrencyCode": lambda r: r.choice(CURRENCIES),
    "Date": lambda r: (NOON + timedelta(days=r.randint(-90, 90))).date().isoformat(),
    "DateTime": lambda r: (NOON + timedelta(days=r.choice((-1, 3, 30)))).isoformat(),
    "Decimal": lambda r: f"{r.randint(0, 40)}.{r.randint(0, 99):02d}",
    "Int": lambda r: r.randint(1, 3),
}
SELDOM: Final = frozenset(
    {"idempotencyKey", "compareTo", "asOf", "filters", "having", "orderBy", "after", "first", "statuses"}
)
"""Not given where they may be left out: repeating is for other tests, and of reports most are to be possible."""
OPTIONAL = 0.4
UNSEEN = 0.2
"""How often an input that may be left out is given, and an id is one of any row, seen or not."""


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Draws mutations of one viewer over one world. `reads` selects what is answered, and what is read afterwards.

    `met` says how often each was asked before.
    """

    random: Random
    reads: Documents
    seen: Mapping[str, Projection]
    met: Mapping[str, int]
    _keys: dict[str, list[Key]] = field(default_factory=dict)

    def some(self, count: int) -> Iterator[Asked]:
        """That many mutations, each with what is asked after it; none for a viewer without any.

        Those that were asked least come first, so that all are met.
        """
        root = self.reads.schema.mutation_type
        asked = Counter(self.met)
        for _ in range(count if root else 0):
            assert root is not None
            names = [each for each in root.fields if self._has_what_it_needs(input_of(root.fields[each]))]
            if self.random.random() < UNSEEN or not names:
                names = list(root.fields)
            self.random.shuffle(names)
            name = min(names, key=lambda each: asked[each])
            asked[name] += 1
            yield self._mutation(name, root.fields[name])

    def _has_what_it_needs(self, given: GraphQLInputObjectType) -> bool:
        """Whether the viewer sees some row of each table that has to be named."""
        needed = [
            name
            for name, of in given.fields.items()
            if is_required_input_field(of) and get_named_type(of.type).name == "ID"
        ]
        return all(any(self._visible(self.reads.catalogue[table]) for table in _tables(name)) for name in needed)

    def _mutation(self, name: str, of: GraphQLField) -> Asked:
        given, payload = input_of(of), get_named_type(of.type)
        assert isinstance(payload, GraphQLUnionType)
        (success,) = [each for each in payload.types if each.name.endswith("Success")]
        text = (
            f"mutation($input: {given.name}!) {{ done: {name}(input: $input) {{ {SAID}"
            f" ... on {success.name} {self.reads.selection(success, 2)} }} }}"
        )
        follows = next(iter(self.reads.some(1)))
        return Asked(text, ({"input": self._input(given)},), mutation=name, follows=follows)

    def _input(self, type_: GraphQLInputObjectType) -> dict[str, Any]:
        if is_one_of(type_):
            name = self.random.choice(list(type_.fields))
            return {name: self._value(name, type_.fields[name].type)}
        return {name: self._value(name, of.type) for name, of in type_.fields.items() if self._gives(name, of)}

    def _gives(self, name: str, of: GraphQLInputField) -> bool:
        return is_required_input_field(of) or (name not in SELDOM and self.random.random() < OPTIONAL)

    def _value(self, name: str, type_: Any) -> Any:
        bare = get_nullable_type(type_)
        if isinstance(bare, GraphQLList):
            return [self._value(name, bare.of_type) for _ in range(self.random.randint(1, 2))]
        named = get_named_type(bare)
        if isinstance(named, GraphQLEnumType):
            return self.random.choice(list(named.values))
        if isinstance(named, GraphQLInputObjectType):
            return self._input(named)
        if named.name == "ID":
            return self._id(name)
        if named.name == "String":
            return TEXT.get(name, lambda r: f"{r.choice(TEXTS)} {r.randint(1, 99)}")(self.random)
        return SCALARS[named.name](self.random)

    def _id(self, name: str) -> str:
        tables = [each for each in _tables(name) if self._visible(self.reads.catalogue[each])]
        table = self.random.choice(tables or _tables(name))
        entity = self.reads.catalogue[table]
        everyone, visible = self.reads.world.tables[table], self._visible(entity)
        if not visible or self.random.random() < UNSEEN:
            return self.reads.ids.encode(table, [_key(entity, self.random.choice(everyone))])[0]
        return self.reads.ids.encode(table, [self.random.choice(visible)])[0]

    def _visible(self, entity: Entity) -> list[Key]:
        if entity.name not in self._keys:
            rows = [dict(zip(entity.key, key, strict=True)) for key in self.seen[entity.name]]
            self._keys[entity.name] = [_key(entity, row) for row in rows]
        return self._keys[entity.name]


def _tables(name: str) -> Sequence[str]:
    """Of which tables the id is that an input of this name takes."""
    return ALIASES.get(name, (_CAPITAL.sub(r"_\1", name).lower(),))


def _key(entity: Entity, row: Values) -> Key:
    return Key(row["id"], row["affiliate_account_id"] if entity.is_fact else 0)


async def answered(
    engine: Engine, connection: asyncpg.Connection, who: Principal, asked: Asked
) -> tuple[GraphQLAnswer, int]:
    """The answer to a mutation, and how many statements it read by. A fault of ours is none: raises AssertionError."""
    snapshot, request = Snapshot(connection, 0, NOON), GraphQLRequest(asked.text, dict(asked.variables[0]))
    answer = await engine.answer(request, who, snapshot, changing=True)
    codes = [error["extensions"].get("code") for error in answer.errors]
    assert ErrorCode.INTERNAL not in codes, f"no answer: {answer.errors}\n{asked}"
    return answer, snapshot.statements


def is_done(answer: bytes) -> bool:
    """Whether the answer to a random mutation, as bytes, is that it was done."""
    done = (orjson.loads(answer)[0] or {}).get("done")
    return done is not None and done["__typename"].endswith("Success")


def changes_of(
    engine: Engine, world: World, asking: Principal, random: Random, count: int, met: Mapping[str, int]
) -> list[Asked]:
    """That many mutations of a viewer, those first that were met least."""
    services = engine.services
    reading = Reading(services.catalogue, world, asking.paths)
    seen = {entity.name: reading.projection(entity) for entity in services.catalogue.served}
    return list(Changes(random, documents_in(engine, world, asking, random, DeniedMode.HIDE), seen, met).some(count))
