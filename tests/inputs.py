"""What tests that make inputs from the schema need to know of them."""

from __future__ import annotations

from graphql import GraphQLInputObjectType
from strawberry.schema.schema_converter import GraphQLCoreConverter


def is_one_of(type_: GraphQLInputObjectType) -> bool:
    """Whether exactly one of an input's fields is given, as the framework has it."""
    return bool(type_.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].is_one_of)
