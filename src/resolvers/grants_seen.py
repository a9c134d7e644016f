"""What people hold by the grants that somebody else sees: all that he is told of where it changes.

Whoever administers people sees their memberships and roles, and of their collaborators' roles only those on accounts
that he reaches (L9). So another grant shows in nothing that he is told, as if it were not there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sightline.authz.grants import Grants
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants import Source, given_to_user, united
from sightline.resolvers.operation import Operation


async def grants_seen(operation: Operation, users: Sequence[int]) -> dict[int, Grants]:
    """The live grants of active users, each as far as the operation's viewer sees the rows behind them."""
    seen = await sources_seen(operation, users)
    return {user: united(user, sources, columns) for user, (sources, columns) in seen.items()}


async def sources_seen(operation: Operation, users: Sequence[int]) -> dict[int, tuple[list[Source], frozenset[str]]]:
    """These rows themselves, with the list of report columns that holds for each of the users."""
    given = {user: await given_to_user(operation.snapshot, user) for user in users}
    ids = defaultdict[str, set[int]](set)
    for sources, _ in given.values():
        for source in sources:
            ids[source.entity].add(source.id)
    seen = {(entity, number) for entity, those in ids.items() for number in await _visible(operation, entity, those)}
    return {
        user: ([each for each in sources if (each.entity, each.id) in seen], columns)
        for user, (sources, columns) in given.items()
    }


async def _visible(operation: Operation, entity: str, ids: set[int]) -> list[int]:
    if not operation.visibility.sees(entity):
        return []
    # Not by a loader: in a trial the rows are read before the change and after it.
    found = await operation.rows_by_key(entity, [Key(each) for each in sorted(ids)], columns=frozenset())
    return [row.key.id for row in found if row is not None]
