"""What tests that make inputs from the schema need to know of them."""

from __future__ import annotations

from graphql import GraphQLField, GraphQLInputObjectType, get_named_type
from strawberry.schema.schema_converter import GraphQLCoreConverter

SAID = "__typename ... on UserError { message code path } ... on Conflict { version }"
"""What is selected of a mutation's payload, to have all that its errors say."""


def input_of(mutation: GraphQLField) -> GraphQLInputObjectType:
    """What a mutation takes."""
    type_ = get_named_type(mutation.args["input"].type)
    assert isinstance(type_, GraphQLInputObjectType)
    return type_


def is_one_of(type_: GraphQLInputObjectType) -> bool:
    """Whether exactly one of an input's fields is given, as the framework has it."""
    return bool(type_.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].is_one_of)
