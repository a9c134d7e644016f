"""What a mutation works with: lookups in the actor's own views, locked rows, writes, the audit record.

The order is that of AC12: the input's syntax, then the row in the view (`find`), then the verb (`allow`), then business
rules, then the version (`refuse_stale`), then the effect; `edit` is the last two. Nothing that depends on a row is
looked at before the row is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from sightline.authz.bounds import ACCOUNT
from sightline.authz.expr import FALSE, TRUE
from sightline.authz.paths import PathKind
from sightline.db import audit
from sightline.db.writes import KEY_PREFIX
from sightline.resolvers.global_ids import Key, MalformedIdError
from sightline.resolvers.mutations.refusals import InvalidError, MissingError, NotAllowedError, StaleError
from sightline.resolvers.operation import Operation
from sightline.resolvers.versions import APART

Values = Mapping[str, Any]

_ALONE = "SELECT 1 FROM app_user WHERE id = $1 FOR NO KEY UPDATE"


@dataclass(frozen=True, slots=True)
class Found:
    """A row that the actor sees."""

    entity: str
    key: Key


@dataclass(frozen=True, slots=True)
class Done:
    """What a mutation leaves: the rows it is about, by the name of the payload's field, and values shown only once.

    The rows are what idempotency keeps; they are read again through present rights. `once` is kept nowhere: where this
    was `replayed`, nothing is in it.
    """

    rows: Mapping[str, Found]
    once: Values = field(default_factory=dict)
    replayed: bool = False


@dataclass(slots=True, eq=False)
class Change:
    """One mutation on its way. `via` is the kind of path that allowed it, for the audit log."""

    operation: Operation
    via: str | None = None

    @property
    def connection(self) -> asyncpg.Connection:
        """The transaction's connection."""
        return self.operation.snapshot.connection

    @property
    def actor(self) -> int:
        """The user who acts. Raises NotAllowedError for an organization's key, which is nobody."""
        if self.operation.principal.user_id is None:
            raise NotAllowedError("This is done by a person: sign in to do it.")
        return self.operation.principal.user_id

    async def find(self, entity: str, text: str, *path: str) -> Found:
        """The row with a global id, as the actor sees it. Raises MissingError, alike for hidden and foreign ones."""
        try:
            named, key = self.operation.services.ids.decode(text)
        except MalformedIdError as error:
            raise InvalidError(str(error), *path) from error
        if named != entity or await self.operation.row(entity, key) is None:
            raise MissingError(*path)
        return Found(entity, key)

    async def allow(self, verb: str, row: Found | None = None, *, message: str = "") -> None:
        """Go on only if a single path of the actor does the verb, on the row or on the platform.

        Raises NotAllowedError.
        """
        rule = self.operation.services.catalogue.model.verbs[verb]
        visibility = self.operation.visibility
        for kind in rule.holds:
            doing = visibility.may(verb, through=kind)
            if doing == FALSE:
                continue
            on_row = row is not None and await self.operation.does(verb, row.key, through=kind)
            if on_row or (row is None and doing == TRUE):
                self.via = kind
                return
        raise NotAllowedError(message or "You see this, but you may not do this to it.")

    async def sees(self, entity: str, number: int | None) -> bool:
        """Whether the actor sees the row with this number, other than a fact. What he does not see decides nothing."""
        return number is not None and await self.operation.row(entity, Key(number)) is not None

    async def may(self, verb: str, row: Found) -> bool:
        """Whether the actor does a verb on a row, by whatever single path."""
        return await self.operation.does(verb, row.key)

    async def still(self, verb: str, row: Found) -> bool:
        """Whether the path that allowed this change does a verb on a row as the change has left it (AC3)."""
        return self.via is not None and await self.operation.does(verb, row.key, through=PathKind(self.via))

    async def count_own(self, statement: str, *values: object) -> int:
        """How many rows of the actor's a statement counts. He adds none meanwhile elsewhere, so that a limit holds."""
        await self.connection.execute(_ALONE, self.actor)
        ((count,),) = await self.fetch(statement, self.actor, *values)
        return int(count)

    async def lock(self, row: Found, *, version: int | None = None) -> Values:
        """The row as it is stored, locked until the change ends. Raises StaleError where another version was read.

        Its version is the one that the actor is told of it.
        """
        statement = self.operation.services.writes.locked(row.entity)
        (stored,) = await self._run(statement, self._key(row)) or (None,)
        if stored is None:
            raise MissingError()
        locked = dict(stored)
        if row.entity in APART:
            locked["version"] = await self.operation.told(row.entity, stored)
        refuse_stale(locked, version)
        return locked

    async def insert(self, entity: str, /, **values: Any) -> asyncpg.Record:
        """A new row, as it is stored."""
        statement = self.operation.services.writes.insert(entity, values)
        (stored,) = await self._run(statement, values)
        return stored

    async def update(self, row: Found, **values: Any) -> asyncpg.Record:
        """A row with other values, as it is stored now. What stands apart in its version is not counted (AC11)."""
        apart = APART.get(row.entity)
        return await self._updated(row, values, counted=apart is None or set(values) != {apart.column})

    async def update_unseen(self, row: Found, **values: Any) -> asyncpg.Record:
        """As `update`, for values that not everybody sees who is shown the version: that stays (AC11)."""
        return await self._updated(row, values, counted=False)

    async def edit(
        self,
        action: str,
        row: Found,
        before: Values,
        values: Values,
        *,
        version: int | None,
        counted: bool = True,
        noted: Values | None = None,
        organization: int | None = None,
        account: int | None = None,
    ) -> Done:
        """The end of most edits: the version that was read, other values if there are any, and the record of them.

        `before` is the row, locked. `noted` goes into the record beside the values. Raises StaleError.
        """
        refuse_stale(before, version)
        if values:
            after = await (self.update if counted else self.update_unseen)(row, **values)
            shown = {name: after[name] for name in values} | dict(noted or {})
            await self.record(action, row, before=before, after=shown, organization=organization, account=account)
        return Done({row.entity: row})

    async def delete(self, row: Found) -> None:
        """A row gone."""
        await self._run(self.operation.services.writes.delete(row.entity), self._key(row))

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows the change depends on, whoever may see them; never for an answer."""
        rows: list[asyncpg.Record] = await self.connection.fetch(statement, *arguments)
        return rows

    async def record(
        self,
        action: str,
        row: Found,
        *,
        before: Values | None = None,
        after: Values | None = None,
        organization: int | None = None,
        account: int | None = None,
    ) -> None:
        """Write down what was changed; of an update only the columns that differ."""
        principal = self.operation.principal
        if before is not None and after is not None:
            changed = {name for name in after if before.get(name) != after[name]}
            before, after = {n: before.get(n) for n in changed}, {n: after[n] for n in changed}
        await audit.append(
            self.connection,
            actor_id=principal.user_id,
            api_key_id=principal.key_id,
            via_path=self.via,
            organization_id=organization,
            affiliate_account_id=account,
            action=action,
            target_type=row.entity,
            target_id=f"{row.key.account}/{row.key.id}" if row.key.account else str(row.key.id),
            before=before,
            after=after,
        )

    async def _updated(self, row: Found, values: Values, *, counted: bool) -> asyncpg.Record:
        statement = self.operation.services.writes.update(row.entity, values, counted=counted)
        (stored,) = await self._run(statement, dict(values) | self._key(row))
        return stored

    async def _run(self, statement: Any, values: Values) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = list(await self.operation.snapshot.fetch(statement, values))
        return rows

    def _key(self, row: Found) -> dict[str, int]:
        parts = {"id": row.key.id, ACCOUNT: row.key.account}
        return {KEY_PREFIX + name: parts[name] for name in self.operation.services.catalogue[row.entity].key}


def refuse_stale(stored: Values, version: int | None) -> None:
    """Raise StaleError where another version of a locked row was read than the one it has; None asks nothing."""
    if version is not None and stored["version"] != version:
        raise StaleError(stored["version"])
