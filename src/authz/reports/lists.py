"""Column lists: which columns somebody may use, and why not the others (RC1 to RC4, RC6, RC7).

A list only ever takes away: a column is usable if it is on the list *and* everything it is made of is visible anyway.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sightline.authz.classes import FieldClass
from sightline.authz.reports.catalogue import Catalogue
from sightline.authz.reports.formulas import names

_FIRST = """
impressions gross_clicks clicks unique_clicks duplicate_clicks invalid_clicks ctr
conversions gross_conversions approved_conversions pending_conversions hold_conversions rejected_conversions
reversed_conversions events evr cr ucr approval_rate reversal_rate
sale_amount net_sale_amount refunded_amount aov quantity items
revenue payout pending_payout approved_payout paid_payout reversed_payout profit adjustments sale_adjustments
revenue_adjustments payout_adjustments margin rpc rpa rpm cpc cpa cpm epc epc100 uepc roas effective_commission_rate
click_to_conversion_time median_time_to_conversion
"""
FIRST_LIST = tuple(_FIRST.split())
"""The system's list of a new installation. It is typed, not computed, so that a new column is Restricted (RC4)."""

BASE_COLUMNS: Mapping[FieldClass, str] = {
    FieldClass.REVENUE: "revenue",
    FieldClass.PAYOUT: "payout",
    FieldClass.SALE_AMOUNT: "sale_amount",
}
"""RC7: the column that must be listed for a class to stay visible on entities of the PLATFORM path."""

_FOLLOWERS: Mapping[FieldClass, frozenset[FieldClass]] = {
    # M5b: rates and invoices give payouts away, so that on the PLATFORM path they need what payouts need.
    FieldClass.PAYOUT: frozenset({FieldClass.COMMISSION_RATE, FieldClass.PAYOUT_INVOICE}),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """What decides about columns for one principal in one lens.

    `classes` are those of the lens before any list has narrowed them (RC7). `statuses` and `settlements` are those
    whose conversions, and whose payouts, the lens shows; None is all of them.
    """

    listed: frozenset[str]
    classes: frozenset[FieldClass]
    statuses: frozenset[str] | None = None
    settlements: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Availability:
    """A column of the catalogue as one reader finds it; `reason` says why it is not available, else it is None."""

    key: str
    reason: str | None

    @property
    def available(self) -> bool:
        """Whether it can be used."""
        return self.reason is None


def effective_list(
    catalogue: Catalogue, own: Sequence[str] | None, *, default: Sequence[str], admin: bool
) -> tuple[str, ...]:
    """The list that holds for somebody: his own if he has one, even an empty one, else the system's (RC1).

    For who holds ADMIN R every column (RC2), or nobody could ever list one. Keys that no column has any more are gone.
    """
    if admin:
        return tuple(catalogue.columns)
    return tuple(key for key in (default if own is None else own) if key in catalogue.columns)


def usable(catalogue: Catalogue, reader: Reader) -> frozenset[str]:
    """The columns that this reader may select, filter, sort, compare or build upon (RC3, M5, M6)."""
    return frozenset(key for key in catalogue.columns if _is_usable(catalogue, reader, key))


def _is_usable(catalogue: Catalogue, reader: Reader, key: str) -> bool:
    parts = {key, *catalogue.needs[key].atoms}
    return parts <= reader.listed and all(_is_visible(catalogue, reader, part) for part in parts)


def _is_visible(catalogue: Catalogue, reader: Reader, key: str) -> bool:
    needs = catalogue.needs[key]
    return (
        needs.classes <= reader.classes
        and _within(needs.statuses, reader.statuses)
        and _within(needs.settlements, reader.settlements)
    )


def _within(needed: frozenset[str], shown: frozenset[str] | None) -> bool:
    return shown is None or needed <= shown


def availabilities(catalogue: Catalogue, reader: Reader) -> Iterator[Availability]:
    """The catalogue as a builder lists it for this reader: what cannot be used is there, with the reason (RC6).

    A custom metric exists only for readers of all its atoms; to anybody else not even its name does.
    """
    for key, column in catalogue.columns.items():
        atoms = catalogue.needs[key].atoms
        if not column.custom or all(_is_usable(catalogue, reader, atom) for atom in atoms):
            yield Availability(key, _reason(catalogue, reader, key))


def _reason(catalogue: Catalogue, reader: Reader, key: str) -> str | None:
    if key not in reader.listed:
        return "restricted by your administrator"
    if _is_visible(catalogue, reader, key):
        return None
    needs = catalogue.needs[key]
    lacking = needs.classes - reader.classes
    if lacking and len(needs.classes) > 1:
        return f"derived from {', '.join(_hidden_below(catalogue, reader, key))}"
    if lacking:
        return f"your role has no {_words(lacking)}"
    statuses = needs.statuses - (needs.statuses if reader.statuses is None else reader.statuses)
    if statuses:
        return f"your role does not see conversions that are {_words(statuses)}"
    return "your role sees only some payouts: settled ones, or open ones"


def _hidden_below(catalogue: Catalogue, reader: Reader, key: str) -> tuple[str, ...]:
    """The labels of the nearest columns of one class each, below a column of several, that hide it from this reader."""
    found: dict[str, None] = {}
    formula = catalogue.columns[key].formula
    for part in names(formula) if formula is not None else ():
        needs = catalogue.needs.get(part)
        if needs is None or needs.classes <= reader.classes:
            continue
        below = _hidden_below(catalogue, reader, part) if len(needs.classes) > 1 else (catalogue.columns[part].label,)
        found |= dict.fromkeys(below)
    return tuple(found)


def _words(values: Collection[str]) -> str:
    return ", ".join(sorted(value.replace("_", " ").lower() for value in values))


def narrowed(classes: Collection[FieldClass], listed: Collection[str]) -> frozenset[FieldClass]:
    """The classes that are left on entities of the PLATFORM path under a list (RC7); other paths keep all their own.

    A class of money needs its base column on the list: `revenue`, `payout`, `sale_amount`. Commission rates and
    invoices give payouts away, and go with them (M5b).
    """
    lost = frozenset[FieldClass]().union(
        *({each} | _FOLLOWERS.get(each, frozenset()) for each, key in BASE_COLUMNS.items() if key not in listed)
    )
    return frozenset(classes) - lost
