"""A hidden coordinate and a made-up one have one answer, byte for byte, for everybody (AC7, LK1, LK2, LK9 to LK12)."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from desk import LIVING, Desk, as_bytes, code_of
from graphql import (
    GraphQLSchema,
    IntrospectionQuery,
    build_client_schema,
    build_schema,
    get_introspection_query,
    lexicographic_sort_schema,
    print_schema,
)
from kinds_of_viewers import viewers
from probes import Probe, all_names, hidden_coordinates, hidden_types, made_up, probes

from sightline.authz.visibility import Visibility
from sightline.db.demo import CAST
from sightline.resolvers.global_ids import Key
from sightline.resolvers.identity import Principal
from sightline.schema.bindings import Binding
from sightline.schema.coordinates import has_coordinate
from sightline.schema.names import type_name

VIEWERS = viewers()
PUBLISHED_DIRECTIVES = {"include", "skip", "deprecated", "specifiedBy", "oneOf", "onDenied"}

everybody = pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS.keys())


def full_schema(desk: Desk) -> GraphQLSchema:
    return desk.engine.api._schema


Answers = dict[tuple[str, str], bytes]


async def differences(
    desk: Desk, viewer: Principal, probe: Probe, *, taken: frozenset[str], made: Answers
) -> list[bytes]:
    """Both answers, where that for the hidden names is not that for made-up ones, which are kept in `made`."""
    invented = made_up(probe.hidden, taken)
    document, variables = probe.filled(probe.hidden)
    answered = as_bytes(await desk.ask(document, viewer, **variables))
    other, other_variables = probe.filled(invented)
    if (other, repr(other_variables)) not in made:
        made[other, repr(other_variables)] = as_bytes(await desk.ask(other, viewer, **other_variables))
    expected = made[other, repr(other_variables)]
    for hidden, name in zip(probe.hidden, invented, strict=True):
        expected = re.sub(rb"\b%s\b" % name.encode(), hidden.encode(), expected)
    return [] if answered == expected else [answered, expected]


@everybody
async def test_a_hidden_name_is_answered_like_a_made_up_one(desk: Desk, viewer: Principal) -> None:
    """LK1, LK2, LK10, LK11: fields, arguments, filters, order values and types, as literals and as variables."""
    full, view = full_schema(desk), desk.view(viewer)._schema
    taken, made = all_names(full), Answers()
    for probe in probes(full, view):
        assert await differences(desk, viewer, probe, taken=taken, made=made) == [], probe


@pytest.mark.parametrize("mode", ["MASK", "REJECT"])
@pytest.mark.parametrize("name", ["nobody", "analyst", "affiliate manager", "collaborator, read only"])
async def test_the_other_modes_tell_hidden_from_made_up_neither(desk: Desk, name: str, mode: str) -> None:
    """authorization 6: masked, or rejected with the name as it was written; one name at a time, as names are sorted."""
    full, viewer = full_schema(desk), VIEWERS[name]
    taken, made = all_names(full), Answers()
    for probe in probes(full, desk.view(viewer)._schema):
        if probe.document.startswith("{"):
            document = f"query @onDenied(mode: {mode}) {probe.document}"
            for at in range(1, len(probe.hidden)):
                document = re.sub(rf"<{at}>( {{ id }})?|\.\.\. on <{at}> {{[^}}]*}}", "", document)
            if "<0>" in document and "fragment" not in document:
                one = Probe(document, probe.hidden[:1])
                assert await differences(desk, viewer, one, taken=taken, made=made) == [], one


@everybody
async def test_introspection_is_the_schema_of_the_view_and_no_more(desk: Desk, viewer: Principal) -> None:
    """LK9: what introspection says is what `sightline schema --as` prints, and nothing in it is denied."""
    query = get_introspection_query(specified_by_url=True, input_value_deprecation=True, directive_is_repeatable=True)
    introspected = build_client_schema(cast("IntrospectionQuery", await desk.read(query, viewer)))
    printed = build_schema(desk.view(viewer).as_str())
    assert print_schema(lexicographic_sort_schema(introspected)) == print_schema(lexicographic_sort_schema(printed))
    assert {directive.name for directive in introspected.directives} <= PUBLISHED_DIRECTIVES
    visibility = desk.engine.visibility(viewer)
    assert not [each for each in named_by(introspected) if denied(desk, visibility, each)]


def named_by(schema: GraphQLSchema) -> list[str]:
    return [
        f"{name}.{member}"
        for name, type_ in schema.type_map.items()
        for member in (*getattr(type_, "fields", ()), *getattr(type_, "values", ()))
    ]


def denied(desk: Desk, visibility: Visibility, coordinate: str) -> bool:
    binding = desk.engine.api.bindings.get(coordinate)
    return isinstance(binding, Binding) and not binding.exists_for(visibility)


@everybody
async def test_the_type_of_an_entity_one_never_sees_does_not_exist(desk: Desk, viewer: Principal) -> None:
    """LK11, LK12: neither the type nor its connection, filter and order."""
    visibility, view = desk.engine.visibility(viewer), desk.view(viewer)._schema
    for entity in desk.engine.services.catalogue.served:
        if not visibility.sees(entity.name):
            name = type_name(entity)
            assert not [
                each for each in view.type_map if re.fullmatch(f"{name}(Connection|Edge|Filter|Order.*)?", each)
            ]


@everybody
async def test_descriptions_quote_no_field_that_is_hidden(desk: Desk, viewer: Principal) -> None:
    """LK9: a name in backticks inside a description is one the viewer has."""
    view = desk.view(viewer)
    names = {name.lower() for name in all_names(view._schema)} | {"after", "before"}
    quoted = set(re.findall(r"`(\w+)(?:\.\w+)?`", view.as_str()))
    # canRead's argument says how a coordinate is written, and a mode where masked ones are named.
    examples = {"Conversion", "Query", "extensions"}
    assert not {name for name in quoted - examples if name.replace("_", "").lower() not in names}


@everybody
async def test_can_read_is_false_for_hidden_and_unknown_alike(desk: Desk, viewer: Principal) -> None:
    full, view = full_schema(desk), desk.view(viewer)._schema
    hidden = list(hidden_coordinates(full, view))
    assert not [each for each in hidden if has_coordinate(view, each)]
    some = [*hidden[:3], "Conversion.zzzzzz", "Zonversion", "Query.conversions(zzz:)", "1", "", "a.b.c"]
    for coordinate in some:
        assert await desk.read("query ($c: String!) { viewer { canRead(coordinate: $c) } }", viewer, c=coordinate) == {
            "viewer": {"canRead": False}
        }


async def test_can_read_is_true_for_what_is_there(desk: Desk) -> None:
    query = "query ($c: String!) { viewer { canRead(coordinate: $c) } }"
    for coordinate in ("Conversion", "Conversion.payout", "Query.conversions(where:)", "ConversionFilter.payout"):
        assert await desk.read(query, VIEWERS["administrator"], c=coordinate) == {"viewer": {"canRead": True}}
    assert await desk.read(query, VIEWERS["nobody"], c="Conversion.payout") == {"viewer": {"canRead": False}}


MISSPELT: dict[str, tuple[str, dict[str, Any]]] = {
    "field": ("{ conversions(first: 1) { nodes { payot } } }", {}),
    "argument": ("{ conversions(frst: 1) { totalCount } }", {}),
    "enum literal": ("{ conversions(first: 1, orderBy: { field: PAYOT }) { totalCount } }", {}),
    "input field literal": ("{ conversions(first: 1, where: { payot: { gt: 1 } }) { totalCount } }", {}),
    "type condition": ('{ node(id: "x") { ... on Conversio { id } } }', {}),
    "variable type": ("query ($v: ConversionFiltr) { conversions(first: 1, where: $v) { totalCount } }", {}),
    "variable input field": (
        "query ($v: ConversionFilter) { conversions(first: 1, where: $v) { totalCount } }",
        {"v": {"payot": {"gt": 1}}},
    ),
    "variable enum value": (
        "query ($v: [ConversionOrder!]) { conversions(first: 1, orderBy: $v) { totalCount } }",
        {"v": [{"field": "PAYOT"}]},
    ),
    "operation name of a fragment": ("{ ...Frg } fragment Frag on Query { __typename }", {}),
    "directive": ("{ viewer @incude(if: true) { __typename } }", {}),
}


@pytest.mark.parametrize("kind", MISSPELT)
@pytest.mark.parametrize("name", ["administrator", "affiliate manager", "collaborator, read only"])
async def test_nobody_is_told_what_he_may_have_meant(desk: Desk, name: str, kind: str) -> None:
    """LK10: all kinds of suggestions, also for names the viewer has."""
    query, variables = MISSPELT[kind]
    answer = await desk.ask(query, VIEWERS[name], **variables)
    assert answer.errors
    assert b"Did you mean" not in as_bytes(answer)


async def test_a_hidden_type_is_no_type_in_a_fragment(desk: Desk) -> None:
    """LK11: a fragment, inline or named, on a type one does not have."""
    assert "PayoutInvoice" in hidden_types(full_schema(desk), desk.view(VIEWERS["analyst"])._schema)
    for document in (
        '{ node(id: "x") { ... on PayoutInvoice { id } } }',
        '{ node(id: "x") { ...F } } fragment F on PayoutInvoice { id }',
    ):
        answer = await desk.ask(document, VIEWERS["analyst"])
        assert {error["message"] for error in answer.errors} == {"Unknown type 'PayoutInvoice'."}


async def test_neither_an_alias_nor_an_include_shows_a_hidden_field(desk: Desk) -> None:
    """LK23: what decides is the coordinate, never the key it is asked under or whether it is included."""
    viewer = VIEWERS["affiliate manager"]
    for selection in ("status: revenue { amount }", "revenue @include(if: false) { amount }", "a: profit { amount }"):
        answer = await desk.ask(f"{{ conversions(first: 1) {{ nodes {{ {selection} }} }} }}", viewer)
        assert answer.data is None
        assert code_of(answer) == "BAD_INPUT"
    answer = await desk.ask("{ conversions(first: 1) { nodes { a: payout { amount } b: status } } }", viewer)
    assert not answer.errors


NODE = "query ($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id]) { __typename id } }"


@pytest.mark.parametrize("key", LIVING)
async def test_an_invisible_row_is_answered_like_one_that_does_not_exist(desk: Desk, key: str) -> None:
    """AC7, LK12: rows of every entity, by global id; of hidden types too, where no type name may show."""
    viewer = await desk.member(key)
    seen = 0
    for entity, (real, missing) in (await ids_of(desk)).items():
        found = await desk.ask(NODE, viewer, id=real)
        nothing = await desk.ask(NODE, viewer, id=missing)
        assert (nothing.data, nothing.errors) == ({"node": None, "nodes": [None]}, []), entity
        if found.data is not None and found.data["node"] is not None:
            assert found.data["node"]["id"] == real
            assert found.data["nodes"] == [found.data["node"]]
            seen += 1
            continue
        assert as_bytes(found) == as_bytes(nothing), entity
    assert seen < len(desk.engine.services.ids.tags) or key == "admin"


async def test_the_node_cases_tell_viewers_apart(desk: Desk) -> None:
    """Some see a row of the sample, some do not: the test above compares something."""
    real = (await ids_of(desk))["conversion"][0]
    shown = {
        member.key
        for member in CAST
        if member.key in LIVING and (await desk.read(NODE, await desk.member(member.key), id=real))["node"] is not None
    }
    assert {"admin", "manager"} <= shown
    assert not {"nobody", "company-owner", "payouts-only"} & shown


async def ids_of(desk: Desk) -> dict[str, tuple[str, str]]:
    """Per entity with global ids: that of a row of the demo platform, and that of a row that does not exist."""
    ids, found = desk.engine.services.ids, {}
    async with desk.engine.database.owner() as connection:
        for entity in desk.engine.services.catalogue.served:
            if "id" not in entity.key:
                continue
            account = "affiliate_account_id" if entity.is_fact else "0"
            row = await connection.fetchrow(f"SELECT id, {account} AS account FROM {entity.name} ORDER BY id LIMIT 1")
            real, missing = Key(row["id"], row["account"]), Key((1 << 62) + 1, row["account"])
            found[entity.name] = tuple(ids.encode(entity.name, [real, missing]))
    return found  # type: ignore[return-value]


async def test_a_filter_that_matches_nothing_and_one_on_invisible_rows_look_the_same(desk: Desk) -> None:
    """LK21: an empty page has one shape, whether nothing matches or what matches is not visible."""
    viewer = await desk.member("collab-readonly")
    query = "query ($id: ID!) { affiliateAccounts(first: 5, where: { id: { eq: $id } }) { totalCount nodes { id } } }"
    async with desk.engine.database.owner() as connection:
        everything = [row["id"] for row in await connection.fetch("SELECT id FROM affiliate_account")]
    ids = desk.engine.services.ids.encode("affiliate_account", [Key(each) for each in everything])
    visible = await desk.read("{ affiliateAccounts(first: 100) { nodes { id } } }", viewer)
    own = {node["id"] for node in visible["affiliateAccounts"]["nodes"]}
    missing = desk.engine.services.ids.encode("affiliate_account", [Key(1 << 62)])[0]
    nothing = as_bytes(await desk.ask(query, viewer, id=missing))
    invisible = [each for each in ids if each not in own]
    assert own
    assert invisible
    for each in invisible[:20]:
        assert as_bytes(await desk.ask(query, viewer, id=each)) == nothing
