"""Documents that name coordinates in the places where they would stand, whether or not the viewer has them."""

from __future__ import annotations

import string
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_introspection_type,
    is_required_argument,
    is_specified_scalar_type,
)

TOGETHER = 5
"""How many names one document probes: as many as an answer has errors."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A document with the hidden names in it; `{0}` to `{4}` are their places, in the variables too."""

    document: str
    hidden: tuple[str, ...]
    variables: dict[str, Any] = field(default_factory=dict)

    def filled(self, names: Sequence[str]) -> tuple[str, dict[str, Any]]:
        """The document and its variables with these names."""
        document = self.document
        for at, name in enumerate(names):
            document = document.replace(f"<{at}>", name)
        return document, _filled(self.variables, names)


def _filled(value: Any, names: Sequence[str]) -> Any:
    if isinstance(value, dict):
        return {_filled(key, names): _filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    if isinstance(value, str) and value.startswith("<"):
        return names[int(value[1:-1])]
    return value


def made_up(names: Sequence[str], taken: frozenset[str]) -> list[str]:
    """As many names of the same lengths and cases, none of which exists anywhere."""
    found: list[str] = []
    for name in names:
        letters = string.ascii_uppercase if name[0].isupper() else string.ascii_lowercase
        start = letters[-1] + letters[16] * (len(name) - 2)
        candidates = [(start + letter)[: len(name)] if len(name) > 1 else letter for letter in reversed(letters)]
        found.append(next(each for each in candidates if each not in taken and each not in found))
    return found


def all_names(schema: GraphQLSchema) -> frozenset[str]:
    """Every name a schema has, of whatever kind."""
    names = set(schema.type_map)
    for type_ in schema.type_map.values():
        names |= set(_members(type_))
    return frozenset(names)


def hidden_coordinates(full: GraphQLSchema, view: GraphQLSchema) -> Iterator[str]:
    """The coordinates that a view lacks: types, and members of types it has."""
    for name, type_ in full.type_map.items():
        if name not in view.type_map:
            if not is_introspection_type(type_) and not is_specified_scalar_type(type_):
                yield name
                yield from (f"{name}.{member}" for member in _members(type_))
            continue
        yield from (f"{name}.{member}" for member in _hidden_members(full, view, name))


def hidden_types(full: GraphQLSchema, view: GraphQLSchema) -> list[str]:
    """The types that a view lacks, those of the language left out."""
    return [name for name, type_ in full.type_map.items() if name not in view.type_map and not is_specified(type_)]


def is_specified(type_: Any) -> bool:
    """Whether a type belongs to the language itself."""
    return bool(is_introspection_type(type_) or is_specified_scalar_type(type_))


def probes(full: GraphQLSchema, view: GraphQLSchema) -> Iterator[Probe]:
    """Every hidden member and type of a view, in every kind of place where it could be named."""
    ways = _ways(view)
    for name, way in ways.items():
        for names in _batches(_hidden_members(full, view, name)):
            yield Probe(way.replace("<>", " ".join(f"<{at}>" for at in range(len(names)))), names)
            yield Probe(way.replace("<>", " ".join(f"<{at}> {{ id }}" for at in range(len(names)))), names)
        yield from _argument_probes(full, view, name, way)
    for name, (way, declared) in _input_ways(view, ways).items():
        yield from _input_probes(full, view, name, way=way, declared=declared)
    for names in _batches(hidden_types(full, view)):
        places = range(len(names))
        yield Probe("{ " + " ".join(f't{at}: __type(name: "<{at}>") {{ name }}' for at in places) + " }", names)
        yield Probe(
            '{ node(id: "x") { ' + " ".join(f"... on <{at}> {{ __typename }}" for at in places) + " } }",
            names,
        )
        fragments = " ".join(f"fragment F{at} on <{at}> {{ __typename }}" for at in places)
        yield Probe('{ node(id: "x") { ' + " ".join(f"...F{at}" for at in places) + " } } " + fragments, names)
        yield Probe("query (" + " ".join(f"$v{at}: <{at}>" for at in places) + ") { __typename }", names)


def _argument_probes(full: GraphQLSchema, view: GraphQLSchema, name: str, way: str) -> Iterator[Probe]:
    visible, everything = view.type_map[name], full.type_map[name]
    assert isinstance(visible, GraphQLObjectType)
    assert isinstance(everything, GraphQLObjectType)
    for field_name, field_ in visible.fields.items():
        hidden = [argument for argument in everything.fields[field_name].args if argument not in field_.args]
        for names in _batches(hidden):
            given = " ".join(f"<{at}>: {{}}" for at in range(len(names)))
            yield Probe(way.replace("<>", f"{field_name}({given}) {{ __typename }}"), names)


def _input_probes(full: GraphQLSchema, view: GraphQLSchema, name: str, *, way: str, declared: str) -> Iterator[Probe]:
    type_ = view.type_map[name]
    assert isinstance(type_, GraphQLInputObjectType)
    # One at a time: the first unknown field of an input object is the only one that is reported.
    for each in _hidden_members(full, view, name):
        yield Probe(way.replace("<>", "{ <0>: { isNull: true } }"), (each,))
        given = {"v": {"<0>": {"isNull": True}}}
        yield Probe(f"query ($v: {declared}) {way.replace('<>', '$v')}", (each,), given)
    for member, field_ in type_.fields.items():
        enum = get_named_type(field_.type)
        if not isinstance(enum, GraphQLEnumType):
            continue
        for names in _batches(_hidden_members(full, view, enum.name)):
            places = range(len(names))
            if not declared.startswith("["):
                continue
            yield Probe(way.replace("<>", "[" + " ".join(f"{{ {member}: <{at}> }}" for at in places) + "]"), names)
            given_list = {"v": [{member: f"<{at}>"} for at in places]}
            yield Probe(f"query ($v: {declared}) {way.replace('<>', '$v')}", names, given_list)
            one = way.replace("<>", f"[{{ {member}: $v }}]")
            yield from (Probe(f"query ($v: {enum.name}!) {one}", (each,), {"v": "<0>"}) for each in names)


def _members(type_: Any) -> list[str]:
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        return list(type_.fields)
    return list(type_.values) if isinstance(type_, GraphQLEnumType) else []


def _hidden_members(full: GraphQLSchema, view: GraphQLSchema, name: str) -> list[str]:
    visible = set(_members(view.type_map[name]))
    return [member for member in _members(full.type_map[name]) if member not in visible]


def _batches(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(names[at : at + TOGETHER]) for at in range(0, len(names), TOGETHER))


def _ways(view: GraphQLSchema) -> dict[str, str]:
    """For every object type, the shortest document that selects on it, with `<>` where the selection goes."""
    assert view.query_type is not None
    ways = {view.query_type.name: "{ <> }"}
    waiting = deque([view.query_type])
    while waiting:
        type_ = waiting.popleft()
        for name, field_ in type_.fields.items():
            inner = get_named_type(field_.type)
            needs = any(map(is_required_argument, field_.args.values()))
            if isinstance(inner, GraphQLObjectType) and inner.name not in ways and not needs:
                ways[inner.name] = ways[type_.name].replace("<>", f"{name} {{ <> }}")
                waiting.append(inner)
    return ways


def _input_ways(view: GraphQLSchema, ways: dict[str, str]) -> dict[str, tuple[str, str]]:
    """For every input type that some argument takes: a document with `<>` for its value, and the argument's type."""
    found: dict[str, tuple[str, str]] = {}
    for name, way in ways.items():
        type_ = view.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        for field_name, field_ in type_.fields.items():
            for argument, given in field_.args.items():
                inner = get_named_type(given.type)
                if isinstance(inner, GraphQLInputObjectType) and inner.name not in found:
                    document = way.replace("<>", f"{field_name}({argument}: <>) {{ __typename }}")
                    found[inner.name] = (document, str(given.type))
    return found
