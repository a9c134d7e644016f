"""The PostgreSQL roles and the database of an installation, by name."""

from __future__ import annotations

from enum import StrEnum

DATABASE_NAME = "sightline"
SUPERUSER = "postgres"


class DatabaseRole(StrEnum):
    """A role Sightline connects as; none is a superuser."""

    OWNER = "sightline_owner"  # owns every object: migrations and bulk loads only
    READ_WRITE = "sightline_app_rw"  # mutations
    READ_ONLY = "sightline_app_ro"  # every query operation
