"""The catalogue the contract is made from."""

from __future__ import annotations

from typing import Final

from sightline.db.catalogue import Catalogue, build_catalogue
from sightline.db.tables import Row

CATALOGUE: Final[Catalogue] = build_catalogue(mapper.class_ for mapper in Row.registry.mappers)
"""All tables under the rules in force; a declaration that does not fit fails this import."""
