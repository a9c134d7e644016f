"""Looking as somebody else: what two principals both see, and nothing that either of them alone does.

A row is there if both see it, a cell if both have it there. So the view gives nothing that the one who looks does not
have himself. What is the other's as himself, and what he has by access to a company, is left out (L1). A grant that
the one who looks does not see gives no path here: a coordinate would tell of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sightline.authz.classes import FieldClass
from sightline.authz.expr import FALSE, TRUE, Expr, all_of
from sightline.authz.paths import PathKind, Paths
from sightline.authz.visibility import DENY, PERMIT, Conditional, Decision, Deny, Visibility

_NOT_SIMULATED = frozenset({PathKind.SELF, PathKind.COMPANY})


def simulated(paths: Paths) -> Paths:
    """Of somebody's paths those by which another may look."""
    return Paths(tuple(each for each in paths.ordered if each.shape.kind not in _NOT_SIMULATED))


def compared_for_another(paths: Paths) -> Paths:
    """Of somebody's paths those that another is told of where they change: not what a company gives him (L1)."""
    return Paths(tuple(each for each in paths.ordered if each.shape.kind is not PathKind.COMPANY))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Intersection(Visibility):
    """What two visibilities both show. It has no paths of its own, so it reports nothing, and does nothing."""

    mine: Visibility
    theirs: Visibility

    def rows(self, entity: str, *, through: PathKind | None = None) -> Expr:
        """The rows that both see."""
        return all_of(self.mine.rows(entity, through=through), self.theirs.rows(entity, through=through))

    def may(self, verb: str, *, through: PathKind | None = None) -> Expr:
        """Nothing: who looks changes nothing."""
        return FALSE

    def decide_classes(self, entity: str, classes: frozenset[FieldClass]) -> Decision:
        """Denied where either denies; else shown where both do."""
        rows = self.rows(entity)
        both = [each.decide_classes(entity, classes) for each in (self.mine, self.theirs)]
        if rows == FALSE or any(isinstance(each, Deny) for each in both):
            return DENY
        visible = all_of(*(each.predicate if isinstance(each, Conditional) else TRUE for each in both))
        if visible == FALSE:
            return DENY
        return PERMIT if visible == TRUE else Conditional(all_of(rows, visible))


def intersection(mine: Visibility, theirs: Visibility) -> Intersection:
    """What both see; the binds of the second follow on those of the first."""
    key = hashlib.sha256(f"{mine.key} as {theirs.key}".encode()).hexdigest()
    return Intersection(mine.model, (), key, mine=mine, theirs=theirs)
