"""Enrollments of a world and what follows from them: conversions, items, adjustments, invoices with lines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from drawing import CURRENCIES, Values, WorldRows
from world_catalogue import add_promotion

from sightline.db.tables import enums

OPEN = (enums.EnrollmentState.APPLIED, enums.EnrollmentState.INVITED, enums.EnrollmentState.ACTIVE)
ENDED = (enums.EnrollmentState.EXPIRED, enums.EnrollmentState.LEFT)
TERMINAL = (
    enums.EnrollmentState.DENIED,
    enums.EnrollmentState.WITHDRAWN,
    enums.EnrollmentState.REJECTED,
    enums.EnrollmentState.REVOKED,
)


def add_facts(world: WorldRows) -> None:
    """Add enrollments and facts, parents before children."""
    _enrollments(world)
    add_promotion(world)
    _visits(world)
    _conversions(world)
    _details(world)
    _money(world)


def _enrollments(world: WorldRows) -> None:
    taken: set[tuple[int, int]] = set()
    for _ in range(28):
        program, source = world.any("program"), world.any("traffic_source")
        state = world.one_of(OPEN * 2 + ENDED + TERMINAL)
        if state in OPEN and (program["id"], source["id"]) in taken:
            continue
        taken |= {(program["id"], source["id"])} if state in OPEN else set()
        invited = state in (
            enums.EnrollmentState.INVITED,
            enums.EnrollmentState.REJECTED,
            enums.EnrollmentState.REVOKED,
        )
        asked = state in (
            enums.EnrollmentState.APPLIED,
            enums.EnrollmentState.DENIED,
            enums.EnrollmentState.WITHDRAWN,
        )
        active = state is enums.EnrollmentState.ACTIVE or state in ENDED
        accounts = [
            account
            for account in world.tables["affiliate_account"]
            if account["partner_profile_id"] == source["partner_profile_id"]
        ]
        world.numbered(
            "enrollment",
            version=1,
            program_id=program["id"],
            advertiser_profile_id=program["advertiser_profile_id"],
            advertiser_org_id=program["advertiser_org_id"],
            traffic_source_id=source["id"],
            partner_profile_id=source["partner_profile_id"],
            partner_org_id=source["partner_org_id"],
            affiliate_account_id=world.one_of(accounts)["id"] if active else None,
            proposed_account_id=world.one_of(accounts)["id"] if asked else None,
            initiated_by="ADVERTISER" if invited or (not asked and world.chance(0.5)) else "PARTNER",
            state=state,
            # The last plans are those of programs alone.
            commission_plan_id=world.perhaps(world.one_of(world.tables["commission_plan"][:-4])["id"]),
            activated_at=world.moment() if active else None,
            ended_at=None if state in OPEN else world.moment(),
        )


CARRIED = (
    "program_id",
    "advertiser_profile_id",
    "advertiser_org_id",
    "traffic_source_id",
    "partner_profile_id",
    "partner_org_id",
    "affiliate_account_id",
)


def _active(world: WorldRows) -> list[Values]:
    return [each for each in world.tables["enrollment"] if each["affiliate_account_id"] is not None]


def _fact(world: WorldRows, table: str, *, moment: str = "event_at", **values: Any) -> Values:
    """Add a fact, whose id begins with its moment: ids collide between accounts, only the pair names a fact."""
    same = (each for each in world.tables.get(table, ()) if _same_account(each, values))
    before = sum(1 for each in same if each[moment] == values[moment])
    return world.add(table, id=(round(values[moment].timestamp() * 1000) << 20) + before, **values)


def _visits(world: WorldRows) -> None:
    active = _active(world)
    for number in range(30 * world.size):
        enrollment = world.one_of(active)
        trackers = [each for each in world.tables["tracker"] if _same_account(each, enrollment)]
        fact = {"enrollment_id": enrollment["id"], **{name: enrollment[name] for name in CARRIED}}
        _fact(
            world,
            "click",
            event_at=world.moment(),
            **fact,
            tracker_id=world.perhaps(world.one_of(trackers)["id"]) if trackers else None,
            media_id=world.perhaps(world.any("media")["id"]),
            kind=world.one_of(list(enums.ClickKind)),
            sub1=world.perhaps(world.text()),
            referrer=world.perhaps(world.text()),
            country=world.perhaps("FR"),
            device=world.perhaps(world.text()),
        )
        if number % 2:
            _fact(
                world,
                "customer_referral",
                event_at=world.moment(),
                **fact,
                source="shop",
                external_ref=f"c{number}",
                customer_name=world.perhaps(world.text()),
                customer_email=world.perhaps(f"customer{number}@example.org"),
            )


def _details(world: WorldRows) -> None:
    """The items of conversions' orders, and their histories."""
    world.tables["conversion_item"] = []
    for conversion in world.tables["conversion"]:
        parent = {"affiliate_account_id": conversion["affiliate_account_id"], "conversion_id": conversion["id"]}
        for n in range(1, world.random.randrange(1, 4)):
            world.add(
                "conversion_item",
                **parent,
                n=n,
                product_id=world.perhaps(world.any("product")["id"]),
                sku=world.perhaps(world.text()),
                title=world.perhaps(world.text()),
                quantity=Decimal(world.random.randrange(1, 4)),
                amount=world.money(),
            )
    for conversion in world.tables["conversion"][::2]:
        parent = {"affiliate_account_id": conversion["affiliate_account_id"], "conversion_id": conversion["id"]}
        for n, status in enumerate((world.one_of(list(enums.ConversionStatus)), conversion["status"]), start=1):
            world.add(
                "conversion_event",
                **parent,
                n=n,
                status=status,
                reason=world.perhaps(world.text()),
                at=world.moment(),
                actor_id=world.perhaps(world.any("app_user")["id"]),
            )
        for n, state in enumerate(enums.ProposalState, start=1):
            correction = world.perhaps(world.money())
            if correction is not None:
                asked = [each for each in enums.ConversionStatus if each not in ("REJECTED", "REVERSED")]
            else:
                asked = [each for each in enums.ConversionStatus if each not in ("PENDING", "HOLD")]
            world.add(
                "conversion_proposal",
                **parent,
                n=n,
                state=state,
                status=world.one_of(asked),
                sale_adjustment=correction,
                reason=world.perhaps(world.text()),
                at=world.moment(),
                answered_at=None if state is enums.ProposalState.OPEN else world.moment(),
                proposed_by_id=world.perhaps(world.any("app_user")["id"]),
            )


