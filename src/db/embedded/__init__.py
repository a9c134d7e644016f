"""The PostgreSQL that Sightline brings along and runs by itself where no SIGHTLINE_DATABASE_URL is given."""

from sightline.db.embedded.cluster import Cluster, lease

__all__ = ["Cluster", "lease"]
