"""What can be wrong before the first row is looked at. A bad row is no error: it is a line of the import log.

    MappingError          the mapping file does not say how to read orders
    ImportRefusedError    the import cannot run: the file, the platform or another import is in the way
      SourceBusyError     another import from the same source is running

Messages are one line and say what to do.
"""

from __future__ import annotations


class MappingError(Exception):
    """The mapping file is wrong; the message names the file, and the line where there is one."""


class ImportRefusedError(Exception):
    """The import could not be run, and nothing was changed."""


class SourceBusyError(ImportRefusedError):
    """Another import from the same source is running; it can be tried again."""
