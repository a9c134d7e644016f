"""Operations of hand-made principals, in a snapshot of a world."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.authz.paths import Paths
from sightline.authz.visibility import Deny, Visibility, compile_visibility
from sightline.db.catalogue import Entity
from sightline.db.snapshot import Snapshot
from sightline.resolvers.identity import Principal
from sightline.resolvers.operation import Operation, Services
from sightline.schema.model import CATALOGUE

POLICY = "tests"


def visibility_of(paths: Paths) -> Visibility:
    """The visibility of somebody with these paths, under the rules in force."""
    return compile_visibility(CATALOGUE.model, paths.shapes, policy_version=POLICY)


def granted(visibility: Visibility, entity: Entity) -> frozenset[str]:
    """The columns of an entity that a visibility does not deny."""
    return frozenset(name for name in entity.columns if not isinstance(visibility.decide(entity.name, name), Deny))


def operation_of(services: Services, asking: Principal, snapshot: Snapshot) -> Operation:
    """An operation that asks for every column its principal has."""
    visibility = visibility_of(asking.paths)
    wanted: Mapping[str, frozenset[str]] = {
        entity.name: granted(visibility, entity) for entity in services.catalogue.served
    }
    return Operation(services, asking, visibility, snapshot, wanted)
