"""Bringing orders in: a file and a mapping become conversions, items, adjustments, and a log of what did not."""

from sightline.db.imports.background import Imported, import_for
from sightline.db.imports.errors import ImportRefusedError, MappingError, SourceBusyError
from sightline.db.imports.mapping import load_mapping, read_mapping
from sightline.db.imports.model import Mapping
from sightline.db.imports.run import run_import
from sightline.db.imports.sight import Sight
from sightline.db.imports.steps import Progress
from sightline.db.imports.summary import ImportSummary, LogEntry, Sums

__all__ = [
    "ImportRefusedError",
    "ImportSummary",
    "Imported",
    "LogEntry",
    "Mapping",
    "MappingError",
    "Progress",
    "Sight",
    "SourceBusyError",
    "Sums",
    "import_for",
    "load_mapping",
    "read_mapping",
    "run_import",
]
