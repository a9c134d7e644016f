"""The reports of the demo platform: column lists, saved reports with their shares, and schedules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sightline.authz.reports.catalogue import CATALOGUE
from sightline.authz.reports.lists import FIRST_LIST
from sightline.db.demo.book import Book
from sightline.db.demo.cast import BLUEBIRD, NORTHWIND
from sightline.db.demo.organizations import STAFF_DOMAIN, Society
from sightline.db.demo.partners import Partners
from sightline.db.demo.season import PERIOD_END
from sightline.db.report_columns import stored_column

_COUNTING_ONLY = ("impressions", "clicks", "unique_clicks", "conversions", "events", "cr")


def make_reporting(book: Book, society: Society, *, partners: Partners, existing: frozenset[str]) -> None:
    """The catalogue where `existing` lacks it, the system's first list, and some reports of the cast."""
    for key in CATALOGUE.columns:
        if key not in existing:
            book.add("report_column", **stored_column(key))
    system = book.add("column_list", owner_kind="SYSTEM", user_id=None)
    _fill(book, system, FIRST_LIST)
    # Somebody of the staff has a list of his own, narrower than the system's (A18, RC1).
    _fill(book, book.add("column_list", owner_kind="USER", user_id=society.staff[1]), _COUNTING_ONLY)
    _saved_reports(book, society, partners)
    _custom_metrics(book, society)


def _fill(book: Book, number: int, keys: tuple[str, ...]) -> None:
    for position, key in enumerate(keys, 1):
        book.add("column_list_item", list_id=number, column_key=key, position=position)


def _saved_reports(book: Book, society: Society, partners: Partners) -> None:
    northwind, bluebird = society.organizations[NORTHWIND].id, society.organizations[BLUEBIRD].id

    def save(name: str, owner: str, lens: str, *, columns: str, group_by: str, **more: int | None) -> int:
        definition: dict[str, Any] = {"columns": columns.split(), "groupBy": [group_by]}
        values: dict[str, int | None] = {"organization_id": None, "lens_organization_id": None, "lens_account_id": None}
        return book.add(
            "saved_report",
            name=name,
            owner_id=society.cast[owner],
            lens=lens,
            definition=definition,
            **(values | more),
        )

    profit = save("Profit by month", "manager", "PLATFORM", columns="revenue payout profit margin", group_by="month")
    by_program = save(
        "Sales by program",
        "adv-admin",
        "ADVERTISER",
        columns="conversions sale_amount aov",
        group_by="program",
        organization_id=northwind,
        lens_organization_id=northwind,
    )
    earnings = save(
        "Earnings by account",
        "partner-admin",
        "PARTNER",
        columns="conversions payout epc",
        group_by="account",
        organization_id=bluebird,
        lens_organization_id=bluebird,
    )
    own = save(
        "My account",
        "collab-owner",
        "ACCOUNT",
        columns="clicks conversions payout",
        group_by="day",
        lens_account_id=partners.bluebird[0],
    )
    for report, key in ((profit, "finance-manager"), (profit, "affiliate-manager"), (own, "collab-readonly")):
        book.add("saved_report_share", saved_report_id=report, user_id=society.cast[key])
    schedules = []
    for report, owner, state, file, on_restricted in (
        (profit, "manager", "ACTIVE", "XLSX", "FAIL"),
        (by_program, "adv-admin", "ACTIVE", "CSV", "DROP"),
        (earnings, "partner-admin", "PAUSED", "JSONL", "FAIL"),
        (own, "collab-owner", "PAUSED", "PARQUET", "DROP"),
    ):
        number = book.add(
            "report_schedule",
            saved_report_id=report,
            owner_id=society.cast[owner],
            state=state,
            cron="0 6 1 * *",
            time_zone="Europe/Berlin",
            format=file,
            on_restricted=on_restricted,
            recipients=[f"reports@{STAFF_DOMAIN}"],
            next_run_at=PERIOD_END + timedelta(hours=4) if state == "ACTIVE" else None,
            last_run_at=PERIOD_END - timedelta(days=30),
        )
        schedules.append((report, number, owner, file))
    _exports(book, society, schedules)


def _exports(book: Book, society: Society, schedules: list[tuple[int, int, str, str]]) -> None:
    """What the schedules delivered the last time, and what was asked for beside it: one of every state."""
    copied = ("name", "lens", "lens_organization_id", "lens_account_id", "definition")
    reports = {row["id"]: row for row in book.rows("saved_report")}
    delivered = (("COMPLETED", None), ("WAITING", None), ("REFUSED", "COLUMN_RESTRICTED"), ("FAILED", "GONE"))
    asked = (("CANCELLED", None), ("RUNNING", None))
    for (state, error), (report, schedule, owner, file), scheduled in (
        *((outcome, each, True) for outcome, each in zip(delivered, schedules, strict=True)),
        *((outcome, each, False) for outcome, each in zip(asked, schedules, strict=False)),
    ):
        book.add(
            "report_export",
            created_at=PERIOD_END - timedelta(days=30),
            owner_id=society.cast[owner],
            principal=f"user:{society.cast[owner]}",
            saved_report_id=report,
            schedule_id=schedule if scheduled else None,
            format=file,
            state=state,
            error=error,
            finished_at=None if state in ("WAITING", "RUNNING") else PERIOD_END - timedelta(days=30),
            expires_at=PERIOD_END - timedelta(days=23),
            **{name: reports[report][name] for name in copied},
        )


def _custom_metrics(book: Book, society: Society) -> None:
    """Metrics that members offer to their organizations, and some that are somebody's own."""
    northwind, bluebird = society.organizations[NORTHWIND].id, society.organizations[BLUEBIRD].id
    for key, name, owner, organization, formula, state in (
        ("custom_saleperclick", "Sales per click", "adv-admin", northwind, "sale_amount / clicks", "ACTIVE"),
        ("custom_netcost", "Cost of net sales", "adv-member", northwind, "revenue / net_sale_amount", "ACTIVE"),
        ("custom_earned", "Earned and kept", "partner-admin", bluebird, "payout + payout_adjustments", "ACTIVE"),
        ("custom_perapproved", "Payout per approval", "collab-owner", None, "payout / approved_conversions", "ACTIVE"),
        ("custom_markup", "Mark-up", "manager", None, "profit / payout", "ACTIVE"),
        ("custom_oldmarkup", "Mark-up of old", "manager", None, "revenue / payout", "ARCHIVED"),
    ):
        book.add(
            "custom_metric",
            owner_id=society.cast[owner],
            organization_id=organization,
            key=key,
            name=name,
            description=None,
            formula=formula,
            state=state,
        )
