"""Does a column list give away what it hides? The check of lists and roles when they are saved (RC7)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, combinations

from sightline.authz.classes import FieldClass
from sightline.authz.reports.columns import COLUMNS
from sightline.authz.reports.formulas import Formula, Name, parse
from sightline.authz.reports.inference import Space, smallest_repair, witness
from sightline.authz.reports.lists import BASE_COLUMNS, Reader, narrowed, usable

_CLICKS = ("unique_clicks", "duplicate_clicks", "invalid_clicks")
_CONVERSIONS = (
    *(f"{status}_conversions" for status in ("approved", "pending", "hold", "rejected", "reversed")),
    "events",
)


def _counted(keys: Iterable[str]) -> Mapping[str, Formula]:
    return {f"number of {key.replace('_', ' ')}": Name(key) for key in keys}


_ON_ENTITIES: tuple[tuple[frozenset[FieldClass], Mapping[str, Formula]], ...] = (
    (frozenset({FieldClass.TRAFFIC}), _counted(_CLICKS)),
    (frozenset({FieldClass.CONVERSIONS}), _counted(_CONVERSIONS)),
    # With a percentage plan the rate is what one amount is of the other (M5b).
    (frozenset({FieldClass.COMMISSION_RATE}), {"payout rates of plans": parse("payout / sale_amount")}),
    (
        frozenset({FieldClass.COMMISSION_RATE, FieldClass.REVENUE}),
        {"revenue rates of plans": parse("revenue / sale_amount")},
    ),
    (frozenset({FieldClass.PAYOUT_INVOICE}), {"totals of paid invoices": Name("paid_payout")}),
)


@dataclass(frozen=True, slots=True)
class Exposure:
    """A hidden column that a list gives away.

    `witness` holds the columns by key, and what is read or counted on entities in words, that together yield it.
    """

    hidden: str
    witness: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exposed:
    """Why a list is refused, and the smallest set of columns to drop from it; None if no list could hide them."""

    exposures: tuple[Exposure, ...]
    drop: tuple[str, ...] | None

    def told_to(self, known: Collection[str]) -> str:
        """What is said to somebody who may know of these columns: of the others not even that they are on the list."""
        told = [each for each in self.exposures if _are_told((each.hidden, *each.witness), known)]
        said = [f'"{each.hidden}" would follow from {_quoted(each.witness)}.' for each in told]
        mended = f"Leave out {_quoted(self.drop)} too." if self.drop and _are_told(self.drop, known) else _ASK
        return " ".join((GIVES_AWAY, *said, mended))


GIVES_AWAY = "This would give away amounts that the list of report columns hides."
_ASK = "Somebody who has more columns can change more of the list."


def _are_told(names: Iterable[str], known: Collection[str]) -> bool:
    return all(name in known or name not in COLUMNS for name in names)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def readable_on_entities(classes: Collection[FieldClass]) -> Mapping[str, Formula]:
    """What a path with these classes counts or reads on entities, whatever the list says, as functions of the columns.

    Counts of rows are protected by no list (RC7), nor are commission rates and invoices that are left to the path.
    """
    held = frozenset(classes)
    return {name: formula for needed, group in _ON_ENTITIES if needed <= held for name, formula in group.items()}


def exposed(space: Space, reader: Reader) -> Exposed | None:
    """What the reader's list gives away in the PLATFORM path, or None: then it may be saved (RC7).

    Hidden, and protected, are the base columns of money that he cannot use. Visible are the columns that he can use,
    and what he reads on entities with the classes that the list leaves him.
    """
    columns = usable(space.catalogue, reader)
    known = _known(space, reader, reader.listed)
    found = tuple(
        Exposure(key, names)
        for key in _hidden(columns)
        if (names := witness(space, Name(key), known, blamed=columns)) is not None
    )
    return Exposed(found, _smallest_drop(space, reader)) if found else None


def _known(space: Space, reader: Reader, listed: frozenset[str]) -> Mapping[str, Formula]:
    """What is visible under a list. Custom metrics add nothing: their atoms are all usable."""
    columns = usable(space.catalogue, replace(reader, listed=listed))
    built_in = {key: Name(key) for key, each in space.catalogue.columns.items() if key in columns and not each.custom}
    return {**built_in, **readable_on_entities(narrowed(reader.classes, listed))}


def _hidden(columns: Collection[str]) -> tuple[str, ...]:
    return tuple(key for key in BASE_COLUMNS.values() if key not in columns)


def _smallest_drop(space: Space, reader: Reader) -> tuple[str, ...] | None:
    """Every choice of base columns is tried: dropping one hides its class on entities, and makes it one to protect."""
    bases = tuple(key for key in BASE_COLUMNS.values() if key in reader.listed)
    best: tuple[str, ...] | None = None
    for dropped in chain.from_iterable(combinations(bases, count) for count in range(len(bases) + 1)):
        left = replace(reader, listed=reader.listed - frozenset(dropped))
        hidden = [Name(key) for key in _hidden(usable(space.catalogue, left))]
        found = smallest_repair(
            space, hidden, _known(space, reader, left.listed), droppable=left.listed - frozenset(bases)
        )
        if found is not None and (best is None or len(dropped) + len(found) < len(best)):
            best = (*dropped, *found)
    return best
