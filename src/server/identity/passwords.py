"""Passwords: what one must be, and argon2id beside the event loop, two at a time.

A hash takes some 20 MB and 20 ms on purpose. Off the loop and at most two at once, many wrong passwords take no more of
the machine than two do (F28); the others wait, and beyond a number are told to come back.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sightline.server.answers import ErrorCode, RefusedError, bad_input

SHORTEST, LONGEST = 12, 256
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
AT_ONCE = 2
MOST_WAITING = 100

_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
# Of a password that nobody can give: what an unknown address is compared with, so that it takes as long.
_NOBODYS = _HASHER.hash("\0")

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password was right, and its hash by today's parameters where the stored one is by older ones."""

    right: bool
    better_hash: str | None = None

    def __repr__(self) -> str:
        return f"Verdict({self.right}, ...)"


class Passwords:
    """Hashes and verifies passwords for one process. To be closed."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The hash of a password. Raises RefusedError with 503 where too many are waiting."""
        return await self._run(lambda: hash_password(password))

    async def verify(self, stored: str | None, password: str) -> Verdict:
        """Whether a password is the one that was stored; None is nobody's, and takes as long. Raises as `hash` does."""
        return await self._run(lambda: _verify(stored, password))

    def close(self) -> None:
        """End the threads; what still waits is given up."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= MOST_WAITING:
            raise RefusedError(
                503,
                "Too many are signing in just now: try again shortly.",
                code=ErrorCode.UNAVAILABLE,
                headers=(("retry-after", "5"),),
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its parameters and a salt of its own. Takes a while."""
    return _HASHER.hash(_written(password))


def check_password(password: str, *, email: str = "") -> None:
    """Raise RefusedError with 400 for a password that is too short, too long, or the address itself."""
    written = _written(password)
    if not SHORTEST <= len(written) <= LONGEST:
        raise bad_input(f"A password has {SHORTEST} to {LONGEST} characters: several words make a good one.")
    if len(set(written)) < 4 or written.casefold() in (email, email.partition("@")[0]):
        raise bad_input("That password is easily guessed: several words make a good one.")


def _verify(stored: str | None, password: str) -> Verdict:
    written = _written(password)
    try:
        _HASHER.verify(_NOBODYS if stored is None else stored, written)
    except (VerificationError, InvalidHashError):
        return Verdict(False)
    if stored is None:
        return Verdict(False)
    return Verdict(True, _HASHER.hash(written) if _HASHER.check_needs_rehash(stored) else None)


def _written(password: str) -> str:
    """One form for what keyboards write in several: the same password on every machine."""
    return unicodedata.normalize("NFKC", password)
