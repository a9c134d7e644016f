"""Who may see a guarded field, in words made from the mask table."""

from __future__ import annotations

from sightline.authz.classes import needed_classes
from sightline.authz.prose import audience
from sightline.db.catalogue import Entity
from sightline.schema.model import CATALOGUE


def seen_by(entity: Entity, column: str) -> str:
    """The end of a guarded field's description; nothing where whoever sees the row sees the field."""
    words = audience(needed_classes(entity.columns[column]), CATALOGUE.model.rules[entity.name])
    return f" Seen by: {words}." if words else ""
