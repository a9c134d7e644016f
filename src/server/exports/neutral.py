"""Texts in spreadsheets (N44): what would be taken for a formula gets an apostrophe, so that it is read as a text.

Ids are left as they are, or they would join to nothing: of letters, digits, `-` and `_` no formula calls anything.
"""

from __future__ import annotations

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a formula may begin: as spreadsheets have it, in full-width letters too."""


def neutralised(text: str) -> str:
    """The text as a cell may hold it."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text
