"""Reading a mapping file (docs/import.md says what each key means)."""

from __future__ import annotations

import codecs
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from sightline.db.imports.currencies import MINOR_UNITS
from sightline.db.imports.model import (
    AccountKey,
    AccountLookup,
    Amounts,
    Attributes,
    Cancellation,
    Cell,
    Creation,
    FileFormat,
    Items,
    Mapping,
    NewProgram,
    ProgramKey,
    ProgramLookup,
    SourceKey,
    SourceLookup,
)
from sightline.db.imports.sections import Section, read_section
from sightline.db.tables.enums import CommissionModel, ConversionStatus, CustomerStatus, SourceKind

NEW_STATUSES = (
    ConversionStatus.PENDING,
    ConversionStatus.HOLD,
    ConversionStatus.APPROVED,
    ConversionStatus.REJECTED,
)
"""What a conversion may begin as: REVERSED is reached from APPROVED only (SM4)."""

A_DAY = datetime(2001, 12, 31, 13, 45, 50)


def load_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file. Raises MappingError, in one line that names the line of the file."""
    top = read_section(path)
    file = _file(top.section("file"))
    order = top.section("order")
    name = top.optional("name") or path.stem
    mapping = Mapping(
        name=name,
        source=top.optional("source") or name,
        file=file,
        order_key=order.texts("key"),
        date=order.text("date"),
        amounts=_amounts(top.section("amount")),
        currency=_currency(top),
        exchange_rate=_exchange_rate(top),
        status=_status(top),
        lock_after_days=_lock_after_days(top),
        account=_account(top.section("account")),
        program=_program(top.section("program")) if top.has("program") else None,
        traffic_source=_traffic_source(top.section("traffic_source")) if top.has("traffic_source") else None,
        payout=_commission(top, "payout"),
        revenue=_commission(top, "revenue"),
        cancellation=_cancellation(top.section("cancellation")) if top.has("cancellation") else None,
        items=_items(top.section("items")) if top.has("items") else None,
        attributes=_attributes(top.section("attributes")) if top.has("attributes") else Attributes(),
        creation=_creation(top.section("create_missing")) if top.has("create_missing") else None,
    )
    if mapping.program is None and mapping.account.by is not AccountKey.TRACKER_CODE:
        raise top.wrong("program", "is missing: only tracker codes name a program by themselves")
    if top.has("commission") and (mapping.payout is None) != (mapping.revenue is None):
        raise top.wrong("commission", "needs both payout and revenue, or neither")
    if ConversionStatus.HOLD in _statuses(mapping.status) and mapping.lock_after_days is None:
        raise top.wrong("lock_after_days", "is missing: a conversion on hold needs a day on which it is approved")
    order.finish()
    top.finish()
    return mapping


def _file(section: Section) -> FileFormat:
    encoding = section.optional("encoding") or "utf-8-sig"
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise section.wrong("encoding", f"is {encoding!r}, which is unknown: such as utf-8-sig or cp1252") from None
    zone_name = section.text("time_zone")
    try:
        zone = ZoneInfo(zone_name)
    except (OSError, ValueError, KeyError):
        raise section.wrong("time_zone", f"is {zone_name!r}: expected an IANA name such as Europe/London") from None
    delimiter = section.optional("delimiter") or ","
    delimiter = "\t" if delimiter in ("tab", "\\t") else delimiter
    quote = section.optional("quote") or '"'
    decimal_mark = section.optional("decimal_mark") or "."
    thousands = section.optional("thousands_separator")
    marks = {"delimiter": delimiter, "quote": quote, "decimal_mark": decimal_mark}
    for key, mark in (marks | ({"thousands_separator": thousands} if thousands else {})).items():
        if len(mark) != 1 and (key, mark) != ("quote", "none"):
            raise section.wrong(key, f"is {mark!r}: expected one character")
    if decimal_mark not in ".,":
        raise section.wrong("decimal_mark", f"is {decimal_mark!r}: expected . or ,")
    if thousands == decimal_mark or (thousands and (thousands.isdigit() or thousands in "+-")):
        raise section.wrong("thousands_separator", f"cannot be {thousands!r}")
    date_format = section.text("date_format")
    if date_format != "iso" and not _tells_the_day(date_format):
        raise section.wrong(
            "date_format", f"is {date_format!r}: expected iso, or year, month and day such as %d/%m/%Y %H:%M"
        )
    columns = section.texts("columns") if section.has("columns") else None
    section.finish()
    quoting = None if quote == "none" else quote
    return FileFormat(delimiter, quoting, encoding, columns, decimal_mark, thousands, date_format, zone)


def _tells_the_day(date_format: str) -> bool:
    try:
        return datetime.strptime(A_DAY.strftime(date_format), date_format).date() == A_DAY.date()
    except ValueError:
        return False


def _cell(section: Section) -> Cell:
    column, constant = section.optional("column"), section.optional("constant")
    if (column is None) == (constant is None):
        raise section.wrong("column", "or constant must be given, one of the two")
    values = section.pairs("values")
    if values is not None and column is None:
        raise section.wrong("values", "translate a column, not a constant")
    return Cell(column, constant, values)


def _only_cell(parent: Section, key: str) -> Cell:
    section = parent.section(key)
    cell = _cell(section)
    section.finish()
    return cell


def _possible(cell: Cell) -> tuple[str, ...] | None:
    """Every value that a cell can have; None where the file decides."""
    if cell.constant is not None:
        return (cell.constant,)
    return tuple(cell.values.values()) if cell.values is not None else None


def _currency(top: Section) -> Cell:
    cell = _only_cell(top, "currency")
    for code in _possible(cell) or ():
        if code not in MINOR_UNITS:
            raise top.wrong("currency", f"is {code!r}: expected a code of ISO 4217 such as EUR")
    return cell


def _exchange_rate(top: Section) -> Cell | None:
    if not top.has("exchange_rate"):
        return None
    cell = _only_cell(top, "exchange_rate")
    if cell.constant is not None:
        rate = _number(top, "exchange_rate", cell.constant)
        if not 0 < rate < 10**9:
            raise top.wrong("exchange_rate", f"is {cell.constant}: expected a positive number")
    return cell


def _statuses(cell: Cell) -> tuple[str, ...]:
    return _possible(cell) or tuple(NEW_STATUSES)


def _status(top: Section) -> Cell:
    if not top.has("status"):
        return Cell(None, ConversionStatus.PENDING.value)
    cell = _only_cell(top, "status")
    for status in _statuses(cell):
        if status not in NEW_STATUSES:
            raise top.wrong("status", f"cannot be {status!r}: a conversion begins as one of {', '.join(NEW_STATUSES)}")
    return cell


def _lock_after_days(top: Section) -> int | None:
    said = top.optional("lock_after_days")
    if said is None:
        return None
    if not said.isdecimal() or int(said) > 3650:
        raise top.wrong("lock_after_days", f"is {said!r}: expected a number of days up to 3650")
    return int(said)


def _amounts(section: Section) -> Amounts:
    total, quantity, unit_price = (section.optional(key) for key in ("column", "quantity", "unit_price"))
    section.finish()
    if (total is None) == (unit_price is None):
        raise section.wrong("column", "or unit_price must be given, one of the two")
    if unit_price is not None and quantity is None:
        raise section.wrong("quantity", "is missing: the amount is quantity times unit_price")
    return Amounts(total, quantity, unit_price)


def _account(section: Section) -> AccountLookup:
    lookup = AccountLookup(_cell(section), section.choice("by", AccountKey, AccountKey.NAME))
    section.finish()
    return lookup


def _program(section: Section) -> ProgramLookup:
    lookup = ProgramLookup(_cell(section), section.choice("by", ProgramKey, ProgramKey.NAME))
    section.finish()
    return lookup


def _traffic_source(section: Section) -> SourceLookup:
    lookup = SourceLookup(_cell(section), section.choice("by", SourceKey, SourceKey.NAME))
    section.finish()
    return lookup


def _commission(top: Section, side: str) -> str | None:
    if not top.has("commission"):
        return None
    section = top.section("commission")
    columns = {key: section.optional(key) for key in ("payout", "revenue")}
    section.finish()
    return columns[side]


def _cancellation(section: Section) -> Cancellation:
    starts_with = section.optional("starts_with")
    equals = frozenset(section.texts("equals")) if section.has("equals") else frozenset[str]()
    negative = section.flag("negative")
    if (starts_with is not None) + bool(equals) + negative != 1:
        raise section.wrong("starts_with", "or equals or `negative: true` must be given, one of the three")
    column = section.text("column")
    reason = section.optional("reason") or "Cancelled order"
    section.finish()
    return Cancellation(column, starts_with, equals, negative, reason)


def _items(section: Section) -> Items:
    items = Items(section.optional("sku"), section.optional("title"), section.flag("products"))
    section.finish()
    if items.products and items.sku is None:
        raise section.wrong("sku", "is missing: products are found by it")
    return items


def _attributes(section: Section) -> Attributes:
    keys = ("country", "device", "promo_code", "customer_status")
    cells = {key: _only_cell(section, key) for key in keys if section.has(key)}
    section.finish()
    for value in _possible(cells["customer_status"]) or () if "customer_status" in cells else ():
        if value not in tuple(CustomerStatus):
            raise section.wrong("customer_status", f"cannot be {value!r}: expected {' or '.join(CustomerStatus)}")
    return Attributes(**cells)


def _creation(section: Section) -> Creation:
    creation = Creation(
        organization=section.text("organization"),
        partner_profile=section.optional("partner_profile") or "{account}",
        source_kind=section.choice("traffic_source_kind", SourceKind, SourceKind.OTHER),
        program=_new_program(section.section("program")) if section.has("program") else None,
    )
    section.finish()
    return creation


def _new_program(section: Section) -> NewProgram:
    advertiser = section.text("advertiser")
    program = NewProgram(
        organization=section.optional("organization") or advertiser,
        advertiser=advertiser,
        currency=section.text("currency"),
        commission_model=section.choice("commission_model", CommissionModel),
        payout_percent=_percent(section, "payout_percent"),
        revenue_percent=_percent(section, "revenue_percent"),
    )
    section.finish()
    if program.currency not in MINOR_UNITS:
        raise section.wrong("currency", f"is {program.currency!r}: expected a code of ISO 4217 such as EUR")
    return program


def _percent(section: Section, key: str) -> Decimal:
    percent = _number(section, key, section.text(key))
    if not 0 <= percent <= 100 or percent != round(percent, 6):
        raise section.wrong(key, f"is {percent}: expected 0 to 100, with six decimal places at most")
    return percent


def _number(section: Section, key: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise section.wrong(key, f"is {text!r}: expected a number such as 1.25")
    return number
