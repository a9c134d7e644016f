"""Built-in report columns as the table `report_column` holds them: what lists refer to."""

from __future__ import annotations

from typing import Any

from sightline.authz.reports.catalogue import CATALOGUE
from sightline.authz.reports.formulas import text


def stored_column(key: str) -> dict[str, Any]:
    """The row of a built-in column. Raises KeyError for a key that is none."""
    column = CATALOGUE.columns[key]
    return {
        "key": key,
        "label": column.label,
        "description": column.description,
        "formula": None if column.formula is None else text(column.formula),
        "classes": sorted(CATALOGUE.needs[key].classes),
        "aggregation": column.aggregation,
        "owner_id": None,
    }
