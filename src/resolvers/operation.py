"""One operation of one viewer: its snapshot, its visibility, and the set-based reads every resolver goes through.

Loaders live and die with the operation and are never shared between viewers. There is one function per kind of read
(`rows_by_key`, `pages`, `counts`); each takes all keys or parents at once, and the loaders only gather them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiodataloader import DataLoader

from sightline.authz.bounds import AccountBounds
from sightline.authz.expr import FALSE
from sightline.authz.paths import PathKind, Paths, Value
from sightline.authz.visibility import Visibility
from sightline.db.catalogue import Catalogue
from sightline.db.pool import Pool
from sightline.db.queries import PageQuery, Selection, filter_values
from sightline.db.reads import ACCOUNTS, COUNT, IDS, PARENT, REFERRED, VERSION, Reads
from sightline.db.routes import ACCOUNTS_OF_ORGANIZATIONS, DRIVING, Route, bounds_by_account, single_values
from sightline.db.snapshot import Snapshot
from sightline.db.vault import Vault
from sightline.db.writes import Writes
from sightline.resolvers.cursors import Cursors
from sightline.resolvers.global_ids import GlobalIds, Key
from sightline.resolvers.identity import Principal
from sightline.resolvers.reports.desk import Desk
from sightline.resolvers.rows import Records, Row
from sightline.resolvers.versions import APART, with_referred
from sightline.resolvers.visibilities import Visibilities

_OF_KEYS: Final = frozenset({IDS, ACCOUNTS})


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """What all operations share and none changes. `changes` is where a change is tried before it is made."""

    catalogue: Catalogue
    reads: Reads
    ids: GlobalIds
    cursors: Cursors
    vault: Vault
    writes: Writes
    desk: Desk
    token_hash: Callable[[str], bytes]
    attempt_hash: Callable[[str], bytes]
    visibilities: Visibilities
    changes: Pool


@dataclass(frozen=True, slots=True)
class ViewedAs:
    """Whose view is taken, and the paths by which: the operation's visibility is what both see."""

    user_id: int
    paths: Paths


