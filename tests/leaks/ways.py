"""The ways to every type of a schema: the shortest document that selects on it, or that gives it a value."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

_VALUES = {"ID": '"x"', "String": '"x"', "Int": "1", "Boolean": "true", "Date": '"2026-01-01"'}


@dataclass(frozen=True, slots=True)
class Selecting:
    """A document with `<>` where a selection on the type goes."""

    document: str

    def __call__(self, selection: str) -> str:
        return self.document.replace("<>", selection)


@dataclass(frozen=True, slots=True)
class Several:
    """Some values of an enum in one list: as a literal, and as a variable with its declaration and value."""

    literal: str
    body: str
    declares: str
    variables: dict[str, Any]


@dataclass(frozen=True, slots=True)
class InputWay:
    """A document with `<>` where a value of the type goes, and the type that a variable has there.

    `member` is set for an enum that stands in an input object of which there may be a list: `outer` is the way to it.
    """

    document: str
    declared: str
    member: str = ""
    outer: InputWay | None = None

    def __call__(self, value: str) -> str:
        return self.document.replace("<>", value)

    @property
    def listed(self) -> Any:
        """How several values are given at once; None where only one can be."""
        return self._several if self.outer is not None or self.declared.startswith("[") else None

    def _several(self, names: Sequence[str]) -> Several:
        places = [f"<{at}>" for at in range(len(names))]
        values: list[Any] = [{self.member: place} for place in places] if self.outer is not None else list(places)
        written = [f"{{ {self.member}: {place} }}" for place in places] if self.outer is not None else places
        way = self.outer or self
        return Several(way(f"[{' '.join(written)}]"), way("$v"), f"($v: {way.declared})", {"v": values})


def ways(schema: GraphQLSchema) -> dict[str, Selecting]:
    """For every object type and interface that can be reached: how. A page on the way has one row."""
    assert schema.query_type is not None
    found = {schema.query_type.name: Selecting("{ <> }")}
    waiting: deque[Any] = deque([schema.query_type])
    possible: deque[tuple[Any, str]] = deque()
    while waiting or possible:
        if not waiting:  # by a type condition only what nothing else leads to
            type_, document = possible.popleft()
            if type_.name in found:
                continue
            found[type_.name] = Selecting(document)
        else:
            type_ = waiting.popleft()
        way = found[type_.name]
        if isinstance(type_, GraphQLInterfaceType):
            possible += [(each, way(f"... on {each.name} {{ <> }}")) for each in schema.get_possible_types(type_)]
        for name, field in type_.fields.items():
            inner, given = get_named_type(field.type), arguments(field)
            if isinstance(inner, GraphQLObjectType | GraphQLInterfaceType) and inner.name not in found:
                if inner.name.startswith("__") or given is None:
                    continue
                found[inner.name] = Selecting(way(f"{name}{given} {{ <> }}"))
                waiting.append(inner)
    return found


def arguments(field: GraphQLField, *more: str) -> str | None:
    """The arguments that a field needs to be answered, and more of them; None where one is needed that we cannot make.

    A page has one row.
    """
    given = list(more)
    if "first" in field.args:
        given.append("first: 1")
    for name, argument in field.args.items():
        if is_required_argument(argument):
            value = _value(argument.type)
            if value is None:
                return None
            given.append(f"{name}: {value}")
    return f"({', '.join(given)})" if given else ""


def _value(type_: Any) -> str | None:
    """Some value of a type, as small as it goes; None where we cannot make one."""
    type_ = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if is_list_type(type_):
        return "[]"
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if not isinstance(type_, GraphQLInputObjectType):
        return _VALUES.get(type_.name)
    needed = [name for name, field in type_.fields.items() if is_required_input_field(field)]
    values = {name: _value(type_.fields[name].type) for name in needed or list(type_.fields)[:1]}
    return None if None in values.values() else f"{{ {', '.join(f'{name}: {each}' for name, each in values.items())} }}"


def input_ways(
    schema: GraphQLSchema, selecting: dict[str, Selecting]
) -> tuple[dict[str, InputWay], dict[str, InputWay]]:
    """For every input object and every enum that some argument takes, at whatever depth: how."""
    inputs: dict[str, InputWay] = {}
    enums: dict[str, InputWay] = {}
    waiting: deque[tuple[str, Any]] = deque()
    for type_name, way in selecting.items():
        type_ = schema.type_map[type_name]
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for document, type_of_it in _arguments_of(type_, way):
            _note(InputWay(document, str(type_of_it)), type_of_it, inputs, enums, waiting)
    while waiting:
        name, type_ = waiting.popleft()
        outer = inputs[name]
        for member, field in type_.fields.items():
            document = outer(f"{{ {member}: <> }}")
            listed = outer if outer.declared.startswith("[") else None
            given = InputWay(document, str(field.type), member, listed)
            _note(given, field.type, inputs, enums, waiting)
    return inputs, enums


def _arguments_of(type_: GraphQLObjectType | GraphQLInterfaceType, way: Selecting) -> Iterator[tuple[str, Any]]:
    for field_name, field in type_.fields.items():
        inner = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
        for argument, given in field.args.items():
            if len(field.args) == 1 and is_required_argument(given):
                yield way(f"{field_name}({argument}: <>){inner}"), given.type
            elif not is_required_argument(given) and arguments(field) is not None:
                yield way(f"{field_name}{arguments(field, f'{argument}: <>')}{inner}"), given.type


def _note(
    way: InputWay, type_: Any, inputs: dict[str, InputWay], enums: dict[str, InputWay], waiting: deque[Any]
) -> None:
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType) and named.name not in inputs:
        inputs[named.name] = InputWay(way.document, way.declared)
        waiting.append((named.name, named))
    elif isinstance(named, GraphQLEnumType):
        enums.setdefault(named.name, way)
