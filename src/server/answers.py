"""What the transport and the execution of an operation say to each other, and the closed list of error codes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sightline.resolvers.errors import LONGEST_MESSAGE

ECHO_LENGTH = 64
MOST_ERRORS = 5

# How the library repeats a document: names and texts in quotes, words without end, values after a colon. What begins
# like the library's own words, or those of our scalars, is no value: a text would be in quotes.
_ECHO = re.compile(
    r"""(?s)(?<=')[^']{65,}(?=')|(?<=")[^"]{65,}(?=")|[^\s'"]{65,}|(?<=[^r]: )(?!Expected |A D[a-zA-Z]+ is ).{65,}"""
)

HeaderPairs = tuple[tuple[str, str], ...]


class ErrorCode(StrEnum):
    """Every value `extensions.code` of an error can have."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    BAD_INPUT = "BAD_INPUT"
    COLUMN_RESTRICTED = "COLUMN_RESTRICTED"
    COST_EXCEEDED = "COST_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    CONFLICT = "CONFLICT"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


_CODES = frozenset(code.value for code in ErrorCode)


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """One operation as a client sent it: well-formed JSON of the right types, nothing more is known of it.

    `view_as` is the global id of the user whose view is to be taken, None for one's own.
    """

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    view_as: str | None = None


@dataclass(frozen=True, slots=True)
class GraphQLAnswer:
    """The answer to one operation. `executed` is false where it was refused before a resolver ran.

    `errors` are formatted: `{"message", "extensions": {"code"}}`, with `path` and `locations` where they have them.
    """

    data: dict[str, Any] | None
    errors: list[dict[str, Any]] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)
    executed: bool = True


Execute = Callable[[GraphQLRequest, str | None], Awaitable[GraphQLAnswer]]
"""Runs an operation for the holder of a bearer token. Raises UnauthenticatedError for a token of nobody."""


class RefusedError(Exception):
    """A request that is answered without being executed."""

    def __init__(self, status: int, message: str, *, code: ErrorCode, headers: HeaderPairs = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = headers


def bad_input(message: str, *, status: int = 400, headers: HeaderPairs = ()) -> RefusedError:
    """The refusal of a request that is wrong in itself."""
    return RefusedError(status, message, code=ErrorCode.BAD_INPUT, headers=headers)


def error(message: str, code: ErrorCode, **extensions: str) -> dict[str, Any]:
    """One error as it is sent."""
    return {"message": message, "extensions": {"code": code.value, **extensions}}


def bounded(errors: list[dict[str, Any]], *, otherwise: ErrorCode) -> list[dict[str, Any]]:
    """The errors as they may be sent: at most 5, messages of at most 200 characters, codes of the closed list.

    `otherwise` is the code of an error that has none.
    """
    return [_bounded(each, otherwise) for each in errors[:MOST_ERRORS]]


def shortened(message: str) -> str:
    """A message of the library with each thing that it repeats from the document cut to 64 characters."""
    return _ECHO.sub(lambda echo: echo[0][: ECHO_LENGTH - 1] + "…", message)


def _bounded(formatted: dict[str, Any], otherwise: ErrorCode) -> dict[str, Any]:
    message, extensions = formatted["message"], formatted.get("extensions") or {}
    if len(message) > LONGEST_MESSAGE:
        message = message[: LONGEST_MESSAGE - 1] + "…"
    code = extensions.get("code")
    code = code if code in _CODES else otherwise.value
    return formatted | {"message": message, "extensions": extensions | {"code": code}}
