"""Where the facts of the demo platform are gathered: ids, columns and rows by table, given out in handfuls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import asyncpg

from sightline.db.demo.season import months, rates

COUNTER = 2**20  # what fits into the low bits of a fact's id (D2)

_CARRIED = (
    "enrollment_id program_id advertiser_profile_id advertiser_org_id partner_profile_id partner_org_id "
    "traffic_source_id"
)
COLUMNS: dict[str, tuple[str, ...]] = {
    table: tuple(columns.split())
    for table, columns in {
        "click": f"affiliate_account_id id event_at {_CARRIED} tracker_id media_id kind sub1 sub2 sub3 sub4 sub5"
        " referrer country device",
        "customer_referral": f"affiliate_account_id id event_at {_CARRIED} source external_ref customer_name"
        " customer_email",
        "conversion": f"affiliate_account_id id event_at {_CARRIED} goal_id source external_ref click_id order_ref"
        " promo_code customer_status country device status status_reason settlement click_at posted_at lock_at"
        " approved_at modified_at sale_amount refunded_amount revenue payout currency fx_rate",
        "conversion_item": "affiliate_account_id conversion_id n product_id sku title quantity amount",
        "conversion_past": "affiliate_account_id conversion_id since until status settlement lock_at approved_at"
        " modified_at sale_amount refunded_amount revenue payout",
        "conversion_event": "affiliate_account_id conversion_id n status reason at actor_id",
        "conversion_proposal": "affiliate_account_id conversion_id n state status sale_adjustment reason at answered_at"
        " proposed_by_id",
        "adjustment": "affiliate_account_id id event_at conversion_id program_id advertiser_profile_id"
        " advertiser_org_id partner_org_id source external_ref side state payout_amount revenue_amount sale_amount"
        " currency fx_rate reason created_by_id posted_at",
        "payout_invoice": "affiliate_account_id id run_id partner_org_id payer_advertiser_id payer_org_id company_name"
        " company_tax_id currency state total period_start period_end issued_at approved_at paid_at created_by_id",
        "payout_invoice_line": "affiliate_account_id invoice_id n program_id conversion_id adjustment_id amount"
        " currency deleted",
        "import_claim": "claim_key source external_ref created_at",
    }.items()
}


class Facts:
    """Rows of the fact tables, kept until they are copied. `add[table](row)` takes tuples in the order of COLUMNS."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
        self.add = {table: rows.append for table, rows in self._rows.items()}
        self.counts = dict.fromkeys(COLUMNS, 0)
        self.made = 0
        self.references = 0

    def id_at(self, milliseconds: int) -> int:
        """The id of a fact of that moment (D2)."""
        number = milliseconds << 20 | self.made % COUNTER
        self.made += 1
        return number

    def reference(self) -> str:
        """A reference of another system that no other fact has."""
        self.references += 1
        return f"{self.references:09d}"

    @property
    def many(self) -> bool:
        """Whether there are enough of them to be copied."""
        return len(self._rows["conversion"]) >= 4_000

    async def copy(self, connection: asyncpg.Connection) -> None:
        """Copy what there is, and forget it. Foreign keys must be detached: children may come before their parents."""
        for table, rows in self._rows.items():
            if rows:
                await connection.copy_records_to_table(table, records=rows, columns=COLUMNS[table])
                self.counts[table] += len(rows)
                rows.clear()


def monthly_rates() -> list[dict[str, Decimal]]:
    """The exchange rates by currency, in the order of the months."""
    table = rates()
    return [table[month.label] for month in months()]


def money(minor: int, digits: int) -> Decimal:
    """An amount from its minor units."""
    return Decimal(minor).scaleb(-digits)
