"""A report computed row by row in Python from what is stored: the second reading that the SQL must agree with."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product
from operator import itemgetter
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from columns_by_hand import COLUMNS, MONEY, ByHand, Sums
from demo_platform import Platform
from facts_by_hand import ENTITIES, FACTS, PARTS, UNKNOWN, Row, Stored, as_of, moment, part, value
from lenses_by_hand import DIMENSION_CLASSES, EVERY, LensByHand

Key = tuple[str | None, ...]
SUMS = (
    *("views", "unique", "duplicate", "invalid", "approved", "pending", "hold", "rejected", "reversed_", "events"),
    *("sale", "refunded", "with_sale", "revenue", "waiting", "unpaid", "paid", "taken_back", "quantity", "items"),
    *("adjusted_sale", "adjusted_revenue", "adjusted_payout", "seconds", "followed"),
)
COUNTED = ("APPROVED", "PENDING", "HOLD")
_date = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A report as a test asks for it; filters are (dimension, values, excluded)."""

    lens: LensByHand
    columns: tuple[str, ...]
    group_by: tuple[str, ...]
    since: datetime
    until: datetime
    zone: str = "UTC"
    basis: str = "EVENT"
    native: bool = False
    statuses: tuple[str, ...] | None = None
    filters: tuple[tuple[str, tuple[str, ...], bool], ...] = ()
    as_of: datetime | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """What it is grouped by in the end."""
        more = ("currency",) if self.native and "currency" not in self.group_by else ()
        return self.group_by + more

    def input(self, **more: Any) -> dict[str, Any]:
        """The input that asks for it."""
        given: dict[str, Any] = {
            "lens": self.lens.input,
            "columns": list(self.columns),
            "groupBy": list(self.group_by),
            "period": {"moments": {"since": self.since.isoformat(), "until": self.until.isoformat()}},
            "timeZone": self.zone,
            "dateBasis": self.basis,
            "currency": "NATIVE" if self.native else "EUR",
            "filters": [
                {"dimension": key, "notIn" if excluded else "in": list(values)}
                for key, values, excluded in self.filters
            ],
        }
        if self.as_of is not None:
            given["asOf"] = self.as_of.isoformat()
        return given | ({} if self.statuses is None else {"statuses": list(self.statuses)}) | more


