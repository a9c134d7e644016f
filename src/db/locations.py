"""Where an installation keeps what it stores on this machine."""

from __future__ import annotations

from pathlib import Path

from platformdirs import PlatformDirs

NO_DIRECTORY = "{} is a file, or below one: set SIGHTLINE_DATA_DIR to a directory."


def data_directory(chosen: Path | None = None) -> Path:
    """The absolute directory of the embedded PostgreSQL: `chosen`, else the platform's place for user data.

    For root that is the machine's place, not root's own: the account that runs PostgreSQL could not enter a 0700 home.
    """
    if chosen is not None:
        return chosen.expanduser().absolute()
    return PlatformDirs("sightline", False, use_site_for_root=True).user_data_path
