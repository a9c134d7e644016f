"""What versions are written with: running SQL files, and telling a distributed database where tables live."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.util import await_only

from sightline.db.tables.base import TableRole

VERSIONS = Path(__file__).parent / "versions"


def run_scripts(folder: str, pattern: str) -> None:
    """Run the SQL files of `versions/<folder>` that match, in the order of their names.

    Each file is one round trip. Raises FileNotFoundError where none matches: an empty migration is a packaging fault.
    """
    scripts = sorted((VERSIONS / folder).glob(pattern))
    if not scripts:
        raise FileNotFoundError(f"{VERSIONS / folder} holds no {pattern}: install the package again")
    connection = op.get_bind()
    # The driver begins its transaction with the first statement, and a file sent by itself would not be in it.
    connection.execute(sa.text("SELECT 1"))
    driver = connection.connection.driver_connection
    assert driver is not None
    for script in scripts:
        await_only(driver.execute(script.read_text(encoding="utf-8")))


def distribute(table: str, role: TableRole) -> None:
    """Place a table where its role says, if the database is distributed by Citus; nothing on plain PostgreSQL (D12).

    Parents before their children, REFERENCE before FACT; LOCAL tables stay where they are.
    """
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')")):
        return
    if role is TableRole.REFERENCE:
        connection.execute(sa.text("SELECT create_reference_table(:table)"), {"table": table})
    elif role is TableRole.FACT:
        connection.execute(sa.text("SELECT create_distributed_table(:table, 'affiliate_account_id')"), {"table": table})
