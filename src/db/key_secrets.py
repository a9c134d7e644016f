"""The secret of an API key: how it is made, and what is stored of it. The secret itself is stored nowhere (SM6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sightline.db.secrets import new_token

_SHOWN_FIRST, _SHOWN_LAST = 12, 4


@dataclass(frozen=True, slots=True)
class KeySecret:
    """A secret, to be shown once, and the columns of `api_key` that know it again. Its repr shows neither."""

    token: str
    prefix: str
    last_four: str
    hash: bytes

    def __repr__(self) -> str:
        return "KeySecret(...)"

    @property
    def columns(self) -> dict[str, object]:
        """What is stored of it."""
        return {"prefix": self.prefix, "last_four": self.last_four, "hash": self.hash}


def key_secret(token_hash: Callable[[str], bytes], token: str | None = None) -> KeySecret:
    """A new secret; or what is stored of one that is known, as the demo platform's are."""
    secret = new_token() if token is None else token
    return KeySecret(secret, secret[:_SHOWN_FIRST], secret[-_SHOWN_LAST:], token_hash(secret))
