"""Lenses: from whose point of view a report is computed (RC5).

A report reads one path and nothing else: its rows are that path's rows, its masks that path's masks, whatever else the
viewer may see. What the mask table says of a path is read here at the grain of programs, since a column that is visible
on some programs only is computed over exactly those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from sightline.authz.classes import FieldClass
from sightline.authz.entities.pieces import EntityRule
from sightline.authz.expr import FALSE, TRUE, Expr, Masks, Truth, all_of, any_of, equals
from sightline.authz.model import Model
from sightline.authz.paths import LISTED, Attribute, Flag, Path, PathKind, Paths, Shape
from sightline.authz.permissions import token
from sightline.authz.reports.catalogue import Needs
from sightline.authz.reports.measures import SETTLEMENTS
from sightline.authz.reports.rows import gives_reports
from sightline.authz.visibility import Fold


class ReportLens(StrEnum):
    """From whose point of view a report is computed."""

    PLATFORM = "PLATFORM"
    ADVERTISER = "ADVERTISER"
    PARTNER = "PARTNER"
    ACCOUNT = "ACCOUNT"


LENS_PATHS: Mapping[ReportLens, PathKind] = {
    ReportLens.PLATFORM: PathKind.PLATFORM,
    ReportLens.ADVERTISER: PathKind.ORG_ADVERTISER,
    ReportLens.PARTNER: PathKind.ORG_PARTNER,
    ReportLens.ACCOUNT: PathKind.COLLABORATOR,
}
"""The one kind of path that each lens reads."""

_NAMED_BY: Mapping[ReportLens, Attribute] = {
    ReportLens.ADVERTISER: Attribute.ORGANIZATIONS,
    ReportLens.PARTNER: Attribute.ORGANIZATIONS,
    ReportLens.ACCOUNT: Attribute.ACCOUNTS,
}


@dataclass(frozen=True, slots=True)
class Lens:
    """One point of view: the platform's, or that of an organization or an account, by its number."""

    kind: ReportLens
    number: int | None = None


def lens_path(paths: Paths, lens: Lens) -> Path | None:
    """The path that a lens reads, of one organization or account only; None for a lens that these paths do not give.

    Paths of one shape are pooled; the lens takes out of them what is the named one's.
    """
    attribute = _NAMED_BY.get(lens.kind)
    if (attribute is None) is not (lens.number is None):
        return None
    for each in _paths(paths, lens.kind):
        if attribute is None or lens.number is None:
            return Path(_without_lists(each.shape), each.values)
        if lens.number in each.values.get(attribute, frozenset()):
            return Path(each.shape, {**each.values, attribute: frozenset({lens.number})})
    return None


def lenses_of(paths: Paths) -> Iterator[Lens]:
    """Every lens that these paths give, by kind and number."""
    for kind in ReportLens:
        attribute = _NAMED_BY.get(kind)
        own = _paths(paths, kind)
        if attribute is None:
            yield from (Lens(kind) for _ in own[:1])
            continue
        named = frozenset[int | str]().union(*(each.values.get(attribute, frozenset()) for each in own))
        yield from (Lens(kind, number) for number in sorted(each for each in named if isinstance(each, int)))


def _without_lists(shape: Shape) -> Shape:
    """A staff path as reports read it: lists limit columns there, and classes on entities only (RC3, RC7)."""
    return Shape(shape.kind, shape.tokens | frozenset(LISTED.values()))


def _paths(paths: Paths, kind: ReportLens) -> list[Path]:
    return [each for each in paths.ordered if each.shape.kind is LENS_PATHS[kind] and gives_reports(each.shape)]


MEASURED = (
    FieldClass.TRAFFIC,
    FieldClass.CONVERSIONS,
    FieldClass.SALE_AMOUNT,
    FieldClass.REVENUE,
    FieldClass.PAYOUT,
    FieldClass.CUSTOMER_PII,
    FieldClass.PARTNER_IDENTITY,
    FieldClass.USER_CONTACT,
)
"""The classes that columns and dimensions need."""

_SETTLED = frozenset({"INVOICED", "PAID"})


@dataclass(frozen=True, slots=True)
class Sight:
    """What a lens shows, as its shape alone decides it.

    `programs` says on which programs each class is visible, as a predicate over the program; `settlements` are those
    whose payouts are visible, None for all. Without `fine_grain` the lens has days and nothing finer (A5).
    """

    programs: Mapping[FieldClass, Expr]
    settlements: frozenset[str] | None
    fine_grain: bool

    @property
    def classes(self) -> frozenset[FieldClass]:
        """The classes that are visible on some program at least."""
        return frozenset(each for each, programs in self.programs.items() if programs != FALSE)

    def shows(self, needs: Needs) -> bool:
        """Whether a column with these needs is visible on some program, statuses aside: those are not of the shape."""
        return needs.classes <= self.classes and (self.settlements is None or needs.settlements <= self.settlements)

    def coverage(self, classes: Iterable[FieldClass]) -> Expr:
        """On which programs all of these classes are visible: TRUE where on every one."""
        return all_of(*(self.programs[each] for each in classes))


@lru_cache(maxsize=1_024)
def sight_of(shape: Shape) -> Sight:
    """What a lens over a path of this shape shows."""
    settled, unsettled = ({each: _held(shape, each, settled=when) for each in MEASURED} for when in (True, False))
    payouts = (settled[FieldClass.PAYOUT], _SETTLED), (unsettled[FieldClass.PAYOUT], SETTLEMENTS - _SETTLED)
    shown = frozenset[str]().union(*(which for held, which in payouts if held != FALSE))
    return Sight(
        {each: any_of(settled[each], unsettled[each]) for each in MEASURED},
        None if shown == SETTLEMENTS else shown,
        fine_grain=shape.kind is not PathKind.PLATFORM or token("TRANSACTIONS") in shape.tokens,
    )


def shows_somewhere(shapes: Iterable[Shape], needs: Needs | None = None) -> bool:
    """Whether some lens over paths of these shapes can show a column with these needs, or is there at all."""
    own = (each for each in shapes if each.kind in LENS_PATHS.values() and gives_reports(each))
    return any(needs is None or sight_of(_without_lists(each)).shows(needs) for each in own)


def statuses_of(path: Path) -> frozenset[str] | None:
    """The conversion statuses that a path is limited to, None for all (AC8)."""
    if Flag.LIMITED_STATUSES not in path.shape.tokens:
        return None
    return frozenset(str(each) for each in path.values.get(Attribute.STATUSES, frozenset()))


def _held(shape: Shape, field_class: FieldClass, *, settled: bool) -> Expr:
    """The mask table's cell of a path, over a program whose facts are all settled, or all not."""
    rule = EntityRule(
        "program",
        {shape.kind: TRUE},
        {
            "DIRECT": equals("commission_model", "DIRECT"),
            "SHARED_SALE_AMOUNT": equals("share_sale_amount", True),
            "SETTLED": Truth(settled),
        },
    )
    return Fold(Model({}, {rule.entity: rule}, {}), (shape,), 0)(Masks(field_class), rule.entity)
