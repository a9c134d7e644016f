"""How payout runs go on beside requests: account by account, through crashes, crossings and faults."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from demo_platform import Person, Platform
from payouts_done import all_done, runs_over
from sales import SWITCHES, brought_to, key_of, recorded, recorder
from stored_sums import out_of_step, put_in_step
from structlog.testing import capture_logs

from sightline.db.changes import CrossedChangesError
from sightline.db.errors import DatabaseUnavailableError
from sightline.db.payout_runs import GIVEN_UP

ENROLLMENTS = """
    SELECT * FROM (
        SELECT DISTINCT ON (e.affiliate_account_id) e.* FROM enrollment e
        JOIN program p ON p.id = e.program_id AND p.currency = 'EUR' AND p.commission_model = 'INTERMEDIATED'
        WHERE e.state = 'ACTIVE' AND e.affiliate_account_id IS NOT NULL ORDER BY e.affiliate_account_id, e.id
    ) AS each ORDER BY affiliate_account_id LIMIT $1
"""
SHOWN = """query ($id: ID!) { node(id: $id) { ... on PayoutRun {
    id state completedAt problem startedBy { id } payoutInvoices(first: 100) { nodes { id } } } } }"""
TOLD = """query ($id: ID!) { node(id: $id) { ... on AuditLog { action changes { field before after } } } }"""
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
_YEARS = count(1971)  # each has a June of its own, in which nobody else sells


@pytest.fixture(autouse=True, scope="module")
async def in_step(platform: Platform) -> None:
    """The sums as the application leaves them."""
    await put_in_step(platform)


class Sold:
    """A month in which accounts sold something that is due: the keys of their conversions, in the order of accounts."""

    def __init__(self, platform: Platform, person: Person) -> None:
        self.platform, self.person = platform, person
        self.year = next(_YEARS)
        self.keys: list[tuple[int, int]] = []

    @classmethod
    async def by(cls, platform: Platform, accounts: int) -> Sold:
        """One conversion of ten euros for each of so many accounts."""
        sold = cls(platform, await platform.staff("PAYOUTS:W AFFILIATES:R USERS:R", **SWITCHES))
        for enrollment in await platform.rows(ENROLLMENTS, accounts):
            sold.keys.append(await sold.one_more(enrollment))
        assert len(sold.keys) == accounts
        return sold

    async def one_more(self, enrollment: Any) -> tuple[int, int]:
        """The key of another one of that month."""
        day = datetime(self.year, 6, 14, 15, 9, tzinfo=UTC).isoformat()
        given = {"eventAt": day, "lockAt": day, "payout": "10.00", "revenue": "12.00"}
        answer = await recorded(self.platform, (await recorder(self.platform)).token, enrollment, **given)
        assert answer["__typename"] == "RecordConversionSuccess", answer
        await brought_to(self.platform, answer["conversion"]["id"], "APPROVED")
        return key_of(self.platform, answer["conversion"]["id"])

    async def run(self) -> str:
        """The id of a run over the month that was started."""
        period = {"periodStart": f"{self.year}-06-01", "periodEnd": f"{self.year}-07-01"}
        answer = await self.platform.change_by(
            self.person.token, "startPayoutRun", "payoutRun { id state completedAt }", **period
        )
        assert answer["__typename"] == "StartPayoutRunSuccess", answer
        assert (answer["payoutRun"]["state"], answer["payoutRun"]["completedAt"]) == ("RUNNING", None)
        return str(answer["payoutRun"]["id"])

    async def seen(self, run: str) -> dict[str, Any]:
        """A run, as whoever started it sees it."""
        found: dict[str, Any] = (await self.platform.read(self.person.token, SHOWN, id=run))["node"]
        return found

    async def records(self, run: str) -> list[Any]:
        """What the log has of a run."""
        return await self.platform.rows(
            "SELECT * FROM audit_log WHERE target_type = 'payout_run' AND target_id = $1 ORDER BY id",
            str(self.number(run)),
        )

    def number(self, run: str) -> int:
        """The stored number of a run."""
        return self.platform.engine.services.ids.decode(run)[1].id

    async def settled(self) -> list[str]:
        """How far each of the conversions is paid."""
        return [
            await self.platform.one(
                "SELECT settlement::text FROM conversion WHERE (affiliate_account_id, id) = ($1, $2)", *key
            )
            for key in self.keys
        ]

    async def invoiced(self) -> list[tuple[int, Decimal]]:
        """Account and total of every invoice of the month that is not deleted."""
        return [
            (row["affiliate_account_id"], row["total"])
            for row in await self.platform.rows(
                "SELECT * FROM payout_invoice WHERE period_start = $1 AND state <> 'DELETED' ORDER BY 1, id",
                datetime(self.year, 6, 1).date(),
            )
        ]

    @property
    def each_once(self) -> list[tuple[int, Decimal]]:
        """One invoice for each account, of its one conversion."""
        return [(account, Decimal(10)) for account, _ in self.keys]


@asynccontextmanager
async def failing(platform: Platform, when: str, code: str = "23514") -> AsyncIterator[None]:
    """A block in which the database refuses invoices; `tried` counts how often."""
    await platform.change(
        "CREATE SEQUENCE tried",
        "CREATE FUNCTION refuse_invoice() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
        f" $$ BEGIN IF nextval('tried') > 0 AND {when} THEN RAISE EXCEPTION USING ERRCODE = '{code}'; END IF;"
        " RETURN NEW; END $$",
        "CREATE TRIGGER refused BEFORE INSERT ON payout_invoice FOR EACH ROW EXECUTE FUNCTION refuse_invoice()",
    )
    try:
        yield
    finally:
        await platform.change("DROP FUNCTION refuse_invoice CASCADE", "DROP SEQUENCE tried")


@asynccontextmanager
async def held(platform: Platform, key: tuple[int, int]) -> AsyncIterator[None]:
    """A block in which a conversion is somebody else's."""
    async with platform.engine.database.owner() as connection, connection.transaction():
        await connection.execute("SELECT FROM conversion WHERE (affiliate_account_id, id) = ($1, $2) FOR UPDATE", *key)
        yield


