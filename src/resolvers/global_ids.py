"""Global ids: one AES block of (type tag 16 bits, account 48 bits, id 64 bits), base64url without padding.

Opaque (a plain one would tell accounts and volumes), deterministic, and carrying a fact's account, so that a lookup
knows where to look. A page's ids are made in one call.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from sightline.db.secrets import Secrets
from sightline.resolvers.errors import BadInputError

_BLOCK, _LENGTH, _FILLED_LENGTH = 16, 22, 24
_PACKED = Struct(">HHIQ").pack
_LOW = (1 << 32) - 1


class MalformedIdError(BadInputError):
    """A text that is no global id of this installation."""

    def __init__(self) -> None:
        super().__init__("This is no id: take ids from answers of this API.")


class Key(NamedTuple):
    """How a row is found: its id, and for a fact its affiliate account (0 for everything else)."""

    id: int
    account: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class GlobalIds:
    """Makes and reads global ids. ECB is right here: one block per id, and equal ids are meant to be equal texts."""

    cipher: Cipher[ECB]
    tags: dict[str, int]
    entities: dict[int, str]

    @classmethod
    def of(cls, secrets: Secrets, entities: Iterable[str]) -> GlobalIds:
        """For these entities. Raises ValueError if two of them have the same tag."""
        tags = {name: int.from_bytes(hashlib.sha256(name.encode()).digest()[:2]) for name in entities}
        by_tag = {tag: name for name, tag in tags.items()}
        if len(by_tag) != len(tags):
            raise ValueError("two entities have the same tag in global ids: rename one")
        return cls(Cipher(AES(secrets.derive("global ids", length=16)), ECB()), tags, by_tag)

    def encode(self, entity: str, keys: Sequence[Key]) -> list[str]:
        """The global ids of rows of one entity, in order."""
        tag = self.tags[entity]
        plain = b"".join([_PACKED(tag, account >> 32, account & _LOW, number) for number, account in keys])
        blocks = self.cipher.encryptor().update(plain)
        # Two bytes after each block make its text end where it ends, so that all are written at once.
        filled = b"\0\0".join([blocks[at : at + _BLOCK] for at in range(0, len(blocks), _BLOCK)])
        text = urlsafe_b64encode(filled).decode()
        return [text[at : at + _LENGTH] for at in range(0, len(text), _FILLED_LENGTH)]

    def of_row(self, entity: str, key: Key) -> str:
        """The global id of one row."""
        (text,) = self.encode(entity, [key])
        return text

    def decode(self, text: str) -> tuple[str, Key]:
        """The entity and the key. Raises MalformedIdError for a text that does not decrypt to a known tag."""
        try:
            block = urlsafe_b64decode(text + "==") if len(text) == _LENGTH else b""
        except ValueError:
            block = b""
        if len(block) != _BLOCK or urlsafe_b64encode(block)[:_LENGTH].decode() != text:
            raise MalformedIdError
        plain = self.cipher.decryptor().update(block)
        entity = self.entities.get(int.from_bytes(plain[:2]))
        key = Key(int.from_bytes(plain[8:]), int.from_bytes(plain[2:8]))
        if entity is None or key.id >= 1 << 63:
            raise MalformedIdError
        return entity, key
