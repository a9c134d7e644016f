"""docs/policy.md is what the rules say: it is written by `make policy`, and what it says is compared with decisions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from graphql import GraphQLObjectType

from sightline.authz.classes import FieldClass, needed_classes
from sightline.authz.expr import And, Compare, Exists, Expr, Masks, Not, Or, tokens_read
from sightline.authz.paths import LISTED, Flag, PathKind, Shape
from sightline.authz.permissions import CATALOGUE as PERMISSIONS
from sightline.authz.permissions import Level, token
from sightline.authz.prose import KINDS
from sightline.authz.visibility import Conditional, Deny, Permit, Visibility, compile_visibility
from sightline.schema.api import Api
from sightline.schema.bindings import Binding
from sightline.schema.model import CATALOGUE
from sightline.schema.names import type_name
from sightline.schema.policy_page import ELSEWHERE, NO, YES, coordinates, policy_page

COMMITTED = Path(__file__).parents[2] / "docs" / "policy.md"
RESTRICTIONS = frozenset(
    {
        Flag.HIDES_PARTNER_NAMES,
        Flag.HIDES_ARCHIVED_PROFILES,
        Flag.ASSIGNED_ACCOUNTS,
        Flag.ASSIGNED_ADVERTISERS,
        Flag.LIMITED_STATUSES,
        Flag.LISTED_PROGRAMS,
        Flag.LISTED_LINES,
    }
)
KEYS = {token(key, level) for keys in PERMISSIONS.values() for key in keys for level in Level}
GENEROUS = frozenset(KEYS | set(LISTED.values()) | (set(Flag) - RESTRICTIONS))
CARRIED = (frozenset[str](), GENEROUS, GENEROUS | RESTRICTIONS, *(GENEROUS - {each} for each in sorted(GENEROUS)))
"""What a path may carry: nothing, everything that gives, everything at all, and all that gives but one thing."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says of one coordinate on one kind of path."""

    coordinate: str
    kind: PathKind
    cell: str


def rows_of(text: str) -> Iterator[list[str]]:
    """The cells of Markdown tables, line by line."""
    for line in text.splitlines():
        if line.startswith("| "):
            yield [each.strip() for each in line.strip("|").split("|")]


def said() -> Iterator[Said]:
    """Everything the committed page says, read back from it."""
    for section in COMMITTED.read_text(encoding="utf-8").split("\n## ")[1:]:
        kinds: list[PathKind] = []
        for cells in rows_of(section):
            if cells[:2] == ["fields", "class"]:
                kinds = [PathKind(each.strip("`")) for each in cells[2:]]
            elif kinds:
                names = re.findall(r"`(\w+(?:\.\w+)?)`", cells[0])
                owner = section.splitlines()[0]
                for name in names:
                    coordinate = name if "." in name else f"{owner}.{name}"
                    yield from (Said(coordinate, kind, cell) for kind, cell in zip(kinds, cells[2:], strict=True))


@pytest.fixture(scope="module")
def bindings() -> dict[str, Binding]:
    """What each coordinate of the page stands on."""
    return {f"{each.owner}.{each.name}": each.binding for each in coordinates(Api())}


OTHERS = (
    Shape(PathKind.COLLABORATOR, frozenset({Flag.COLLABORATOR_OWNER})),
    Shape(PathKind.COMPANY, frozenset()),
)
"""Paths that reach little: what a path that asks for another one is looked at together with."""


def of_kind(kind: PathKind, *, with_another: bool) -> list[Visibility]:
    """The visibilities of viewers who have this path, with whatever it may carry, and no other but the one it asks."""
    others = tuple(each for each in OTHERS if each.kind is not kind) if with_another else ()
    return [
        compile_visibility(CATALOGUE.model, (Shape(kind, carried), *others), policy_version="1") for carried in CARRIED
    ]


VISIBILITIES = {(kind, asks): of_kind(kind, with_another=asks) for kind in PathKind for asks in (False, True)}


def visibilities(kind: PathKind, entity: str) -> list[Visibility]:
    """Of whoever reaches an entity by a kind of path."""
    return VISIBILITIES[kind, not CATALOGUE.model.rules[entity].reached_alone(kind)]


