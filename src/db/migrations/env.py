"""What alembic runs to run migrations: over the connection that `sightline.db.migrate` gives it, nothing else."""

from __future__ import annotations

from alembic import context

from sightline.db.tables import Row

# The caller holds the transaction, the lock and the role.
context.configure(connection=context.config.attributes["connection"], target_metadata=Row.metadata)
context.run_migrations()
