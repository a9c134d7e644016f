"""The built-in report columns: one entry each, and everything else follows from it.

What an entry does not say is computed: the classes and statuses a column needs are those of the measures its formula
comes down to (M5, M5a). A column without a formula is the measure of the same key. A new column is Restricted
everywhere until somebody moves it, or until it is named in `lists.FIRST_LIST` for new installations (RC4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sightline.authz.reports.formulas import Formula, parse
from sightline.authz.reports.measures import MEASURES, Unit


class Aggregation(StrEnum):
    """How a report column is computed over a group."""

    SUM = "SUM"
    DERIVED = "DERIVED"  # from the sums, after aggregation (M1)
    AVERAGE = "AVERAGE"  # from the sum and the count of a value, after aggregation (M1)
    MEDIAN = "MEDIAN"  # of a value of each row: the one kind that no sums give


class Group(StrEnum):
    """The headings under which a builder lists columns."""

    TRAFFIC = "Traffic"
    CONVERSIONS = "Conversions"
    SALES = "Sales"
    MONEY = "Money"
    PERFORMANCE = "Performance"
    TIME = "Time"
    CUSTOM = "Custom metrics"


@dataclass(frozen=True, slots=True)
class Column:
    """One column that a report may have.

    `description` is the tooltip (A19). `formula` is None for a plain measure; of a MEDIAN it is the sum of what the
    median is taken of. `whatever_statuses` marks a column that adds up statuses and is over those a path has; without
    it a column needs every status it names (M5). `synonyms` are what other systems call it, for a search.
    """

    key: str
    label: str
    description: str
    group: Group
    unit: Unit
    aggregation: Aggregation
    formula: Formula | None
    synonyms: tuple[str, ...] = ()
    whatever_statuses: bool = False
    custom: bool = False


def _measure(key: str, label: str, group: Group, *synonyms: str, says: str) -> Column:
    return Column(key, label, says, group, MEASURES[key].unit, Aggregation.SUM, None, synonyms)


def _total(
    key: str,
    label: str,
    group: Group,
    *synonyms: str,
    of: str,
    says: str,
    unit: Unit = Unit.MONEY,
    whatever: bool = False,
) -> Column:
    return Column(key, label, says, group, unit, Aggregation.SUM, parse(of), synonyms, whatever_statuses=whatever)


def _derived(
    key: str, label: str, unit: Unit, *synonyms: str, of: str, says: str, group: Group = Group.PERFORMANCE
) -> Column:
    return Column(key, label, says, group, unit, Aggregation.DERIVED, parse(of), synonyms)


_T, _C, _S, _M = Group.TRAFFIC, Group.CONVERSIONS, Group.SALES, Group.MONEY
_MONEY, _PERCENT, _FACTOR = Unit.MONEY, Unit.PERCENT, Unit.FACTOR
_LIVE = "approved, pending and on hold"

_ALL = (
    _measure("impressions", "Impressions", _T, "Imps", "Views", says="How often an ad was shown."),
    _total(
        "gross_clicks", "Gross clicks", _T, "Hits", "Raw clicks", unit=Unit.COUNT,
        of="unique_clicks + duplicate_clicks + invalid_clicks", says="All clicks: unique, duplicate and invalid.",
    ),
    _total(
        "clicks", "Clicks", _T, "Total clicks", "Valid clicks", unit=Unit.COUNT,
        of="unique_clicks + duplicate_clicks", says="Valid clicks: unique and duplicate.",
    ),
    _measure("unique_clicks", "Unique clicks", _T, "Hosts", "Payable clicks", says="The first click of each visitor."),
    _measure("duplicate_clicks", "Duplicate clicks", _T, says="Valid clicks of visitors who clicked before."),
    _measure("invalid_clicks", "Invalid clicks", _T, "Rejected clicks", says="Clicks that failed a check."),
    _derived(
        "ctr", "CTR", _PERCENT, "Click-through rate", group=_T,
        of="clicks / impressions", says="Valid clicks for each ad view.",
    ),
    _total(
        "conversions", "Conversions", _C, "CV", "Actions", unit=Unit.COUNT, whatever=True,
        of="approved_conversions + pending_conversions + hold_conversions",
        says=f"Conversions to the main goal that are {_LIVE}, of those statuses that you may see.",
    ),
    _total(
        "gross_conversions", "Gross conversions", _C, "Gross actions", unit=Unit.COUNT, whatever=True,
        of="conversions + rejected_conversions + reversed_conversions",
        says="Conversions to the main goal in every status that you may see, rejected and reversed ones included.",
    ),
    _measure("approved_conversions", "Approved conversions", _C, says="Conversions that are approved."),
    _measure("pending_conversions", "Pending conversions", _C, says="Conversions that nobody has decided about yet."),
    _measure("hold_conversions", "Conversions on hold", _C, says="Conversions that approve themselves at a date."),
    _measure("rejected_conversions", "Rejected conversions", _C, "Declined", says="Conversions that are never paid."),
    _measure("reversed_conversions", "Reversed conversions", _C, "Voided", says="Conversions that were taken back."),
    _measure("events", "Events", _C, "Post-conversion events", says=f"Goals reached beside the main one: {_LIVE}."),
    _derived(
        "evr", "EVR", _PERCENT, "Event rate", group=_C, of="events / conversions", says="Events for each conversion.",
    ),
    _derived(
        "cr", "CR", _PERCENT, "CVR", "Conversion rate", group=_C,
        of="conversions / clicks", says="Conversions for each valid click.",
    ),
    _derived(
        "ucr", "Unique CR", _PERCENT, "Unique conversion rate", group=_C,
        of="conversions / unique_clicks", says="Conversions for each unique click.",
    ),
    _derived(
        "approval_rate", "Approval rate", _PERCENT, "Validation rate", group=_C,
        of="approved_conversions / (approved_conversions + rejected_conversions + reversed_conversions)",
        says="The part of all decided conversions that stayed approved.",
    ),
    _derived(
        "reversal_rate", "Reversal rate", _PERCENT, "Void rate", "Decline rate", group=_C,
        of="(rejected_conversions + reversed_conversions) / gross_conversions",
        says="The part of all conversions that was rejected or reversed.",
    ),
    _measure(
        "sale_amount", "Sale amount", _S, "Order value", "Gross sales", "Basket", "Amount",
        says=f"What customers paid for orders that are {_LIVE}.",
    ),
    _total(
        "net_sale_amount", "Net sale amount", _S, "Net sales",
        of="sale_amount - refunded_amount", says="Sale amount less refunds.",
    ),
    _measure(
        "refunded_amount", "Refunded amount", _S, "Refunds", "Returns", "Cancelled sales",
        says="The part of the sale amount that customers got back.",
    ),
    _derived(
        "aov", "Average order value", _MONEY, "AOV", "Average sale value", group=_S,
        of="sale_amount / conversions_with_sale", says="Sale amount for each conversion that has one.",
    ),
    _measure("quantity", "Quantity", _S, "Units sold", says="How many articles the orders contain."),
    _measure("items", "Items", _S, "Order lines", says="How many lines the orders have."),
    _measure(
        "revenue", "Revenue", _M, "Charge", "Income", "Action cost", "Advertiser cost",
        says=f"What advertisers owe the operator for conversions that are {_LIVE}, before adjustments.",
    ),
    _total(
        "payout", "Payout", _M, "Commission", "Earnings", "Cost", whatever=True,
        of="pending_payout + approved_payout",
        says=f"What is owed to affiliates for conversions that are {_LIVE}, before adjustments.",
    ),
    _measure(
        "pending_payout", "Pending payout", _M, "Pending commission",
        says="The payout of conversions that are not approved yet: pending or on hold.",
    ),
    _total(
        "approved_payout", "Approved payout", _M, "Confirmed commission",
        of="unpaid_payout + paid_payout", says="The payout of approved conversions, paid or not.",
    ),
    _measure("paid_payout", "Paid payout", _M, "Paid commission", says="The payout that affiliates have been paid."),
    _measure(
        "reversed_payout", "Reversed payout", _M, "Declined commission",
        says="The payout that conversions would have brought if they had not been rejected or reversed.",
    ),
    _total("profit", "Profit", _M, "Earnings", of="revenue - payout", says="What the operator keeps of revenue."),
    _total(
        "adjustments", "Adjustments", _M, "Corrections", "Bonus",
        of="revenue_adjustments - payout_adjustments",
        says="What corrections and bonuses add to the operator's profit: those of revenue less those of payout.",
    ),
    _measure("sale_adjustments", "Sale adjustments", _M, says="What corrections add to sale amounts."),
    _measure("revenue_adjustments", "Revenue adjustments", _M, says="What corrections add to what advertisers owe."),
    _measure(
        "payout_adjustments", "Payout adjustments", _M, "Corrections", "Bonus",
        says="What corrections and bonuses add to what affiliates are owed.",
    ),
    _derived(
        "margin", "Margin", _PERCENT, "Margin %",
        of="(revenue - payout) / revenue", says="The part of revenue that the operator keeps.",
    ),
    _derived(
        "rpc", "RPC", _MONEY, "Revenue per click", of="revenue / clicks", says="Revenue for each valid click.",
    ),
    _derived(
        "rpa", "RPA", _MONEY, "RPS", "Revenue per action", of="revenue / conversions",
        says="Revenue for each conversion.",
    ),
    _derived(
        "rpm", "RPM", _MONEY, "eCPM", of="1000 * revenue / impressions", says="Revenue for a thousand ad views.",
    ),
    _derived(
        "cpc", "CPC", _MONEY, "Cost per click", of="payout / clicks",
        says="Payout for each valid click: what a click costs the operator.",
    ),
    _derived(
        "cpa", "CPA", _MONEY, "Cost per action", of="payout / conversions", says="Payout for each conversion.",
    ),
    _derived(
        "cpm", "CPM", _MONEY, "Cost per mille", of="1000 * payout / impressions",
        says="Payout for a thousand ad views.",
    ),
    _derived(
        "epc", "EPC", _MONEY, "Earnings per click", of="payout / clicks",
        says="What affiliates earn for each valid click: payout by clicks. What the operator earns for one is RPC.",
    ),
    _derived(
        "epc100", "EPC per 100 clicks", _MONEY, "EPC (CJ)", of="100 * payout / clicks",
        says="What affiliates earn for a hundred valid clicks.",
    ),
    _derived(
        "uepc", "EPC on unique clicks", _MONEY, "Unique EPC", of="payout / unique_clicks",
        says="What affiliates earn for each unique click.",
    ),
    _derived(
        "roas", "ROAS", _FACTOR, "Return on ad spend", of="sale_amount / revenue",
        says="Sale amount for each unit that advertisers owe the operator.",
    ),
    _derived(
        "effective_commission_rate", "Commission rate", _PERCENT, "Commission %", of="payout / sale_amount",
        says="The part of the sale amount that affiliates earn.",
    ),
    Column(
        "click_to_conversion_time", "Time to conversion",
        "How long customers took from click to conversion, on average.",
        Group.TIME, Unit.SECONDS, Aggregation.AVERAGE, parse("seconds_to_conversion / conversions_with_click"),
        ("Delta", "Lapse time"),
    ),
    Column(
        "median_time_to_conversion", "Median time to conversion",
        "How long the customer in the middle took from click to conversion.",
        Group.TIME, Unit.SECONDS, Aggregation.MEDIAN, parse("seconds_to_conversion"), ("Median delta",),
    ),
)  # fmt: skip

COLUMNS: Mapping[str, Column] = {column.key: column for column in _ALL}
"""In the order of a report's headings."""


def custom_metric(key: str, label: str, *, description: str, formula: str) -> Column:
    """A metric that somebody made of columns. Raises FormulaError where its formula cannot be read.

    Let the program choose its key, not the author: that one is taken would tell him of a metric he may not know (RC6).
    """
    return Column(
        key, label, description, Group.CUSTOM, Unit.NUMBER, Aggregation.DERIVED, parse(formula), custom=True
    )  # fmt: skip
