"""The interpreter of row sets: which rows a path reaches, as an English phrase that can follow "rows" or "a program".

Total over `Expr`: what it cannot say raises, so that a page that leaves something out is never written.
"""

from __future__ import annotations

from dataclasses import dataclass

from sightline.authz.expr import (
    TRUE,
    And,
    Compare,
    Condition,
    Exists,
    Expr,
    Holds,
    In,
    IsNull,
    Masks,
    Not,
    Operator,
    Or,
    Reached,
    ReachedBy,
    Truth,
    all_of,
    any_of,
    negate,
)
from sightline.authz.paths import Attribute
from sightline.authz.prose.cells import describe, of_path_alone
from sightline.authz.prose.words import ATTRIBUTES, a, column, condition, listed, table


@dataclass(frozen=True, slots=True)
class RowsInWords:
    """A row set in words. `needs` is what the path itself must carry, empty where it needs nothing; `rows` the rest."""

    needs: str
    rows: str


def rows_in_words(rows: Expr) -> RowsInWords:
    """The row set of one kind of path, in words."""
    parts = rows.parts if isinstance(rows, And) else (rows,)
    needed = [part for part in parts if of_path_alone(part) and not isinstance(part, Truth)]
    limits = [part for part in parts if part not in needed and _limit(part) is not None]
    plain = [part for part in parts if part not in needed and part not in limits]
    needs = describe(all_of(*needed)) if needed else ""
    sentences = [clause(all_of(*plain)) if plain else "all"]
    sentences += [f"if {state}, only those {rest}" for state, rest in sorted(map(_limit_said, limits))]
    return RowsInWords(needs, "; ".join(sentences))


def clause(expr: Expr) -> str:
    """A predicate over rows as a phrase behind a noun, the same for one row and for many."""
    match expr:
        case Truth(value):
            return "all" if value else "none"
        case Compare(name, operator, constant):
            return _compared(name, constant, equal=operator is Operator.EQUAL)
        case IsNull(name):
            return _absent(name)
        case In(name, attribute):
            itself, referring = ATTRIBUTES[Attribute(attribute)]
            return itself if name == "id" else f"whose {column(name)} {referring}"
        case Exists(edge, where):
            noun = table(edge.target)
            owned = any(there == "id" for _, there in edge.on)
            begins = f"of {a(noun)}" if owned else f"with {a(noun)}"
            # One of several references to the same table is called by its own name.
            if owned and len(edge.on) == 1 and edge.on[0][0].endswith(f"_{edge.target}_id"):
                begins = f"with {a(column(edge.on[0][0]))}"
            if not owned and all(there != "id" and here != "id" for here, there in edge.on):
                begins += f" of the same {listed([column(here) for here, _ in edge.on], 'and')}"
            return begins if where == TRUE else f"{begins} {_inner(where)}"
        case And(parts):
            said = [_inner(part) for part in sorted(parts, key=_place)]
            return " and ".join(said) if len(said) < 3 else f"{', '.join(said[:-1])}, and {said[-1]}"
        case Or(parts):
            return _alternatives(parts)
        case Holds():
            return f"only {describe(expr)}"
        case Masks(field_class):
            return f"on which the path holds `{field_class}`"
        case Condition(name):
            return condition(name)
        case Reached():
            return "that the path reaches"
        case ReachedBy(kinds):
            return f"that is also reached by {listed([f'`{kind}`' for kind in kinds], 'or')}"
        case Not(part):
            return _negated(part)
        case _:
            raise TypeError(f"{expr} cannot be said in words: teach sightline.authz.prose.rows to say it")


def _negated(part: Expr) -> str:
    match part:
        case Compare(name, operator, constant):
            return _compared(name, constant, equal=operator is Operator.DIFFERENT)
        case IsNull(name):
            return _present(name)
        case Exists(edge, Not(inside)):
            return f"with no {table(edge.target)} but those {_inner(inside)}"
        case Exists(edge, where):
            without = f"without {a(table(edge.target))}"
            return without if where == TRUE else f"{without} {_inner(where)}"
        case And(parts):
            return clause(any_of(*map(negate, parts)))
        case Or(parts):
            return clause(all_of(*map(negate, parts)))
        case Holds():
            return describe(negate(part))
        case Condition(name):
            return condition(name, lacking=True)
        case Reached():
            return "that the path does not reach"
        case Masks(field_class):
            return f"on which the path lacks `{field_class}`"
        case _:
            return f"not {clause(part)}"


def _alternatives(parts: tuple[Expr, ...]) -> str:
    """Alternatives: one that asks the path alone is said as a limit, values of one column are said together."""
    limit = _limit(Or(parts))
    if limit is not None:
        state, rest = _limit_said(Or(parts))
        return f"(if {state}, only those {rest})"
    values: dict[str, list[str]] = {}
    others: list[Expr] = []
    for part in parts:
        if isinstance(part, Compare) and part.operator is Operator.EQUAL and not isinstance(part.constant, bool):
            values.setdefault(part.column, []).append(str(part.constant))
        else:
            others.append(part)
    said = [f"with {column(name)} {listed(constants, 'or')}" for name, constants in values.items()]
    return " or ".join([*said, *(_inner(part) for part in sorted(others, key=_place))])


def _inner(where: Expr) -> str:
    """A phrase that can stand beside others: alternatives and conjunctions in brackets, which a limit has already."""
    if isinstance(where, And | Or) and _limit(where) is None:
        return f"({clause(where)})"
    return clause(where)


def _limit(part: Expr) -> tuple[Expr, Expr] | None:
    """When a limit applies, and to which rows it limits then; None for what is no limit."""
    if not isinstance(part, Or):
        return None
    free = [each for each in part.parts if of_path_alone(each)]
    rest = [each for each in part.parts if not of_path_alone(each)]
    return (negate(any_of(*free)), any_of(*rest)) if free and rest else None


def _limit_said(part: Expr) -> tuple[str, str]:
    limit = _limit(part)
    assert limit is not None
    when, only = limit
    return describe(when), clause(only)


def _compared(name: str, constant: object, *, equal: bool) -> str:
    if isinstance(constant, bool):
        return f"marked {column(name)}" if constant is equal else f"not marked {column(name)}"
    return f"with {column(name)} {constant}" if equal else f"with {a(column(name))} other than {constant}"


def _absent(name: str) -> str:
    moment = name.removesuffix("_at")
    return f"not {moment.replace('_', ' ')}" if moment != name else f"without {a(column(name))}"


def _present(name: str) -> str:
    moment = name.removesuffix("_at")
    return f"once {moment.replace('_', ' ')}" if moment != name else f"with {a(column(name))}"


def _place(part: Expr) -> tuple[int, str]:
    """Whose it is first, then what it is like, then what it is connected with."""
    order = {In: 0, Compare: 1, IsNull: 1, Not: 2, Masks: 3, Exists: 4, Or: 5, And: 6}
    return order.get(type(part), 7), clause(part)
