"""Errors a viewer sees, each with a code of the closed list.

    SightlineError
      BadInputError            BAD_INPUT: the request is wrong; the message says what to give instead
        MalformedIdError       an id that is none, wherever it was given
        ColumnRestrictedError  COLUMN_RESTRICTED: a report names what does not exist or is not available (RC6)
      UnauthenticatedError     UNAUTHENTICATED: nobody, or nobody we know
      CrossedError             CONFLICT: others changed the same at the same moment

Everything else that is raised while resolving is a fault of ours, answered as INTERNAL with an error id.
"""

from __future__ import annotations

LONGEST_MESSAGE = 200


class SightlineError(Exception):
    """An error whose message is written for the viewer."""

    code = "INTERNAL"


class BadInputError(SightlineError):
    """The request is wrong; the message says what to give instead."""

    code = "BAD_INPUT"


class ColumnRestrictedError(BadInputError):
    """A report names a column, dimension or lens that does not exist or is not available to the viewer (RC6)."""

    code = "COLUMN_RESTRICTED"


class CrossedError(SightlineError):
    """Others changed the same at the same moment, again and again."""

    code = "CONFLICT"


class UnauthenticatedError(SightlineError):
    """No token, or one that stands for nobody."""

    code = "UNAUTHENTICATED"