async def waits(platform: Platform) -> int:
    """The process of the database in which somebody waits for somebody else, as soon as there is one."""
    async with asyncio.timeout(20):
        while True:
            for process in await platform.stored(WAITING):
                return int(process)
            await asyncio.sleep(0.01)


async def test_a10_a_run_is_answered_at_once_and_on_record_twice(platform: Platform) -> None:
    """A10, M5b: started and completed, by the same person and path; of the figures the log shows nothing."""
    sold = await Sold.by(platform, 2)
    run = await sold.run()
    assert await sold.settled() == ["OPEN"] * 2, "nothing was done yet"
    await all_done(platform)
    seen = await sold.seen(run)
    assert (seen["state"], seen["problem"], len(seen["payoutInvoices"]["nodes"])) == ("COMPLETED", None, 2)
    assert seen["completedAt"] is not None
    assert seen["startedBy"]["id"] == platform.global_id("app_user", sold.person.id)
    begun, done = await sold.records(run)
    assert (begun["action"], done["action"]) == ("payout_run:start", "payout_run:complete")
    days = {"period_start": f"{sold.year}-06-01", "period_end": f"{sold.year}-07-01"}
    assert begun["after"] == {"state": "RUNNING"} | days
    assert done["before"] == {"state": "RUNNING"}
    assert done["after"] == {"state": "COMPLETED", "locked_conversions": 2, "invoices": 2}
    for entry in (begun, done):
        assert (entry["actor_id"], entry["api_key_id"], entry["via_path"]) == (sold.person.id, None, "PLATFORM")
    assert await sold.invoiced() == sold.each_once
    told = await platform.read(platform.member("admin"), TOLD, id=platform.global_id("audit_log", done["id"]))
    state = {"field": "state", "before": "RUNNING", "after": "COMPLETED"}
    assert told["node"] == {"action": "payout_run:complete", "changes": [state]}


