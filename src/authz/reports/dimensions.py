"""The dimensions: what reports group and filter by. One entry each, with the place of its value on every fact.

A dimension has classes as a column has, and is usable, refused and worded like one (RC3, RC6, M6). A fact without a
place lacks the dimension: measures of that fact have no value in such a grouping. Stored sums carry the columns of
facts under the same names, so a place whose first column they have can be answered by them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sightline.authz.classes import FieldClass
from sightline.authz.entities.pieces import ACCOUNT, CONVERSION, PROGRAM
from sightline.authz.expr import Edge
from sightline.authz.reports.measures import Fact


class DateBasis(StrEnum):
    """Which moment puts a fact into a period. One that has it not, as a conversion without a click, is in no period.

    It is the column of that name, and `event_at` of facts that have no such column at all.
    Stored sums are dated by the hour or day of the event, so they answer EVENT only.
    """

    EVENT = "event_at"
    CLICK = "click_at"
    POSTING = "posted_at"
    LOCKING = "lock_at"
    APPROVAL = "approved_at"
    MODIFIED = "modified_at"


class DatePart(StrEnum):
    """A part of the moment that the date basis chooses, in the report's time zone; weeks are those of ISO 8601."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"
    WEEKDAY = "WEEKDAY"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact has the value: a column of its own, or one over edges."""

    column: str
    via: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing to group by: a part of the date, or a value of the facts.

    `entity` is the table whose rows its values name. `fine` ones lie below the grain that a platform role without
    TRANSACTIONS R has (A5). Of a `several` one a row may have many values: it counts in each of their groups, so groups
    do not add up to the total.
    """

    key: str
    label: str
    description: str
    classes: frozenset[FieldClass] = frozenset()
    places: Mapping[Fact, Place] = field(default_factory=dict)
    part: DatePart | None = None
    entity: str | None = None
    fine: bool = False
    several: bool = False

    @property
    def is_date(self) -> bool:
        """Whether its values are dates or hours, each of which there is once: weekdays come again."""
        return self.part is not None and self.part is not DatePart.WEEKDAY

    def usable_with(self, classes: Collection[FieldClass], *, fine_grain: bool) -> bool:
        """Whether somebody who holds these classes, at this grain, may group and filter by it (RC3, A5)."""
        return self.classes <= frozenset(classes) and (fine_grain or not self.fine)


_PARTNER = frozenset({FieldClass.PARTNER_IDENTITY})
_CONTACT = frozenset({FieldClass.USER_CONTACT})
_CUSTOMER = frozenset({FieldClass.CUSTOMER_PII})
_PAYOUT = frozenset({FieldClass.PAYOUT})
_SALE = frozenset({FieldClass.SALE_AMOUNT})

_CLICK = Edge("click", (("affiliate_account_id", "affiliate_account_id"), ("click_id", "id")))
_MANAGER_OF_ACCOUNT = Edge("manager_assignment", (("affiliate_account_id", "affiliate_account_id"),))
_MANAGER_OF_ADVERTISER = Edge("manager_assignment", (("advertiser_profile_id", "advertiser_profile_id"),))

_FACTS = (Fact.IMPRESSIONS, Fact.CLICK, Fact.CONVERSION, Fact.ADJUSTMENT)


def _everywhere(column: str, *via: Edge) -> dict[Fact, Place]:
    """A column that every fact carries; of an order line its conversion does."""
    places = {fact: Place(column, via) for fact in _FACTS}
    return places | {Fact.CONVERSION_ITEM: Place(column, (CONVERSION, *via))}


def _of_conversions(column: str) -> dict[Fact, Place]:
    """A column of conversions, and so of their order lines and of the corrections made to them."""
    own = {Fact.CONVERSION: Place(column)}
    return own | {fact: Place(column, (CONVERSION,)) for fact in (Fact.CONVERSION_ITEM, Fact.ADJUSTMENT)}


def _of_clicks(column: str) -> dict[Fact, Place]:
    """A column of clicks, and so of the conversions that followed from them."""
    after = {Fact.CONVERSION_ITEM: (CONVERSION, _CLICK), Fact.ADJUSTMENT: (CONVERSION, _CLICK)}
    own = {Fact.CLICK: Place(column), Fact.CONVERSION: Place(column, (_CLICK,))}
    return own | {fact: Place(column, via) for fact, via in after.items()}


def _part(part: DatePart, label: str, says: str) -> Dimension:
    return Dimension(part.lower(), label, says, part=part, fine=part is DatePart.HOUR)


