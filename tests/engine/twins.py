"""Twin worlds: the same database after changing what a viewer may not see, and nothing else.

A twin is made inside a transaction of the owner that is never committed. What may be changed is decided by the rules
read by hand, not by the engine. Keys that hold the rows together stay; so do, at first, the columns that rules read:
those are changed only as far as the viewer's projection stays what it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random

import asyncpg
from drawing import Values
from grant_tables import GRANT_TABLES
from planted import Planted
from reading import HIDDEN, Projection, Reading
from stored_grants import as_stored
from trying import Change, Trying, bound_columns, fixed_columns
from worlds import World, key_of, read_back

from sightline.authz.entities import ENTITY_RULES
from sightline.authz.expr import columns_read
from sightline.db.catalogue import Catalogue, Entity
from sightline.resolvers.identity import Principal

ROWS_TO_REMOVE = (
    "conversion_event",
    "conversion_proposal",
    "click",
    "customer_referral",
    "commission_plan_assignment",
    "payout_invoice_line",
    "conversion_item",
    "adjustment",
    "payout_invoice",
    "conversion",
    "collaborator",
    "company_access",
    "enrollment",
)
ROWS_TO_COPY = (
    "conversion",
    "conversion_item",
    "adjustment",
    "payout_invoice",
    "enrollment",
    "program",
    "company",
    "media",
    "click",
)
SHIPPED = frozenset({"name", "origin", "scope"})
"""By what the product knows the roles that ship with it: nobody changes that, nor is there an installation without."""
QUOTING = ("before", "after")
"""The columns of the audit log that quote cells of the row an entry is about; readers see what they see of that row."""

ROUNDS = 2
SPLITS = 3
"""How often a batch that moves what the rules show is halved before it is given up."""

Columns = frozenset[tuple[str, str]]


@dataclass(slots=True, eq=False)
class Twin:
    """A world on its way to becoming its twin for one viewer.

    `changed` counts changed cells and moved rows, `moved` the rows alone, `by_rules` the cells that some rule reads.
    """

    connection: asyncpg.Connection
    catalogue: Catalogue
    random: Random
    viewer: Principal
    world: World
    changed: int = 0
    moved: int = 0
    by_rules: int = 0
    _trying: Trying = field(init=False)
    _planted: Planted = field(init=False)
    _seen: dict[str, Projection] = field(init=False)
    _now: World = field(init=False)
    _rights: Principal | None = field(init=False)

    def __post_init__(self) -> None:
        self._trying = Trying(self.connection)
        self._planted = Planted(self.random, self.world)
        self._now = self.world
        reading = Reading(self.catalogue, self.world, self.viewer.paths)
        self._seen = {entity.name: reading.projection(entity) for entity in self.catalogue.served}

    async def make(self) -> None:
        """Change what the viewer may not see. Raises AssertionError if that changed what the rules show the viewer."""
        await self._trying.prepare()
        self._rights = await self._stored()
        fixed, read = fixed_columns(self.catalogue) | self._versions(), _read_by_rules() | self._grants()
        done = [await self._trying.all_of(batch) for batch in self._cells(fixed | read, chance=0.6)]
        self.changed += sum(done)
        assert await self._unchanged(self.catalogue.entities), "a cell that no rule reads moved what the rules show"
        for _ in range(ROUNDS):
            self.moved += await self._accepted(list(self._rows()), SPLITS)
            cells = [change for batch in self._cells(fixed, chance=0.03, among=read) for change in batch]
            self.by_rules += await self._accepted(self.random.sample(cells, len(cells)), SPLITS)
        self.changed += self.moved + self.by_rules

    async def _accepted(self, changes: list[Change], splits: int) -> int:
        """Make changes as far as they move nothing that the rules show the viewer. Returns how many were made."""
        if not changes:
            return 0
        before, attempt = self._now, self.connection.transaction()
        await attempt.start()
        done = sum([await self._trying.all_of(batch) for batch in _by_table(changes)])
        if await self._unchanged({change.entity.name for change in changes}):
            await attempt.commit()
            return done
        await attempt.rollback()
        self._now = before
        if not splits or len(changes) == 1:
            return 0
        half = len(changes) // 2
        return sum([await self._accepted(part, splits - 1) for part in (changes[:half], changes[half:])])

    async def _unchanged(self, touched: Collection[str]) -> bool:
        """Whether the rules show the viewer the same as before, after changes to these tables."""
        again = await read_back(self.connection, self.catalogue, touched)
        self._now = World({**self._now.tables, **again.tables})
        reading, follows = Reading(self.catalogue, self._now, self.viewer.paths), _tables_read()
        return all(
            reading.projection(entity) == self._seen[entity.name]
            for entity in self.catalogue.served
            if not follows[entity.name].isdisjoint(touched)
        ) and (GRANT_TABLES.isdisjoint(touched) or await self._stored() == self._rights)

    def _versions(self) -> Columns:
        """Versions are in no answer to a query; whoever changes a row that he sees is told its version (AC11)."""
        return frozenset((entity.name, "version") for entity in self.catalogue.served if "version" in entity.table.c)

    def _grants(self) -> Columns:
        """The columns in which rights are stored, where there is somebody whose own they may be."""
        tables = GRANT_TABLES if self.viewer.user_id is not None else frozenset()
        return frozenset((name, column.name) for name in tables for column in self.catalogue[name].table.columns)

    async def _stored(self) -> Principal | None:
        """The viewer as the tables have him; a mutation may read there what he holds."""
        if self.viewer.user_id is None:
            return None
        return await as_stored(self.connection, self.viewer.user_id)

    def _cells(self, fixed: Columns, *, chance: float, among: Columns | None = None) -> Iterator[list[Change]]:
        """Other values for hidden cells: per table, those that nothing constrains first, each row's others after."""
        for entity in self.catalogue.served:
            names = [
                column.name
                for column in entity.table.columns
                if (entity.name, column.name) not in fixed and (among is None or (entity.name, column.name) in among)
            ]
            bound = bound_columns(entity)
            changes: tuple[list[Change], list[Change]] = ([], [])
            for row in self.world.tables[entity.name]:
                shown = self._seen[entity.name].get(key_of(entity, row))
                kept = SHIPPED if entity.name == "role" and row["origin"] == "PREDEFINED" else frozenset()
                hidden = self._hidden(shown, [name for name in names if name not in kept], chance)
                others = self._others(entity, row, hidden)
                for at, free in enumerate((others.keys() - bound, others.keys() & bound)):
                    if free:
                        changes[at].append(Change(entity, row, {name: others[name] for name in sorted(free)}))
            yield from (batch for batch in changes if batch)

    def _hidden(self, shown: Values | None, names: Sequence[str], chance: float) -> list[str]:
        return [
            name
            for name in names
            if (shown is None or shown.get(name, HIDDEN) is HIDDEN) and self.random.random() < chance
        ]

    def _others(self, entity: Entity, row: Values, names: Iterable[str]) -> Values:
        quotes = entity.name == "audit_log"
        others = {
            name: self._quoted(row, name) if quotes and name in QUOTING else self._planted.other(entity, row, name)
            for name in names
        }
        return {name: value for name, value in others.items() if value != row[name]}

    def _quoted(self, entry: Values, name: str) -> Values:
        """A record of the audit log with other texts for those cells of the changed row that its reader does not have.

        What it quotes of the others stays (M5b).
        """
        kind, quoted = entry["target_type"], (entry["before"] or {}).keys() | (entry["after"] or {}).keys()
        target = next((each for each in self.world.tables.get(kind, ()) if str(each["id"]) == entry["target_id"]), None)
        cells = {} if target is None else self._seen[kind].get(key_of(self.catalogue[kind], target), {})
        shown = {each for each in quoted if cells.get(each, HIDDEN) is not HIDDEN}
        kept = {key: value for key, value in (entry[name] or {}).items() if key in shown}
        return kept | {each: self._planted.text() for each in sorted(quoted - shown)}

    def _rows(self) -> Iterator[Change]:
        """Removals and copies of rows that the viewer does not see."""
        for name in ROWS_TO_REMOVE:
            for row in self._invisible(name, 4):
                yield Change(self.catalogue[name], row, {}, removes=True)
        for name in ROWS_TO_COPY:
            for row in self._invisible(name, 3):
                yield Change(self.catalogue[name], row, self._planted.copied(self.catalogue[name], row), adds=True)

    def _invisible(self, name: str, most: int) -> list[Values]:
        entity = self.catalogue[name]
        rows = [row for row in self.world.tables[name] if key_of(entity, row) not in self._seen[name]]
        return self.random.sample(rows, min(most, len(rows)))


