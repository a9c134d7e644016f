"""Who may see a guarded field, in words made from the mask table."""

from __future__ import annotations

from sightline.authz.classes import Access, needed_classes
from sightline.authz.prose import audience


def seen_by(access: Access) -> str:
    """The end of a guarded field's description; nothing for a public one."""
    classes = needed_classes(access)
    return f" Seen by: {audience(classes)}." if classes else ""
