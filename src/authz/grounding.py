"""Predicates with the values of one principal in them, so that those of two principals can be compared.

A folded predicate names its values by the place of their path (`path0_accounts`). Two sets of paths that mean the same
may put them in other places, so the values themselves are written in; the form is canonical again afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sightline.authz.expr import And, Exists, Expr, In, Not, Or, all_of, any_of, negate
from sightline.authz.paths import Value


def grounded(expr: Expr, binds: Mapping[str, Sequence[Value]]) -> Expr:
    """The predicate with each bind parameter replaced by what is bound to it. For comparing only, never for SQL."""
    match expr:
        case In(column, name):
            return In(column, repr(list(binds[name])))
        case Exists(edge, where):
            return Exists(edge, grounded(where, binds))
        case And(parts):
            return all_of(*(grounded(part, binds) for part in parts))
        case Or(parts):
            return any_of(*(grounded(part, binds) for part in parts))
        case Not(part):
            return negate(grounded(part, binds))
        case _:
            return expr