def owner_of(coordinate: str, binding: Binding) -> str:
    """The entity whose rows have the coordinate; of one that no row has, the entity it leads to."""
    owners = {type_name(each): each.name for each in CATALOGUE.served}
    return owners.get(coordinate.partition(".")[0], binding.entity)


def test_the_committed_page_is_what_the_rules_say() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == policy_page(), "run `make policy` and review the difference"


def test_the_page_has_every_coordinate_and_every_kind_that_reaches_it(bindings: dict[str, Binding]) -> None:
    """Each with each kind of path by which its rows are reached, once."""
    found = [(each.coordinate, each.kind) for each in said()]
    assert len(found) == len(set(found))
    assert {coordinate for coordinate, _ in found} == bindings.keys()
    owners = {name.partition(".")[0]: binding.leads_to[-1] for name, binding in bindings.items() if binding.leads_to}
    for coordinate, binding in bindings.items():
        owner = owners.get(coordinate.partition(".")[0], binding.entity)
        kinds = {kind for named, kind in found if named == coordinate}
        assert kinds == CATALOGUE.model.rules[owner].rows.keys(), coordinate


def decided(binding: Binding, visibility: Visibility) -> Permit | Deny | Conditional:
    """What the viewer has of a coordinate: the decision of all its columns together."""
    if not binding.exists_for(visibility):
        return Deny()
    decisions = [visibility.decide(binding.entity, column) for column in binding.columns]
    return next((each for each in decisions if isinstance(each, Conditional)), Permit())


def needed(binding: Binding) -> set[FieldClass]:
    """The classes that a coordinate stands on."""
    columns = CATALOGUE[binding.entity].columns
    return {each for name in binding.columns for each in needed_classes(columns[name])}


def asked_for(entity: str, kind: PathKind) -> set[FieldClass]:
    """The classes that a kind of path holds on every row of an entity that it reaches, as it reaches no other."""
    rows = CATALOGUE.model.rules[entity].rows[kind]
    parts = rows.parts if isinstance(rows, And) else (rows,)
    return {part.field_class for part in parts if isinstance(part, Masks)}


def test_yes_no_and_conditions_are_what_is_decided(bindings: dict[str, Binding]) -> None:
    """AC1, AC2: for a path of each kind alone, whatever it carries; "no" is never shown, "yes" always is."""
    seen = {YES: 0, NO: 0, ELSEWHERE: 0, "condition": 0}
    for each in said():
        binding = bindings[each.coordinate]
        owner = owner_of(each.coordinate, binding)
        reading = visibilities(each.kind, owner)
        found = [decided(binding, visibility) for visibility in reading]
        where = f"{each.coordinate} on {each.kind}: {each.cell}"
        match each.cell:
            case "yes" if not CATALOGUE.model.rules[owner].reached_alone(each.kind):
                # The other path reaches more rows, on which this one shows nothing.
                assert not all(isinstance(decision, Deny) for decision in found), where
            case "yes":
                for visibility, decision in zip(reading, found, strict=True):
                    reached = all(visibility.sees(name) for name in (binding.entity, *binding.leads_to))
                    assert isinstance(decision, Permit if reached else Deny), where
                assert any(isinstance(decision, Permit) for decision in found), where
            case "no":
                assert all(isinstance(decision, Deny) for decision in found), where
            case "if another path reaches it":
                alone = CATALOGUE.model.rules[owner].reached_alone(each.kind)
                assert not alone or all(isinstance(decision, Deny) for decision in found), where
                rules = [CATALOGUE.model.rules[name] for name in (binding.entity, *binding.leads_to)]
                elsewhere = binding.through not in (None, each.kind)
                assert elsewhere or not all(rule.reached_alone(each.kind) for rule in rules), where
            case _ if binding.entity == owner and needed(binding) & asked_for(owner, each.kind):
                # What it needs on a row it needs to reach the row at all.
                assert isinstance(found[1], Permit), where
                assert not any(isinstance(decision, Conditional) for decision in found), where
            case _:
                assert not isinstance(found[1], Deny), where
                assert not all(isinstance(decision, Permit) for decision in found), where
        seen[each.cell if each.cell in seen else "condition"] += 1
    assert min(seen.values()) > 40


