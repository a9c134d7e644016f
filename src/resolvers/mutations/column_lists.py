"""Lists of report columns: the system's, and those of users (A13, A17, A18, RC1, RC8, RC9, DR1).

An edit says what comes and what goes, so what the editor does not see of a list stays where it is. It is decided before
it is made: by name (RC8), then on its effect (DR1), then on what the list would give away (RC7).
"""

from __future__ import annotations

from collections.abc import Sequence

from sightline.authz.grants import Grants, PlatformGrant
from sightline.authz.reports.catalogue import CATALOGUE
from sightline.authz.reports.delegation import Refused, edited, reset
from sightline.db.report_columns import stored_column
from sightline.db.tables.enums import ColumnListOwner
from sightline.resolvers.column_lists import StoredLists, stored_lists
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants import grants_of_user
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.columns_handed_on import (
    refuse_giving_away_by_default,
    refuse_more_than_own,
)
from sightline.resolvers.mutations.handing_on import handing_on
from sightline.resolvers.mutations.refusals import InvalidError, StaleError
from sightline.resolvers.reports.lists import editor_of, in_view
from sightline.resolvers.reports.requests import LONGEST_NAME

_MOST_NAMED = 20
_LIST = "SELECT id FROM column_list WHERE user_id IS NOT DISTINCT FROM $1"
_LAST = "SELECT coalesce(max(position), 0) AS last FROM column_list_item WHERE list_id = $1"
_TAKE = "DELETE FROM column_list_item WHERE list_id = $1 AND column_key = ANY($2)"
_EMPTY = "DELETE FROM column_list_item WHERE list_id = $1"
_CLOSE_GAPS = """
    UPDATE column_list_item i SET position = o.n
    FROM (
        SELECT column_key, row_number() OVER (ORDER BY position) AS n FROM column_list_item WHERE list_id = $1
    ) o
    WHERE i.list_id = $1 AND i.column_key = o.column_key AND i.position <> o.n
"""
_IS_KEPT = "SELECT key FROM report_column WHERE key = ANY($1)"


async def edit_columns(
    change: Change,
    *,
    user: str,
    add: Sequence[str] | None = None,
    remove: Sequence[str] | None = None,
    version: int | None = None,
) -> Done:
    """A user's own list after a change; where he has none it is made, of what held for him until now (RC1)."""
    comes, goes = _asked(add, remove)
    target = await change.find("app_user", user, "user")
    await change.allow("user:edit_columns", target)
    lists = await stored_lists(change.operation.snapshot, target.key.id)
    after = _after(change, lists, comes, goes)
    before = await _platform_grant(change, target)
    _refuse_stale(change, lists, version)
    if after == lists.own:
        return Done({"user": target})
    async with handing_on(change, users=[target.key.id], organization=None):
        await _write(change, target.key.id, lists, after)
        await refuse_more_than_own(change, before, await _platform_grant(change, target))
    await _record(change, "user:edit_columns", target, lists, StoredLists(after, lists.default))
    return Done({"user": target})


async def reset_columns(change: Change, *, user: str, version: int | None = None) -> Done:
    """A user's own list gone: the system's holds for him again (RC9)."""
    target = await change.find("app_user", user, "user")
    await change.allow("user:edit_columns", target)
    lists = await stored_lists(change.operation.snapshot, target.key.id)
    if lists.own is None:
        raise InvalidError("This user has no list of his own: the system's holds for him.", "user")
    default = StoredLists(None, lists.default).effective()
    after = reset(lists.effective(), default=default, editor=editor_of(change.operation))
    if isinstance(after, Refused):
        raise InvalidError(" ".join(after.messages), "user")
    before = await _platform_grant(change, target)
    _refuse_stale(change, lists, version)
    async with handing_on(change, users=[target.key.id], organization=None):
        ((own,),) = await change.fetch(_LIST, target.key.id)
        await change.connection.execute(_EMPTY, own)
        await change.delete(Found("column_list", Key(own)))
        await refuse_more_than_own(change, before, await _platform_grant(change, target))
    await _record(change, "user:reset_columns", target, lists, StoredLists(None, lists.default))
    return Done({"user": target})


