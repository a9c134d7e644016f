"""Payout runs as the server does them, for tests that start some."""

from __future__ import annotations

import asyncio

from demo_platform import Platform

from sightline.db.changes import CrossedChangesError
from sightline.db.payout_runs import ACCOUNTS
from sightline.server.payout_runs import PayoutRuns

_GOES_ON = "SELECT EXISTS (SELECT FROM payout_run WHERE state = 'RUNNING')"


def runs_over(platform: Platform, *, accounts: int = ACCOUNTS) -> PayoutRuns:
    """What does payout runs in a process of a server, so many accounts in a transaction."""
    return PayoutRuns(platform.engine.database, accounts)


async def all_done(platform: Platform, *, accounts: int = ACCOUNTS) -> None:
    """Do every run that was started, whoever else does them too."""
    runs = runs_over(platform, accounts=accounts)
    while await platform.one(_GOES_ON):
        try:
            if not await runs.go_on():
                await asyncio.sleep(0.01)
        except CrossedChangesError:
            continue