@pytest.mark.parametrize("how", ["its process ends", "its connection is cut"])
async def test_sm4_another_process_goes_on_where_one_died(platform: Platform, how: str) -> None:
    """SM4, SM5, F2: of what was half done nothing is there; no account has two invoices of the run, whatever it sold
    meanwhile; that is the next run's."""
    sold = await Sold.by(platform, 4)
    run = await sold.run()
    dying = runs_over(platform, accounts=1)
    assert await dying.go_on()
    assert await sold.settled() == ["INVOICED", "OPEN", "OPEN", "OPEN"]
    assert await out_of_step(platform) == {}, "in step between two accounts too"
    async with held(platform, sold.keys[1]):
        task = asyncio.create_task(dying.go_on())
        waiting = await waits(platform)
        assert not await runs_over(platform).go_on(), "one at a time"
        if how == "its process ends":
            task.cancel()
        else:
            await platform.one("SELECT pg_terminate_backend($1)", waiting)
        with suppress(asyncio.CancelledError, DatabaseUnavailableError):
            await task
    assert await sold.settled() == ["INVOICED", "OPEN", "OPEN", "OPEN"]
    enrollments = await platform.rows(ENROLLMENTS, 4)
    late = [await sold.one_more(enrollments[at]) for at in (0, 3)]
    await all_done(platform, accounts=1)
    seen = await sold.seen(run)
    assert (seen["state"], len(seen["payoutInvoices"]["nodes"])) == ("COMPLETED", 4)
    assert await sold.settled() == ["INVOICED"] * 4
    *others, last = sold.each_once
    whole = [*others, (last[0], Decimal(20))]  # whoever was not done by then has all of it
    assert await sold.invoiced() == whole
    assert (await sold.records(run))[1]["after"]["locked_conversions"] == 5
    sold.keys += late
    assert (await sold.settled())[4:] == ["OPEN", "INVOICED"]
    await sold.run()
    await all_done(platform)
    assert await sold.invoiced() == [others[0], *whole], "the first account has another one"
    assert await out_of_step(platform) == {}


async def test_sm5_two_runs_of_a_period_in_four_processes(platform: Platform) -> None:
    """SM5, D7: one after the other; an account has one invoice, and both runs are completed."""
    sold = await Sold.by(platform, 7)
    runs = await asyncio.gather(*(sold.run() for _ in range(2)))
    await asyncio.gather(*(all_done(platform, accounts=2) for _ in range(4)))
    seen = [await sold.seen(run) for run in sorted(runs, key=sold.number)]
    assert [each["state"] for each in seen] == ["COMPLETED"] * 2
    assert [len(each["payoutInvoices"]["nodes"]) for each in seen] == [7, 0]
    assert await sold.invoiced() == sold.each_once
    assert await out_of_step(platform) == {}


async def test_sm5_an_account_that_fails_is_left_out(platform: Platform) -> None:
    """SM5: the others are paid, those after it too; the run has failed and says so; another run does the rest."""
    sold = await Sold.by(platform, 5)
    run, bad = await sold.run(), sold.keys[2][0]
    async with failing(platform, f"NEW.affiliate_account_id = {bad}"):
        with capture_logs() as logged:
            await all_done(platform)
    assert await sold.settled() == ["INVOICED", "INVOICED", "OPEN", "INVOICED", "INVOICED"]
    seen = await sold.seen(run)
    assert (seen["state"], seen["completedAt"]) == ("FAILED", None)
    assert len(seen["payoutInvoices"]["nodes"]) == 4
    faults = [each for each in logged if each["event"] == "a payout run could not go on"]
    assert [each["affiliate_accounts"] == [bad] for each in faults] == [False, True, True]
    assert faults[-1]["error_id"] in seen["problem"]
    assert str(bad) not in seen["problem"].replace(faults[-1]["error_id"], ""), "numbers of accounts are not told"
    (_, failed) = await sold.records(run)
    assert (failed["action"], failed["actor_id"]) == ("payout_run:fail", sold.person.id)
    assert failed["after"] == {
        "state": "FAILED", "locked_conversions": 4, "invoices": 4, "problem": seen["problem"],
    }  # fmt: skip
    rest = await sold.run()
    await all_done(platform)
    assert (await sold.seen(rest))["state"] == "COMPLETED"
    assert (await sold.records(rest))[1]["after"] == {"state": "COMPLETED", "locked_conversions": 1, "invoices": 1}
    assert await sold.invoiced() == sold.each_once
    assert await out_of_step(platform) == {}


