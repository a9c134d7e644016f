"""Bringing orders in: a file and a mapping become conversions, items, adjustments, and a log of what did not."""

from sightline.db.imports.errors import ImportRefusedError, MappingError
from sightline.db.imports.mapping import load_mapping
from sightline.db.imports.model import Mapping
from sightline.db.imports.run import Progress, run_import
from sightline.db.imports.summary import ImportSummary, LogEntry, Sums

__all__ = [
    "ImportRefusedError",
    "ImportSummary",
    "LogEntry",
    "Mapping",
    "MappingError",
    "Progress",
    "Sums",
    "load_mapping",
    "run_import",
]
