"""Sums of the facts, at three grains: by account, program and hour, by program and hour, by program and day.

Sparse accounts have about as many hours as conversions, so the first serves reports of one partner, the others those of
advertisers and staff: days where these begin as in UTC, hours where they do not. No row is ever an entity. The keys
carry everything that row sets and masks depend on (status, settlement, program) and the frozen rate, so that a sum in
any currency equals the sum over the facts.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, MappedColumn

from sightline.authz.classes import FieldClass
from sightline.db.tables.base import FOLLOWS_ROW, PUBLIC, Declared, Row, TableRole, column
from sightline.db.tables.enums import ConversionStatus, Settlement
from sightline.db.tables.parts import advertiser_org, choice, composite, fact_account, partner_org, program_key

TRAFFIC = FieldClass.TRAFFIC
CONVERSIONS = FieldClass.CONVERSIONS
SALE_AMOUNT = FieldClass.SALE_AMOUNT
REVENUE = FieldClass.REVENUE
PAYOUT = FieldClass.PAYOUT

TRAFFIC_COUNTS = ("impressions", "unique_clicks", "duplicate_clicks", "invalid_clicks")
CONVERSION_COUNTS = ("conversions", "events", "conversions_with_sale")

# What conversions have in common ends the primary key: after what a grain is of, and its moment.
LATE: Any = {"primary_key": True, "sort_order": 1}


def program_part() -> MappedColumn[Any]:
    """The program, as part of the primary key."""
    return column(FOLLOWS_ROW, "The program.", primary_key=True, autoincrement=False)


def hour_part() -> MappedColumn[Any]:
    """The hour, as part of the primary key."""
    return column(FOLLOWS_ROW, "The beginning of the hour, in UTC.", primary_key=True)


def day_part() -> MappedColumn[Any]:
    """The day, as part of the primary key."""
    return column(FOLLOWS_ROW, "The beginning of the day, in UTC.", primary_key=True)


def count(declared: Declared, doc: str) -> MappedColumn[Any]:
    """How many of something."""
    return column(declared, doc, server_default="0")


def total(declared: Declared, doc: str) -> MappedColumn[Any]:
    """A sum of money; wider than one amount, so that it cannot overflow."""
    return column(declared, doc, sa.Numeric(28, 4), server_default="0")


def whole_hour() -> sa.CheckConstraint:
    """The hours of time zones that are off by half an hour are cut from the facts themselves."""
    return sa.CheckConstraint("date_trunc('hour', hour, 'UTC') = hour", name="hour")


def whole_day() -> sa.CheckConstraint:
    """The days of other time zones are made of hours."""
    return sa.CheckConstraint("date_trunc('day', day, 'UTC') = day", name="day")


def not_negative(columns: tuple[str, ...]) -> sa.CheckConstraint:
    """A count below zero is a sum that went wrong."""
    return sa.CheckConstraint(f"least({', '.join(columns)}) >= 0", name="counts")


def account_part(table: str) -> sa.ForeignKeyConstraint:
    """The carried partner organization is the account's."""
    return composite(table, "affiliate_account", {"affiliate_account_id": "id", "partner_org_id": "partner_org_id"})


class OfAProgram:
    """What the program of all of them says."""

    advertiser_profile_id: Mapped[int] = column(FOLLOWS_ROW, "The advertiser of the program.")
    advertiser_org_id: Mapped[int] = advertiser_org()


class TrafficCounts(OfAProgram):
    """What is counted of impressions and clicks. Impressions are imported, not counted here."""

    impressions: Mapped[int] = count(TRAFFIC, "Ad views.")
    unique_clicks: Mapped[int] = count(TRAFFIC, "Valid first clicks.")
    duplicate_clicks: Mapped[int] = count(TRAFFIC, "Valid repeated clicks.")
    invalid_clicks: Mapped[int] = count(TRAFFIC, "Clicks that do not count.")


class ConversionSums(OfAProgram):
    """What is summed of conversions that are alike."""

    status: Mapped[ConversionStatus] = choice(PUBLIC, "The status of all of them.", ConversionStatus, **LATE)
    settlement: Mapped[Settlement] = choice(PAYOUT, "The settlement of all of them.", Settlement, **LATE)
    currency: Mapped[str] = column(FOLLOWS_ROW, "ISO 4217 code of their amounts.", **LATE)
    fx_rate: Mapped[Decimal] = column(FOLLOWS_ROW, "The rate frozen on all of them.", sa.Numeric(20, 10), **LATE)
    conversions: Mapped[int] = count(CONVERSIONS, "How many reached the program's main goal.")
    events: Mapped[int] = count(CONVERSIONS, "How many reached another goal.")
    conversions_with_sale: Mapped[int] = count((CONVERSIONS, SALE_AMOUNT), "How many have a sale amount above zero.")
    sale_amount: Mapped[Decimal] = total(SALE_AMOUNT, "What customers paid, in `currency`.")
    refunded_amount: Mapped[Decimal] = total(SALE_AMOUNT, "What customers got back, in `currency`.")
    revenue: Mapped[Decimal] = total(REVENUE, "What the advertiser owes the operator, in `currency`.")
    payout: Mapped[Decimal] = total(PAYOUT, "What is owed to the affiliate accounts, in `currency`.")