async def test_sm5_a_run_that_fails_everywhere_is_given_up(platform: Platform) -> None:
    """SM5: after some tries, with what it did before; the run after it has its turn, and does the rest."""
    sold = await Sold.by(platform, 6)
    run = await sold.run()
    assert await runs_over(platform, accounts=1).go_on()
    async with failing(platform, "true"):
        await all_done(platform)
        assert await platform.one("SELECT last_value FROM tried") == GIVEN_UP
    seen = await sold.seen(run)
    assert (seen["state"], len(seen["payoutInvoices"]["nodes"])) == ("FAILED", 1)
    assert await sold.settled() == ["INVOICED", *["OPEN"] * 5]
    rest = await sold.run()
    await all_done(platform)
    assert (await sold.seen(rest))["state"] == "COMPLETED"
    assert await sold.invoiced() == sold.each_once


@pytest.mark.parametrize("code", ["40P01", "40001"])
async def test_f23_what_crosses_a_run_costs_it_nothing(platform: Platform, code: str) -> None:
    """F23: a tie that is broken against it twice: its accounts are done anew, and it has not failed."""
    sold = await Sold.by(platform, 3)
    run = await sold.run()
    async with failing(platform, "currval('tried') <= 2", code):
        await all_done(platform)
    assert (await sold.seen(run))["state"] == "COMPLETED"
    assert await platform.one("SELECT failures FROM payout_run WHERE id = $1", sold.number(run)) == 0
    assert await sold.invoiced() == sold.each_once
    assert await out_of_step(platform) == {}


async def test_f23_a_run_waits_for_whoever_holds_a_conversion(platform: Platform) -> None:
    """F23: longer than a statement waits, such as for an import: it goes on afterwards, and has not failed."""
    sold = await Sold.by(platform, 2)
    run = await sold.run()
    async with held(platform, sold.keys[1]):
        with pytest.raises(CrossedChangesError):
            await runs_over(platform).go_on()
    assert await sold.settled() == ["OPEN"] * 2
    await all_done(platform)
    assert (await sold.seen(run))["state"] == "COMPLETED"
    assert await platform.one("SELECT failures FROM payout_run WHERE id = $1", sold.number(run)) == 0


async def test_rights_do_not_wait_for_a_run(platform: Platform) -> None:
    """What was allowed when it was started is done, though whoever started it may nothing any more; that is revoked
    while an account is being done."""
    sold = await Sold.by(platform, 1)
    run = await sold.run()
    async with held(platform, sold.keys[0]):
        task = asyncio.create_task(runs_over(platform).go_on())
        await waits(platform)
        await platform.change(f"DELETE FROM role_assignment WHERE user_id = {sold.person.id}")
    assert await task
    await all_done(platform)
    assert await platform.one("SELECT state::text FROM payout_run WHERE id = $1", sold.number(run)) == "COMPLETED"
    assert await sold.invoiced() == sold.each_once


async def test_sm5b_what_was_carried_over_is_on_record(platform: Platform) -> None:
    """SM5b: by whoever started the run, about the invoice and its account, without an amount."""
    sold = await Sold.by(platform, 2)
    await sold.run()
    await all_done(platform)
    account = sold.keys[0][0]
    invoice = await platform.one(
        "SELECT id FROM payout_invoice WHERE affiliate_account_id = $1 AND period_start = $2",
        account,
        datetime(sold.year, 6, 1).date(),
    )
    await platform.change(f"UPDATE payout_invoice SET total = -5 WHERE id = {invoice}")
    enrollments = await platform.rows(ENROLLMENTS, 1)
    later = Sold(platform, sold.person)
    await later.one_more(enrollments[0])
    await later.run()
    await all_done(platform)
    (entry,) = await platform.rows(
        "SELECT * FROM audit_log WHERE target_type = 'payout_invoice' AND target_id = $1", f"{account}/{invoice}"
    )
    assert (entry["action"], entry["after"]) == ("payout_invoice:carry_over", {"state": "DELETED"})
    assert (entry["actor_id"], entry["via_path"], entry["affiliate_account_id"]) == (
        sold.person.id, "PLATFORM", account,
    )  # fmt: skip
    assert await later.invoiced() == [(account, Decimal(20))]
