"""The new-enemy harness: a grant ends, then a secret is written, while the one who had the grant goes on reading.

In every round one grant of each kind ends, and only then what nobody should see under those grants is written; all the
while each viewer reads through the real engine. A *try* is one viewer in one round, and a *leak* a try in which an
answer held what was written after the viewer's grant had ended.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from sightline.resolvers.errors import UnauthenticatedError
from sightline.server.answers import GraphQLAnswer, GraphQLRequest

Ask = Callable[[GraphQLRequest, str], Awaitable[GraphQLAnswer]]

COUNT_UP = "UPDATE authz_epoch SET n = n + 1"
MOST_READS = 50
A_WHILE = "20 ms"


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of grant: who has it and what he reads; statements that give it, end it, and write what only it shows.

    `END` stands for a moment in `give`, and a grant with `take` None ends by itself then; `SECRET` stands for the text.
    """

    kind: str
    token: str
    request: GraphQLRequest
    give: str
    take: str | None
    write: str


@dataclass(slots=True)
class Figures:
    """What a run of the harness found: per kind of grant how often it gave access, and how often it leaked."""

    tries: int = 0
    reads: int = 0
    before: int = 0
    shown: Counter[str] = field(default_factory=Counter)
    leaks: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        leaks = ", ".join(f"{number} by {kind}" for kind, number in sorted(self.leaks.items())) or "none"
        return (
            f"{self.tries} tries of {len(self.shown)} kinds, {self.reads} reads, {self.before} of them begun before "
            f"the secret was there; leaks: {leaks}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Harness:
    """Races viewers against a writer. `ask` is how they read: the engine as it is, or one that was broken."""

    writer: asyncpg.Connection
    cases: tuple[Case, ...]
    ask: Ask

    async def run(self, *, tries: int, until_leak: bool = False) -> Figures:
        """Rounds until there were so many tries, or until the first leak."""
        figures = Figures()
        while figures.tries < tries and not (until_leak and figures.leaks):
            await self._round(f"secret {figures.tries}", figures)
            figures.tries += len(self.cases)
        return figures

    async def _round(self, secret: str, figures: Figures) -> None:
        end = await self.writer.fetchval(f"SELECT clock_timestamp() + interval '{A_WHILE}'")
        await together(self.writer, COUNT_UP, *(case.give.replace("END", f"'{end}'") for case in self.cases))
        first = await asyncio.gather(*(values_shown(self.ask, case) for case in self.cases))
        figures.shown.update(case.kind for case, values in zip(self.cases, first, strict=True) if values)
        written = asyncio.Event()
        readers = [self._read(case, secret, written, figures) for case in self.cases]
        await asyncio.gather(*readers, self._end_then_write(end, secret, written))

    async def _end_then_write(self, end: datetime, secret: str, written: asyncio.Event) -> None:
        """The secret is written at once, but in a transaction that begins after every grant has ended."""
        taken = [case.take for case in self.cases if case.take is not None]
        if taken:
            await together(self.writer, COUNT_UP, *taken)
        if len(taken) < len(self.cases):
            await self.writer.execute(f"SELECT pg_sleep(extract(epoch FROM '{end}' - clock_timestamp()) + 0.00001)")
        await together(self.writer, *(case.write.replace("SECRET", f"'{secret}'") for case in self.cases))
        written.set()

    async def _read(self, case: Case, secret: str, written: asyncio.Event, figures: Figures) -> None:
        """Read until the secret is there, and once more after it."""
        leaked = False
        for _ in range(MOST_READS):
            last = written.is_set()
            figures.reads += 1
            figures.before += not last
            leaked |= secret in await values_shown(self.ask, case)
            if last:
                break
        if leaked:
            figures.leaks[case.kind] += 1


async def together(writer: asyncpg.Connection, *statements: str) -> None:
    """Run statements in one transaction and one message; the same statement once."""
    await writer.execute(f"BEGIN; {'; '.join(dict.fromkeys(statements))}; COMMIT")


async def values_shown(ask: Ask, case: Case) -> list[Any]:
    """What a viewer is shown: the values of the row, none where there is no such row for him."""
    try:
        answer = await ask(case.request, case.token)
    except UnauthenticatedError:
        return []
    node = (answer.data or {}).get("node")
    return [] if node is None else list(node.values())
