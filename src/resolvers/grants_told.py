"""What becomes of somebody's access by a change, as far as whoever makes the change is told of it."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.authz.grants import NOTHING, Grants, paths_of
from sightline.authz.paths import PathKind, Paths
from sightline.authz.viewing_as import compared_for_another


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody holds, as far as another is told of it."""

    paths: Paths
    columns: frozenset[str] = frozenset()

    @classmethod
    def of(cls, grants: Grants) -> Held:
        """Everything that is told of grants."""
        return cls.told(paths_of(grants), grants.columns)

    @classmethod
    def told(cls, paths: Paths, columns: frozenset[str]) -> Held:
        """Everything that is told of paths, and of the report columns that hold for them."""
        return cls(compared_for_another(paths), columns)


@dataclass(frozen=True, slots=True)
class GrantsChange:
    """What somebody holds, and what he would hold. `user_id` is None for a key, and for whoever is not there yet.

    `asks_about` is the user of whom it tells, and the scope in which one must be allowed to ask about him. It is None
    where nothing is told but what the change itself gives or takes, which whoever makes it knows.
    """

    user_id: int | None
    before: Held
    after: Held
    asks_about: tuple[int, PathKind] | None = None


def changed(user: int, before: Grants, after: Grants) -> GrantsChange:
    """What becomes of somebody.

    Who gives a collaborator's role or access to a company need not see what else its holder has: so it is compared as
    if he had nothing but that (L1, L9).
    """
    if before.companies != after.companies:
        # Whoever makes this change is of the company himself: so it is told, for once.
        lost = Grants(user, companies=tuple(each for each in before.companies if each not in after.companies))
        gained = Grants(user, companies=tuple(each for each in after.companies if each not in before.companies))
        return GrantsChange(user, Held(paths_of(lost)), Held(paths_of(gained)))
    if before.collaborators != after.collaborators:
        lost = Grants(user, collaborators=tuple(e for e in before.collaborators if e not in after.collaborators))
        gained = Grants(user, collaborators=tuple(e for e in after.collaborators if e not in before.collaborators))
        return GrantsChange(user, Held.of(lost), Held.of(gained))
    on_platform = (before.platform, before.columns) != (after.platform, after.columns)
    scope = PathKind.PLATFORM if on_platform else PathKind.ORGANIZATION
    return GrantsChange(user, Held.of(before), Held.of(after), (user, scope))


def suspended(user: int, before: Grants) -> GrantsChange:
    """What becomes of somebody who is left no path at all (AC6): told to whoever may ask about him on the platform.

    Whoever suspends need not be of the companies that are lost with it, so he is told of none (L1).
    """
    return GrantsChange(user, Held.of(before), Held(NOTHING), (user, PathKind.PLATFORM))
