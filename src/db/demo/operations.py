"""How the demo platform is run: settings, pages, imports with their logs, and the audit log with its chain."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sightline.db.audit import GENESIS, AuditRecord, chained
from sightline.db.demo.book import Book
from sightline.db.demo.cast import BLUEBIRD, NORTHWIND
from sightline.db.demo.organizations import Society
from sightline.db.demo.partners import Partners
from sightline.db.demo.season import FOUNDED, PERIOD_END, PLATFORM_CURRENCY, rates

_PAGES = (
    ("welcome", "Welcome", "PUBLISHED", "How the platform works, in five minutes."),
    ("payouts", "When payouts are made", "PUBLISHED", "On the twentieth, for the month before the last."),
    ("house-rules", "House rules", "PUBLISHED", "What partners may do, and what they may not."),
    ("summer-2026", "The summer of 2026", "DRAFT", "Plans that are still being written."),
)
_DOCUMENT = "query Viewer { viewer { id name } }"


def make_operations(book: Book, society: Society, *, partners: Partners) -> None:
    """What nobody buys or sells, but every platform has."""
    _settings(book)
    for name, title, status, body in _PAGES:
        published = FOUNDED + timedelta(days=5) if status == "PUBLISHED" else None
        book.add("content_page", slug=name, name=title, body=body, status=status, published_at=published)
    digest = sha256(_DOCUMENT.encode()).hexdigest()
    book.add("trusted_document", hash=digest, name="Viewer", text=_DOCUMENT)
    _imports(book, society)
    _audit(book, society, partners)


def _settings(book: Book) -> None:
    settings: dict[str, Any] = {
        "currency": PLATFORM_CURRENCY,
        "time_zone": "UTC",
        "click_count": "VALID",
        "invite_requires_company": False,
        "transfer_requires_second_person": False,
        "exchange_rates": {month: {code: str(rate) for code, rate in row.items()} for month, row in rates().items()},
    }
    for key, value in settings.items():
        book.add("platform_setting", key=key, value=value, updated_at=FOUNDED)


def _imports(book: Book, society: Society) -> None:
    def job(name: str, state: str, *, days_ago: int, by: int, scheduled: bool) -> int:
        asked = PERIOD_END - timedelta(days=days_ago)
        return book.add(
            "import_job",
            created_at=asked,
            created_by_id=by,
            name=name,
            state=state,
            entity="conversions",
            source="shop-feed",
            scheduled=scheduled,
            started_at=None if state == "QUEUED" else asked + timedelta(minutes=1),
            finished_at=asked + timedelta(minutes=3) if state in ("COMPLETED", "FAILED", "CANCELLED") else None,
        )

    admin, manager, staff = society.cast["admin"], society.cast["manager"], society.staff[0]
    done = job("orders-2026-05.csv", "COMPLETED", days_ago=29, by=admin, scheduled=True)
    failed = job("orders-2026-06.csv", "FAILED", days_ago=2, by=staff, scheduled=False)
    job("orders-2026-06-corrected.csv", "RUNNING", days_ago=0, by=staff, scheduled=False)
    job("orders-nightly", "QUEUED", days_ago=0, by=admin, scheduled=True)
    job("orders-2026-04.csv", "CANCELLED", days_ago=3, by=staff, scheduled=False)
    own = job("orders-late.csv", "COMPLETED", days_ago=1, by=manager, scheduled=False)
    for line in range(1, 8):
        book.add("import_log", job_id=done, line=line, outcome="ACCEPTED", column_name=None, value=None, reason=None)
    for number, line, column, value, reason in (
        (done, 8, "amount", "12,5O", "This is no amount: write it like 12.50."),
        (done, 9, "account", "A99999", "No such account."),
        (failed, 1, "date", "31.06.2026", "There is no such day."),
        (own, 1, "amount", "-5.00", "An amount is not negative."),
    ):
        book.add(
            "import_log",
            job_id=number,
            line=line,
            outcome="REJECTED",
            column_name=column,
            value=value,
            reason=reason,
        )


def _audit(book: Book, society: Society, partners: Partners) -> None:
    cast = society.cast
    northwind, bluebird = society.organizations[NORTHWIND].id, society.organizations[BLUEBIRD].id
    account = partners.bluebird[0]
    begin = PERIOD_END - timedelta(days=60)

    def first(table: str, **having: Any) -> str:
        """The number of the first row of a table that has these values."""
        return str(next(row["id"] for row in book.rows(table) if having.items() <= row.items()))

    entries: tuple[tuple[str, str, dict[str, Any]], ...] = (
        (
            "admin",
            "role_assignment:create",
            {
                "target_id": first("role_assignment", user_id=cast["manager"], scope="PLATFORM"),
                "via_path": "PLATFORM",
                "after": {"role": "Manager"},
            },
        ),
        (
            "admin",
            "user:suspend",
            {
                "target_type": "app_user",
                "target_id": str(cast["suspended"]),
                "via_path": "PLATFORM",
                "after": {"status": "SUSPENDED"},
            },
        ),
        (
            "manager",
            "affiliate_account:approve",
            {"affiliate_account_id": account, "via_path": "PLATFORM", "after": {"status": "APPROVED"}},
        ),
        (
            "partner-admin",
            "affiliate_account:update",
            {
                "organization_id": bluebird,
                "affiliate_account_id": account,
                "via_path": "ORG_PARTNER",
                "before": {"name": "Bluebird DE"},
                "after": {"name": "Bluebird Germany"},
            },
        ),
        (
            "collab-owner",
            "invitation:create",
            {
                "affiliate_account_id": account,
                "target_id": first("invitation", scope="ACCOUNT", affiliate_account_id=account),
                "via_path": "COLLABORATOR",
                "after": {"collaborator_role": "READ_ONLY"},
            },
        ),
        (
            "adv-admin",
            "role_assignment:create",
            {
                "organization_id": northwind,
                "target_id": first("role_assignment", user_id=cast["analyst"], scope="ORGANIZATION"),
                "via_path": "ORGANIZATION",
                "after": {"role": "Analyst"},
            },
        ),
        (
            "marketing",
            "program:update",
            {
                "organization_id": northwind,
                "target_id": first("program", listed=True),
                "via_path": "ORG_ADVERTISER",
                "before": {"listed": False},
                "after": {"listed": True},
            },
        ),
        (
            "finance-manager",
            "payout_run:start",
            {"target_id": "1", "via_path": "PLATFORM", "after": {"state": "RUNNING"}},
        ),
        ("admin", "platform_setting:update", {"target_id": "click_count", "via_path": "PLATFORM"}),
        (
            "account-admin",
            "role_assignment:update",
            {
                "organization_id": northwind,
                "target_id": first("role_assignment", user_id=cast["scoped-analyst"], scope="ORGANIZATION"),
                "via_path": "ORGANIZATION",
                "before": {"program_scope": "ALL"},
                "after": {"program_scope": "LISTED"},
            },
        ),
        (
            "partner-admin",
            "ownership_transfer:create",
            {
                "organization_id": bluebird,
                "affiliate_account_id": account,
                "target_id": first("ownership_transfer", affiliate_account_id=account),
                "via_path": "ORG_PARTNER",
                "after": {"state": "REQUESTED"},
            },
        ),
    )
    previous = GENESIS
    for n, (key, action, details) in enumerate(entries):
        at = begin + timedelta(days=5 * n, hours=n)
        previous = _chained(book, previous, at=at, actor=cast[key], action=action, details=details)


def _chained(book: Book, previous: bytes, *, at: datetime, actor: int, action: str, details: dict[str, Any]) -> bytes:
    """Write one entry; returns its hash."""
    entry: dict[str, Any] = {
        "at": at,
        "actor_id": actor,
        "on_behalf_of_id": None,
        "api_key_id": None,
        "via_path": None,
        "organization_id": None,
        "affiliate_account_id": None,
        "action": action,
        "target_type": action.partition(":")[0],
        "target_id": str(details.get("affiliate_account_id", "")),
        "before": None,
        "after": None,
    } | details
    digest = chained(previous, AuditRecord(**entry))
    book.add("audit_log", **entry, prev_hash=previous, hash=digest)
    return digest
