"""What derives from the installation's one secret: token hashes, the keys of global ids and cursors, demo tokens.

The secret is `SIGHTLINE_SECRET_KEY`, else a 0600 file in the data directory, which workers and the command line share.
Tokens are `sl_live_` (API keys), `sl_sess_` (cookies of signed-in browsers), `sl_mail_` (sent by mail, used once) or
`sl_demo_` (the demo cast's sessions), 30 base62 characters and 6 more of CRC-32, so that a mistyped or made-up one is
refused without asking the database.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets as system
import zlib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sightline.db.locations import NO_DIRECTORY

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TOKEN = re.compile(r"sl_(live|demo|sess|mail)_[0-9A-Za-z]{36}")
_RANDOM, _CHECK = 30, 6
_SHORTEST_SECRET = 32


class TokenKind(StrEnum):
    """What a token stands for: an API key, a session of the demo cast or of a browser, or what was sent by mail."""

    KEY = "live"
    DEMO = "demo"
    SESSION = "sess"
    MAIL = "mail"


class SecretError(Exception):
    """The secret cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The root secret, and what is derived from it. Its repr does not show it."""

    root: bytes

    def __repr__(self) -> str:
        return "Secrets(...)"

    def derive(self, purpose: str, *, length: int = 32) -> bytes:
        """A key for one purpose (HKDF-SHA256): keys of different purposes tell nothing of each other."""
        return _derived(self.root, purpose, length)

    def token_hash(self, token: str) -> bytes:
        """What is stored of a token: keyed SHA-256, 32 bytes."""
        return hmac.digest(self.derive("token pepper"), token.encode(), hashlib.sha256)

    def attempt_hash(self, subject: str) -> bytes:
        """Under what attempts to sign in are counted: keyed SHA-256, so that no address is stored."""
        return hmac.digest(self.derive("sign-in attempts"), subject.encode(), hashlib.sha256)

    def demo_token(self, email: str) -> str:
        """The token of a member of the demo cast: the same for the same secret."""
        digits = int.from_bytes(self.derive(f"demo token {email}", length=40))
        return _checked(TokenKind.DEMO, _base62(digits, _RANDOM))

    def demo_key(self, name: str) -> str:
        """The secret of an API key of the demo platform: the same for the same secret."""
        return _checked(TokenKind.KEY, _base62(int.from_bytes(self.derive(f"demo key {name}", length=40)), _RANDOM))


@lru_cache(maxsize=64)
def _derived(root: bytes, purpose: str, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=None, info=b"sightline " + purpose.encode()).derive(root)


def new_token(kind: TokenKind = TokenKind.KEY) -> str:
    """A new secret, of an API key unless said: about 178 random bits."""
    return _checked(kind, "".join(system.choice(_BASE62) for _ in range(_RANDOM)))


def token_kind(token: str) -> TokenKind | None:
    """What a token claims to be, or None where its form or its check characters are wrong."""
    match = _TOKEN.fullmatch(token)
    if match is None or token[-_CHECK:] != _check(token[:-_CHECK]):
        return None
    return TokenKind(match.group(1))


def load_secrets(configured: str | None, data_dir: Path) -> Secrets:
    """The configured secret, else that of the data directory's file, made where it is missing.

    Raises SecretError for a secret that is too short, a file that others may read, or no directory.
    """
    if configured is not None:
        if len(configured) < _SHORTEST_SECRET:
            raise SecretError(f"SIGHTLINE_SECRET_KEY needs at least {_SHORTEST_SECRET} characters: make a random one.")
        return Secrets(configured.encode())
    path = data_dir / "secret"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise SecretError(NO_DIRECTORY.format(data_dir)) from None
    # Whole or not at all, also when several processes start at once: written aside, then linked unless one is there.
    aside = data_dir / f".secret-{os.getpid()}"
    if not path.exists():
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(system.token_hex(32).encode())
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    if path.stat().st_mode & 0o077:
        raise SecretError(f"{path} can be read by others: chmod 600 it, or replace it if somebody may have read it.")
    return Secrets(path.read_bytes())


def _checked(kind: TokenKind, body: str) -> str:
    start = f"sl_{kind}_{body}"
    return start + _check(start)


def _check(start: str) -> str:
    return _base62(zlib.crc32(start.encode()), _CHECK)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))
