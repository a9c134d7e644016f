"""The rules in words: who holds a class (`cells`), which rows a path reaches (`rows`), and the words both use."""

from __future__ import annotations

from sightline.authz.prose.cells import audience, cell_of, describe
from sightline.authz.prose.rows import RowsInWords, clause, rows_in_words
from sightline.authz.prose.words import KINDS, condition

__all__ = ["KINDS", "RowsInWords", "audience", "cell_of", "clause", "condition", "describe", "rows_in_words"]
