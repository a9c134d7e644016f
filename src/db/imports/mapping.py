"""Reading a mapping file (docs/import.md says what each key means)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sightline.db.countries import is_country
from sightline.db.currencies import MINOR_UNITS
from sightline.db.exchange import is_rate
from sightline.db.imports.cell_reader import LONGEST_KEY
from sightline.db.imports.cells import BadCellError, number_reader
from sightline.db.imports.formats import read_format
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
from sightline.db.imports.sections import Section, read_section, section_of
from sightline.db.tables.enums import CommissionModel, ConversionStatus, CustomerStatus, SourceKind

NEW_STATUSES = (
    ConversionStatus.PENDING,
    ConversionStatus.HOLD,
    ConversionStatus.APPROVED,
    ConversionStatus.REJECTED,
)
"""What a conversion may begin as: REVERSED is reached from APPROVED only (SM4)."""

IS_CURRENCY = "expected a code of ISO 4217 such as EUR"


def load_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file. Raises MappingError, in one line that names the line of the file."""
    return _mapping(read_section(path), path.stem)


def read_mapping(text: str, name: str) -> Mapping:
    """The mapping in a YAML text; it is called so where it says no name. Raises MappingError, as `load_mapping`."""
    return _mapping(section_of(text, "mapping"), name)


def _mapping(top: Section, unless_named: str) -> Mapping:
    file = read_format(top.section("file"))
    order = top.section("order")
    name = top.optional("name") or unless_named
    mapping = Mapping(
        name=name,
        source=top.optional("source") or name,
        file=file,
        order_key=order.texts("key"),
        date=order.text("date"),
        amounts=_amounts(top.section("amount")),
        currency=_currency(top),
        exchange_rate=_exchange_rate(top, file),
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
    for column in sorted(mapping.columns() - set(file.columns or mapping.columns())):
        raise top.section("file").wrong("columns", f"does not name {column!r}, which the mapping uses")
    return mapping


def _cell(section: Section, check: Callable[[str], str | None] | None = None) -> Cell:
    """A cell. `check` says what is wrong with one of the values that the mapping itself gives, None if nothing is."""
    column, constant = section.optional("column"), section.optional("constant")
    if (column is None) == (constant is None):
        raise section.wrong("column", "or constant must be given, one of the two")
    values = section.pairs("values")
    if values is not None and column is None:
        raise section.wrong("values", "translate a column, not a constant")
    if constant is not None:
        _check(section, [("constant", constant)], check)
    if values is not None:
        _check(section.section("values"), values.items(), check)
    return Cell(column, constant, values)


def _check(section: Section, said: Iterable[tuple[str, str]], check: Callable[[str], str | None] | None) -> None:
    for key, value in said:
        if len(value) > LONGEST_KEY:
            raise section.wrong(key, f"is longer than {LONGEST_KEY} characters")
        problem = check(value) if check else None
        if problem is not None:
            raise section.wrong(key, problem)


def _only_cell(parent: Section, key: str, check: Callable[[str], str | None] | None = None) -> Cell:
    section = parent.section(key)
    cell = _cell(section, check)
    section.finish()
    return cell


def _possible(cell: Cell) -> tuple[str, ...] | None:
    """Every value that a cell can have; None where the file decides."""
    if cell.constant is not None:
        return (cell.constant,)
    return tuple(cell.values.values()) if cell.values is not None else None


def _currency(top: Section) -> Cell:
    return _only_cell(top, "currency", lambda code: None if code in MINOR_UNITS else f"is {code!r}: {IS_CURRENCY}")


def _exchange_rate(top: Section, file: FileFormat) -> Cell | None:
    if not top.has("exchange_rate"):
        return None
    in_file = number_reader(file)

    def check(said: str) -> str | None:
        try:
            rate = Decimal(said) if constant else in_file(said, "")
        except (InvalidOperation, BadCellError):
            return f"is {said!r}: expected a number such as 1.25"
        return None if is_rate(rate) else f"is {said}: expected a positive number, with ten decimal places at most"

    constant = top.section("exchange_rate").has("constant")
    return _only_cell(top, "exchange_rate", check)


def _statuses(cell: Cell) -> tuple[str, ...]:
    return _possible(cell) or tuple(NEW_STATUSES)


def _status(top: Section) -> Cell:
    if not top.has("status"):
        return Cell(None, ConversionStatus.PENDING.value)
    known = ", ".join(NEW_STATUSES)
    return _only_cell(
        top,
        "status",
        lambda said: None if said in NEW_STATUSES else f"cannot be {said!r}: a conversion begins as one of {known}",
    )


def _lock_after_days(top: Section) -> int | None:
    said = top.optional("lock_after_days")
    if said is None:
        return None
    if not said.isdecimal() or len(said) > 4 or int(said) > 3650:
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


def _id_check(said: str) -> str | None:
    return None if said.isascii() and said.isdecimal() else f"is {said!r}: expected an id, which is a number"


def _account(section: Section) -> AccountLookup:
    by = section.choice("by", AccountKey, AccountKey.NAME)
    lookup = AccountLookup(_cell(section, _id_check if by is AccountKey.ID else None), by)
    section.finish()
    return lookup


def _program(section: Section) -> ProgramLookup:
    by = section.choice("by", ProgramKey, ProgramKey.NAME)
    lookup = ProgramLookup(_cell(section, _id_check if by is ProgramKey.ID else None), by)
    section.finish()
    return lookup


def _traffic_source(section: Section) -> SourceLookup:
    by = section.choice("by", SourceKey, SourceKey.NAME)
    lookup = SourceLookup(_cell(section, _id_check if by is SourceKey.ID else None), by)
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
    def country(said: str) -> str | None:
        return None if not said or is_country(said) else f"is {said!r}: expected a code of ISO 3166 such as GB"

    def customer_status(said: str) -> str | None:
        expected = " or ".join(CustomerStatus)
        return None if not said or said in tuple(CustomerStatus) else f"cannot be {said!r}: expected {expected}"

    checks = {
        "country": country,
        "device": None,
        "promo_code": None,
        "customer_status": customer_status,
        "goal": None,
    }
    cells = {key: _only_cell(section, key, check) for key, check in checks.items() if section.has(key)}
    section.finish()
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
        raise section.wrong("currency", f"is {program.currency!r}: {IS_CURRENCY}")
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