@dataclass(slots=True, repr=False)  # a loop that ends writes out what its last task returned
class Oracle:
    """Computes reports."""

    platform: Platform
    stored: Stored
    _ids: dict[tuple[str, int], str] = field(default_factory=dict)
    _as_of: dict[datetime, dict[str, list[Row]]] = field(default_factory=dict)
    _dated: dict[tuple[object, ...], list[tuple[datetime, Row]]] = field(default_factory=dict)
    _reached: dict[int, frozenset[tuple[int, int]]] = field(default_factory=dict)
    _found: tuple[Asked, dict[str, list[Row]]] | None = None
    _programs: dict[tuple[int, frozenset[str]], frozenset[int]] = field(default_factory=dict)

    def forget(self) -> None:
        """Let go of the rows: they name each other, so they would stay until a worker looks for garbage."""
        for facts in (self.stored.facts, *self._as_of.values()):
            for rows in facts.values():
                for row in rows:
                    row.clear()

    def rows(self, asked: Asked) -> dict[Key, dict[str, Decimal | None]]:
        """Every row with its columns, rounded as answers are."""
        facts = frozenset().union(*(COLUMNS[key].facts for key in asked.columns))
        known = [fact for fact in FACTS if fact in facts and self._knows(fact, (*asked.groups, *_filtered(asked)))]
        groups: dict[Key, list[tuple[str, Row]]] = defaultdict(list)
        for fact in known:
            for row in self._within(fact, asked):
                for key in product(*(self.texts(fact, row, name, asked) for name in asked.groups)):
                    groups[key].append((fact, row))
        if not asked.groups:
            groups.setdefault((), [])
        return {key: self._columns(asked, facts_in, known) for key, facts_in in groups.items()} if known else {}

    def totals(self, asked: Asked) -> dict[str, Decimal | None]:
        """The columns over all rows."""
        facts = frozenset().union(*(COLUMNS[key].facts for key in asked.columns))
        known = [fact for fact in FACTS if fact in facts and self._knows(fact, _filtered(asked))]
        found = [(fact, row) for fact in known for row in self._within(fact, asked)]
        totals = self._columns(asked, found, known)
        if asked.native:
            at = asked.groups.index("currency")
            if len({key[at] for key in self.rows(asked) if key[at] is not None}) != 1:
                return {key: None if COLUMNS[key].is_money else each for key, each in totals.items()}
        return totals

    def _columns(self, asked: Asked, found: list[tuple[str, Row]], known: list[str]) -> dict[str, Decimal | None]:
        taken: dict[frozenset[int], tuple[bool, Sums]] = {}
        return {
            key: rounded(self._column(asked, COLUMNS[key], found, known, taken), COLUMNS[key].digits)
            for key in asked.columns
        }

    def _column(
        self,
        asked: Asked,
        column: ByHand,
        found: list[tuple[str, Row]],
        known: list[str],
        taken: dict[frozenset[int], tuple[bool, Sums]],
    ) -> Fraction | None:
        if not column.facts <= set(known):
            return None
        wanted = (id(asked.lens), column.classes)
        if wanted not in self._programs:
            self._programs[wanted] = asked.lens.programs(column.classes, self.stored)
        programs = self._programs[wanted]
        if programs not in taken:
            covered = [(fact, row) for fact, row in found if row["_program"]["id"] in programs]
            taken[programs] = bool(covered), self._sums(asked, covered)
        covers, sums = taken[programs]
        everywhere = all(asked.lens.shows.get(each) is EVERY for each in column.classes)
        if found and not covers and not everywhere:
            return None
        return column.value(sums)

    def _sums(self, asked: Asked, rows: list[tuple[str, Row]]) -> Sums:
        sums: dict[str, Decimal] = dict.fromkeys(SUMS, Decimal())
        elapsed: list[Decimal] = []
        needed = frozenset().union(*(COLUMNS[key].sums for key in asked.columns))
        with localcontext(prec=60):  # exact: an amount has four digits after the point, a rate ten
            for fact, row in rows:
                if "_measured" not in row:
                    row["_measured"] = tuple(self._measured(fact, row))
                rate = 1 if asked.native else row.get("fx_rate") or 1
                for name, amount in row["_measured"]:
                    if name in needed:
                        sums[name] += amount * rate if name in MONEY else amount
                        if name == "seconds" and "median" in needed:
                            elapsed.append(amount)
            middle = median(elapsed) if elapsed else Decimal()
        exact: dict[str, Any] = {name: Fraction(sums[name]) for name in needed if name in sums}
        for name in ("approved", "pending", "hold"):
            exact.setdefault(name, Fraction())
        return exact | {"median": Fraction(middle) if elapsed else None}

    def _measured(self, fact: str, row: Row) -> Iterator[tuple[str, Any]]:
        """What a fact adds to which sums, in its own currency."""
        if fact == "views":
            yield "views", row["impressions"]
        elif fact == "click":
            yield row["kind"].lower(), 1
        elif fact == "item":
            if row["_conversion"]["status"] in COUNTED:
                yield "items", 1
                yield "quantity", row["quantity"]
        elif fact == "adjustment":
            yield "adjusted_sale", row["sale_amount"] or 0
            yield "adjusted_revenue", row["revenue_amount"] or 0
            yield "adjusted_payout", row["payout_amount"] or 0
        else:
            yield from self._of_conversion(row)

    def _of_conversion(self, row: Row) -> Iterator[tuple[str, Any]]:
        status, settlement = row["status"], row["settlement"]
        is_main = row["goal_id"] is None or row["goal_id"] in self.stored.base_goals
        if is_main:
            yield "reversed_" if status == "REVERSED" else status.lower(), 1
        if status in COUNTED:
            if not is_main:
                yield "events", 1
            elif row["click_at"] is not None:
                yield "followed", 1
                since = row["event_at"] - row["click_at"]
                yield "seconds", Decimal(since // timedelta(microseconds=1)).scaleb(-6)
            yield "sale", row["sale_amount"] or 0
            yield "with_sale", 1 if row["sale_amount"] else 0
            yield "refunded", row["refunded_amount"]
            yield "revenue", row["revenue"]
        if status in ("PENDING", "HOLD"):
            yield "waiting", row["payout"]
        elif status == "APPROVED":
            yield "paid" if settlement == "PAID" else "unpaid", row["payout"]
        else:
            yield "taken_back", row["payout"]

    def _within(self, fact: str, asked: Asked) -> list[Row]:
        """The facts of a report, found once for its rows and its totals."""
        if self._found is None or self._found[0] is not asked:
            self._found = asked, {}
        found = self._found[1]
        if fact not in found:
            found[fact] = list(self._passing(fact, asked))
        return found[fact]

    def _passing(self, fact: str, asked: Asked) -> Iterable[Row]:
        for row in self._between(fact, asked):
            if asked.statuses is not None and fact in ("conversion", "item", "adjustment"):
                followed = row["_conversion"]
                if followed is None or followed["status"] not in asked.statuses:
                    continue
            if all(self._passes(fact, row, each, asked) for each in asked.filters):
                yield row

    def _between(self, fact: str, asked: Asked) -> Iterator[Row]:
        """The facts of a lens that have the asked date in the asked time, in its order."""
        lens = asked.lens
        dated, reached = self._by_date(fact, asked), self._pairs(lens)
        # Whether a lens reaches a fact is decided by account and program; here nothing else is asked of these.
        no_more = fact in ("views", "click") or (fact != "adjustment" and lens.statuses is None)
        begin, end = (bisect_left(dated, at, key=_date) for at in (asked.since, asked.until))
        for _, row in dated[begin:end]:
            of_account = fact == "adjustment" and row["_conversion"] is None
            if (row["_pair"] in reached or of_account) and (no_more or _visible(lens, fact, row)):
                yield row

    def _by_date(self, fact: str, asked: Asked) -> list[tuple[datetime, Row]]:
        """All facts as they stood, in the order of a date basis."""
        basis = "EVENT" if fact in ("views", "click") else asked.basis
        wanted = (fact, asked.as_of, basis)
        if wanted not in self._dated:
            rows = self._facts(asked.as_of)[fact]
            dated = ((at, row) for row in rows if (at := moment(fact, row, basis)) is not None)
            self._dated[wanted] = sorted(dated, key=_date)
        return self._dated[wanted]

    def _pairs(self, lens: LensByHand) -> frozenset[tuple[int, int]]:
        """The accounts with programs whose facts a lens reaches."""
        if id(lens) not in self._reached:
            pairs = self.stored.pairs.items()
            self._reached[id(lens)] = frozenset(pair for pair, own in pairs if lens.reaches(own))
        return self._reached[id(lens)]

    def _facts(self, at: datetime | None) -> dict[str, list[Row]]:
        if at is None:
            return self.stored.facts
        if at not in self._as_of:
            self._as_of[at] = as_of(self.stored, at)
        return self._as_of[at]

    def _passes(self, fact: str, row: Row, test: tuple[str, tuple[str, ...], bool], asked: Asked) -> bool:
        key, wanted, excluded = test
        return any(text in wanted for text in self.texts(fact, row, key, asked)) is not excluded

    def _knows(self, fact: str, keys: Iterable[str]) -> bool:
        if not self.stored.facts[fact]:
            return True
        row = self.stored.facts[fact][0]
        return all(key in PARTS or value(fact, row, key, self.stored) is not UNKNOWN for key in keys)

    def texts(self, fact: str, row: Row, key: str, asked: Asked) -> Iterable[str | None]:
        if key in PARTS:
            at = moment(fact, row, asked.basis)
            assert at is not None
            return [part(key, at, ZoneInfo(asked.zone))]
        found = value(fact, row, key, self.stored)
        needed = DIMENSION_CLASSES.get(key)
        if needed in ("P", "S") and not asked.lens.shows[needed](row["_program"]):
            found = None
        return [self.text(key, each) for each in (found if isinstance(found, list) else [found])]

    def text(self, key: str, found: Any) -> str | None:
        if found is None or key not in ENTITIES:
            return None if found is None else str(found)
        at = (ENTITIES[key], found)
        if at not in self._ids:
            self._ids[at] = self.platform.global_id(*at)
        return self._ids[at]


def _visible(lens: LensByHand, fact: str, row: Row) -> bool:
    """Whether a fact is in a lens, as it stood and as it is now."""
    return lens.visible(fact, row) and ("_now" not in row or lens.visible(fact, row["_now"]))


def rounded(number: Fraction | None, digits: int) -> Decimal | None:
    """Half-even, once."""
    return None if number is None else Decimal(round(number * 10**digits)).scaleb(-digits)


def _filtered(asked: Asked) -> tuple[str, ...]:
    return tuple(key for key, _, _ in asked.filters)