def _conversions(world: WorldRows) -> None:
    active = _active(world)
    for number in range(60 * world.size):
        enrollment = world.one_of(active)
        status = world.one_of(list(enums.ConversionStatus))
        final = status in (
            enums.ConversionStatus.APPROVED,
            enums.ConversionStatus.REJECTED,
            enums.ConversionStatus.REVERSED,
        )
        settlement = world.one_of(
            list(enums.Settlement)
            if status is enums.ConversionStatus.APPROVED
            else (enums.Settlement.OPEN, enums.Settlement.LOCKED)
            if final
            else (enums.Settlement.OPEN,)
        )
        sale = world.perhaps(world.money() * 10, chance=0.8)
        approved = status in (enums.ConversionStatus.APPROVED, enums.ConversionStatus.REVERSED)
        _fact(
            world,
            "conversion",
            enrollment_id=enrollment["id"],
            **{name: enrollment[name] for name in CARRIED},
            source=world.one_of(("shop", "staff")),
            external_ref=f"r{number}",
            goal_id=_goal_of(world, enrollment),
            order_ref=world.perhaps(world.text()),
            promo_code=world.perhaps(world.text()),
            customer_status=world.perhaps(world.one_of(list(enums.CustomerStatus))),
            country=world.perhaps(world.one_of(("FR", "NO"))),
            device=world.perhaps(world.text()),
            status=status,
            status_reason=world.perhaps(world.text()),
            settlement=settlement,
            locked=settlement is not enums.Settlement.OPEN,
            event_at=world.moment(),
            click_at=world.perhaps(world.moment()),
            posted_at=world.moment(),
            lock_at=world.moment() if status is enums.ConversionStatus.HOLD else world.perhaps(world.moment()),
            approved_at=world.moment() if approved else None,
            modified_at=world.moment(),
            sale_amount=sale,
            refunded_amount=Decimal(0) if sale is None else sale / 2 if world.chance(0.3) else Decimal(0),
            revenue=world.money(),
            payout=world.money(),
            currency=world.one_of(CURRENCIES),
            fx_rate=Decimal("1.25"),
        )