async def edit_column_default(
    change: Change,
    *,
    add: Sequence[str] | None = None,
    remove: Sequence[str] | None = None,
    version: int | None = None,
) -> Done:
    """The system's list after a change, for everybody without one of his own (A17)."""
    comes, goes = _asked(add, remove)
    await change.allow("column_list:edit_default")
    lists = await stored_lists(change.operation.snapshot, None)
    after = _after(change, lists, comes, goes)
    _refuse_stale(change, lists, version)
    if after == lists.default:
        return Done({})
    async with handing_on(change, users=[], organization=None):
        row = Found("column_list", Key(await _write(change, None, lists, after)))
        await refuse_giving_away_by_default(change)
    await _record(change, "column_list:edit_default", row, lists, StoredLists(None, after))
    return Done({})


def _asked(add: Sequence[str] | None, remove: Sequence[str] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    comes, goes = tuple(dict.fromkeys(add or ())), tuple(dict.fromkeys(remove or ()))
    if not comes and not goes:
        raise InvalidError("Name at least one column that comes or goes.", "add")
    if set(comes) & set(goes):
        raise InvalidError("A column comes or goes: name it once.", "remove")
    return comes, goes


def _after(change: Change, lists: StoredLists, comes: Sequence[str], goes: Sequence[str]) -> tuple[str, ...]:
    """The list that holds after an edit. Raises InvalidError for what is unknown or not his (RC6, RC8)."""
    after = edited(lists.effective(), add=comes, remove=goes, editor=editor_of(change.operation))
    if isinstance(after, Refused):
        short = Refused(tuple(key[:LONGEST_NAME] for key in after.columns[:_MOST_NAMED]))
        raise InvalidError(" ".join(short.messages), "add" if set(after.columns) & set(comes) else "remove")
    return after


def _refuse_stale(change: Change, lists: StoredLists, version: int | None) -> None:
    """Nobody else gives or takes access until this change ends, so what was read is what is there."""
    present = in_view(lists, editor_of(change.operation)).version
    if version is not None and version != present:
        raise StaleError(present)


async def _platform_grant(change: Change, target: Found) -> PlatformGrant | None:
    grants: Grants = (await grants_of_user(change.operation.snapshot, target.key.id))[0]
    return grants.platform


async def _write(change: Change, user_id: int | None, lists: StoredLists, after: Sequence[str]) -> int:
    """The list of a user, or the system's (None), as it is to be. What stays keeps its place. Returns its number."""
    before: Sequence[str] = lists.effective()
    found = await change.fetch(_LIST, user_id)
    if found:
        ((number,),) = found
        await change.update(Found("column_list", Key(number)), user_id=user_id)
        await change.connection.execute(_TAKE, number, sorted(set(before) - set(after)))
    else:
        kind = ColumnListOwner.SYSTEM if user_id is None else ColumnListOwner.USER
        number, before = (await change.insert("column_list", owner_kind=kind, user_id=user_id))["id"], ()
    new = [key for key in after if key not in before]
    await _keep_columns(change, new)
    ((last,),) = await change.fetch(_LAST, number)
    for position, key in enumerate(new, last + 1):
        await change.insert("column_list_item", list_id=number, column_key=key, position=position)
    await change.connection.execute(_CLOSE_GAPS, number)
    return int(number)


async def _keep_columns(change: Change, keys: Sequence[str]) -> None:
    """A built-in column is written down when it is first listed."""
    kept = {row["key"] for row in await change.fetch(_IS_KEPT, list(keys))}
    for key in (each for each in keys if each not in kept and each in CATALOGUE.columns):
        await change.insert("report_column", **stored_column(key))


async def _record(change: Change, action: str, row: Found, lists: StoredLists, after: StoredLists) -> None:
    before = {"own": lists.own is not None, "columns": list(lists.effective())}
    await change.record(
        action, row, before=before, after={"own": after.own is not None, "columns": list(after.effective())}
    )
