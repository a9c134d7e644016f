"""What the command line says of an error that no command foresaw: one line, in the words of whoever refused."""

from __future__ import annotations

import asyncpg
import sqlalchemy as sa
from alembic.util import CommandError as VersionError

from sightline.db.errors import one_line, refusal
from sightline.server.logs import describe


def last_resort(error: Exception) -> str:
    """One line: what the database or the system said and what to do, or the places of a fault of ours."""
    if (refused := refusal(error)) is not None:
        return f"The database refused: {one_line(refused)}. See `sightline doctor`."
    match error:
        case asyncpg.InterfaceError() | asyncpg.InternalClientError() | sa.exc.SQLAlchemyError() | VersionError():
            return f"The database cannot be used: {one_line(error).rstrip('.')}. See `sightline doctor`."
        case UnicodeError():
            return f"A text cannot be read or written in its encoding: {one_line(error)}. Give it as UTF-8."
        case OSError(strerror=str(reason)):
            place = "" if error.filename is None else f"{error.filename}: "
            return f"The system refused: {place}{reason}. Make that possible, and try again."
        case OSError():
            return f"The system refused: {one_line(error)}. Try again."
    return f"A fault of Sightline's own: report it with this line. {'; '.join(describe(error))}"
