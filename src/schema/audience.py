"""Who may see what is guarded, in words made from the mask table."""

from __future__ import annotations

from sightline.authz.classes import FieldClass, needed_classes
from sightline.authz.prose import audience
from sightline.db.catalogue import Entity
from sightline.schema.model import CATALOGUE


def seen_by(entity: Entity, *columns: str) -> str:
    """The end of the description of what stands on these columns; nothing where whoever sees the row sees them all."""
    classes = frozenset[FieldClass]().union(*(needed_classes(entity.columns[column]) for column in columns))
    words = audience(classes, CATALOGUE.model.rules[entity.name])
    return f" Seen by: {words}." if words else ""