def _by_table(changes: Sequence[Change]) -> list[list[Change]]:
    """The changes in batches of one kind and one table, in the order of their first."""
    batches: dict[tuple[str, bool, bool], list[Change]] = {}
    for change in changes:
        batches.setdefault((change.entity.name, change.removes, change.adds), []).append(change)
    return list(batches.values())


@cache
def _tables_read() -> Mapping[str, frozenset[str]]:
    """The tables on which it depends which rows and cells of an entity are seen: its own, and all its rules lead to."""
    tables: dict[str, set[str]] = {}
    for rule in ENTITY_RULES:
        read = [columns_read(each, rule.entity) for each in (*rule.rows.values(), *rule.conditions.values())]
        tables[rule.entity] = {rule.entity} | {table for each in read for table, _ in each}
    for _ in tables:
        for followed in tables.values():
            followed.update(*(tables.get(table, ()) for table in tuple(followed)))
    return {name: frozenset(followed) for name, followed in tables.items()}


@cache
def _read_by_rules() -> Columns:
    """The columns that some row set or condition reads."""
    read: set[tuple[str, str]] = set()
    for rule in ENTITY_RULES:
        for predicate in (*rule.rows.values(), *rule.conditions.values()):
            read |= columns_read(predicate, rule.entity)
    return frozenset(read)
