"""The PostgreSQL roles and the database of an installation, by name."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

DATABASE_NAME = "sightline"
SUPERUSER = "postgres"

TAKING: Final = "CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END"
"""The privilege, in SQL, of whoever may take a role. Since PostgreSQL 16 its maker is a member that may not."""


class DatabaseRole(StrEnum):
    """A role Sightline connects as; none is a superuser."""

    OWNER = "sightline_owner"  # owns every object: migrations and bulk loads only
    READ_WRITE = "sightline_app_rw"  # mutations
    READ_ONLY = "sightline_app_ro"  # every query operation
