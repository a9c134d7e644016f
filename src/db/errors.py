"""What can go wrong at the database door, before any statement of ours is looked at.

    DatabaseUnavailableError      cannot be reached, refuses us, is too old, or went away in mid-work
      EmbeddedServerError         the PostgreSQL that Sightline runs itself cannot be started or stopped
    DatabaseBusyError             every connection of the pool is taken

Messages are one line, say what to do, and never carry a password.
"""

from __future__ import annotations

import asyncpg
import sqlalchemy as sa


class DatabaseUnavailableError(Exception):
    """The database cannot be used now; trying again later may help (F2, F3, F29)."""


class EmbeddedServerError(DatabaseUnavailableError):
    """The embedded PostgreSQL cannot be started, reached or stopped (F13)."""


class DatabaseBusyError(Exception):
    """No connection became free within the pool's acquire timeout (F4)."""


def refusal(error: BaseException | None) -> asyncpg.PostgresError | None:
    """What PostgreSQL itself said, where it is behind an error of SQLAlchemy's; None where it said nothing."""
    while error is not None and not isinstance(error, asyncpg.PostgresError):
        error = error.orig if isinstance(error, sa.exc.DBAPIError) else error.__cause__
    return error


def one_line(error: BaseException) -> str:
    """The text of an error on one line, at most 200 characters; the class name where it has none."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else text[:199] + "…"