def test_descriptions_name_exactly_those_who_can_see() -> None:
    """Fields, edges and connections: whoever is named can see it, who is not cannot; without names, all can always."""
    api = Api()
    checked = 0
    for each in coordinates(api):
        owner = api._schema.type_map[each.owner]
        assert isinstance(owner, GraphQLObjectType)
        text = owner.fields[each.name].description or ""
        binding, where = each.binding, f"{each.owner}.{each.name}: {text}"
        _, guarded, named = text.partition(" Seen by: ")
        for kind in CATALOGUE.model.rules[binding.entity].rows if binding.columns else ():
            reaching = [each for each in visibilities(kind, binding.entity) if each.sees(binding.entity)]
            decisions = [each.decide(binding.entity, column) for each in reaching for column in binding.columns]
            if guarded:
                denied = any(
                    all(isinstance(each.decide(binding.entity, column), Deny) for each in reaching)
                    for column in binding.columns
                )
                assert (KINDS[kind] in named) is not denied, where
                checked += 1
            else:
                assert all(isinstance(decision, Permit) for decision in decisions), where
    assert checked > 300


def test_a_condition_names_the_tokens_that_decide(bindings: dict[str, Binding]) -> None:
    """A token without which a field is lost, on a path that has all others, stands in the field's cell or its rows."""
    checked = 0
    for each in said():
        if each.cell in (YES, NO, ELSEWHERE):
            continue
        binding = bindings[each.coordinate]
        reading = visibilities(each.kind, owner_of(each.coordinate, binding))
        for missing, visibility in zip(sorted(GENEROUS), reading[3:], strict=True):
            reached = all(visibility.sees(name) for name in (binding.entity, *binding.leads_to))
            if reached and isinstance(decided(binding, visibility), Deny):
                words = WORDS.get(missing, missing.replace("list:", "column ").replace(":", " "))
                assert words in each.cell, f"{each.coordinate} on {each.kind} needs {missing}: {each.cell}"
                checked += 1
    assert checked > 20


WORDS = {
    Flag.FULL: "as admin, member or guest",
    Flag.ADMIN: "as admin",
    Flag.SEE_PAYOUT: "with the payout switch",
    Flag.SEE_REVENUE: "with the revenue switch",
    Flag.SEE_SALE_AMOUNT: "with the sale amount switch",
    Flag.COLLABORATOR_OWNER: "as owner",
    Flag.COMPANY_OWNER: "as owner of the company",
}


def rows_said() -> Iterator[tuple[str, PathKind, str]]:
    """What the committed page says of rows: the type, the kind of path, needs and rows together."""
    for section in COMMITTED.read_text(encoding="utf-8").split("\n## ")[1:]:
        table: list[str] = []
        for cells in rows_of(section):
            if cells[0] in ("path", "fields"):
                table = cells
            elif table == ["path", "needs", "rows"]:
                yield section.splitlines()[0], PathKind(cells[0].strip("`")), " ".join(cells[1:])


def test_the_rows_of_a_path_name_what_they_ask_for() -> None:
    """Every permission, value and edge that a row set asks for is in the line of its path; no path is left out."""
    found = {(name, kind): text for name, kind, text in rows_said()}
    rules = {type_name(CATALOGUE[name]): rule for name, rule in CATALOGUE.model.rules.items()}
    assert found.keys() == {(name, kind) for name, rule in rules.items() for kind in rule.rows}
    for (name, kind), text in found.items():
        rows = rules[name].rows[kind]
        for each in tokens_read(rows) & KEYS:
            assert each.replace(":", " ") in text, f"{name} on {kind}: {each}"
        for each in constants_read(rows):
            assert each in text, f"{name} on {kind}: {each}"


def constants_read(expr: Expr) -> set[str]:
    """The texts that columns are compared with."""
    match expr:
        case Compare(_, _, str() as constant):
            return {constant}
        case Exists(_, where):
            return constants_read(where)
        case And(parts) | Or(parts):
            return set().union(*map(constants_read, parts))
        case Not(part):
            return constants_read(part)
        case _:
            return set()