def _sub(n: int) -> Dimension:
    return Dimension(
        f"sub{n}", f"Sub id {n}", "A label of the affiliate's own.", _PARTNER, _of_clicks(f"sub{n}"), fine=True
    )


_PROFILE = _everywhere("partner_profile_id", ACCOUNT) | {
    fact: Place("partner_profile_id") for fact in (Fact.CLICK, Fact.CONVERSION)
}

_ALL = (
    _part(DatePart.HOUR, "Hour", "The hour in which it happened."),
    _part(DatePart.DAY, "Day", "The day, in the report's time zone."),
    _part(DatePart.WEEK, "Week", "The week, from Monday on."),
    _part(DatePart.MONTH, "Month", "The month."),
    _part(DatePart.QUARTER, "Quarter", "The quarter of the year."),
    _part(DatePart.YEAR, "Year", "The year."),
    _part(DatePart.WEEKDAY, "Weekday", "The day of the week, over all weeks of the period."),
    Dimension(
        "advertiser", "Advertiser", "Whose program it is.",
        places=_everywhere("advertiser_profile_id"), entity="advertiser_profile",
    ),
    Dimension("brand", "Brand", "The brand of the program.", places=_everywhere("brand_id", PROGRAM), entity="brand"),
    Dimension("program", "Program", "The program.", places=_everywhere("program_id"), entity="program"),
    Dimension(
        "goal", "Goal", "What the customer did; the program's main goal if none is named.",
        places=_of_conversions("goal_id"), entity="program_goal",
    ),
    Dimension(
        "account", "Affiliate account", "The account it is credited to.", _PARTNER,
        _everywhere("affiliate_account_id"), entity="affiliate_account",
    ),
    Dimension("partner", "Partner", "Whose account it is.", _PARTNER, _PROFILE, entity="partner_profile"),
    Dimension(
        "source", "Traffic source", "Where the partner sent the visitor from.", _PARTNER,
        _of_conversions("traffic_source_id") | {Fact.CLICK: Place("traffic_source_id")}, entity="traffic_source",
    ),
    Dimension(
        "affiliate_manager", "Affiliate manager", "Who is assigned the account; may be several.", _CONTACT,
        _everywhere("user_id", _MANAGER_OF_ACCOUNT), entity="app_user", several=True,
    ),
    Dimension(
        "advertiser_manager", "Advertiser manager", "Who is assigned the advertiser; may be several.", _CONTACT,
        _everywhere("user_id", _MANAGER_OF_ADVERTISER), entity="app_user", several=True,
    ),
    Dimension("media", "Media", "The media that was clicked.", places=_of_clicks("media_id"), entity="media"),
    Dimension(
        "tracker", "Tracker", "The tracker (campaign) that was clicked.", _PARTNER,
        _of_clicks("tracker_id"), entity="tracker", fine=True,
    ),
    *(_sub(n) for n in range(1, 6)),
    Dimension("referrer", "Referrer", "The page the visitor came from.", _PARTNER, _of_clicks("referrer"), fine=True),
    Dimension(
        "promo_code", "Promo code", "The code the customer used.", _PARTNER, _of_conversions("promo_code"), fine=True,
    ),
    Dimension(
        "country", "Country", "ISO 3166 code of the visitor's or customer's country.",
        places=_of_conversions("country") | {Fact.CLICK: Place("country")},
    ),
    Dimension(
        "device", "Device", "The visitor's or customer's type of device.",
        places=_of_conversions("device") | {Fact.CLICK: Place("device")},
    ),
    Dimension(
        "product", "Product", "The product that was bought.", _SALE,
        {Fact.CONVERSION_ITEM: Place("product_id")}, entity="product", fine=True,
    ),
    Dimension("order", "Order", "The advertiser's order number.", _CUSTOMER, _of_conversions("order_ref"), fine=True),
    Dimension(
        "customer_status", "Customer", "Whether the customer bought before.", _CUSTOMER,
        _of_conversions("customer_status"), fine=True,
    ),
    Dimension("status", "Status", "Where the conversion stands.", places=_of_conversions("status")),
    Dimension("settlement", "Settlement", "How far the payment has come.", _PAYOUT, _of_conversions("settlement")),
    Dimension(
        "currency", "Currency", "ISO 4217 code of the amounts.",
        places=_of_conversions("currency") | {Fact.ADJUSTMENT: Place("currency")},
    ),
)  # fmt: skip

DIMENSIONS: Mapping[str, Dimension] = {dimension.key: dimension for dimension in _ALL}
