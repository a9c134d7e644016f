"""The built-in report columns: what each means, how it is computed, and the field classes it needs (M5a)."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.authz.classes import FieldClass

_CLASSES = {
    "t": FieldClass.TRAFFIC,
    "c": FieldClass.CONVERSIONS,
    "s": FieldClass.SALE_AMOUNT,
    "r": FieldClass.REVENUE,
    "p": FieldClass.PAYOUT,
}

# Key; label; classes by initial; formula, or - where it is a sum; description.
_TABLE = """
impressions; Impressions; t; -; Ad views.
gross_clicks; Gross clicks; t; -; Unique, duplicate and invalid clicks.
clicks; Clicks; t; -; Valid clicks: unique and duplicate ones.
unique_clicks; Unique clicks; t; -; The first click of each visitor.
duplicate_clicks; Duplicate clicks; t; -; Valid repeats of a click.
invalid_clicks; Invalid clicks; t; -; Clicks that failed a check.
ctr; CTR; t; clicks / impressions; Clicks for each ad view.
conversions; Conversions; c; -; Approved, pending and held conversions that you may see.
gross_conversions; Gross conversions; c; -; Conversions of every status that you may see.
approved_conversions; Approved conversions; c; -; Conversions that were approved.
pending_conversions; Pending conversions; c; -; Conversions nobody has decided about.
hold_conversions; Conversions on hold; c; -; Conversions that approve themselves at their lock date.
rejected_conversions; Rejected conversions; c; -; Conversions that are never paid.
reversed_conversions; Reversed conversions; c; -; Conversions taken back after approval.
events; Events; c; -; What customers did beside the main goal.
evr; EVR; c; events / conversions; Events for each conversion.
cr; CR; ct; conversions / clicks; Conversions for each valid click.
ucr; Unique CR; ct; conversions / unique_clicks; Conversions for each unique click.
approval_rate; Approval rate; c; approved / (approved + rejected + reversed); The part of decided ones approved.
reversal_rate; Reversal rate; c; (rejected + reversed) / gross_conversions; The part that was rejected or taken back.
sale_amount; Sale amount; s; -; What customers paid.
net_sale_amount; Net sale amount; s; -; Sale amount less refunds.
refunded_amount; Refunded amount; s; -; What customers got back.
aov; Average order value; sc; sale_amount / conversions with a sale amount; What an order is worth on average.
discount; Discount; s; -; What was taken off the lines of orders.
quantity; Quantity; s; -; How many articles were bought.
items; Items; s; -; How many lines the orders have.
revenue; Revenue; r; -; What advertisers owe the operator.
payout; Payout; p; -; What is owed to affiliates.
pending_payout; Pending payout; p; -; The payout of conversions not yet approved.
approved_payout; Approved payout; p; -; The payout of approved conversions.
paid_payout; Paid payout; p; -; The payout that was paid.
reversed_payout; Reversed payout; p; -; The payout of conversions rejected or taken back.
profit; Profit; rp; revenue - payout; What the operator keeps.
margin; Margin; rp; (revenue - payout) / revenue; The part of revenue the operator keeps.
rpc; RPC; rt; revenue / clicks; Revenue for each valid click.
rpa; RPA; rc; revenue / conversions; Revenue for each conversion.
rpm; RPM; rt; 1000 * revenue / impressions; Revenue for a thousand ad views.
cpc; CPC; pt; payout / clicks; Payout for each valid click.
cpa; CPA; pc; payout / conversions; Payout for each conversion.
cpm; CPM; pt; 1000 * payout / impressions; Payout for a thousand ad views.
epc; EPC; pt; payout / clicks; What affiliates earn for each valid click.
epc100; EPC of 100; pt; 100 * payout / clicks; What affiliates earn for a hundred valid clicks.
uepc; Unique EPC; pt; payout / unique_clicks; What affiliates earn for each unique click.
roas; ROAS; sr; sale_amount / revenue; Sales for each unit of what advertisers pay.
effective_commission_rate; Commission rate; ps; payout / sale_amount; The part of sales that affiliates earn.
adjustments; Adjustments; pr; -; Corrections and bonuses.
click_to_conversion_time; Time to conversion; c; average of conversion time - click time; How long customers took.
median_time_to_conversion; Median time to conversion; c; median of conversion time - click time; How long they took.
"""
_AVERAGES = {"click_to_conversion_time": "AVERAGE", "median_time_to_conversion": "MEDIAN"}


@dataclass(frozen=True, slots=True)
class BuiltInColumn:
    """A column of the catalogue; `formula` is None for a plain sum."""

    key: str
    label: str
    classes: tuple[FieldClass, ...]
    formula: str | None
    description: str

    @property
    def aggregation(self) -> str:
        """How it is computed over a group."""
        return "SUM" if self.formula is None else _AVERAGES.get(self.key, "DERIVED")


def built_in_columns() -> tuple[BuiltInColumn, ...]:
    """The catalogue, in the order of a report's headings."""
    rows = [[cell.strip() for cell in line.split(";")] for line in _TABLE.strip().splitlines()]
    return tuple(
        BuiltInColumn(key, label, tuple(_CLASSES[c] for c in classes), None if formula == "-" else formula, text)
        for key, label, classes, formula, text in rows
    )
