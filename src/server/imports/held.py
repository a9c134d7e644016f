"""Imports whose files are here: who sent them, how far they are, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sightline.db.import_jobs import TakenImport
from sightline.resolvers.identity import Assertion, Principal


@dataclass(frozen=True, slots=True, eq=False)
class Sender:
    """Somebody who may send the file of an import, and what he presented."""

    job_id: int
    presented: str | Assertion
    principal: Principal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an import in its turn: it has ended, for a `problem` if there is one, or `waits` for another."""

    problem: str | None = None
    waits: bool = False


ENDED, WAITS = Outcome(), Outcome(waits=True)


@dataclass(slots=True, eq=False)
class Held:
    """An import whose file is here, and how far it is."""

    job: TakenImport
    file: Path
    sender: Sender
    bytes_read: int = 0
    rows_read: int = 0
    untold: Outcome | None = None  # what the database does not know yet

    def note(self, bytes_read: int, size: int, rows_read: int) -> None:
        """How far it is."""
        self.bytes_read, self.rows_read = min(bytes_read, size), rows_read
