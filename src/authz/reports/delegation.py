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


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that is not made, and none of it is: the columns that are beyond the editor, in order.

    `others` says that there are more, whose names he may not know.
    """

    columns: tuple[str, ...]
    others: bool = False

    @property
    def messages(self) -> tuple[str, ...]:
        """One sentence for each: for a column he may not use the same as for one that does not exist (RC6)."""
        named = tuple(map(not_available, self.columns))
        return (*named, "It would change columns that are not available to you.") if self.others else named


@dataclass(frozen=True, slots=True)
class AdministratorsOnly:
    """The system's default is edited by holders of ADMIN W only (RC8)."""

    @property
    def messages(self) -> tuple[str, ...]:
        """What is said."""
        return ("The default list of report columns can be changed by administrators only.",)


def edited(
    current: Sequence[str], *, add: Collection[str], remove: Collection[str], editor: Editor
) -> tuple[str, ...] | Refused:
    """A user's list after a change, new columns at the end; `current` is the list that holds for him now (RC1, RC8).

    A change is said as what comes and what goes, so that columns the editor cannot see stay where they are. He may be
    the user himself: what is not on his list is not usable by him, so he can only lose. Where he is exempt, the caller
    checks that `add` names columns of the catalogue.
    """
    # What is already as asked counts too: the answer must not tell whether a column beyond him is on the list.
    beyond = () if editor.admin_writer else tuple(sorted({*add, *remove} - editor.usable))
    return Refused(beyond) if beyond else _changed(current, add, remove)


def edited_default(
    current: Sequence[str], *, add: Collection[str], remove: Collection[str], editor: Editor
) -> tuple[str, ...] | AdministratorsOnly:
    """The system's list after a change (RC8)."""
    return _changed(current, add, remove) if editor.admin_writer else AdministratorsOnly()


def reset(current: Sequence[str], *, default: Sequence[str], editor: Editor) -> tuple[str, ...] | Refused:
    """The list that holds for a user once his own is deleted: the default (RC9).

    What he gains and what he loses by it must be the editor's to give: otherwise deleting a list would be a way around
    RC8, so it is measured by the same columns. Custom metrics beyond the editor are not named to him (RC6).
    """
    beyond = frozenset() if editor.admin_writer else (set(default) ^ set(current)) - editor.usable
    if beyond:
        return Refused(tuple(sorted(beyond & COLUMNS.keys())), others=not beyond <= COLUMNS.keys())
    return tuple(default)


def _changed(current: Sequence[str], add: Collection[str], remove: Collection[str]) -> tuple[str, ...]:
    return tuple(key for key in dict.fromkeys((*current, *add)) if key not in remove)