@dataclass(slots=True, eq=False)
class Operation:
    """The context of an operation's resolvers. `wanted` names the columns its document asks of each entity.

    `permitted` has a bit set for every guarded field this viewer has; `masked` collects the coordinates of which a cell
    was hidden, for `extensions.authorization`; for the log, `asked_about` has the users whose access was asked about,
    and `executed` what was answered by plans, and why the rest was not.
    """

    services: Services
    principal: Principal
    visibility: Visibility
    snapshot: Snapshot
    wanted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    permitted: int = 0
    masked: set[str] = field(default_factory=set)
    asked_about: set[int] = field(default_factory=set)
    executed: Counter[str] = field(default_factory=Counter)
    viewing_as: ViewedAs | None = None
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)
    _binds: dict[str, list[Value]] = field(init=False)

    def __post_init__(self) -> None:
        self._binds = dict(self.principal.binds)
        if self.viewing_as is not None:
            self._binds |= self.viewing_as.paths.binds(first=len(self.principal.paths.ordered))

    async def row(self, entity: str, key: Key) -> Row | None:
        """A row by key; None, equally, where it is invisible and where it does not exist."""
        if not self.visibility.sees(entity):
            return None
        loader = self._loader(("row", entity), lambda keys: self.rows_by_key(entity, keys))
        found: Row | None = await loader.load(key)
        return found

    async def does(self, verb: str, key: Key, *, through: PathKind | None = None) -> bool:
        """Whether the viewer does a verb on the row of a key, by some single path (of a kind)."""
        return (await self.done_on(verb, [key], through=through))[0]

    async def done_on(self, verb: str, keys: Sequence[Key], *, through: PathKind | None = None) -> list[bool]:
        """The same for many rows, in the order of the keys. One statement."""
        if self.visibility.may(verb, through=through) == FALSE:
            return [False] * len(keys)
        read = self.services.reads.doable(self.visibility, verb, through, single=_single(keys))
        done = {row[PARENT] for row in await self.snapshot.fetch(read.statement, self._binds | _keys(keys))}
        return [position in done for position in range(1, len(keys) + 1)]

    async def version(self, entity: str, key: Key, *, whoever_does: frozenset[str]) -> int | None:
        """The version of a row for a viewer who does one of these verbs on it; None for any other row.

        It is read together with what is asked meanwhile of other rows of the entity.
        """
        name = ("version", entity, whoever_does)
        found: int | None = await self._loader(name, lambda keys: self.versions(entity, keys, whoever_does)).load(key)
        return found

    async def versions(self, entity: str, keys: Sequence[Key], whoever_does: frozenset[str]) -> list[int | None]:
        """The same for many rows, in the order of the keys. One statement, or none for who does none of the verbs."""
        if all(self.visibility.may(verb) == FALSE for verb in whoever_does):
            return [None] * len(keys)
        apart = APART.get(entity)
        read = self.services.reads.versions(self.visibility, entity, whoever_does, apart, single=_single(keys))
        records = await self.snapshot.fetch(read.statement, self._binds | _keys(keys))
        ids, told = self.services.ids, dict[int, int]()
        for record in records:
            referred = None if apart is None else record[REFERRED]
            told[record[PARENT]] = with_referred(ids, entity, record[VERSION], referred)
        return [told.get(position) for position in range(1, len(keys) + 1)]

    async def told(self, entity: str, stored: Mapping[str, Any]) -> int:
        """The version of a stored row as `version` tells it: with what it refers to, if the viewer sees that (AC11)."""
        apart, referred = APART.get(entity), None
        if apart is not None and stored[apart.column] is not None:
            key = Key(stored[apart.column])
            if apart.verb is None:
                sees = await self.row(apart.entity, key) is not None
            else:
                sees = await self.does(apart.verb, key)
            referred = key.id if sees else None
        return with_referred(self.services.ids, entity, stored["version"], referred)

    def forget(self) -> None:
        """Read everything anew from here on: rows were changed."""
        self._loaders.clear()

    async def page(self, query: PageQuery, parent: Key | None) -> list[Row]:
        """A page of rows, in the order of the query; below a parent, together with its siblings' pages."""
        if parent is None:
            return (await self.pages(query, [None]))[0]
        rows: list[Row] = await self._loader(query, lambda keys: self.pages(query, keys)).load(parent)
        return rows

    async def count(self, selection: Selection, parent: Key | None) -> int:
        """How many rows a selection has; below a parent, together with its siblings' counts."""
        if parent is None:
            return (await self.counts(selection, [None]))[0]
        number: int = await self._loader(selection, lambda keys: self.counts(selection, keys)).load(parent)
        return number

    async def gathered(self, name: Hashable, load: Callable[[list[Any]], Any], key: Hashable) -> Any:
        """What a set-based read has for a key, read together with whatever else is asked of it meanwhile."""
        return await self._loader(name, load).load(key)

    async def rows_by_key(
        self, entity: str, keys: Sequence[Key], *, columns: frozenset[str] | None = None
    ) -> list[Row | None]:
        """Rows by key, in the order of the keys; None where no visible row has it. One statement.

        They have the columns that the document asks of the entity, unless others are named.
        """
        found = await self.records_by_key(entity, keys, columns=columns)
        rows = found.rows(self.services.ids)
        placed = {record[PARENT]: row for record, row in zip(found.records, rows, strict=True)}
        return [placed.get(position) for position in range(1, len(keys) + 1)]

    async def records_by_key(
        self, entity: str, keys: Sequence[Key], *, columns: frozenset[str] | None = None
    ) -> Records:
        """The same before rows are made of it: each record has the position of its key, from 1, as `PARENT`."""
        columns = self.wanted.get(entity, frozenset()) if columns is None else columns
        read = self.services.reads.lookup(self.visibility, entity, columns, single=_single(keys))
        records = await self.snapshot.fetch(read.statement, self._binds | _keys(keys))
        return Records(self.services.catalogue[entity], records, read.bits)

    async def pages(self, query: PageQuery, parents: Sequence[Key | None]) -> list[list[Row]]:
        """The page below each parent, in the order of the parents; [None] asks for the one page below none."""
        found = await self.records_of_pages(query, parents)
        rows = found.rows(self.services.ids)
        if query.selection.parent is None:
            return [rows]
        pages: list[list[Row]] = [[] for _ in parents]
        for record, row in zip(found.records, rows, strict=True):
            pages[record[PARENT] - 1].append(row)
        return pages

    async def records_of_pages(self, query: PageQuery, parents: Sequence[Key | None]) -> Records:
        """The same before rows are made of it. Below parents each record has its parent's position as `PARENT`."""
        route = await self._route(query, _single(parents))
        read = self.services.reads.page(self.visibility, query, route)
        after = {f"after{at}": value for at, value in enumerate(query.after or ()) if value is not None}
        values = self._binds | filter_values(query.selection.where) | after | {"limit": query.limit} | _keys(parents)
        values[DRIVING] = list(route.accounts or ())
        records = await self.snapshot.fetch(read.statement, values)
        return Records(self.services.catalogue[query.selection.entity], records, read.bits)

    async def counts(self, selection: Selection, parents: Sequence[Key | None]) -> list[int]:
        """The number of rows below each parent, in the order of the parents; [None] asks for that below none."""
        read = self.services.reads.count(self.visibility, selection, single=_single(parents))
        values = self._binds | filter_values(selection.where) | _keys(parents)
        records = await self.snapshot.fetch(read.statement, values)
        if selection.parent is None:
            return [records[0][COUNT]]
        counted = {record[PARENT]: record[COUNT] for record in records}
        return [counted[position] for position in range(1, len(parents) + 1)]

    async def _route(self, query: PageQuery, of_keys: frozenset[str] = frozenset()) -> Route:
        entity = self.services.catalogue[query.selection.entity]
        single = single_values(self.visibility, entity, query, self._binds)
        if single:
            return Route(single | of_keys)
        bounds = bounds_by_account(self.visibility, entity, query)
        if bounds is None:
            return Route(of_keys)
        # Once per operation and inside its snapshot: what these accounts are may change with the next (D10).
        return Route(of_keys, await self._loader("accounts", self._accounts_within).load(bounds))

    async def _accounts_within(self, bounds: Sequence[AccountBounds]) -> list[tuple[int, ...] | None]:
        return [await self._accounts(each) for each in bounds]

    async def _accounts(self, bounds: AccountBounds) -> tuple[int, ...] | None:
        """The accounts within bounds; None where they are too many to read one by one."""
        most = self.services.reads.most_accounts
        accounts = self._values(bounds.accounts)
        organizations = self._values(bounds.organizations)
        if organizations and len(accounts) <= most:
            values = {"organizations": sorted(organizations), "limit": most + 1}
            records = await self.snapshot.fetch(ACCOUNTS_OF_ORGANIZATIONS, values)
            accounts |= {record["id"] for record in records}
        return tuple(sorted(accounts)) if len(accounts) <= most else None

    def _values(self, parameters: Iterable[str]) -> set[int]:
        return {int(value) for name in parameters for value in self._binds[name]}

    def _loader(self, name: Hashable, load: Callable[[list[Any]], Any]) -> DataLoader[Any, Any]:
        if name not in self._loaders:

            async def batch(keys: list[Any]) -> Any:
                return await load(keys)

            self._loaders[name] = DataLoader(batch)
        return self._loaders[name]


def _keys(keys: Sequence[Key | None]) -> dict[str, object]:
    given = [key for key in keys if key is not None]
    return {IDS: [key.id for key in given], ACCOUNTS: [key.account for key in given]}


def _single(keys: Sequence[Key | None]) -> frozenset[str]:
    """The parameters of keys, where each has exactly one value."""
    return _OF_KEYS if len(keys) == 1 and keys[0] is not None else frozenset()
