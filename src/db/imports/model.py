"""What a mapping says: how a file is read, and what each of its columns means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from sightline.db.tables.enums import CommissionModel, SourceKind


class AccountKey(StrEnum):
    """By what a file names an affiliate account."""

    ID = "id"
    NAME = "name"
    EXTERNAL_ID = "external_id"
    TRACKER_CODE = "tracker_code"  # which names program and source too, where the tracker belongs to an enrollment


class ProgramKey(StrEnum):
    """By what a file names a program."""

    ID = "id"
    NAME = "name"


class SourceKey(StrEnum):
    """By what a file names a traffic source, among those of the account's partner."""

    ID = "id"
    NAME = "name"
    URL = "url"


class FileKind(StrEnum):
    """What kind of file the orders are in."""

    CSV = "csv"
    TSV = "tsv"
    NDJSON = "ndjson"  # one JSON object on each line
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How the bytes of a file become rows of cells."""

    kind: FileKind | None  # where the file's ending says it: None
    sheet: str | None  # of a workbook; its only one if none
    delimiter: str | None  # what is usual for the kind if none
    quote: str | None
    encoding: str
    columns: tuple[str, ...] | None  # where the file has no header line
    decimal_mark: str
    thousands_separator: str | None
    date_format: str  # of strptime, or `iso`
    time_zone: ZoneInfo  # of dates that carry no offset


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a value comes from: a column, translated through `values` if given, or the same one for every row."""

    column: str | None
    constant: str | None
    values: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class AccountLookup:
    """How rows name their affiliate account."""

    cell: Cell
    by: AccountKey


@dataclass(frozen=True, slots=True)
class ProgramLookup:
    """How rows name their program."""

    cell: Cell
    by: ProgramKey


@dataclass(frozen=True, slots=True)
class SourceLookup:
    """How rows name their traffic source."""

    cell: Cell
    by: SourceKey


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a line costs: a column of its own, or quantity times unit price."""

    total: str | None
    quantity: str | None
    unit_price: str | None

    @property
    def price_column(self) -> str:
        """The column to point at when an amount is wrong."""
        column = self.total or self.unit_price
        assert column is not None
        return column


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Which rows take an order back. Exactly one of the three tests is given."""

    column: str
    starts_with: str | None
    equals: frozenset[str]
    negative: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Items:
    """What becomes of the lines of an order."""

    sku: str | None
    title: str | None
    products: bool  # look the article number up among the advertiser's products


@dataclass(frozen=True, slots=True)
class Attributes:
    """What else a file may say of a conversion."""

    country: Cell | None = None
    device: Cell | None = None
    promo_code: Cell | None = None
    customer_status: Cell | None = None
    goal: Cell | None = None  # its name, among the program's; the main one where it is empty

    def cells(self) -> tuple[Cell, ...]:
        """Those that are given."""
        every = (self.country, self.device, self.promo_code, self.customer_status, self.goal)
        return tuple(cell for cell in every if cell is not None)


@dataclass(frozen=True, slots=True)
class NewProgram:
    """The program to make where it is not found, with its advertiser and commission plan."""

    organization: str
    advertiser: str
    currency: str
    commission_model: CommissionModel
    payout_percent: Decimal
    revenue_percent: Decimal


@dataclass(frozen=True, slots=True)
class Creation:
    """What `--create-missing` makes. `{account}` in a name is the account that was not found."""

    organization: str
    partner_profile: str
    source_kind: SourceKind
    program: NewProgram | None


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping file. Made by `load_mapping` only."""

    name: str
    source: str  # the system whose references these are: what makes a repeat a repeat (D3)
    file: FileFormat
    order_key: tuple[str, ...]
    date: str
    amounts: Amounts
    currency: Cell
    exchange_rate: Cell | None
    status: Cell
    lock_after_days: int | None
    account: AccountLookup
    program: ProgramLookup | None
    traffic_source: SourceLookup | None
    payout: str | None  # columns; the commission plan where they are absent
    revenue: str | None
    cancellation: Cancellation | None
    items: Items | None
    attributes: Attributes
    creation: Creation | None

    def columns(self) -> frozenset[str]:
        """Every column that the file must have."""
        return frozenset(column for column in self._mentioned() if column is not None)

    def _mentioned(self) -> Iterator[str | None]:
        yield from self.order_key
        yield from (self.date, self.payout, self.revenue)
        yield from (self.amounts.total, self.amounts.quantity, self.amounts.unit_price)
        yield from (self.currency.column, self.status.column, self.account.cell.column)
        yield from (cell.column for cell in self.attributes.cells())
        yield self.exchange_rate.column if self.exchange_rate else None
        yield self.program.cell.column if self.program else None
        yield self.traffic_source.cell.column if self.traffic_source else None
        yield self.cancellation.column if self.cancellation else None
        yield from (self.items.sku, self.items.title) if self.items else ()
