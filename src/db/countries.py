"""What a country's code looks like (ISO 3166-1 alpha-2)."""

from __future__ import annotations


def is_country(text: str) -> bool:
    """Whether the text is written like a country's code, such as GB. Which of them exist is not asked: they change."""
    return len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()
