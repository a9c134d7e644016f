"""Everything undeclared is refused when the model is built, and denied where it is asked for (authorization 2, M5a)."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped

from sightline.authz.classes import FieldClass, Marker, access_of, needed_classes
from sightline.authz.entities import ENTITY_RULES, EntityRule
from sightline.authz.expr import FALSE, TRUE, Condition, Edge, Exists, Holds, IsNull, Masks, all_of, equals, tokens_read
from sightline.authz.grants import NOTHING, CollaboratorGrant, Grants, PlatformGrant, paths_of
from sightline.authz.masks import MASKS
from sightline.authz.model import Columns, Model, PolicyError, build_model
from sightline.authz.paths import LISTED, Flag, PathKind, Paths, path
from sightline.authz.permissions import CATALOGUE as PERMISSIONS
from sightline.authz.permissions import Level, Scope, token
from sightline.authz.roles import BaseType, Switch
from sightline.authz.visibility import DENY, Conditional, Deny, Permit, Visibility, compile_visibility
from sightline.db.catalogue import Catalogue, build_catalogue
from sightline.db.tables.base import PUBLIC, Row, TableRole, column, derived
from sightline.schema.model import CATALOGUE

PAYOUT, REVENUE, RECORD = FieldClass.PAYOUT, FieldClass.REVENUE, FieldClass.RECORD
TABLES: dict[str, Columns] = {
    **CATALOGUE.model.tables,
    "thing": {"id": Marker.PUBLIC, "status": Marker.PUBLIC, "amount": frozenset({PAYOUT}), "hash": Marker.INTERNAL},
}
ADVERTISER = PathKind.ORG_ADVERTISER
SELF = PathKind.SELF


def visibility(paths: Paths, model: Model = CATALOGUE.model) -> Visibility:
    """The visibility of somebody with these paths."""
    return compile_visibility(model, paths.shapes, policy_version="tests")


def admin() -> Paths:
    """Somebody who may read every module of the platform."""
    return paths_of(Grants(1, platform=PlatformGrant(BaseType.ADMINISTRATOR, (("ADMIN", Level.W),))))


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (EntityRule("nothing", {SELF: TRUE}), "nothing has a rule but no table"),
        (EntityRule("thing", {}), "thing has no row set"),
        (EntityRule("thing", {SELF: equals("colour", "red")}), "there is no column thing.colour"),
        (
            EntityRule("thing", {SELF: Exists(Edge("shelf", (("id", "thing_id"),)), TRUE)}),
            "there is no column shelf.thing_id",
        ),
        (
            EntityRule("thing", {SELF: Exists(Edge("program", (("program_id", "id"),)), TRUE)}),
            "there is no column thing.program_id",
        ),
        (
            EntityRule("thing", {SELF: Exists(Edge("program", (("id", "id"),)), IsNull("colour"))}),
            "there is no column program.colour",
        ),
        (EntityRule("thing", {SELF: TRUE}, {"DIRECT": IsNull("colour")}), "there is no column thing.colour"),
        (EntityRule("thing", {ADVERTISER: TRUE}), "asks for DIRECT, which it does not declare"),
        (EntityRule("thing", {ADVERTISER: TRUE}, {"DIRECT": TRUE}), "asks for SETTLED, which it does not declare"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_undeclared_thing_is_refused(rule: EntityRule, fault: str) -> None:
    """A rule over what is not there is an error at start, which names it."""
    with pytest.raises(PolicyError, match=fault):
        build_model(TABLES, (rule,))


def test_two_rules_for_one_entity_are_refused() -> None:
    """One of them would silently win."""
    rule = EntityRule("thing", {SELF: TRUE})
    with pytest.raises(PolicyError, match="thing has more than one rule"):
        build_model(TABLES, (rule, rule))


def test_every_fault_is_named_at_once() -> None:
    """The error is a list."""
    rules = (EntityRule("nothing", {SELF: TRUE}), EntityRule("thing", {SELF: equals("colour", "red")}))
    with pytest.raises(PolicyError) as refused:
        build_model(TABLES, rules)
    assert str(refused.value).count("\n- ") == 2


def test_a_permission_that_opens_no_table_is_refused() -> None:
    """What a permission says it opens exists."""
    tables = {name: columns for name, columns in TABLES.items() if name != "commission_plan"}
    with pytest.raises(PolicyError, match=r"permission PLATFORM.COMMISSION_PLANS opens commission_plan"):
        build_model(tables, (EntityRule("thing", {SELF: TRUE}),))


# Columns: at the table.


class Base(DeclarativeBase):
    """Tables of this file, apart from the real ones."""

    type_annotation_map = Row.type_annotation_map


class GoodRow(Base):
    """A derived column with the classes of all it reads."""

    __tablename__ = "good"
    __role__ = TableRole.LOCAL

    id: Mapped[int] = column(PUBLIC, "Its number.", primary_key=True)
    payout: Mapped[Decimal] = column(PAYOUT, "What is owed.")
    revenue: Mapped[Decimal] = column(REVENUE, "What is earned.")
    gain = derived((REVENUE, PAYOUT), "What is left.", lambda t: t.c.revenue - t.c.payout)


class LeakingRow(Base):
    """A derived column that would show a payout to whoever sees revenue, and one that would show it to all."""

    __tablename__ = "leaking"
    __role__ = TableRole.LOCAL

    id: Mapped[int] = column(PUBLIC, "Its number.", primary_key=True)
    payout: Mapped[Decimal] = column(PAYOUT, "What is owed.")
    revenue: Mapped[Decimal] = column(REVENUE, "What is earned.")
    gain = derived(REVENUE, "What is left.", lambda t: t.c.revenue - t.c.payout)
    is_paid = derived(PUBLIC, "Whether something is owed.", lambda t: sa.case((t.c.payout > 0, True), else_=False))


class UnclassedRow(Base):
    """A column that says nothing of who may see it."""

    __tablename__ = "unclassed"
    __role__ = TableRole.LOCAL

    id: Mapped[int] = column(PUBLIC, "Its number.", primary_key=True)
    secret: Mapped[str]


def catalogue_with(table: type[Base]) -> Catalogue:
    """The catalogue of the real tables and this one."""
    tables = [mapper.class_ for mapper in Row.registry.mappers]
    return build_catalogue([*tables, cast("type[Row]", table)])


def test_a_derived_column_has_the_classes_of_all_it_reads() -> None:
    """M5a: what is computed is visible only where everything it is computed from is."""
    assert catalogue_with(GoodRow)["good"].columns["gain"] == frozenset({REVENUE, PAYOUT})


def test_a_derived_column_that_lacks_a_class_is_refused() -> None:
    """M5a: under a class too few and under none at all, through whatever function it reads."""
    with pytest.raises(PolicyError) as refused:
        catalogue_with(LeakingRow)
    assert "leaking.gain is computed from columns of class payout, which it lacks" in str(refused.value)
    assert "leaking.is_paid is computed from columns of class payout, which it lacks" in str(refused.value)


def test_a_column_without_a_class_is_refused() -> None:
    """Default deny starts at the table: nobody decided, so nobody is served."""
    with pytest.raises(PolicyError, match=r"unclassed\.secret has neither a class nor a marker"):
        catalogue_with(UnclassedRow)


def test_a_sentence_and_a_class_are_asked_of_every_column() -> None:
    """Unclassed is an error, not public; undescribed is an error."""
    with pytest.raises(ValueError, match="needs a class or a marker"):
        access_of(())
    with pytest.raises(ValueError, match="is a sentence"):
        column(PUBLIC, "no sentence")


def test_an_internal_column_needs_what_nobody_has() -> None:
    """There is no set of classes that shows it."""
    with pytest.raises(ValueError, match="never shown"):
        needed_classes(Marker.INTERNAL)
    assert needed_classes(Marker.PUBLIC) == frozenset()
    assert needed_classes(Marker.FOLLOWS_ROW) == {RECORD}


# What nobody may see.


@pytest.mark.parametrize("paths", [admin(), paths_of(Grants(1)), NOTHING], ids=["admin", "anybody", "suspended"])
def test_default_deny(paths: Paths) -> None:
    """Unknown entities, unknown columns, tables without a rule and internal columns are denied to everybody."""
    seen = visibility(paths)
    assert seen.rows("no_such_entity") == FALSE
    assert seen.decide("no_such_entity", "id") is DENY
    assert seen.decide("conversion", "no_such_column") is DENY
    for name, columns in CATALOGUE.model.tables.items():
        for each, access in columns.items():
            if access is Marker.INTERNAL or name not in CATALOGUE.model.rules:
                assert isinstance(seen.decide(name, each), Deny), f"{name}.{each}"


def test_a_suspended_user_sees_no_entity() -> None:
    """AC6."""
    assert not any(visibility(NOTHING).sees(entity.name) for entity in CATALOGUE.served)


def test_a_class_that_no_mask_names_is_denied() -> None:
    """A path holds no class it was not given."""
    model = build_model(TABLES, (EntityRule("thing", {PathKind.PUBLIC: TRUE, SELF: TRUE}),))
    seen = visibility(paths_of(Grants(1)), model)
    assert seen.decide("thing", "status") == Permit()
    assert seen.decide("thing", "amount") is DENY


def test_forms_of_a_decision() -> None:
    """FALSE by form denies, equal to the row filter by form permits, all else is conditional."""
    rules = (EntityRule("thing", {PathKind.PUBLIC: TRUE, PathKind.COLLABORATOR: equals("status", "OPEN")}),)
    model = build_model(TABLES, rules)

    both = visibility(paths_of(Grants(1, collaborators=(CollaboratorGrant(1, "OWNER"),))), model)
    assert both.decide("thing", "status") == Permit()
    assert both.decide("thing", "amount") == Conditional(equals("status", "OPEN"))
    assert visibility(paths_of(Grants(1)), model).decide("thing", "amount") is DENY


def test_several_classes_may_come_from_several_paths() -> None:
    """AC2, AC3: each class of a field by whatever path reaches that row; a row half reached shows half."""
    tables = {**TABLES, "thing": {**TABLES["thing"], "gain": frozenset({PAYOUT, REVENUE})}}
    rows = {PathKind.COLLABORATOR: equals("status", "OPEN"), PathKind.PLATFORM: equals("hash", "x")}
    model = build_model(tables, (EntityRule("thing", rows),))

    staff = PlatformGrant(BaseType.MANAGER, (("OFFERS", Level.R),), frozenset({Switch.REVENUE}))
    seen = visibility(paths_of(Grants(1, platform=staff, collaborators=(CollaboratorGrant(1, "OWNER"),))), model)
    assert seen.decide("thing", "gain") == Conditional(all_of(*rows.values()))


# The tables of the policy themselves.


def test_every_path_kind_has_a_mask() -> None:
    """A kind without a mask would be an error at the first row it reaches."""
    assert set(MASKS) == set(PathKind)


def test_cells_name_tokens_and_conditions_only() -> None:
    """Cells are folded per path: a predicate over columns stands behind a condition of the entity."""
    for mask in MASKS.values():
        for cell in mask.values():
            assert not {"Compare", "Exists", "In(", "IsNull", "Masks", "Reached"} & {
                name for name in ("Compare", "Exists", "In(", "IsNull", "Masks", "Reached") if name in repr(cell)
            }


def test_rules_ask_for_tokens_that_exist() -> None:
    """A misspelt permission or flag would deny for ever, or, negated, permit for ever."""
    known = {token(key, level) for scope in Scope for key in PERMISSIONS[scope] for level in Level} | set(Flag)
    known |= set(LISTED.values())
    asked = {
        each
        for rule in ENTITY_RULES
        for predicate in (*rule.rows.values(), *rule.conditions.values())
        for each in tokens_read(predicate)
    } | {each for mask in MASKS.values() for cell in mask.values() for each in tokens_read(cell)}
    assert asked <= known


def test_rules_ask_for_no_reserved_permission() -> None:
    """What a rule asks for can be assigned."""
    reserved = {token(key) for scope in Scope for key, each in PERMISSIONS[scope].items() if each.reserved}
    for rule in ENTITY_RULES:
        for predicate in (*rule.rows.values(), *rule.conditions.values()):
            assert not tokens_read(predicate) & reserved


@pytest.mark.parametrize("rule", ENTITY_RULES, ids=lambda rule: rule.entity)
def test_every_row_set_can_be_folded(rule: EntityRule) -> None:
    """For every kind of path with every token, and with none."""
    everything = frozenset({token(key) for scope in Scope for key in PERMISSIONS[scope]} | set(Flag))

    for kind in PathKind:
        for tokens in (everything, frozenset[str]()):
            seen = visibility(Paths((path(kind, tokens),)))
            for name in CATALOGUE.model.tables[rule.entity]:
                seen.decide(rule.entity, name)


def test_nobody_reaches_a_company_but_its_members() -> None:
    """L1: no module, role or key leads to a company."""
    for rule in ENTITY_RULES:
        if rule.entity in ("company", "company_access"):
            assert set(rule.rows) == {PathKind.COMPANY}


def test_atoms_are_hashable_and_equal_by_value() -> None:
    """Predicates are data: two that say the same are the same."""
    assert {Holds("A"), Holds("A"), Condition("A"), Masks(PAYOUT)} == {Condition("A"), Masks(PAYOUT), Holds("A")}
