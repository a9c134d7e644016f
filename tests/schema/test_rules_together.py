"""All rules of validation as one visitor: what each finds, in which order, is what graphql-core's own walk finds."""

from __future__ import annotations

from itertools import pairwise

import pytest
from graphql import GraphQLError, GraphQLSchema, parse, specified_rules, validate
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from sightline.schema.api import Api
from sightline.schema.rules import faults

ONE_BY_ONE = [*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule]
DOCUMENTS = {
    "valid": "query ($n: Int = 1) { programs(first: $n) { nodes { ...f } } } fragment f on Program { id name }",
    "unknown fields": "{ programs(first: 1) { nodes { madeUp } } madeUp { id } }",
    "unknown arguments": "{ programs(first: 1, madeUp: 2) { nodes { id } } }",
    "arguments twice": "{ programs(first: 1, first: 2) { nodes { id } } }",
    "wrong values": '{ programs(first: "a", where: {name: {eq: 1}, madeUp: 2}) { nodes { id } } }',
    "wrong enum value": "{ programs(first: 1, orderBy: [{field: MADE_UP}]) { nodes { id } } }",
    "a leaf with fields": "{ programs(first: 1) { nodes { name { id } } } }",
    "an object without": "{ programs(first: 1) }",
    "unused things": "query ($n: Int) { programs(first: 1) { nodes { id } } } fragment f on Program { id }",
    "undefined variables": "{ programs(first: $n) { nodes { id } } }",
    "variables of other types": "query ($n: String) { programs(first: $n) { nodes { id } } }",
    "variables twice": "query ($n: Int, $n: Int) { programs(first: $n) { nodes { id } } }",
    "variables that are no input": "query ($n: Program) { programs(first: $n) { nodes { id } } }",
    "fragments in a circle": (
        "{ programs(first: 1) { nodes { ...a } } } fragment a on Program { ...b } fragment b on Program { ...a }"
    ),
    "fragments of nothing": "{ programs(first: 1) { nodes { ...a ... on MadeUp { id } } } } fragment b on Int { id }",
    "fragments that never fit": "{ programs(first: 1) { nodes { ... on Conversion { id } } } }",
    "fields that conflict": "{ a: programs(first: 1) { nodes { id } } a: conversions(first: 1) { nodes { id } } }",
    "unknown directives": "{ programs(first: 1) @madeUp { nodes { id @include } } }",
    "directives twice": "{ programs(first: 1) @skip(if: true) @skip(if: false) { nodes { id } } }",
    "operations of one name": "query a { programs(first: 1) { nodes { id } } } query a { viewer { paths { kind } } }",
    "several without a name": "{ programs(first: 1) { nodes { id } } } { viewer { paths { kind } } }",
    "an input of one, with two": "{ exposure(input: {createUserApiKey: {}, editColumnList: {}}) { __typename } }",
    "a definition": "type A { b: Int } { programs(first: 1) { nodes { id } } }",
    "an input field twice": '{ programs(first: 1, where: {name: {eq: "a", eq: "b"}}) { nodes { id } } }',
    "a mutation without its input": "mutation { createOrganization { __typename } }",
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return Api()._schema


Said = list[tuple[str, list[object]]]


def told(errors: list[GraphQLError]) -> Said:
    """Every error with its place."""
    return [(each.message, [location.formatted for location in each.locations or ()]) for each in errors]


def together(schema: GraphQLSchema, text: str, most: int) -> Said:
    """What is found by all rules in one walk."""
    return told(faults(schema, parse(text), most=most))


def one_by_one(schema: GraphQLSchema, text: str, most: int) -> Said:
    """What graphql-core finds."""
    return told(validate(schema, parse(text), ONE_BY_ONE, max_errors=most, hide_suggestions=True))


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
@pytest.mark.parametrize("most", [1, 5, 100])
def test_what_is_found_is_what_each_rule_finds(schema: GraphQLSchema, text: str, most: int) -> None:
    """Messages, places and order, also where there are more errors than are told."""
    assert together(schema, text, most) == one_by_one(schema, text, most)


def test_every_document_but_the_first_has_a_mistake(schema: GraphQLSchema) -> None:
    """What is compared is not nothing."""
    valid, *mistaken = DOCUMENTS.values()
    assert not together(schema, valid, 5)
    assert all(together(schema, text, 5) for text in mistaken)


def test_mistakes_in_one_document_are_told_as_they_stand(schema: GraphQLSchema) -> None:
    """Two mistakes of different rules in one document, in both orders."""
    fields = ["madeUp", "name { id }", "program", "id @madeUp"]
    for first, second in [*pairwise(fields), *pairwise(fields[::-1])]:
        text = f"{{ enrollments(first: 1) {{ nodes {{ {first} {second} }} }} }}"
        assert together(schema, text, 100) == one_by_one(schema, text, 100)


@pytest.mark.parametrize(("deep", "aborted"), [(240, False), (3_000, True)])
def test_fragments_that_spread_each_other_end(schema: GraphQLSchema, deep: int, *, aborted: bool) -> None:
    """Rules call themselves for them: as deep as the limit of tokens lets them be, and as deep as it does not."""
    spread = " ".join(f"fragment f{at} on Program {{ ...f{at + 1} }}" for at in range(deep))
    text = f"{{ programs(first: 1) {{ nodes {{ ...f0 }} }} }} {spread} fragment f{deep} on Program {{ id }}"
    errors = faults(schema, parse(text))
    assert [each.message for each in errors] == (["Validation aborted."] if aborted else [])
