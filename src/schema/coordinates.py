"""Schema coordinates: `Type`, `Type.member` and `Type.field(argument:)`."""

from __future__ import annotations

import re

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

_NAME = r"[_A-Za-z]\w{0,127}"
_COORDINATE = re.compile(rf"(?P<type>{_NAME})(?:\.(?P<member>{_NAME})(?:\((?P<argument>{_NAME}):\))?)?", re.ASCII)


def has_coordinate(schema: GraphQLSchema, coordinate: str) -> bool:
    """Whether a schema has a coordinate; malformed, unknown and hidden ones are equally not there."""
    match = _COORDINATE.fullmatch(coordinate)
    if match is None:
        return False
    type_ = schema.type_map.get(match["type"])
    member, argument = match["member"], match["argument"]
    if type_ is None or member is None:
        return type_ is not None
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        field = type_.fields.get(member)
        return field is not None and (argument is None or argument in field.args)
    if isinstance(type_, GraphQLInputObjectType):
        return argument is None and member in type_.fields
    return isinstance(type_, GraphQLEnumType) and argument is None and member in type_.values
