"""What people hold by the grants that somebody else sees: all that he is told of where it changes.

Whoever administers people sees their memberships and roles, and of their collaborators' roles only those on accounts
that he reaches (L9). So another grant shows in nothing that he is told, as if it were not there. Asked why of a row he
is told that another grant counts there, but of no access to a company that he is not of himself (L1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sightline.authz.grants import NOTHING, Grants, paths_of
from sightline.authz.paths import Paths
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants import Source, given_to_user, united
from sightline.resolvers.operation import Operation
from sightline.resolvers.people import is_active

Sources = tuple[list[Source], frozenset[str]]
"""The rows that give a user access, and the list of report columns that holds for him."""

_GIVING = frozenset({"role_assignment", "collaborator", "company_access"})
_COMPANIES = frozenset({"company_access"})


async def grants_seen(operation: Operation, users: Sequence[int]) -> dict[int, Grants]:
    """The live grants of active users, each as far as the operation's viewer sees the rows behind them."""
    seen = await sources_seen(operation, users)
    return {user: united(user, sources, columns) for user, (sources, columns) in seen.items()}


async def paths_seen(operation: Operation, user: int) -> Paths:
    """What a user has by these; none at all where he is not active (AC6)."""
    return await paths_by(operation, user, (await sources_seen(operation, [user]))[user])


async def paths_by(operation: Operation, user: int, given: Sources) -> Paths:
    """What a user has by some rows; none at all where he is not active (AC6)."""
    return paths_of(united(user, *given)) if await is_active(operation.snapshot, user) else NOTHING


async def sources_seen(operation: Operation, users: Sequence[int]) -> dict[int, Sources]:
    """The rows behind these grants."""
    return await _sources(operation, users, if_seen=_GIVING)


async def sources_on_rows(operation: Operation, users: Sequence[int]) -> dict[int, Sources]:
    """The rows that count where somebody asks why of a row: all but access to companies that he is not of (L1)."""
    return await _sources(operation, users, if_seen=_COMPANIES)


async def _sources(operation: Operation, users: Sequence[int], *, if_seen: frozenset[str]) -> dict[int, Sources]:
    given = {user: await given_to_user(operation.snapshot, user) for user in users}
    ids = defaultdict[str, set[int]](set)
    for sources, _ in given.values():
        for source in sources:
            if source.entity in if_seen:
                ids[source.entity].add(source.id)
    seen = {(entity, number) for entity, those in ids.items() for number in await _visible(operation, entity, those)}

    def counts(source: Source) -> bool:
        return source.entity not in if_seen or (source.entity, source.id) in seen

    return {user: (list(filter(counts, sources)), columns) for user, (sources, columns) in given.items()}


async def _visible(operation: Operation, entity: str, ids: set[int]) -> list[int]:
    if not operation.visibility.sees(entity):
        return []
    # Not by a loader: in a trial the rows are read before the change and after it.
    found = await operation.rows_by_key(entity, [Key(each) for each in sorted(ids)], columns=frozenset())
    return [row.key.id for row in found if row is not None]
