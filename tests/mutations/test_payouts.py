"""Payout runs and invoices: what becomes final, what is drafted, who approves, and every step of an invoice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from demo_platform import Person, Platform
from payouts_done import all_done
from sales import SWITCHES, brought_to, decide, joined, key_of, recorded, recorder
from stored_sums import out_of_step, put_in_step

from sightline.db.fact_ids import FACT_ID
from sightline.db.tables.enums import InvoiceState

RUN = "payoutRun { id state periodStart periodEnd }"
ACTIONS = ("approvePayoutInvoice", "payPayoutInvoice", "deletePayoutInvoice")
NEXT = {
    ("DRAFT", "approvePayoutInvoice"): "APPROVED",
    ("DRAFT", "deletePayoutInvoice"): "DELETED",
    ("APPROVED", "payPayoutInvoice"): "PAID",
    ("APPROVED", "deletePayoutInvoice"): "DELETED",
}
SETTLED = {"DRAFT": "INVOICED", "APPROVED": "INVOICED", "PAID": "PAID", "DELETED": "LOCKED"}
_YEARS = count(1980)  # each test has a year of its own, long before the demo platform's


@pytest.fixture(autouse=True, scope="module")
async def in_step(platform: Platform) -> None:
    """The sums as the application leaves them."""
    await put_in_step(platform)


class Month:
    """A month in which nothing happened yet."""

    def __init__(self) -> None:
        self.year = next(_YEARS)
        self.period = {"periodStart": f"{self.year}-03-01", "periodEnd": f"{self.year}-04-01"}
        self.day = datetime(self.year, 3, 14, 15, 9, tzinfo=UTC)


async def cashier(platform: Platform, *also: Any, permissions: str = "PAYOUTS:W", **role: Any) -> Person:
    """Somebody who starts runs and decides invoices."""
    return await platform.staff(permissions, also=also, **(SWITCHES | role))


async def sold(platform: Platform, month: Month, status: str = "APPROVED", **more: Any) -> tuple[int, int]:
    """The key of a conversion of that month, of 10 euros payout and due; in this status."""
    person = await recorder(platform)
    given = {"eventAt": month.day.isoformat(), "lockAt": month.day.isoformat(), "payout": "10.00", "revenue": "12.00"}
    enrollment = more.pop("enrollment", None) or await joined(platform)
    answer = await recorded(platform, person.token, enrollment, **(given | more))
    assert answer["__typename"] == "RecordConversionSuccess", answer
    if status != "PENDING":
        await brought_to(platform, answer["conversion"]["id"], status)
    return key_of(platform, answer["conversion"]["id"])


async def started(platform: Platform, who: str, period: dict[str, str]) -> dict[str, Any]:
    """What starting a run answers somebody who may: that it goes on."""
    answer = await platform.change_by(who, "startPayoutRun", RUN, **period)
    assert answer["__typename"] == "StartPayoutRunSuccess", answer
    assert answer["payoutRun"]["state"] == "RUNNING"
    return answer


async def run_of(platform: Platform, who: str, month: Month) -> dict[str, Any]:
    """What starting a run over the month answers somebody, and what became of the run in the end."""
    answer = await started(platform, who, month.period)
    await all_done(platform)
    query = "query ($id: ID!) { node(id: $id) { ... on PayoutRun { id state periodStart periodEnd } } }"
    return answer | {"payoutRun": (await platform.read(who, query, id=answer["payoutRun"]["id"]))["node"]}


async def drafted(platform: Platform, month: Month) -> list[Any]:
    """The invoices of the month, in the order of their making."""
    return await platform.rows(
        "SELECT * FROM payout_invoice WHERE period_start = $1 ORDER BY id", month.day.date().replace(day=1)
    )


async def act(platform: Platform, who: str, action: str, invoice: Any, **more: Any) -> dict[str, Any]:
    """What an action on an invoice answers somebody."""
    named = platform.global_id("payout_invoice", invoice["affiliate_account_id"], invoice["id"])
    return await platform.change_by(who, action, "payoutInvoice { id state }", payoutInvoice=named, **more)


async def conversion(platform: Platform, key: tuple[int, int]) -> Any:
    """A conversion as it is stored."""
    return (await platform.rows("SELECT * FROM conversion WHERE affiliate_account_id = $1 AND id = $2", *key))[0]


async def adjusted(platform: Platform, key: tuple[int, int], amount: str, at: datetime) -> Person:
    """An adjustment of what a conversion pays, taking effect then; returns who made it."""
    person = await platform.staff("TRANSACTIONS:W AFFILIATES:R OFFERS:R PAYOUTS:W", **SWITCHES)
    named = platform.global_id("conversion", *key)
    answer = await platform.change_by(person.token, "createAdjustment", "id", conversion=named, payoutAmount=amount)
    assert answer["__typename"] == "CreateAdjustmentSuccess", answer
    number = platform.engine.services.ids.decode(answer["id"])[1].id
    async with platform.engine.database.owner() as connection:
        now = FACT_ID.format(moment="$2::timestamptz")  # which it begins with
        await connection.execute(f"UPDATE adjustment SET event_at = $2, id = {now} WHERE id = $1", number, at)
    return person


async def invoiced(platform: Platform, person: Person, state: str) -> tuple[Any, tuple[int, int]]:
    """An invoice that a run drafted and others brought to a state, and the conversion on it."""
    month = Month()
    key = await sold(platform, month)
    assert (await run_of(platform, person.token, month))["__typename"] == "StartPayoutRunSuccess"
    (invoice,) = await drafted(platform, month)
    other = await cashier(platform)
    steps = {"DRAFT": (), "APPROVED": ACTIONS[:1], "PAID": ACTIONS[:2], "DELETED": ACTIONS[2:]}[state]
    for step in steps:
        answer = await act(platform, other.token, step, invoice)
        assert answer["payoutInvoice"]["state"] in ("APPROVED", state), answer
    return invoice, key


@pytest.mark.parametrize(
    "key",
    ["adv-admin", "finance", "partner-admin", "collab-owner", "company-owner", "manager", "payouts-only", "nobody"],
)
async def test_a10_no_one_else_has_anything_to_do_with_payouts(platform: Platform, key: str) -> None:
    """A10: neither payers nor payees, nor staff that only read."""
    for name in ("startPayoutRun", *ACTIONS):
        assert not await platform.exists(platform.member(key), f"Mutation.{name}"), name


async def test_a10_whoever_does_not_see_all_invoices_starts_no_run(platform: Platform) -> None:
    """A10, 3.11: without the payout switch, of some statuses or of what is assigned only, no row is reached to write.

    SM6: nor with a key, whoever made it.
    """
    limits: tuple[dict[str, Any], ...] = (
        {"see_payout": False},
        {"statuses": ["APPROVED"]},
        {"base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED"},
        {"base_type": "ADVERTISER_MANAGER", "user_visibility": "ASSIGNED"},
    )
    for limit in limits:
        person = await cashier(platform, **limit)
        assert not await platform.exists(person.token, "Mutation.startPayoutRun"), limit
    whole = await cashier(platform)
    key = await platform.user_key(whole.id, ["PAYOUTS:W"])
    for name in ("startPayoutRun", *ACTIONS):
        assert await platform.exists(whole.token, f"Mutation.{name}")
        assert not await platform.exists(key, f"Mutation.{name}"), name


async def test_sm4_what_a_run_makes_final_and_what_it_pays(platform: Platform) -> None:
    """SM4, A10: HOLD is approved at its date, PENDING stays open; only what is approved and worth anything is paid."""
    month, person = Month(), await cashier(platform)
    keys = {
        status: await sold(platform, month, status)
        for status in ("PENDING", "HOLD", "APPROVED", "REJECTED", "REVERSED")
    }
    keys["worthless"] = await sold(platform, month, payout="0.00")
    keys["early"] = await sold(platform, month, lockAt="2999-01-01T00:00:00Z")
    keys["undated"] = await sold(platform, month, lockAt=None)
    keys["before"] = await sold(platform, month, eventAt=f"{month.year}-02-28T23:59:59.999Z")
    keys["after"] = await sold(platform, month, eventAt=f"{month.year}-04-01T00:00:00Z")
    moved = {name: (await conversion(platform, key))["version"] for name, key in keys.items()}
    answer = await run_of(platform, person.token, month)
    assert answer["__typename"] == "StartPayoutRunSuccess", answer
    assert answer["payoutRun"]["state"] == "COMPLETED"
    now = {name: await conversion(platform, key) for name, key in keys.items()}
    assert {name: (row["status"], row["settlement"]) for name, row in now.items()} == {
        "PENDING": ("PENDING", "OPEN"),
        "HOLD": ("APPROVED", "INVOICED"),
        "APPROVED": ("APPROVED", "INVOICED"),
        "REJECTED": ("REJECTED", "LOCKED"),
        "REVERSED": ("REVERSED", "LOCKED"),
        "worthless": ("APPROVED", "LOCKED"),
        "early": ("APPROVED", "OPEN"),
        "undated": ("APPROVED", "INVOICED"),
        "before": ("APPROVED", "OPEN"),
        "after": ("APPROVED", "OPEN"),
    }
    assert now["HOLD"]["approved_at"] == now["HOLD"]["lock_at"]
    history = await platform.rows(
        "SELECT * FROM conversion_event WHERE affiliate_account_id = $1 AND conversion_id = $2 ORDER BY n",
        *keys["HOLD"],
    )
    assert [(each["status"], each["actor_id"] is None) for each in history] == [("PENDING", False), ("APPROVED", True)]
    for name, row in now.items():
        assert (row["version"] != moved[name]) == (row["settlement"] != "OPEN"), f"AC11: {name}"
    (invoice,) = await drafted(platform, month)
    assert (invoice["state"], invoice["total"], invoice["created_by_id"]) == ("DRAFT", Decimal(30), person.id)
    assert await out_of_step(platform) == {}


async def test_a10_one_invoice_for_each_account_payer_and_currency(platform: Platform) -> None:
    """A10, SM5: DIRECT programs are invoiced by their advertiser, INTERMEDIATED ones by the operator; the company's
    name stands on it as it was."""
    month, person = Month(), await cashier(platform)
    for model in ("DIRECT", "INTERMEDIATED"):
        enrollment = await joined(platform, model)
        for currency in ("EUR", "USD"):
            for _ in range(2):
                await sold(platform, month, enrollment=enrollment, currency=currency, exchangeRate="0.9")
    await run_of(platform, person.token, month)
    invoices = await drafted(platform, month)
    direct = await joined(platform, "DIRECT")
    payers = {(each["payer_advertiser_id"], each["currency"]) for each in invoices}
    assert payers == {(payer, money) for payer in (direct["advertiser_profile_id"], None) for money in ("EUR", "USD")}
    assert {each["total"] for each in invoices} == {Decimal(20)}
    companies = await platform.stored(
        "SELECT c.name FROM affiliate_account a LEFT JOIN company c ON c.id = a.company_id WHERE a.id = $1",
        direct["affiliate_account_id"],
    )
    assert [each["company_name"] for each in invoices] == companies * 4
    lines = await platform.rows(
        "SELECT n, amount FROM payout_invoice_line WHERE invoice_id = ANY ($1)", [each["id"] for each in invoices]
    )
    assert sorted((each["n"], each["amount"]) for each in lines) == [(1, Decimal(10))] * 4 + [(2, Decimal(10))] * 4
    again = await run_of(platform, person.token, month)
    assert again["__typename"] == "StartPayoutRunSuccess"
    assert len(await drafted(platform, month)) == 4, "there was nothing left to invoice"


async def test_a_period_ends_after_it_begins_and_has_come(platform: Platform) -> None:
    """AC12: days in the wrong order, or that are still to come, are refused; nothing is left of it."""
    person = await cashier(platform)
    runs = await platform.one("SELECT count(*) FROM payout_run")
    for days in (("2001-02-02", "2001-02-02"), ("2001-02-03", "2001-02-02"), ("2001-01-01", "2999-01-01")):
        given = dict(zip(("periodStart", "periodEnd"), days, strict=True))
        answer = await platform.change_by(person.token, "startPayoutRun", RUN, **given)
        assert (answer["__typename"], answer["path"]) == ("ValidationError", ["periodEnd"]), days
    assert await platform.one("SELECT count(*) FROM payout_run") == runs


@pytest.mark.parametrize("state", InvoiceState)
@pytest.mark.parametrize("action", ACTIONS)
async def test_sm5_every_step_and_no_other(platform: Platform, state: str, action: str) -> None:
    """SM5, SM4: every state times every action, with the conversion on it and the stored sums; AC11 for its dates."""
    maker, other = await cashier(platform), await cashier(platform)
    invoice, key = await invoiced(platform, maker, state)
    before = await conversion(platform, key)
    answer = await act(platform, other.token, action, invoice)
    after = NEXT.get((state, action), state)
    if (state, action) in NEXT:
        assert answer["payoutInvoice"]["state"] == after
    else:
        assert (answer["__typename"], answer["path"]) == ("ValidationError", ["payoutInvoice"])
    now = await conversion(platform, key)
    assert (before["settlement"], now["settlement"]) == (SETTLED[state], SETTLED[after])
    assert (now["version"], now["modified_at"]) == (before["version"], before["modified_at"])
    assert await platform.stored("SELECT deleted FROM payout_invoice_line WHERE invoice_id = $1", invoice["id"]) == [
        after == "DELETED"
    ]
    assert await out_of_step(platform) == {}


async def test_what_is_deleted_is_invoiced_again(platform: Platform) -> None:
    """SM5, SM4: the next run of the period drafts it anew; a conversion is on one invoice that is not deleted."""
    person = await cashier(platform)
    invoice, key = await invoiced(platform, person, "DELETED")
    period = {"periodStart": str(invoice["period_start"]), "periodEnd": str(invoice["period_end"])}
    await started(platform, person.token, period)
    await all_done(platform)
    lines = await platform.stored(
        "SELECT deleted FROM payout_invoice_line WHERE affiliate_account_id = $1 AND conversion_id = $2 ORDER BY 1",
        *key,
    )
    assert lines == [False, True]
    assert (await conversion(platform, key))["settlement"] == "INVOICED"


async def test_c12_nobody_approves_what_he_made_or_earns_by(platform: Platform) -> None:
    """C-12, AC9b, F24: its creator, an OWNER, whoever has access to the company, and who made an adjustment on it."""
    maker, month = await cashier(platform), Month()
    key = await sold(platform, month)
    await brought_to(platform, platform.global_id("conversion", *key), "APPROVED", "LOCKED")
    corrector = await adjusted(platform, key, "-1.00", month.day)
    await run_of(platform, maker.token, month)
    (invoice,) = await drafted(platform, month)
    assert invoice["total"] == Decimal(9)
    (account,) = await platform.rows("SELECT * FROM affiliate_account WHERE id = $1", key[0])
    company = account["company_id"] or await platform.add("company", name="Newly Founded")
    await platform.change(f"UPDATE affiliate_account SET company_id = {company} WHERE id = {key[0]}")
    near = {
        "owner": await platform.collaborator(account["name"], "OWNER"),
        "company": ("company_access", {"company_id": company, "level": "MEMBER"}),
    }
    refused = {"maker": maker, "corrector": corrector}
    refused |= {name: await cashier(platform, grant) for name, grant in near.items()}
    for name, person in refused.items():
        answer = await act(platform, person.token, "approvePayoutInvoice", invoice)
        assert answer["__typename"] == "Forbidden", name
    assert await platform.one("SELECT state FROM payout_invoice WHERE id = $1", invoice["id"]) == "DRAFT"
    reader = await cashier(platform, await platform.collaborator(account["name"], "READ_ONLY"))
    assert (await act(platform, reader.token, "approvePayoutInvoice", invoice))["__typename"].endswith("Success")


async def test_c12_an_administrator_may_and_it_is_on_record(platform: Platform) -> None:
    """C-12: Admin W approves what is his own; the log says so, and quotes no amount (M5b)."""
    admin = await cashier(platform, permissions="ADMIN:W", base_type="ADMINISTRATOR")
    invoice, _ = await invoiced(platform, admin, "DRAFT")
    answer = await act(platform, admin.token, "approvePayoutInvoice", invoice)
    assert answer["payoutInvoice"]["state"] == "APPROVED"
    (entry,) = await platform.rows(
        "SELECT * FROM audit_log WHERE target_type = 'payout_invoice' AND target_id = $1 AND action = $2",
        f"{invoice['affiliate_account_id']}/{invoice['id']}",
        "payout_invoice:approve",
    )
    assert entry["after"] == {"state": "APPROVED", "own_interest": True}
    assert entry["actor_id"] == admin.id


async def test_sm5b_a_negative_draft_waits_and_is_carried_over(platform: Platform) -> None:
    """SM5b: it is not approved; the next run of the same account, payer and currency takes its lines over."""
    maker, other, month = await cashier(platform), await cashier(platform), Month()
    key = await sold(platform, month)
    await brought_to(platform, platform.global_id("conversion", *key), "APPROVED", "LOCKED")
    await adjusted(platform, key, "-25.00", month.day)
    await run_of(platform, maker.token, month)
    (negative,) = await drafted(platform, month)
    assert negative["total"] == Decimal(-15)
    refused = await act(platform, other.token, "approvePayoutInvoice", negative)
    assert refused["__typename"] == "ValidationError"
    await run_of(platform, maker.token, month)
    assert [each["state"] for each in await drafted(platform, month)] == ["DRAFT"], "with nothing new it stays"
    later = Month()
    for _ in range(2):
        await sold(platform, later)
    await run_of(platform, maker.token, later)
    (invoice,) = await drafted(platform, later)
    assert invoice["total"] == Decimal(5)
    assert [each["state"] for each in await drafted(platform, month)] == ["DELETED"]
    assert (await act(platform, other.token, "approvePayoutInvoice", invoice))["payoutInvoice"]["state"] == "APPROVED"
    assert (await act(platform, other.token, "payPayoutInvoice", invoice))["payoutInvoice"]["state"] == "PAID"
    assert (await conversion(platform, key))["settlement"] == "PAID"
    states = await platform.stored(
        "SELECT state::text FROM adjustment WHERE affiliate_account_id = $1 AND conversion_id = $2", *key
    )
    assert states == ["PAID"]
    assert await out_of_step(platform) == {}


async def test_sm5b_no_correction_is_paid_before_what_it_corrects_is_final(platform: Platform) -> None:
    """SM5b, SM4: an adjustment of a conversion that is still open waits for it."""
    person, month = await cashier(platform), Month()
    key = await sold(platform, month, "PENDING")
    await adjusted(platform, key, "5.00", month.day)
    await run_of(platform, person.token, month)
    assert await drafted(platform, month) == []


async def test_sm4_two_runs_at_once_invoice_everything_once(platform: Platform) -> None:
    """SM4, SM5: five runs of one period at the same time, and decisions meanwhile: each conversion on one invoice."""
    person, month = await cashier(platform), Month()
    keys = [await sold(platform, month) for _ in range(6)]
    pending = [await sold(platform, month, "PENDING") for _ in range(3)]
    decider = await recorder(platform)
    runs = await asyncio.gather(
        *(run_of(platform, person.token, month) for _ in range(5)),
        *(decide(platform, decider.token, platform.global_id("conversion", *key), "APPROVED") for key in pending),
    )
    assert {run["payoutRun"]["state"] for run in runs[:5]} == {"COMPLETED"}
    lines = await platform.stored(
        "SELECT l.conversion_id FROM payout_invoice_line l JOIN payout_invoice i USING (affiliate_account_id)"
        " WHERE i.id = l.invoice_id AND i.period_start = $1 AND NOT l.deleted",
        month.day.date().replace(day=1),
    )
    assert len(lines) == len(set(lines))
    assert {number for _, number in keys} <= set(lines)
    assert await out_of_step(platform) == {}


async def test_an_invoice_is_paid_or_deleted(platform: Platform) -> None:
    """SM5, F22: of payments and deletions at the same time exactly one happens, and the conversion says which."""
    maker, other = await cashier(platform), await cashier(platform)
    invoice, key = await invoiced(platform, maker, "APPROVED")
    answers = await asyncio.gather(
        *(act(platform, other.token, ("payPayoutInvoice", "deletePayoutInvoice")[n % 2], invoice) for n in range(8))
    )
    done = [each for each in answers if each["__typename"].endswith("Success")]
    assert len(done) == 1
    state = done[0]["payoutInvoice"]["state"]
    assert (await conversion(platform, key))["settlement"] == SETTLED[state]
    assert await out_of_step(platform) == {}


async def test_f24_what_was_decided_since_is_a_conflict(platform: Platform) -> None:
    """F24, F22: an approval names what it read; AC7: an invoice that is not there is missing."""
    maker, other = await cashier(platform), await cashier(platform)
    invoice, _ = await invoiced(platform, maker, "DRAFT")
    stale = await act(platform, other.token, "approvePayoutInvoice", invoice, version=7)
    assert (stale["__typename"], stale["version"]) == ("Conflict", 1)
    missing = await act(platform, other.token, "approvePayoutInvoice", dict(invoice) | {"id": 7})
    assert (missing["__typename"], missing["path"]) == ("NotFound", ["payoutInvoice"])
