"""Statements: built once with SQLAlchemy Core, kept as text and parameter order, run by asyncpg.

Two doors. `read_statement` is the viewer's: every table it names must stand inside an authorised view.
`system_statement` is the server's own: identity, epoch, imports. There is no third way to make a `Statement`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, dialect
from sqlalchemy.sql.elements import NamedColumn
from sqlalchemy.sql.selectable import HasPrefixes, HasSuffixes

from sightline.db.predicates import SharedPredicate

DIALECT = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects come without types


class _WritingConstants(PGCompiler_asyncpg):
    """Writes constants into the text: a plan that is made for any parameters is made for these.

    What statements share is written once: tables are named the same in each, and parameters get their numbers last.
    """

    _met: list[Any] | None = None

    def visit_bindparam(self, bindparam: Any, *arguments: Any, **options: Any) -> Any:
        if not (bindparam.required or bindparam.expanding):
            options["literal_binds"] = True
        elif self._met is not None:
            self._met.append(bindparam)
        # Compilers come without types, as dialects do.
        return super().visit_bindparam(bindparam, *arguments, **options)  # type: ignore[no-untyped-call]

    def visit_shared_predicate(self, shared: SharedPredicate, **options: Any) -> str:
        if shared.written is None:
            self._met = []
            text = self.process(shared.predicate, **options)
            shared.written, self._met = (text, tuple(self._met)), None
            return str(text)
        text, parameters = shared.written
        for each in parameters:
            self.process(each)
        return text


class UnguardedTableError(Exception):
    """A viewer's statement names a table outside the authorised view. A fault of ours, raised before anything runs."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL text with `$n` places, the parameter at each place, and the constants among them.

    Of the array parameters in `single` the text reads the first value only. It is planned `anew` for its values each
    time where a plan for any values would not do.
    """

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, object]
    single: frozenset[str] = frozenset()
    anew: bool = False

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """The values in the order of the places.

        Raises KeyError for a parameter without a value, ValueError for one of `single` that has not exactly one.
        """
        for name in self.single:
            if not is_single(values[name]):
                raise ValueError(f"{name} must have exactly one value: the statement would pass over the others")
        return [self.constants[name] if name in self.constants else values[name] for name in self.names]


def is_single(values: object) -> bool:
    """Whether the value of an array parameter holds exactly one."""
    return isinstance(values, Sized) and len(values) == 1


def read_statement(
    select: sa.Select[Any],
    *,
    views: Iterable[sa.FromClause],
    single: frozenset[str] = frozenset(),
    anew: bool = False,
) -> Statement:
    """A viewer's statement. Raises UnguardedTableError when a table is read other than through one of `views`.

    It is one of a shape, so its constants are the rules' and the server's, and no viewer's: they are in its text.
    """
    _refuse_tables(select, views)
    return replace(_compile(select, _WritingConstants), single=single, anew=anew)


def system_statement(statement: sa.sql.ClauseElement) -> Statement:
    """A statement of the server itself, which answers no viewer."""
    return _compile(statement, PGCompiler_asyncpg)


def _refuse_tables(select: sa.Select[Any], views: Iterable[sa.FromClause]) -> None:
    # Elements are known by their identity, and held by it: another could have the number of one that is gone.
    passed: dict[int, sa.sql.visitors.ExternallyTraversible] = {id(view): view for view in views}
    waiting: list[sa.sql.visitors.ExternallyTraversible] = [select]
    while waiting:
        element = waiting.pop()
        if id(element) in passed:
            continue
        passed[id(element)] = element
        if isinstance(element, sa.Table | sa.TextClause | sa.TableClause) or _is_raw(element):
            raise UnguardedTableError(f"{element} is read outside its authorised view")
        if isinstance(element, NamedColumn) and element.table is not None:
            waiting.append(element.table)  # a column leads to the relation it belongs to
        waiting.extend(element.get_children())


def _is_raw(element: sa.sql.visitors.ExternallyTraversible) -> bool:
    """Whether it is SQL as text, which could name anything. Only whole numbers may be written out, and `count(*)`."""
    if isinstance(element, sa.ColumnClause):
        return element.is_literal and not element.name.isdigit() and element.name != "*"
    return bool(
        (isinstance(element, HasPrefixes) and element._prefixes)
        or (isinstance(element, HasSuffixes) and element._suffixes)
    )


def _compile(statement: sa.sql.ClauseElement, compiler: type[PGCompiler_asyncpg]) -> Statement:
    compiled = compiler(DIALECT, statement)
    if compiled.post_compile_params or compiled.literal_execute_params:
        raise TypeError("an expanding parameter has no fixed text: write = ANY(:array) instead of IN")
    names = tuple(compiled.positiontup or ())
    converted = sorted(name for name in names if _converts(compiled.binds[name].type))
    if converted:
        raise TypeError(f"asyncpg takes parameters as they are; these would need converting first: {converted}")
    constants = {name: bind.effective_value for name in names if not (bind := compiled.binds[name]).required}
    return Statement(compiled.string, names, constants)


def _converts(type_: sa.types.TypeEngine[Any]) -> bool:
    """Whether SQLAlchemy would change the Python value on its way in, which asyncpg gets as it is."""
    if isinstance(type_, ARRAY | sa.ARRAY):
        return _converts(type_.item_type)  # the array's own processor only makes a list
    if isinstance(type_, sa.JSON):
        return False  # connections have a codec of their own for it
    if isinstance(type_, sa.Boolean):
        return False  # its processor only refuses what is no boolean, as asyncpg does
    if isinstance(type_, sa.Enum):
        return not issubclass(type_.enum_class or str, str)  # a StrEnum member is its own label
    return type_.dialect_impl(DIALECT).bind_processor(DIALECT) is not None
