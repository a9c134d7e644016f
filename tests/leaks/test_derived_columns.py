"""What is computed from hidden values is hidden with them, for every set of classes (LK6, M5, M5a)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
import sqlalchemy as sa
from desk import Desk
from probes import members
from viewers_of_leaks import everybody

from sightline.authz.classes import FieldClass, Marker
from sightline.authz.expr import TRUE, all_of
from sightline.authz.masks import MASKS
from sightline.authz.paths import PathKind
from sightline.authz.visibility import Conditional, Deny, Visibility, compile_visibility
from sightline.db.catalogue import Entity
from sightline.schema.api import Api
from sightline.schema.model import CATALOGUE
from sightline.schema.names import camel, type_name

DERIVED = [(entity, name) for entity in CATALOGUE.served for name in entity.derived]


def sources(entity: Entity, derived: str) -> list[str]:
    """The stored columns that a formula reads."""
    read = sa.sql.visitors.iterate(entity.expression(derived, entity.table))
    return sorted({element.name for element in read if isinstance(element, sa.Column)})


def classes_of(entity: Entity) -> list[FieldClass]:
    """The classes that some column of an entity needs."""
    needed = [access for access in entity.columns.values() if not isinstance(access, Marker)]
    return sorted({FieldClass.RECORD}.union(*needed))


def subsets(classes: list[FieldClass]) -> Iterator[frozenset[FieldClass]]:
    """Every one of them."""
    return (frozenset(some) for size in range(len(classes) + 1) for some in combinations(classes, size))


async def administrator(desk: Desk, held: frozenset[FieldClass], patch: pytest.MonkeyPatch) -> Visibility:
    """The visibility of an administrator, were these the classes that staff hold."""
    # MASKS is a Mapping to everybody else.
    patch.setitem(MASKS, PathKind.PLATFORM, dict.fromkeys(held, TRUE))  # type: ignore[arg-type]
    kept = [shape for shape in (await desk.member("admin")).paths.shapes if shape.kind is PathKind.PLATFORM]
    return compile_visibility(CATALOGUE.model, tuple(kept), policy_version="of a test")


def has(visibility: Visibility, entity: Entity, column: str) -> bool:
    return not isinstance(visibility.decide(entity.name, column), Deny)


def test_there_are_derived_columns() -> None:
    assert {("conversion", "profit"), ("conversion", "net_sale_amount")} <= {(e.name, name) for e, name in DERIVED}


@pytest.mark.parametrize(("entity", "derived"), DERIVED, ids=lambda value: getattr(value, "name", value))
async def test_every_set_of_classes_closes_over_what_is_computed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, entity: Entity, derived: str
) -> None:
    """LK6: of all subsets of the entity's classes none shows a derived column and not all that it is made of."""
    if entity.columns[derived] is Marker.INTERNAL or any(
        entity.columns[each] is Marker.INTERNAL for each in sources(entity, derived)
    ):
        # What is made of something internal tells no more than that it is there: a presence, named in the tables.
        assert isinstance(entity.type_of(derived), sa.Boolean)
        return
    shown = hidden = 0
    for held in subsets(classes_of(entity)):
        visibility = await administrator(desk, held, monkeypatch)
        everything = all(has(visibility, entity, each) for each in sources(entity, derived))
        assert not has(visibility, entity, derived) or everything, held
        shown += has(visibility, entity, derived)
        hidden += not has(visibility, entity, derived)
    assert shown
    assert hidden


async def test_the_schema_follows_the_closure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """LK6: field, filter and order of `profit` are there for exactly those sets that hold both its classes."""
    api, conversion = Api(), CATALOGUE["conversion"]
    for held in subsets([FieldClass.REVENUE, FieldClass.PAYOUT, FieldClass.SALE_AMOUNT]):
        visibility = await administrator(desk, held | {FieldClass.RECORD, FieldClass.CONVERSIONS}, monkeypatch)
        api.views.clear()
        view = api.view(visibility)._schema.type_map
        for column, needs in (
            ("profit", {FieldClass.REVENUE, FieldClass.PAYOUT}),
            ("net_sale_amount", {FieldClass.SALE_AMOUNT}),
        ):
            expected = needs <= held
            name = type_name(conversion)
            assert (camel(column) in members(view[name])) == expected, held
            assert (camel(column) in members(view[f"{name}Filter"])) == expected, held
            assert (column.upper() in members(view[f"{name}OrderField"])) == expected, held


async def test_what_is_computed_is_shown_on_no_row_more_than_what_it_is_made_of(desk: Desk) -> None:
    """LK6, M5: for everybody, by form: the predicate of a derived cell is that of all its sources together."""
    conditional = 0
    for name, viewer in (await everybody(desk)).items():
        visibility = desk.engine.visibility(viewer)
        for entity, derived in DERIVED:
            if any(entity.columns[each] is Marker.INTERNAL for each in sources(entity, derived)):
                continue
            decisions = [visibility.decide(entity.name, each) for each in sources(entity, derived)]
            own = visibility.decide(entity.name, derived)
            if any(isinstance(each, Deny) for each in decisions):
                assert isinstance(own, Deny), f"{name}: {entity.name}.{derived}"
            of_sources = [each.predicate for each in decisions if isinstance(each, Conditional)]
            if of_sources and not isinstance(own, Deny):
                assert isinstance(own, Conditional), f"{name}: {entity.name}.{derived}"
                assert all_of(own.predicate, *of_sources) == own.predicate, f"{name}: {entity.name}.{derived}"
                conditional += 1
    assert conditional
