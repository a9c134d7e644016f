"""A made-up file of orders and its mapping, as far as a test does not say otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import asyncpg

from sightline.db.imports import ImportSummary, load_mapping, run_import

MAPPING = """
name: shop
file: {date_format: "%Y-%m-%d %H:%M", time_zone: Europe/Berlin}
order: {key: order, date: when}
amount: {quantity: quantity, unit_price: price}
currency: {constant: EUR}
cancellation: {column: kind, equals: cancelled}
program: {constant: Shop program}
account: {column: affiliate, by: external_id}
items: {sku: sku, products: true}
create_missing: {organization: Newcomers}
"""

HEADER = "order,when,affiliate,sku,quantity,price,kind\n"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a test imports: a database and a folder for its files."""

    connection: asyncpg.Connection
    folder: Path

    async def bring_in(
        self,
        rows: str,
        *,
        mapping: str = MAPPING,
        header: str = HEADER,
        encoding: str = "utf-8",
        dry_run: bool = False,
        create_missing: bool = False,
    ) -> ImportSummary:
        """Import rows by a mapping, both given as text."""
        file = self.folder / "orders.csv"
        file.write_bytes((header + rows).encode(encoding, "surrogateescape"))
        return await self.bring_in_file(file, mapping=mapping, dry_run=dry_run, create_missing=create_missing)

    async def bring_in_file(
        self, file: Path, *, mapping: str = MAPPING, dry_run: bool = False, create_missing: bool = False
    ) -> ImportSummary:
        """Import a file that is there already."""
        map_file = self.folder / "shop.yaml"
        map_file.write_text(mapping, encoding="utf-8")
        return await run_import(
            self.connection, file, load_mapping(map_file), dry_run=dry_run, create_missing=create_missing
        )

    async def log(self) -> list[tuple[int, str | None, str | None, str]]:
        """(line, column, value, reason) of every rejected row of every job."""
        rows = await self.connection.fetch("SELECT * FROM import_log WHERE outcome = 'REJECTED' ORDER BY job_id, line")
        return [(row["line"], row["column_name"], row["value"], row["reason"]) for row in rows]

    async def amounts(self) -> dict[str, str]:
        """What each conversion was worth, by the order's reference."""
        rows = await self.connection.fetch("SELECT external_ref, sale_amount FROM conversion")
        return {row["external_ref"]: f"{row['sale_amount']:.2f}" for row in rows}
