"""Reading column lists: which report columns somebody may use, as far as lists decide it (RC1, RC2)."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sightline.authz.reports.catalogue import CATALOGUE
from sightline.authz.reports.lists import FIRST_LIST, effective_list
from sightline.db.snapshot import Snapshot
from sightline.db.statements import system_statement
from sightline.db.tables import ColumnListItemRow, ColumnListRow

# An empty list is there too, with a NULL for its columns.
_COLUMN_LISTS = system_statement(
    sa.select(ColumnListRow.user_id, ColumnListItemRow.column_key)
    .outerjoin(ColumnListItemRow, ColumnListItemRow.list_id == ColumnListRow.id)
    .where(
        sa.or_(ColumnListRow.user_id.is_(None), ColumnListRow.user_id == sa.bindparam("user_id", type_=sa.BigInteger))
    )
    .order_by(ColumnListItemRow.position)
)


@dataclass(frozen=True, slots=True)
class StoredLists:
    """The lists that matter to somebody, as they are kept: his own, None if he has none, and the system's."""

    own: tuple[str, ...] | None
    default: tuple[str, ...]

    def effective(self, *, admin: bool = False) -> tuple[str, ...]:
        """The list that holds for him; for whoever is no administrator, unless said (RC1, RC2)."""
        return effective_list(CATALOGUE, self.own, default=self.default, admin=admin)


async def stored_lists(snapshot: Snapshot, user_id: int | None) -> StoredLists:
    """The lists of a user; of nobody (None) the system's alone."""
    rows = await snapshot.fetch(_COLUMN_LISTS, {"user_id": user_id})
    default, own = (
        tuple(row["column_key"] for row in rows if row["user_id"] == owner and row["column_key"] is not None)
        for owner in (None, user_id)
    )
    has_own = any(row["user_id"] is not None for row in rows)
    # An installation whose operator has made no list yet has the first one; an empty list is one, too.
    has_default = any(row["user_id"] is None for row in rows)
    return StoredLists(own if has_own else None, default if has_default else FIRST_LIST)


async def listed_columns(snapshot: Snapshot, user_id: int | None, *, admin: bool) -> frozenset[str]:
    """The columns on the list that holds for a user; for an organization's key that is the system's (AC5)."""
    return frozenset((await stored_lists(snapshot, user_id)).effective(admin=admin))
