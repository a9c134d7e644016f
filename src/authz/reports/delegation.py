"""Who may change whose column list (RC8, RC9): nobody gives or takes a column that he could not use himself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sightline.authz.reports.catalogue import not_available
from sightline.authz.reports.columns import COLUMNS


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes a list: the columns usable by him in the PLATFORM lens (RC3), and whether he holds ADMIN W.

    Whether he may edit lists at all is a question of the verb (USERS W), and is decided before.
    """

    usable: frozenset[str]
    admin_writer: bool = False

    @property
    def gives(self) -> frozenset[str]:
        """The columns he gives and takes, and may be told of: with ADMIN W all there are."""
        return frozenset(COLUMNS) if self.admin_writer else self.usable


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that is not made, and none of it is: the columns that are beyond the editor, in order.

    None where he asked for none of them by name: then they are not named to him, or he would learn what is on the list.
    """

    columns: tuple[str, ...]

    @property
    def messages(self) -> tuple[str, ...]:
        """One sentence for each: for a column he may not use the same as for one that does not exist (RC6)."""
        return tuple(map(not_available, self.columns)) or ("It would change columns that are not available to you.",)


def edited(
    current: Sequence[str], *, add: Collection[str], remove: Collection[str], editor: Editor
) -> tuple[str, ...] | Refused:
    """A user's list after a change, new columns at the end; `current` is the list that holds for him now (RC1, RC8).

    A change is said as what comes and what goes, so that columns the editor cannot see stay where they are. He may be
    the user himself: what is not on his list is not usable by him, so he can only lose. Who is exempt names any column
    of the catalogue.
    """
    # What is already as asked counts too: the answer must not tell whether a column beyond him is on the list.
    beyond = tuple(sorted({*add, *remove} - editor.gives))
    if beyond:
        return Refused(beyond)
    return tuple(key for key in dict.fromkeys((*current, *add)) if key not in remove)


def reset(current: Sequence[str], *, default: Sequence[str], editor: Editor) -> tuple[str, ...] | Refused:
    """The list that holds for a user once his own is deleted: the default (RC9).

    What he gains and what he loses by it must be the editor's to give: otherwise deleting a list would be a way around
    RC8, so it is measured by the same columns.
    """
    beyond = frozenset() if editor.admin_writer else (set(default) ^ set(current)) - editor.usable
    return Refused(()) if beyond else tuple(default)
