"""What a list of report columns hands on beside its columns: cells of entities, and what can be computed (RC7, DR1).

A list that comes to hold a column of money opens cells of entities on the path of staff; so it is asked whether its
editor reads such cells himself, in all rows of the user. And no list, nor any role above one, is saved from which an
amount that it hides could be computed.
"""

from __future__ import annotations

from sightline.authz.delegation import rows_gained
from sightline.authz.grants import Grants, PlatformGrant, paths_of
from sightline.authz.paths import PathKind, Paths
from sightline.authz.reports.lenses import Lens, ReportLens
from sightline.authz.visibility import DENY, PERMIT, Visibility
from sightline.resolvers.errors import ColumnRestrictedError
from sightline.resolvers.given_away import given_away
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants import grants_of_user
from sightline.resolvers.identity import principal_of_user
from sightline.resolvers.mutations.change import Change
from sightline.resolvers.mutations.refusals import InvalidError, NotAllowedError
from sightline.resolvers.reports.lists import editor_of

_EDITS_LIST = "user:edit_columns"
# What lists decide depends on the role, not on the user: one holder of each is asked for all.
_HOLDERS_OF_THE_DEFAULT = """
    SELECT DISTINCT ON (a.role_id) a.user_id FROM role_assignment a JOIN app_user u ON u.id = a.user_id
    WHERE a.scope = 'PLATFORM' AND u.status = 'ACTIVE' AND (a.expires_at IS NULL OR a.expires_at > $1)
      AND NOT EXISTS (SELECT 1 FROM column_list l WHERE l.user_id = a.user_id)
    ORDER BY a.role_id, a.user_id
"""


async def refuse_more_than_own(change: Change, before: PlatformGrant | None, after: PlatformGrant | None) -> None:
    """DR1: cells of entities that a longer list opens are read by its editor too, and in every row of the user.

    Raises NotAllowedError. ADMIN W is exempt.
    """
    if before is None or after is None or editor_of(change.operation).admin_writer:
        return
    was, now = (_shown_by(change, each) for each in (before, after))
    gained = [
        (entity.name, column)
        for entity in change.operation.services.catalogue.served
        for column in entity.columns
        if was.decide(entity.name, column) != now.decide(entity.name, column) != DENY
    ]
    if not gained:
        return
    own = (await grants_of_user(change.operation.snapshot, change.actor))[0].platform
    mine = None if own is None else _shown_by(change, own)
    if mine is None or rows_gained(after, own) or any(_beyond(mine, now, *each) for each in gained):
        raise NotAllowedError("This would show the user cells, or rows of them, that your own role does not show you.")


async def refuse_giving_away(change: Change, user_id: int) -> None:
    """RC7: nobody ends with a list from which an amount that it hides can be computed. Raises InvalidError.

    It names what is on the list to whoever sees the list.
    """
    principal = await principal_of_user(change.operation.snapshot, user_id)
    services = change.operation.services
    try:
        found = given_away(services, principal, Lens(ReportLens.PLATFORM))
    except ColumnRestrictedError:
        return
    if found is not None:
        sees_list = await change.operation.does(_EDITS_LIST, Key(user_id))
        raise InvalidError(found.told_to(editor_of(change.operation).gives if sees_list else ()))


async def refuse_giving_away_by_default(change: Change) -> None:
    """The same, of everybody for whom the system's list holds."""
    for row in await change.fetch(_HOLDERS_OF_THE_DEFAULT, change.operation.snapshot.clock):
        await refuse_giving_away(change, row["user_id"])


def _shown_by(change: Change, grant: PlatformGrant) -> Visibility:
    """What a staff grant shows by itself: the one path that is compared."""
    staff = (each for each in paths_of(Grants(None, platform=grant)).ordered if each.shape.kind is PathKind.PLATFORM)
    return change.operation.services.visibilities.of(Paths(tuple(staff)))


def _beyond(mine: Visibility, theirs: Visibility, entity: str, column: str) -> bool:
    return mine.decide(entity, column) not in (PERMIT, theirs.decide(entity, column))
