"""docs/policy.md: every coordinate that shows stored data, against every kind of path, in words made from the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from graphql import GraphQLObjectType, get_named_type

from sightline.authz.classes import FieldClass, Marker, needed_classes
from sightline.authz.expr import FALSE, TRUE
from sightline.authz.paths import PathKind
from sightline.authz.prose import KINDS, cell_of, clause, condition, describe, rows_in_words
from sightline.db.catalogue import Entity
from sightline.schema.api import Api
from sightline.schema.bindings import Binding
from sightline.schema.enums import DESCRIPTIONS
from sightline.schema.model import CATALOGUE
from sightline.schema.names import type_name

YES, NO, ELSEWHERE = "yes", "no", "if another path reaches it"

_INTRODUCTION: Final = """# Who may see what, coordinate by coordinate

Written by `make policy` from the rules the server decides by, and compared with them by a test: do not edit it. The
rules themselves, with their reasons, stand in [rules.md](rules.md).

## How to read it

Whoever asks has access *paths*: one for each thing he was given, and some that come with being somebody. An entity's
first table says which rows each kind of path reaches; a kind that is missing reaches none. "Needs" is what the path
must carry for that: a permission such as TRANSACTIONS R, a standing, a switch. "You" is who holds the path. Account
Administrators, and an organization's keys where they are not cut by scopes, stand as admin.

The second table says which fields such a path shows **on the rows it reaches**: *yes* on all of them; *no* on none;
else what the path must carry, or what must be so of the row. Fields alike share a line. `->` is a field that leads to
a row of another entity, `=>` one that leads to many. Where the path does not reach what it leads to, the cell says
"if another path reaches it": the viewer has the field only if he has such a path too.

Paths add up, row by row: a field is shown on a row if some path reaches that row *and* shows the field there; of
several classes each may come from another path. A field that no path of a viewer shows does not exist in his schema,
nor does its filter or its order. A row at the end of an edge must be visible by itself; else the edge is null. The
paths of an API key are its owner's, cut by the key's scopes; a suspended user has none.
"""


@dataclass(frozen=True, slots=True)
class Coordinate:
    """A field that shows stored data: where it is, what it stands on, and to which entity it leads, if to any."""

    owner: str
    name: str
    binding: Binding
    target: str | None
    many: bool

    @property
    def written(self) -> str:
        """How the page writes it below its entity."""
        field = f"`{self.name}`" if self.owner in _ENTITIES else f"`{self.owner}.{self.name}`"
        return f"{field} {'=>' if self.many else '->'} {self.target}" if self.target else field

    def cell(self, kind: PathKind) -> str:
        """What a path of this kind needs on a row to show it there, in words."""
        rules, entity = CATALOGUE.model.rules, self.binding.entity
        held = cell_of(kind, self._classes(), rules[entity])
        if self.binding.through not in (None, kind):
            return ELSEWHERE
        if kind in rules[entity].rows and held == FALSE:
            return NO
        home = _ENTITIES[self.owner].name if self.owner in _ENTITIES else entity
        beyond = {entity, *self.binding.leads_to} - {home}
        if kind not in rules[entity].rows or not all(rules[name].reached_alone(kind) for name in beyond):
            return ELSEWHERE
        return YES if held == TRUE else describe(held)

    @property
    def class_names(self) -> str:
        """The classes that must be held; `public` where there are none."""
        return ", ".join(f"`{each}`" for each in sorted(self._classes() - {FieldClass.RECORD})) or (
            f"`{FieldClass.RECORD}`" if self._classes() else f"`{Marker.PUBLIC}`"
        )

    def _classes(self) -> frozenset[FieldClass]:
        columns = CATALOGUE[self.binding.entity].columns
        return frozenset[FieldClass]().union(*(needed_classes(columns[each]) for each in self.binding.columns))


def policy_page() -> str:
    """The whole page, in Markdown."""
    api = Api()
    below: defaultdict[str, list[Coordinate]] = defaultdict(list)
    for each in coordinates(api):
        below[each.owner if each.owner in _ENTITIES else type_name(CATALOGUE[each.binding.entity])].append(each)
    parts = [_INTRODUCTION, *_kinds()]
    for name in sorted(_ENTITIES):
        # What leads to the rows from elsewhere stands first.
        listed = sorted(below[name], key=lambda each: each.owner in _ENTITIES)
        parts += _section(_ENTITIES[name], listed, api._schema.type_map[name].description or "")
    return "\n".join(parts)


def coordinates(api: Api) -> Iterator[Coordinate]:
    """Every field of the API that stands on stored data, in the order of the schema."""
    for name, type_ in api._schema.type_map.items():
        if not isinstance(type_, GraphQLObjectType):
            continue
        for field_name, field in type_.fields.items():
            binding = api.bindings.get(f"{name}.{field_name}")
            if isinstance(binding, Binding):
                named = get_named_type(field.type).name
                target = named.removesuffix("Connection")
                yield Coordinate(name, field_name, binding, target if target in _ENTITIES else None, named != target)


def _kinds() -> Iterator[str]:
    yield "## The kinds of path\n"
    lines = [(f"`{kind}`", words, DESCRIPTIONS[PathKind][kind.name]) for kind, words in KINDS.items()]
    yield _table(("path", "whose", "what it is"), lines)


def _section(entity: Entity, listed: list[Coordinate], description: str) -> Iterator[str]:
    rule = CATALOGUE.model.rules[entity.name]
    kinds = [kind for kind in PathKind if kind in rule.rows]
    yield f"## {type_name(entity)}\n"
    yield f"{' '.join(description.split())}\n"
    reached = [(kind, rows_in_words(rule.rows[kind])) for kind in kinds]
    rows = [(f"`{kind}`", each.needs or "nothing", each.rows) for kind, each in reached]
    yield _table(("path", "needs", "rows"), rows)
    alike: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    meanings: dict[str, None] = {}
    for each in listed:
        cells = [each.cell(kind) for kind in kinds]
        alike[each.class_names, *cells].append(each.written)
        meanings |= dict.fromkeys(_meanings(each.binding.entity, cells, within=entity))
    if meanings:
        yield "\n".join(meanings) + "\n"
    lines = [(", ".join(names), *line) for line, names in alike.items()]
    yield _table(("fields", "class", *(f"`{kind}`" for kind in kinds)), lines)


def _meanings(named: str, cells: list[str], *, within: Entity) -> Iterator[str]:
    """What the conditions mean that these cells name, on rows of the entity that they are about."""
    about = "" if named == within.name else f" (of {type_name(CATALOGUE[named])})"
    for name, meaning in CATALOGUE.model.rules[named].conditions.items():
        words = [condition(name), condition(name, lacking=True)]
        if any(each in cell for each in words for cell in cells):
            yield f"- *{words[0]}*{about}: {clause(meaning)}"


def _table(head: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> str:
    written = [f"| {' | '.join(row)} |" for row in [head, *lines]]
    return "\n".join([written[0], "|--" * len(head) + "|", *written[1:]]) + "\n"


_ENTITIES: Final = {type_name(entity): entity for entity in CATALOGUE.served}
