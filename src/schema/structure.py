"""The full schema as filtering looks at it: what leads where, found once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
)


@dataclass(frozen=True, slots=True)
class Given:
    """An argument: the type it takes, and whether it has to be given."""

    name: str
    coordinate: str
    leads_to: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A field, an input's field, an enum's value or a union's type; `leads_to` is its type, None for a value."""

    name: str
    coordinate: str
    leads_to: str | None = None
    is_required: bool = False
    arguments: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """The types by name with their members, and which of them refer to which.

    `implementors` are those of each interface; `referring` the types that refer to a type by a member, an argument or
    an interface.
    """

    schema: GraphQLSchema
    members: Mapping[str, Mapping[str, Member]]
    inputs: frozenset[str]
    unions: frozenset[str]
    interfaces: Mapping[str, tuple[str, ...]]
    implementors: Mapping[str, tuple[str, ...]]
    referring: Mapping[str, set[str]]

    @classmethod
    def of(cls, schema: GraphQLSchema) -> Structure:
        """The structure of a schema; what belongs to the language is no part of it."""
        types = {name: type_ for name, type_ in schema.type_map.items() if not is_introspection_type(type_)}
        members = {name: {each.name: each for each in _members(type_)} for name, type_ in types.items()}
        interfaces, implementors = {}, {}
        for name, type_ in types.items():
            if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and type_.interfaces:
                interfaces[name] = tuple(each.name for each in type_.interfaces)
            if isinstance(type_, GraphQLInterfaceType):
                found = schema.get_implementations(type_)
                implementors[name] = tuple(each.name for each in (*found.objects, *found.interfaces))
        referring: dict[str, set[str]] = defaultdict(set)
        for name, own in members.items():
            for each in interfaces.get(name, ()):
                referring[each].add(name)
            for member in own.values():
                for to in (member.leads_to, *(given.leads_to for given in member.arguments)):
                    if to is not None:
                        referring[to].add(name)
        return cls(
            schema,
            members,
            frozenset(name for name, type_ in types.items() if isinstance(type_, GraphQLInputObjectType)),
            frozenset(name for name, type_ in types.items() if isinstance(type_, GraphQLUnionType)),
            interfaces,
            implementors,
            referring,
        )


def _members(type_: GraphQLNamedType) -> list[Member]:
    at = type_.name
    match type_:
        case GraphQLObjectType() | GraphQLInterfaceType():
            return [
                Member(
                    name,
                    f"{at}.{name}",
                    get_named_type(field.type).name,
                    arguments=tuple(
                        Given(
                            argument,
                            f"{at}.{name}({argument}:)",
                            get_named_type(given.type).name,
                            is_required_argument(given),
                        )
                        for argument, given in field.args.items()
                    ),
                )
                for name, field in type_.fields.items()
            ]
        case GraphQLInputObjectType():
            return [
                Member(name, f"{at}.{name}", get_named_type(field.type).name, is_required_input_field(field))
                for name, field in type_.fields.items()
            ]
        case GraphQLUnionType():
            return [Member(each.name, f"{at}.{each.name}", each.name) for each in type_.types]
        case GraphQLEnumType():
            return [Member(name, f"{at}.{name}") for name in type_.values]
        case _:
            return []
