"""Places of a process for work that takes long, so that nobody has all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sightline.resolvers.identity import Principal
from sightline.server.answers import ErrorCode, RefusedError


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """So many places, of which one person has half at the most. The texts say why somebody has to wait."""

    number: int
    others_have_them: str
    yours: str
    _taken: list[int | str] = field(default_factory=list)

    @contextmanager
    def one(self, principal: Principal) -> Iterator[None]:
        """A place for the length of the block. Raises RefusedError where there is none.

        All keys of a person are that person.
        """
        person = principal.user_id or principal.fingerprint
        if self._taken.count(person) >= self.number // 2:
            raise _later(self.yours)
        if len(self._taken) >= self.number:
            raise _later(self.others_have_them)
        self._taken.append(person)
        try:
            yield
        finally:
            self._taken.remove(person)


def _later(message: str) -> RefusedError:
    return RefusedError(503, message, code=ErrorCode.UNAVAILABLE, headers=(("retry-after", "60"),))
