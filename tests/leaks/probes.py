"""Documents that name what a view lacks, in every kind of place where it could be named; made from the schema alone.

An entity that is added is probed by itself, and `hidden_coordinates` tells whether something was left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)
from ways import InputWay, Selecting, input_ways, ways

TOGETHER = 5
"""How many names one document probes: as many as an answer has errors."""

CHARACTERS = 150
"""How long the coordinates of one document are together: a longer message is cut, in the middle of a name."""

MOST_UNDER_KEYS = 1
"""On how many types a hidden field is asked under other keys: one piece of code decides for all of them."""


class Place(StrEnum):
    """What kind of place the names of a probe stand in."""

    FIELD = "field"
    RESPONSE_KEY = "response key"
    ARGUMENT = "argument"
    INPUT_FIELD = "input field"
    ENUM_VALUE = "enum value"
    TYPE = "type"
    INTROSPECTION = "introspection"
    MUTATION = "mutation"


class Mode(StrEnum):
    """What the viewer asks to happen to what he does not have."""

    HIDE = "HIDE"
    MASK = "MASK"
    REJECT = "REJECT"


@dataclass(frozen=True, slots=True)
class Probe:
    """A document in which `<0>`, `<1>`, ... are the places of names, in the variables too.

    Names that an answer may repeat stand in their sorted order. `coordinates` are what is probed.
    """

    place: Place
    body: str
    names: tuple[str, ...]
    coordinates: tuple[str, ...]
    declares: str = ""
    operation: str = "query"
    variables: dict[str, Any] = field(default_factory=dict)

    def asked(self, names: Sequence[str], mode: Mode) -> tuple[str, dict[str, Any]]:
        """The document and its variables with these names."""
        directive = "" if mode is Mode.HIDE else f" @onDenied(mode: {mode})"
        document = f"{self.operation} {self.declares}{directive} {self.body}"
        return _filled(document, names), _filled(self.variables, names)


def _filled(value: Any, names: Sequence[str]) -> Any:
    if isinstance(value, dict):
        return {_filled(key, names): _filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    if isinstance(value, str):
        return re.sub(r"<(\d+)>", lambda place: names[int(place[1])], value)
    return value


def hidden_coordinates(full: GraphQLSchema, view: GraphQLSchema) -> Iterator[str]:
    """The coordinates that a view lacks: types with their members, and members and arguments of types it has."""
    for name, type_ in full.type_map.items():
        if is_specified(type_):
            continue
        if name not in view.type_map:
            yield name
            yield from (f"{name}.{member}" for member in members(type_))
            continue
        yield from (f"{name}.{member}" for member in hidden_members(full, view, name))
        for field_name, argument in _hidden_arguments(full, view, name):
            yield f"{name}.{field_name}({argument}:)"


def hidden_types(full: GraphQLSchema, view: GraphQLSchema) -> list[str]:
    """The types that a view lacks, those of the language left out."""
    return [name for name, type_ in full.type_map.items() if name not in view.type_map and not is_specified(type_)]


def is_specified(type_: Any) -> bool:
    """Whether a type belongs to the language itself."""
    return bool(is_introspection_type(type_) or is_specified_scalar_type(type_))


def members(type_: Any) -> list[str]:
    """The fields or values of a type."""
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        return list(type_.fields)
    return list(type_.values) if isinstance(type_, GraphQLEnumType) else []


def hidden_members(full: GraphQLSchema, view: GraphQLSchema, name: str) -> list[str]:
    """The members of a type of the view that the view lacks."""
    visible = set(members(view.type_map[name]))
    return [member for member in members(full.type_map[name]) if member not in visible]


def probes(full: GraphQLSchema, view: GraphQLSchema) -> Iterator[Probe]:
    """Every hidden coordinate of a view, in every kind of place where it could be named."""
    selecting = ways(view)
    for name, way in selecting.items():
        yield from _field_probes(full, view, name, way)
        yield from _argument_probes(full, view, name, way)
    lacking = [name for name in selecting if hidden_members(full, view, name)]
    for name in lacking[:MOST_UNDER_KEYS]:
        yield from _response_key_probes(name, min(hidden_members(full, view, name)), selecting[name])
    inputs, enums = input_ways(view, selecting)
    for name, given in inputs.items():
        yield from _input_probes(full, view, name, given)
    for name, given in enums.items():
        yield from _enum_probes(full, view, name, given)
    yield from _type_probes(full, view)
    yield from _mutation_probes(full, view)


def _field_probes(full: GraphQLSchema, view: GraphQLSchema, name: str, way: Selecting) -> Iterator[Probe]:
    hidden = hidden_members(full, view, name)
    for names in _batches(hidden, of=name):
        coordinates = tuple(f"{name}.{each}" for each in names)
        yield Probe(Place.FIELD, way(_places(names, "<>")), names, coordinates)
    for one in hidden[:1]:
        yield Probe(Place.FIELD, way("<0> { id }"), (one,), (f"{name}.{one}",))


def _response_key_probes(name: str, hidden: str, way: Selecting) -> Iterator[Probe]:
    fragment = f" fragment F on {name} {{ <0> }}"
    switch = "($on: Boolean = false)"
    for selection, declares, after in (
        ("id: <0>", "", ""),
        ("a: <0> <0> b: <0>", "", ""),
        ("<0> @include(if: false)", "", ""),
        ("<0> @skip(if: true)", "", ""),
        ("<0> @include(if: $on)", switch, ""),
        ("<0> @skip(if: $on) x: <0>", switch, ""),
        ("... { <0> }", "", ""),
        (f"... on {name} @include(if: false) {{ <0> }}", "", ""),
        ("...F @skip(if: true) ...F", "", fragment),
    ):
        yield Probe(Place.RESPONSE_KEY, way(selection) + after, (hidden,), (f"{name}.{hidden}",), declares)


def _argument_probes(full: GraphQLSchema, view: GraphQLSchema, name: str, way: Selecting) -> Iterator[Probe]:
    for field_name in members(view.type_map[name]):
        hidden = [argument for at, argument in _hidden_arguments(full, view, name) if at == field_name]
        for names in _batches(hidden):
            coordinates = tuple(f"{name}.{field_name}({each}:)" for each in names)
            body = way(f"{field_name}({_places(names, '<>: {}')}) {{ __typename }}")
            yield Probe(Place.ARGUMENT, body, names, coordinates)


def _hidden_arguments(full: GraphQLSchema, view: GraphQLSchema, name: str) -> Iterator[tuple[str, str]]:
    visible, everything = view.type_map[name], full.type_map[name]
    if isinstance(visible, GraphQLObjectType | GraphQLInterfaceType):
        assert isinstance(everything, GraphQLObjectType | GraphQLInterfaceType)
        for field_name, field_ in visible.fields.items():
            for argument in everything.fields[field_name].args:
                if argument not in field_.args:
                    yield field_name, argument


def _input_probes(full: GraphQLSchema, view: GraphQLSchema, name: str, way: InputWay) -> Iterator[Probe]:
    # One at a time: the first unknown field of an input object is the only one that is reported.
    for each in hidden_members(full, view, name):
        coordinates = (f"{name}.{each}",)
        yield Probe(Place.INPUT_FIELD, way("{ <0>: { isNull: true } }"), (each,), coordinates)
        given = {"v": {"<0>": {"isNull": True}}}
        yield Probe(Place.INPUT_FIELD, way("$v"), (each,), coordinates, f"($v: {way.declared})", variables=given)


def _enum_probes(full: GraphQLSchema, view: GraphQLSchema, name: str, way: InputWay) -> Iterator[Probe]:
    for names in _batches(hidden_members(full, view, name)):
        coordinates = tuple(f"{name}.{each}" for each in names)
        if way.listed is not None:
            several = way.listed(names)
            yield Probe(Place.ENUM_VALUE, several.literal, names, coordinates)
            yield Probe(
                Place.ENUM_VALUE, several.body, names, coordinates, several.declares, variables=several.variables
            )
        for each in names:
            one = ((each,), (f"{name}.{each}",))
            if way.listed is None:
                yield Probe(Place.ENUM_VALUE, way("<0>"), *one)
            yield Probe(Place.ENUM_VALUE, way("$v"), *one, f"($v: {way.declared})", variables={"v": "<0>"})


def _type_probes(full: GraphQLSchema, view: GraphQLSchema) -> Iterator[Probe]:
    hidden = hidden_types(full, view)
    for names in _batches(hidden):
        places = range(len(names))
        asked = " ".join(f't{at}: __type(name: "<{at}>") {{ name }}' for at in places)
        yield Probe(Place.INTROSPECTION, f"{{ {asked} }}", names, names)
        conditions = _places(names, "... on <> { __typename }")
        yield Probe(Place.TYPE, f'{{ node(id: "x") {{ {conditions} }} }}', names, names)
        spread = " ".join(f"...F{at}" for at in places)
        fragments = " ".join(f"fragment F{at} on <{at}> {{ __typename }}" for at in places)
        yield Probe(Place.TYPE, f'{{ node(id: "x") {{ {spread} }} }} {fragments}', names, names)
        declares = " ".join(f"$v{at}: <{at}>" for at in places)
        yield Probe(Place.TYPE, "{ __typename }", names, names, f"({declares})")
    for kind in (GraphQLObjectType | GraphQLInterfaceType, GraphQLInputObjectType, GraphQLEnumType):
        for names in _batches([name for name in hidden if isinstance(full.type_map[name], kind)]):
            yield from _probes_of_members(full, names)


def _mutation_probes(full: GraphQLSchema, view: GraphQLSchema) -> Iterator[Probe]:
    """Hidden mutations, and what is hidden of the payloads of others. Nothing is done: no document is valid."""
    root = view.mutation_type
    if root is None:
        return
    for names in _batches(hidden_members(full, view, root.name), of=root.name):
        coordinates = tuple(f"{root.name}.{each}" for each in names)
        yield Probe(Place.MUTATION, f"{{ {_places(names, '<>')} }}", names, coordinates, operation="mutation")
    for name, field_ in root.fields.items():
        for type_ in getattr(get_named_type(field_.type), "types", ()):
            for names in _batches(hidden_members(full, view, type_.name), of=type_.name):
                coordinates = tuple(f"{type_.name}.{each}" for each in names)
                body = f"{{ {name}(input: $v) {{ ... on {type_.name} {{ {_places(names, '<>')} }} }} }}"
                declares = f"($v: {field_.args['input'].type})"
                yield Probe(Place.MUTATION, body, names, coordinates, declares, operation="mutation")


def _probes_of_members(full: GraphQLSchema, types: Sequence[str]) -> Iterator[Probe]:
    """The members of hidden types of one kind, where their type is named too: an answer repeats the types alone."""
    names = list(types)
    coordinates: list[str] = []
    places: list[list[str]] = []
    for name in types:
        inside = members(full.type_map[name])
        places.append([f"<{at}>" for at in range(len(names), len(names) + len(inside))])
        names += inside
        coordinates += [f"{name}.{each}" for each in inside]
    type_, every = full.type_map[types[0]], list(enumerate(places))
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        body = " ".join(f"... on <{at}> {{ {' '.join(inside)} }}" for at, inside in every)
        yield Probe(Place.TYPE, f'{{ node(id: "x") {{ {body} }} }}', tuple(names), tuple(coordinates))
        return
    if isinstance(type_, GraphQLInputObjectType):
        given = [f"$v{at}: <{at}> = {{ {', '.join(f'{each}: null' for each in inside)} }}" for at, inside in every]
    else:
        given = [f"$v{at}: [<{at}>] = [{' '.join(inside)}]" for at, inside in every]
    yield Probe(Place.TYPE, "{ __typename }", tuple(names), tuple(coordinates), f"({' '.join(given)})")


def _batches(names: Sequence[str], *, of: str = "") -> Iterator[tuple[str, ...]]:
    """Sorted names, those of a type's members, as many at once as an answer says in full."""
    batch: tuple[str, ...] = ()
    for name in sorted(names):
        long = sum(len(f"{of}.{each}, ") for each in (*batch, name)) > CHARACTERS
        if batch and (long or len(batch) == TOGETHER):
            yield batch
            batch = ()
        batch += (name,)
    if batch:
        yield batch


def _places(names: Sequence[str], each: str) -> str:
    return " ".join(each.replace("<>", f"<{at}>") for at in range(len(names)))
