"""The tables whose rows decide access: what the statements that read grants read."""

from __future__ import annotations

import re
from typing import Final

from sightline.db.statements import Statement
from sightline.resolvers import column_lists, grants

GRANT_STATEMENTS: Final = tuple(
    each.text for module in (grants, column_lists) for each in vars(module).values() if isinstance(each, Statement)
)
GRANT_TABLES: Final = frozenset(
    name for text in GRANT_STATEMENTS for name in re.findall(r"\b(?:FROM|JOIN) (\w+)", text)
)
