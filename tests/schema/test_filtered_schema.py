"""What filtering leaves of a small schema: nothing that is hidden, and everything else as it works unfiltered."""

from __future__ import annotations

import pytest
from graphql import parse, print_schema, validate, validate_schema
from library_schema import library, members, messages, run, without
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from sightline.schema.filtered import RequiredButHiddenError, filter_schema
from sightline.schema.structure import Structure


def test_nothing_hidden_leaves_everything() -> None:
    filtered = without()
    assert not validate_schema(filtered)
    assert set(filtered.type_map) == set(library()._schema.type_map)
    assert print_schema(filtered) == print_schema(library()._schema)


def test_a_hidden_field_is_unknown() -> None:
    filtered = without("Book.pages")
    assert messages(filtered, "{ book { pages } }") == ["Cannot query field 'pages' on type 'Book'."]
    assert run(filtered, "{ book { id } }").data == {"book": {"id": 1}}


def test_a_type_without_members_goes_and_takes_what_leads_to_it() -> None:
    """Price has one field; without it nothing of type Price is left, nor the field that leads there."""
    filtered = without("Price.amount")
    assert "Price" not in filtered.type_map
    assert list(members(filtered, "Map")) == ["id", "shelf", "scale"]
    assert not validate_schema(filtered)


def test_what_cannot_be_reached_is_not_there() -> None:
    """Wish and Shelf's neighbours stay as long as something leads to them, and no longer."""
    assert "Wish" in without().type_map
    assert "Wish" not in without("Query.shelfIsAMember").type_map
    assert "Colour" not in without("Leaflet.colour").type_map
    assert "Key" not in without("Query.keyed").type_map


def test_an_argument_goes_with_its_own_coordinate_and_with_its_type() -> None:
    by_name = without("Query.shelfIsAMember(wish:)")
    by_type = without("Wish.title", "Wish.price")
    for filtered in (by_name, by_type):
        assert "Wish" not in filtered.type_map
        assert messages(filtered, "{ shelfIsAMember(wish: {}) }") == [
            "Unknown argument 'wish' on field 'Query.shelfIsAMember'."
        ]
        assert run(filtered, "{ shelfIsAMember(shelf: FICTION) }").errors is None


def test_a_hidden_input_field_is_unknown() -> None:
    """LK1."""
    filtered = without("Wish.price")
    assert list(members(filtered, "Wish")) == ["title"]
    (message,) = messages(filtered, "{ shelfIsAMember(wish: { price: 1 }) }")
    assert "unknown field 'price'" in message


def test_resolvers_are_given_enum_members_also_where_values_are_hidden() -> None:
    """LK2: the rebuilt enum must not hand raw values to resolvers."""
    filtered = without("Shelf.SECRET")
    assert list(members(filtered, "Shelf")) == ["FICTION"]
    query = "query ($s: Shelf) { shelfIsAMember(shelf: FICTION) again: shelfIsAMember(shelf: $s) }"
    asked = run(filtered, query, s="FICTION")
    assert asked.data == {"shelfIsAMember": "<Shelf.FICTION: 'f'> None", "again": "<Shelf.FICTION: 'f'> None"}
    assert run(filtered, "{ book { shelf } }").data == {"book": {"shelf": "FICTION"}}
    assert messages(filtered, "{ shelfIsAMember(shelf: SECRET) }") == ["Value 'SECRET' does not exist in 'Shelf' enum."]


def test_an_enum_without_values_takes_everything_that_needs_it() -> None:
    filtered = without("Colour.RED")
    assert "Leaflet" not in filtered.type_map
    assert list(members(filtered, "Found")) == ["Book", "Map"]


def test_a_union_resolves_among_the_members_that_are_left() -> None:
    filtered = without("Leaflet.colour")
    assert run(filtered, "{ found { __typename } }").data == {"found": {"__typename": "Book"}}
    assert run(filtered, '{ found(kind: "map") { ... on Map { scale } } }').data == {"found": {"scale": 25}}


