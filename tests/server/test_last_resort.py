"""Errors that no command foresaw are one line all the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from alembic.util import CommandError as VersionError

from sightline.server.last_resort import last_resort

COMMAND = [sys.executable, "-c", "from sightline.server.cli import main; main()"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            asyncpg.UndefinedTableError('relation "api_key" does not exist'),
            'The database refused: relation "api_key" does not exist. See `sightline doctor`.',
        ),
        (
            VersionError("Can't locate revision identified by '0099'"),
            "The database cannot be used: Can't locate revision identified by '0099'. See `sightline doctor`.",
        ),
        (
            sa.exc.InvalidRequestError("in\ntwo lines"),
            "The database cannot be used: in two lines. See `sightline doctor`.",
        ),
        (
            PermissionError(13, "Permission denied", "/srv/secret"),
            "The system refused: /srv/secret: Permission denied. Make that possible, and try again.",
        ),
        (TimeoutError(), "The system refused: TimeoutError. Try again."),
        (
            UnicodeError("label empty"),
            "A text cannot be read or written in its encoding: label empty. Give it as UTF-8.",
        ),
    ],
)
def test_known_families_are_told_in_their_own_words(error: Exception, said: str) -> None:
    assert last_resort(error) == said


def test_the_database_is_quoted_through_other_errors() -> None:
    """SQLAlchemy adds the statement and its parameters, which are left out."""
    refused = asyncpg.InsufficientPrivilegeError("permission denied for schema public")
    around = sa.exc.ProgrammingError("SELECT 1", {}, refused)
    assert last_resort(around) == ("The database refused: permission denied for schema public. See `sightline doctor`.")


def test_a_fault_of_ours_is_told_by_its_places() -> None:
    """Without the texts, which may quote anything."""
    try:
        {}["hidden"]
    except KeyError as error:
        said = last_resort(error)
    assert said.startswith("A fault of Sightline's own: report it with this line. builtins.KeyError at ")
    assert "test_last_resort.py:" in said
    assert "hidden" not in said


def test_a_full_disk_under_standard_output_is_one_line() -> None:
    """Nor does Python try to write it again at its end."""
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run([*COMMAND, "--version"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 1
    assert ended.stderr == (
        "sightline: The system refused: No space left on device. Make that possible, and try again.\n"
    )
