"""Whether paths let somebody do what an assertion speaks of, and which of them does by itself."""

from __future__ import annotations

from collections.abc import Iterator

from sightline.authz.assertions import Action, Doing
from sightline.authz.expr import FALSE
from sightline.authz.paths import Path, PathKind, Paths
from sightline.authz.visibility import Visibility
from sightline.resolvers.visibilities import Visibilities
from sightline.schema.api import Api
from sightline.schema.coordinates import has_coordinate

_GOING = frozenset({"collaborator:leave", "membership:leave"})
_ROOTS = ("Query", "Mutation")


def coordinate_of(action: Action) -> str:
    """What has to be in somebody's schema for the action; empty for writing, which is no coordinate."""
    return f"Mutation.{action.name}" if action.doing is Doing.DO else action.name


def is_known(api: Api, visibility: Visibility | None, action: Action) -> bool:
    """Whether a schema has what the action names: the whole one (None), or that of a visibility."""
    if action.doing is Doing.WRITE:
        return True
    if action.doing is Doing.READ and action.name.partition(".")[0] in _ROOTS:
        return False
    schema = api._schema if visibility is None else api.view(visibility)._schema
    return has_coordinate(schema, coordinate_of(action))


def allows(api: Api, visibility: Visibility, action: Action) -> bool:
    """Whether this visibility does it, on some row at least.

    Writing is any verb but those on oneself and that of going, which are everybody's.
    """
    if action.doing is Doing.WRITE:
        verbs = [verb for verb in visibility.model.verbs if verb not in _GOING]
        others = [kind for kind in PathKind if kind is not PathKind.SELF]
        return any(visibility.may(verb, through=kind) != FALSE for verb in verbs for kind in others)
    return has_coordinate(api.view(visibility)._schema, coordinate_of(action))


def allowing(api: Api, visibilities: Visibilities, paths: Paths, action: Action) -> Iterator[Path]:
    """The paths that allow it by themselves. There may be none, where only several together do."""
    for each in paths.ordered:
        if allows(api, visibilities.of(Paths((each,))), action):
            yield each