class TrafficHourByAccountRow(TrafficCounts, Row):
    """Impressions and clicks of one account and program in one hour. Impressions are imported, not counted here."""

    __tablename__ = "traffic_hour_by_account"
    __role__ = TableRole.FACT
    __table_args__ = (
        program_key("traffic_hour_by_account"),
        account_part("traffic_hour_by_account"),
        whole_hour(),
        not_negative(TRAFFIC_COUNTS),
        sa.Index("ix_traffic_hour_by_account_partner_org", "partner_org_id", "hour"),
    )

    affiliate_account_id: Mapped[int] = fact_account()
    hour: Mapped[datetime] = hour_part()  # before the program: a week of an account lies together, whatever its past
    program_id: Mapped[int] = program_part()
    partner_org_id: Mapped[int] = partner_org()


class TrafficHourByProgramRow(TrafficCounts, Row):
    """Impressions and clicks of one program in one hour, over all accounts."""

    __tablename__ = "traffic_hour_by_program"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        program_key("traffic_hour_by_program"),
        whole_hour(),
        not_negative(TRAFFIC_COUNTS),
        sa.Index("ix_traffic_hour_by_program_advertiser_org", "advertiser_org_id", "hour"),
        sa.Index("ix_traffic_hour_by_program_hour", "hour"),
    )

    program_id: Mapped[int] = program_part()
    hour: Mapped[datetime] = hour_part()


class TrafficDayByProgramRow(TrafficCounts, Row):
    """Impressions and clicks of one program in one day, over all accounts."""

    __tablename__ = "traffic_day_by_program"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        program_key("traffic_day_by_program"),
        whole_day(),
        not_negative(TRAFFIC_COUNTS),
        sa.Index("ix_traffic_day_by_program_advertiser_org", "advertiser_org_id", "day"),
        sa.Index("ix_traffic_day_by_program_day", "day"),
    )

    program_id: Mapped[int] = program_part()
    day: Mapped[datetime] = day_part()


class ConversionHourByAccountRow(ConversionSums, Row):
    """Conversions of one account and program in one hour, of one status, settlement, currency and rate."""

    __tablename__ = "conversion_hour_by_account"
    __role__ = TableRole.FACT
    __table_args__ = (
        program_key("conversion_hour_by_account"),
        account_part("conversion_hour_by_account"),
        whole_hour(),
        not_negative(CONVERSION_COUNTS),
        sa.Index("ix_conversion_hour_by_account_partner_org", "partner_org_id", "hour"),
    )

    affiliate_account_id: Mapped[int] = fact_account()
    hour: Mapped[datetime] = hour_part()  # before the program: a week of an account lies together, whatever its past
    program_id: Mapped[int] = program_part()
    partner_org_id: Mapped[int] = partner_org()


class ConversionHourByProgramRow(ConversionSums, Row):
    """Conversions of one program in one hour, of one status, settlement, currency and rate, over all accounts."""

    __tablename__ = "conversion_hour_by_program"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        program_key("conversion_hour_by_program"),
        whole_hour(),
        not_negative(CONVERSION_COUNTS),
        sa.Index("ix_conversion_hour_by_program_advertiser_org", "advertiser_org_id", "hour"),
        sa.Index("ix_conversion_hour_by_program_hour", "hour"),
    )

    program_id: Mapped[int] = program_part()
    hour: Mapped[datetime] = hour_part()


class ConversionDayByProgramRow(ConversionSums, Row):
    """Conversions of one program in one day, of one status, settlement, currency and rate, over all accounts."""

    __tablename__ = "conversion_day_by_program"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        program_key("conversion_day_by_program"),
        whole_day(),
        not_negative(CONVERSION_COUNTS),
        sa.Index("ix_conversion_day_by_program_advertiser_org", "advertiser_org_id", "day"),
        sa.Index("ix_conversion_day_by_program_day", "day"),
    )

    program_id: Mapped[int] = program_part()
    day: Mapped[datetime] = day_part()
