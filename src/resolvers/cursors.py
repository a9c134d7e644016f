"""Cursors: the sort values of a row, sealed with deterministic authenticated encryption (AES-SIV).

A cursor tells nothing, cannot be edited, and works only for the viewer and the query it was made for: both are part of
what is authenticated. The same row gives the same cursor, so that answers stay comparable byte for byte.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from sightline.db.secrets import Secrets

_LONGEST = 4_096
_PADDED = 64  # bytes, room for every key: the length of a cursor would tell how many digits an id has


class MalformedCursorError(ValueError):
    """A text that is no cursor of this viewer and this query."""


@dataclass(frozen=True, slots=True, eq=False)
class Cursors:
    """Seals and opens cursors."""

    sealer: AESSIV

    @classmethod
    def of(cls, secrets: Secrets) -> Cursors:
        """The cursors of an installation."""
        return cls(AESSIV(secrets.derive("cursors", length=64)))

    def seal(self, values: tuple[object, ...], *, viewer: str, query: str) -> str:
        """The cursor of a row with these sort values."""
        plain = orjson.dumps([_pack(value) for value in values])
        plain += b" " * (-len(plain) % _PADDED)
        return _text(self.sealer.encrypt(plain, _context(viewer, query)))

    def open(self, cursor: str, *, viewer: str, query: str) -> tuple[object, ...]:
        """The sort values. Raises MalformedCursorError for a foreign, edited or malformed cursor."""
        try:
            sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)) if len(cursor) <= _LONGEST else b""
            if _text(sealed) != cursor:  # one cursor has one spelling
                raise MalformedCursorError
            plain = self.sealer.decrypt(sealed, _context(viewer, query))
        except (ValueError, InvalidTag) as error:
            raise MalformedCursorError from error
        return tuple(_unpack(packed) for packed in orjson.loads(plain))


def query_name(*parts: object) -> str:
    """A text that is equal exactly for equal queries, made of frozen values only."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _text(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def _context(viewer: str, query: str) -> list[bytes]:
    return [viewer.encode(), query.encode()]


def _pack(value: object) -> object:
    match value:
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case None | bool() | int() | str():
            return value
        case _:
            raise TypeError(f"no row is ordered by a {type(value).__name__}")


def _unpack(packed: object) -> object:
    match packed:
        case {"decimal": str(text)}:
            return Decimal(text)
        case {"moment": str(text)}:
            return datetime.fromisoformat(text)
        case {"day": str(text)}:
            return date.fromisoformat(text)
        case _:
            return packed
