"""Everything that is stored of the demo platform's facts, and what each dimension is of a fact: plain Python."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from demo_platform import Platform

Row = dict[str, Any]
Rows = dict[int, Row]

FACTS = ("views", "click", "conversion", "item", "adjustment")
BASES = {
    "EVENT": "event_at",
    "CLICK": "click_at",
    "POSTING": "posted_at",
    "LOCKING": "lock_at",
    "APPROVAL": "approved_at",
    "MODIFIED": "modified_at",
}
CHANGING = (
    *("status", "settlement", "lock_at", "approved_at", "modified_at"),
    *("sale_amount", "refunded_amount", "revenue", "payout"),
)
PARTS = ("hour", "day", "week", "month", "quarter", "year", "weekday")
ENTITIES = {
    "advertiser": "advertiser_profile",
    "brand": "brand",
    "program": "program",
    "goal": "program_goal",
    "account": "affiliate_account",
    "partner": "partner_profile",
    "source": "traffic_source",
    "affiliate_manager": "app_user",
    "advertiser_manager": "app_user",
    "media": "media",
    "tracker": "tracker",
    "product": "product",
}
_OWN = {
    "advertiser": "advertiser_profile_id",
    "program": "program_id",
    "account": "affiliate_account_id",
}
_OF_CONVERSIONS = {
    "goal": "goal_id",
    "promo_code": "promo_code",
    "order": "order_ref",
    "customer_status": "customer_status",
    "status": "status",
    "settlement": "settlement",
}
_OF_CLICKS = {"media": "media_id", "tracker": "tracker_id", "referrer": "referrer"} | {
    f"sub{n}": f"sub{n}" for n in range(1, 6)
}
_OF_BOTH = {"source": "traffic_source_id", "country": "country", "device": "device"}
UNKNOWN = object()
"""A fact that has no such dimension."""


@dataclass(slots=True, repr=False)
class Stored:
    """All of it, with the rows that facts name beside them: `_program`, `_conversion`, `_click`, `_account`.

    `pairs` has one fact, or its conversion, of each account and program; `_pair` is that of each fact.
    """

    facts: dict[str, list[Row]]
    programs: Rows
    managers: list[Row]
    base_goals: set[int]
    past: dict[tuple[int, int], list[Row]]
    pairs: dict[tuple[int, int], Row]


async def stored(platform: Platform) -> Stored:
    """What the tables hold now."""

    async def table(name: str) -> list[Row]:
        return [dict(row) for row in await platform.rows(f"SELECT * FROM {name}")]

    programs = {row["id"]: row for row in await table("program")}
    accounts = {row["id"]: row for row in await table("affiliate_account")}
    names = {"views": "traffic_hour_by_account", "item": "conversion_item"}
    facts = {fact: await table(names.get(fact, fact)) for fact in FACTS}
    facts["views"] = [row for row in facts["views"] if row["impressions"]]
    clicks = {(row["affiliate_account_id"], row["id"]): row for row in facts["click"]}
    conversions = {(row["affiliate_account_id"], row["id"]): row for row in facts["conversion"]}
    for fact, rows in facts.items():
        for row in rows:
            account = row["affiliate_account_id"]
            row["_conversion"] = row if fact == "conversion" else conversions.get((account, row.get("conversion_id")))
            row["_own"] = row["_conversion"] if fact == "item" else row
            row["_account"] = accounts[account]
            row["_program"] = programs[row["_own"]["program_id"]]
            followed = row["_conversion"]
            row["_click"] = row if fact == "click" else followed and clicks.get((account, followed["click_id"]))
    pairs: dict[tuple[int, int], Row] = {}
    for rows in facts.values():
        for row in rows:
            own = row["_own"]
            row["_pair"] = (own["affiliate_account_id"], own["program_id"])
            pairs.setdefault(row["_pair"], own)
    goals = {row["id"] for row in await table("program_goal") if row["is_base"]}
    past = defaultdict[tuple[int, int], list[Row]](list)
    for row in await table("conversion_past"):
        past[row["affiliate_account_id"], row["conversion_id"]].append(row)
    return Stored(facts, programs, await table("manager_assignment"), goals, past, pairs)


def as_of(everything: Stored, at: datetime) -> dict[str, list[Row]]:
    """The facts as they stood at a moment. What was otherwise than it is now has that beside it, as `_now`."""
    then: dict[tuple[int, int], Row] = {}
    for row in everything.facts["conversion"]:
        if row["posted_at"] <= at:
            key = (row["affiliate_account_id"], row["id"])
            was = next((each for each in everything.past.get(key, ()) if each["since"] <= at < each["until"]), None)
            then[key] = row if was is None else _otherwise(row, **{name: was[name] for name in CHANGING})
            if was is not None:
                then[key]["_conversion"] = then[key]["_own"] = then[key]
    facts: dict[str, list[Row]] = {"conversion": list(then.values())}
    facts["click"] = [row for row in everything.facts["click"] if row["event_at"] <= at]
    facts["views"] = [row for row in everything.facts["views"] if row["hour"] + timedelta(hours=1) <= at]
    for fact in ("item", "adjustment"):
        facts[fact] = []
        for row in everything.facts[fact]:
            key = (row["affiliate_account_id"], row["conversion_id"])
            if (fact == "adjustment" and row["posted_at"] > at) or (row["_conversion"] is not None and key not in then):
                continue
            followed = then.get(key)
            if followed is not row["_conversion"]:
                own = followed if fact == "item" else row
                row = _otherwise(row, _conversion=followed, _own=own)
            facts[fact].append(row)
    return facts


def _otherwise(row: Row, **was: Any) -> Row:
    return {name: value for name, value in row.items() if name != "_measured"} | was | {"_now": row}


def moment(fact: str, row: Row, basis: str) -> datetime | None:
    """Where a fact has the date of a basis: its own column, or when it happened."""
    if fact == "views":
        return row["hour"]  # type: ignore[no-any-return]
    own = row["_own"]
    return own[BASES[basis]] if BASES[basis] in own else own["event_at"]  # type: ignore[no-any-return]


def part(key: str, at: datetime, zone: ZoneInfo) -> str:
    """A part of a date, as answers write it: the same all through a quarter of an hour, in every time zone."""
    quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    return _part_of_quarter(key, quarter, zone)


@cache
def _part_of_quarter(key: str, at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    day = local.date()
    match key:
        case "hour":
            return datetime.fromtimestamp(at.timestamp() - local.minute * 60, zone).isoformat()
        case "day":
            return day.isoformat()
        case "week":
            return day.fromordinal(day.toordinal() - day.weekday()).isoformat()
        case "month":
            return f"{day:%Y-%m}"
        case "quarter":
            return f"{day.year}-Q{(day.month - 1) // 3 + 1}"
        case "year":
            return str(day.year)
        case _:
            return str(day.isoweekday())


def value(fact: str, row: Row, key: str, everything: Stored) -> Any:
    """The value of a dimension on a fact before any mask: UNKNOWN where there is no such thing, a list for several."""
    own, followed, clicked = row["_own"], row["_conversion"], row["_click"]
    if key in _OWN:
        return own[_OWN[key]]
    if key == "brand":
        return row["_program"]["brand_id"]
    if key == "partner":
        return row["_account"]["partner_profile_id"]
    if key in ("affiliate_manager", "advertiser_manager"):
        column = "affiliate_account_id" if key == "affiliate_manager" else "advertiser_profile_id"
        return [each["user_id"] for each in everything.managers if each[column] == own[column]] or [None]
    if key == "currency":
        return own["currency"] if fact in ("conversion", "item", "adjustment") else UNKNOWN
    if key == "product":
        return row["product_id"] if fact == "item" else UNKNOWN
    if fact == "views":
        return UNKNOWN
    if key in _OF_BOTH:
        at = row if fact == "click" else followed
        return at and at[_OF_BOTH[key]]
    if key in _OF_CLICKS:
        return clicked and clicked[_OF_CLICKS[key]]
    if fact == "click":
        return UNKNOWN
    return followed and followed[_OF_CONVERSIONS[key]]