def _same_account(one: Values, other: Values) -> bool:
    return bool(one["affiliate_account_id"] == other["affiliate_account_id"])


def _money(world: WorldRows) -> None:
    world.tables["adjustment"] = []
    for number in range(36 * world.size):
        conversion = world.any("conversion")
        side = world.one_of(list(enums.AdjustmentSide))
        state = world.one_of(list(enums.AdjustmentState)) if side == "PAYOUT" else enums.AdjustmentState.OPEN
        column = {"PAYOUT": "payout_amount", "REVENUE": "revenue_amount", "SALE": "sale_amount"}[side]
        shared = ("program_id", "advertiser_profile_id", "advertiser_org_id", "partner_org_id", "affiliate_account_id")
        _fact(
            world,
            "adjustment",
            event_at=world.moment(),
            conversion_id=world.perhaps(conversion["id"]),
            **{name: conversion[name] for name in shared},
            source="staff",
            external_ref=f"a{number}",
            side=side,
            state=state,
            **{column: world.money() * world.one_of((1, -1))},
            currency=world.one_of(CURRENCIES),
            fx_rate=Decimal(1),
            reason=world.perhaps(world.text()),
            created_by_id=world.perhaps(world.any("app_user")["id"]),
            posted_at=world.moment(),
            version=1,
        )
    _invoices(world)


def _invoices(world: WorldRows) -> None:
    world.tables["payout_invoice"], world.tables["payout_invoice_line"] = [], []
    subjects = [("conversion_id", each) for each in world.tables["conversion"]]
    subjects += [("adjustment_id", each) for each in world.tables["adjustment"]]
    world.random.shuffle(subjects)
    for number in range(1, 15):
        account = world.any("affiliate_account")
        payer = world.perhaps(world.any("advertiser_profile"), chance=0.7)
        state = world.one_of(list(enums.InvoiceState))
        approved = state in (enums.InvoiceState.APPROVED, enums.InvoiceState.PAID)
        lines = [each for each in subjects if each[1]["affiliate_account_id"] == account["id"]][: world.size * 2]
        subjects = [each for each in subjects if each not in lines]
        invoice = _fact(
            world,
            "payout_invoice",
            moment="issued_at",
            affiliate_account_id=account["id"],
            run_id=world.perhaps(world.any("payout_run")["id"]),
            partner_org_id=account["partner_org_id"],
            payer_advertiser_id=payer["id"] if payer else None,
            payer_org_id=payer["organization_id"] if payer else None,
            company_name=world.perhaps(world.text()),
            company_tax_id=world.perhaps(f"TAX{number}"),
            currency=world.one_of(CURRENCIES),
            state=state,
            deleted=state is enums.InvoiceState.DELETED,
            total=world.money(),
            period_start=date(2026, 1, world.random.randrange(1, 9)),
            period_end=date(2026, 2, world.random.randrange(1, 9)),
            issued_at=world.moment(),
            approved_at=world.moment() if approved else None,
            paid_at=world.moment() if state is enums.InvoiceState.PAID else None,
            created_by_id=world.perhaps(world.any("app_user")["id"]),
            version=1,
        )
        for n, (column, subject) in enumerate(lines, start=1):
            world.add(
                "payout_invoice_line",
                affiliate_account_id=account["id"],
                invoice_id=invoice["id"],
                n=n,
                program_id=subject["program_id"],
                **{column: subject["id"]},
                amount=world.money(),
                currency=invoice["currency"],
                deleted=invoice["deleted"],
            )


def _goal_of(world: WorldRows, enrollment: Values) -> int | None:
    goals = [each["id"] for each in world.tables["program_goal"] if each["program_id"] == enrollment["program_id"]]
    return world.perhaps(int(world.one_of(goals))) if goals else None
