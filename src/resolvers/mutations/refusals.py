"""Why a change is not made. Each becomes a typed error of the mutation's payload; nothing of the change is left.

RefusalError
  InvalidError          the input is wrong in itself, or does not fit the state of things
  MissingError          no row that the actor sees has this id
  NotAllowedError       the actor sees the row, and may not do this to it
  StaleError            the row was changed since it was read; carries its present version
  NeedsApprovalError    somebody else has to agree first
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sightline.resolvers.errors import BadInputError


class RefusalError(Exception):
    """A change that is not made. `path` leads to the part of the input it is about."""

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class InvalidError(RefusalError):
    """The input is wrong in itself, or does not fit the state of things; the message says what to give instead."""


@contextmanager
def invalid(*path: str) -> Iterator[None]:
    """Say what a part of the input is refused for elsewhere as an InvalidError of this part."""
    try:
        yield
    except BadInputError as error:
        raise InvalidError(str(error), *path) from error


class MissingError(RefusalError):
    """There is no such row, or none that the actor sees: which of the two is not told (AC7)."""

    def __init__(self, *path: str) -> None:
        super().__init__("There is nothing with this id that you may see.", *path)


class NotAllowedError(RefusalError):
    """The actor sees the row and may not do this to it."""


class StaleError(RefusalError):
    """Somebody else changed the row in between. `version` is its present one."""

    def __init__(self, version: int) -> None:
        super().__init__("This was changed since you read it: look again, and send its present version.", "version")
        self.version = version


class NeedsApprovalError(RefusalError):
    """Somebody else has to agree first."""