def test_a_value_of_a_hidden_member_is_not_found_and_not_named() -> None:
    """LK12: graphql-core would name the type that does not exist in the schema."""
    result = run(without("Leaflet.colour"), '{ found(kind: "leaflet") { __typename } }')
    assert result.errors is not None
    assert [error.message for error in result.errors] == ["Not found."]
    assert result.errors[0].extensions == {"code": "NOT_FOUND"}


def test_a_union_without_members_goes() -> None:
    filtered = without(
        *("Leaflet.colour", "Book.id", "Book.shelf", "Book.pages", "Item.id", "Item.shelf"),
        *("Map.id", "Map.shelf", "Map.scale", "Map.price"),
    )
    assert not {"Found", "Item", "Book", "Map", "Leaflet"} & set(filtered.type_map)
    assert not {"found", "item", "book"} & set(members(filtered, "Query"))


def test_an_object_keeps_no_interface_that_is_gone() -> None:
    filtered = without("Item.id", "Item.shelf", "Query.item")
    assert "Item" not in filtered.type_map
    assert not validate_schema(filtered)
    assert run(filtered, "{ book { id shelf } }").data == {"book": {"id": 1, "shelf": "FICTION"}}


def test_an_interface_leads_to_its_implementors() -> None:
    filtered = without("Query.book", "Query.found")
    assert {"Book", "Map"} <= set(filtered.type_map)
    assert run(filtered, '{ item(kind: "map") { __typename ... on Map { scale } } }').data == {
        "item": {"__typename": "Map", "scale": 25}
    }


def test_a_hidden_implementor_is_not_found_through_its_interface() -> None:
    """LK11, LK12."""
    filtered = without("Map.id", "Map.shelf", "Map.scale", "Map.price")
    assert "Map" not in filtered.type_map
    result = run(filtered, '{ item(kind: "map") { id } }')
    assert result.errors is not None
    assert [error.message for error in result.errors] == ["Not found."]
    assert messages(filtered, '{ item(kind: "map") { ... on Map { id } } }') == ["Unknown type 'Map'."]


def test_a_field_that_one_implementor_lacks_is_not_in_the_interface() -> None:
    """LK11: asked through the interface it would tell what is denied on the type."""
    filtered = without("Book.shelf")
    assert not validate_schema(filtered)
    assert list(members(filtered, "Item")) == ["id"]


@pytest.mark.parametrize("hidden", ["Query.ordered(order:)", "Order.shelf"])
def test_a_required_argument_or_input_field_may_not_be_hidden_alone(hidden: str) -> None:
    """graphql-ruby #2392: hiding it would make what needs it impossible to ask."""
    with pytest.raises(RequiredButHiddenError):
        without(hidden)


def test_a_required_argument_may_be_hidden_with_its_field() -> None:
    assert "Order" not in without("Query.ordered", "Query.ordered(order:)", "Order.shelf").type_map


def test_an_input_that_takes_one_of_its_fields_still_does() -> None:
    filtered = without("Key.name")
    assert run(filtered, "{ keyed(key: { id: 1 }) }").data == {"keyed": 1}
    several = parse('{ keyed(key: { id: 1, name: "x" }) }')
    for schema in (without(), without("Query.found")):
        (error,) = validate(schema, several, (OneOfInputValidationRule,))
        assert "exactly one key" in error.message


def test_only_the_directives_of_the_language_are_published() -> None:
    """LK9: a directive of the server's own would tell what is guarded."""
    names = {directive.name for directive in without().directives}
    assert names <= {"include", "skip", "deprecated", "specifiedBy", "oneOf"}
    assert {"include", "skip"} <= names


def test_filtering_changes_nothing_in_the_schema_it_starts_from() -> None:
    schema = library()
    before = print_schema(schema._schema)
    filter_schema(Structure.of(schema._schema), lambda coordinate: "book" in coordinate.lower())
    assert print_schema(schema._schema) == before
