"""Column lists as whoever may edit them sees them: two disjoint sets of what he could use himself (A17, A18).

A column beyond him is in neither, and no version shows that it came or went: what he cannot give he does not see given.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sightline.authz.expr import TRUE
from sightline.authz.paths import PathKind
from sightline.authz.reports.catalogue import CATALOGUE
from sightline.authz.reports.delegation import Editor
from sightline.authz.reports.lenses import Lens, ReportLens
from sightline.resolvers.column_lists import StoredLists, stored_lists
from sightline.resolvers.errors import ColumnRestrictedError
from sightline.resolvers.operation import Operation


@dataclass(frozen=True, slots=True)
class ListInView:
    """A list as one editor sees it. `own` says whether it is the user's own; the system's never is."""

    own: bool
    available: tuple[str, ...]
    restricted: tuple[str, ...]

    @property
    def version(self) -> int:
        """A number that moves with what is seen of the list, and with nothing else (AC11)."""
        seen = sha256(f"{self.own} {' '.join(sorted(self.available))}".encode()).digest()
        return int.from_bytes(seen[:4], "big") >> 1


def editor_of(operation: Operation) -> Editor:
    """What the viewer may give and take: what he uses in the PLATFORM lens (RC3, RC8)."""
    is_admin = operation.visibility.may("column_list:edit_default", through=PathKind.PLATFORM) == TRUE
    try:
        lens = operation.services.desk.open(operation.principal, Lens(ReportLens.PLATFORM))
    except ColumnRestrictedError:
        return Editor(frozenset(), is_admin)
    return Editor(lens.usable, is_admin)


def in_view(lists: StoredLists, editor: Editor) -> ListInView:
    """The list that holds, as an editor sees it; columns in the order of the catalogue."""
    listed, seen = frozenset(lists.effective()), [key for key in CATALOGUE.columns if key in editor.gives]
    return ListInView(
        lists.own is not None,
        tuple(key for key in seen if key in listed),
        tuple(key for key in seen if key not in listed),
    )


async def list_in_view(operation: Operation, user_id: int | None) -> ListInView:
    """The list that holds for a user, or the system's (None); whether the viewer may edit it was asked before."""
    return in_view(await stored_lists(operation.snapshot, user_id), editor_of(operation))
