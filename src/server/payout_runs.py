"""Does payout runs that were started: in every process, one at a time, until it is told to stop.

Whether one may be started was decided when it was; nothing is asked again. So no rights have to stand still meanwhile,
and a revocation does not wait for a large account.
"""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg
import structlog

from sightline.db.changes import CrossedChangesError, again_where_crossed
from sightline.db.database import Database
from sightline.db.errors import DatabaseBusyError, DatabaseUnavailableError
from sightline.db.payout_runs import (
    ACCOUNTS,
    BROKEN,
    FACTS,
    Ended,
    TakenRun,
    complete_run,
    do_accounts,
    next_accounts,
    note_failure,
    take_run,
)
from sightline.db.tables.enums import PayoutRunState
from sightline.server.logs import log_fault
from sightline.server.looking import one_after_another

LOOK_SECONDS = 2.0
LOGGER = "sightline.payouts"

_AWAITED = (DatabaseBusyError, DatabaseUnavailableError, CrossedChangesError, asyncpg.InsufficientResourcesError)
"""What is no failure of a run: others are at it, or the database is away or full."""


@dataclass(slots=True, eq=False)
class _Turn:
    """What became of one look at the runs, as far as it came."""

    run: TakenRun | None = None
    accounts: tuple[int, ...] = ()
    ended: Ended | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PayoutRuns:
    """What does payout runs in one process, so many accounts and facts in a transaction."""

    database: Database
    accounts: int = ACCOUNTS
    facts: int = FACTS

    async def run(self) -> None:
        """Do runs until cancelled. What goes wrong is logged, and tried again."""
        await one_after_another(self._go_on_or_wait, seconds=LOOK_SECONDS)

    async def _go_on_or_wait(self) -> bool:
        try:
            return await self.go_on()
        except CrossedChangesError:
            # Such as an import that goes on for minutes. It is waited for, however long it takes.
            structlog.get_logger(LOGGER).warning("a payout run waits for changes of others")
            return False

    async def go_on(self) -> bool:
        """Do the next accounts of the run that was started first, or end it; whether anything was done."""
        turn = _Turn()

        async def work(connection: asyncpg.Connection) -> None:
            turn.run, turn.accounts, turn.ended = await take_run(connection), (), None
            if turn.run is None:
                return
            accounts = await next_accounts(connection, turn.run, accounts=self.accounts, facts=self.facts)
            turn.accounts = tuple(accounts)
            if accounts:
                await do_accounts(connection, turn.run, accounts)
            else:
                turn.ended = await complete_run(connection, turn.run)

        try:
            await again_where_crossed(self.database.writes, work)
        except _AWAITED:
            raise
        except Exception as error:
            if turn.run is None:
                raise
            await self._failed(turn.run, turn.accounts, error)
            return False
        if turn.run is not None and turn.ended is not None:
            _say(turn.run, turn.ended)
        return turn.run is not None

    async def _failed(self, run: TakenRun, accounts: tuple[int, ...], error: Exception) -> None:
        """Note a failure, and what comes of it where it repeats itself."""
        error_id = log_fault(error)
        structlog.get_logger(LOGGER).warning(
            "a payout run could not go on", payout_run=run.id, affiliate_accounts=list(accounts), error_id=error_id
        )
        problem = BROKEN.format(error_id=error_id)

        async def work(connection: asyncpg.Connection) -> Ended | None:
            return await note_failure(connection, run, accounts, problem)

        ended = await again_where_crossed(self.database.writes, work)
        if ended is not None:
            _say(run, ended)


def _say(run: TakenRun, ended: Ended) -> None:
    log = structlog.get_logger(LOGGER)
    say = log.info if ended.state is PayoutRunState.COMPLETED else log.error
    say(
        "a payout run ended",
        payout_run=run.id,
        state=ended.state,
        locked_conversions=ended.locked_conversions,
        invoices=ended.invoices,
    )
