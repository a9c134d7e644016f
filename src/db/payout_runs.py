"""How payout runs go on: some accounts after others, each in a transaction of its own, in whichever process.

The run that was started first goes on, and whoever does its next accounts holds a lock that ends with the transaction.
So a process that dies leaves nothing half done and nothing locked: another one finds in the row how far the run came.

INVARIANT: an account is done once in a run, as it is behind `done_through` in the transaction that drafted its
invoices. What comes to it afterwards waits for the next run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

import asyncpg

from sightline.authz.paths import PathKind
from sightline.db import audit
from sightline.db.payouts import Period, draft_invoices, waiting_accounts
from sightline.db.tables.enums import InvoiceState, PayoutRunState

LEFT_OUT, GIVEN_UP = 3, 6
"""After how many failures in a row an account is left out, and after how many the run is given up: two accounts that
fail one after the other are no fault of theirs."""

ACCOUNTS: Final = 50
FACTS: Final = 500
"""How much is done in one transaction at the most; an account is done whole, whatever is on it."""

BROKEN: Final = (
    "Something is broken on our side; the log has it under the error id {error_id}. "
    "What was drafted stays, and another run of the same period does the rest."
)
"""The problem of a run that failed."""

_LOCK: Final = 0x5061_796F_7574  # of the advisory lock that keeps runs apart
_ALONE: Final = "SELECT pg_try_advisory_xact_lock($1)"
# No request waits for it, so what has to be done for a large account may take its time.
_PATIENT: Final = "SET LOCAL statement_timeout = '120s'"
_TAKE: Final = """
    SELECT id, started_by_id, created_at, period_start, period_end, done_through, failures, problem FROM payout_run
    WHERE state = 'RUNNING' ORDER BY id LIMIT 1 FOR NO KEY UPDATE
"""
_CLOCK: Final = "SELECT clock_timestamp()"
# Where it failed once, accounts are done one by one until its end: so the one that fails is known.
_DONE: Final = """
    UPDATE payout_run
    SET done_through = $2, locked_conversions = locked_conversions + $3, failures = least(failures, 1) WHERE id = $1
"""
_END: Final = """
    UPDATE payout_run SET state = $2, completed_at = $3, problem = $4, version = version + 1
    WHERE id = $1 AND state = 'RUNNING'
    RETURNING locked_conversions, (SELECT count(*) FROM payout_invoice AS i WHERE i.run_id = payout_run.id) AS invoices
"""
_FAILED: Final = """
    UPDATE payout_run SET failures = failures + 1 WHERE id = $1 AND state = 'RUNNING' RETURNING failures
"""
_LEAVE_OUT: Final = "UPDATE payout_run SET done_through = greatest(done_through, $2), problem = $3 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class TakenRun:
    """A run that goes on, held by the transaction that read it."""

    id: int
    started_by_id: int
    created_at: datetime
    period_start: date
    period_end: date
    done_through: int
    failures: int
    problem: str | None

    @property
    def period(self) -> Period:
        """What it looks at. What is due is judged by when it was started, for all accounts alike."""
        begin, end = (datetime.combine(day, time(), UTC) for day in (self.period_start, self.period_end))
        return Period(begin, end, self.created_at)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run has ended, and what it has done: conversions that became final, invoices that it drafted."""

    state: PayoutRunState
    locked_conversions: int
    invoices: int


async def take_run(connection: asyncpg.Connection) -> TakenRun | None:
    """The run that goes on, held until the transaction ends; None where there is none, or somebody else is at it."""
    if not await connection.fetchval(_ALONE, _LOCK):
        return None
    await connection.execute(_PATIENT)
    row = await connection.fetchrow(_TAKE)
    return None if row is None else TakenRun(*row)


async def next_accounts(
    connection: asyncpg.Connection, run: TakenRun, *, accounts: int = ACCOUNTS, facts: int = FACTS
) -> list[int]:
    """The accounts that a run is to do next, in the order of their ids; none where it is at its end."""
    most = 1 if run.failures else accounts
    return await waiting_accounts(connection, run.period, after=run.done_through, accounts=most, facts=facts)


async def do_accounts(connection: asyncpg.Connection, run: TakenRun, accounts: Sequence[int]) -> None:
    """Do the next accounts of a run, and note that they are done."""
    clock = await connection.fetchval(_CLOCK)
    drafted = await draft_invoices(connection, accounts, run.period, run=run.id, clock=clock)
    await connection.execute(_DONE, run.id, accounts[-1], drafted.locked)
    # Last, as others wait for the log.
    for account, number in zip(drafted.carried.accounts, drafted.carried.ids, strict=True):
        await _record(
            connection,
            run.started_by_id,
            "payout_invoice:carry_over",
            "payout_invoice",
            f"{account}/{number}",
            affiliate_account_id=account,
            after={"state": InvoiceState.DELETED},
        )


async def complete_run(connection: asyncpg.Connection, run: TakenRun) -> Ended:
    """A run is at its end: done, or failed where an account was left out."""
    ended = await _end(connection, run, problem=run.problem)
    assert ended is not None  # the row is locked
    return ended


async def note_failure(
    connection: asyncpg.Connection, run: TakenRun, accounts: Sequence[int], problem: str
) -> Ended | None:
    """A run could not do these accounts. What to do about it is for its next turn to find; or it is given up."""
    failures = await connection.fetchval(_FAILED, run.id) or 0
    if failures >= GIVEN_UP:
        return await _end(connection, run, problem=problem)
    if failures >= LEFT_OUT and len(accounts) == 1:
        await connection.execute(_LEAVE_OUT, run.id, accounts[0], problem)
    return None


async def _end(connection: asyncpg.Connection, run: TakenRun, *, problem: str | None) -> Ended | None:
    completed = problem is None
    state = PayoutRunState.COMPLETED if completed else PayoutRunState.FAILED
    at = await connection.fetchval(_CLOCK) if completed else None
    row = await connection.fetchrow(_END, run.id, state, at, problem)
    if row is None:
        return None
    ended = Ended(state, *row)
    after: dict[str, Any] = {
        "state": state,
        "locked_conversions": ended.locked_conversions,
        "invoices": ended.invoices,
    }
    await _record(
        connection,
        run.started_by_id,
        f"payout_run:{'complete' if completed else 'fail'}",
        "payout_run",
        str(run.id),
        before={"state": PayoutRunState.RUNNING},
        after=after if completed else after | {"problem": problem},
    )
    return ended


async def _record(
    connection: asyncpg.Connection, actor: int, action: str, target_type: str, target_id: str, **more: Any
) -> None:
    """Write down what a run did, as by whoever started it: in person, never with a key, as staff (A10)."""
    await audit.append(
        connection,
        actor_id=actor,
        via_path=PathKind.PLATFORM,
        action=action,
        target_type=target_type,
        target_id=target_id,
        **more,
    )
