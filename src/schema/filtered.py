"""The schema as one visibility has it: the full schema without the coordinates that do not exist for the viewer.

The result is an ordinary `GraphQLSchema`, so validation, introspection, coercion and printing need no knowledge of
authorization: what is not there cannot be named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
    is_specified_directive,
)
from strawberry.schema.schema_converter import CustomGraphQLEnumType, GraphQLCoreConverter

from sightline.schema.denied import DIRECTIVE

Exists = Callable[[str], bool]
Composite = GraphQLObjectType | GraphQLInterfaceType


class RequiredButHiddenError(Exception):
    """A required argument or input field can be hidden while what needs it stays: declare it otherwise."""


def filter_schema(base: GraphQLSchema, exists: Exists) -> GraphQLSchema:
    """The schema of the coordinates for which `exists` is true, as far as they can be reached from the query root.

    `exists` is asked for `Type.field`, `Type.field(argument:)`, `Input.field` and `Enum.VALUE`; types follow from their
    members. Raises RequiredButHiddenError for a declaration that could not be filtered.
    """
    kept = _Kept(base, exists)
    return _rebuild(base, kept)


def published_directives(base: GraphQLSchema) -> list[GraphQLDirective]:
    """The language's directives and `@onDenied`: any other of the server's own would tell what is guarded."""
    return [each for each in base.directives if is_specified_directive(each) or each.name == DIRECTIVE]


class _Kept:
    """Which members of which types remain: the greatest set in which every member's type remains."""

    def __init__(self, base: GraphQLSchema, exists: Exists) -> None:
        self.base = base
        self.exists = exists
        self.members: dict[str, list[str]] = {
            name: self._visible_members(type_)
            for name, type_ in base.type_map.items()
            if not is_introspection_type(type_)
        }
        while self._drop_what_leads_nowhere() or self._drop_broken_promises():
            pass
        self._keep_what_is_reached()
        self._refuse_half_an_input()

    def has(self, type_: GraphQLNamedType) -> bool:
        return type_.name in self.members

    def arguments(self, parent: str, name: str, field: GraphQLField) -> dict[str, GraphQLArgument]:
        kept = {
            argument: given
            for argument, given in field.args.items()
            if self.exists(f"{parent}.{name}({argument}:)") and self.has(get_named_type(given.type))
        }
        for argument, given in field.args.items():
            if argument not in kept and is_required_argument(given):
                raise RequiredButHiddenError(f"{parent}.{name}({argument}:)")
        return kept

    def _refuse_half_an_input(self) -> None:
        for name, members in self.members.items():
            type_ = self.base.type_map[name]
            fields = type_.fields if isinstance(type_, GraphQLInputObjectType) else {}
            for field_name, field in fields.items():
                if field_name not in members and is_required_input_field(field):
                    raise RequiredButHiddenError(f"{name}.{field_name}")

    def _visible_members(self, type_: GraphQLNamedType) -> list[str]:
        return [name for name in _member_names(type_) if self.exists(f"{type_.name}.{name}")]

    def _drop_what_leads_nowhere(self) -> bool:
        before = {name: len(members) for name, members in self.members.items()}
        for name, members in list(self.members.items()):
            type_ = self.base.type_map[name]
            if isinstance(type_, GraphQLUnionType):
                self.members[name] = [each.name for each in type_.types if each.name in self.members]
            elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
                gone = {each for each in members if get_named_type(type_.fields[each].type).name not in self.members}
                self.members[name] = [each for each in members if each not in gone]
                # An input that needs what is not there any more cannot be given: it goes with it.
                if isinstance(type_, GraphQLInputObjectType) and any(
                    is_required_input_field(type_.fields[each]) for each in gone
                ):
                    self.members[name] = []
            if not self.members[name] and (_member_names(type_) or isinstance(type_, GraphQLUnionType)):
                del self.members[name]
        return before != {name: len(members) for name, members in self.members.items()}

    def _drop_broken_promises(self) -> bool:
        """What one visible implementor lacks is not the interface's to promise (LK11)."""
        dropped = False
        for name, members in self.members.items():
            type_ = self.base.type_map[name]
            if isinstance(type_, GraphQLInterfaceType):
                below = [self.members[each.name] for each in self._implementors(type_)]
                kept = [each for each in members if all(each in fields for fields in below)]
                dropped, self.members[name] = dropped or kept != members, kept
        return dropped

    def _implementors(self, type_: GraphQLInterfaceType) -> list[Composite]:
        found = self.base.get_implementations(type_)
        every: list[Composite] = [*found.objects, *found.interfaces]
        return [each for each in every if self.has(each)]

    def _keep_what_is_reached(self) -> None:
        reached: set[str] = set()
        waiting = [
            get_named_type(argument.type).name
            for directive in published_directives(self.base)
            for argument in directive.args.values()
        ]
        waiting += [root.name for root in (self.base.query_type, self.base.mutation_type) if root and self.has(root)]
        while waiting:
            name = waiting.pop()
            if name in reached or name not in self.members:
                continue
            reached.add(name)
            waiting += [each.name for each in self._leads_to(self.base.type_map[name])]
        # The scalars of the language itself are always there; validation and introspection count on them.
        self.members = {name: members for name, members in self.members.items() if name in reached}

    def _leads_to(self, type_: GraphQLNamedType) -> Iterable[GraphQLNamedType]:
        members = self.members[type_.name]
        if isinstance(type_, GraphQLUnionType):
            yield from (each for each in type_.types if each.name in members)
        if isinstance(type_, GraphQLInputObjectType):
            yield from (get_named_type(type_.fields[name].type) for name in members)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            yield from type_.interfaces
            for name in members:
                field = type_.fields[name]
                yield get_named_type(field.type)
                yield from (
                    get_named_type(argument.type) for argument in self.arguments(type_.name, name, field).values()
                )
        if isinstance(type_, GraphQLInterfaceType):
            yield from self.base.get_possible_types(type_)


def _member_names(type_: GraphQLNamedType) -> list[str]:
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        return list(type_.fields)
    if isinstance(type_, GraphQLEnumType):
        return list(type_.values)
    return []


def _rebuild(base: GraphQLSchema, kept: _Kept) -> GraphQLSchema:
    new: dict[str, GraphQLNamedType] = {}

    def named(type_: GraphQLNamedType) -> Any:
        return new[type_.name]

    def mapped(type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return GraphQLNonNull(mapped(type_.of_type))
        if isinstance(type_, GraphQLList):
            return GraphQLList(mapped(type_.of_type))
        return named(type_)

    def fields(type_: Composite) -> dict[str, GraphQLField]:
        rebuilt = {}
        for name in kept.members[type_.name]:
            options: dict[str, Any] = {**type_.fields[name].to_kwargs()}
            options["type_"] = mapped(type_.fields[name].type)
            options["args"] = {
                argument: GraphQLArgument(**given.to_kwargs() | {"type_": mapped(given.type)})
                for argument, given in kept.arguments(type_.name, name, type_.fields[name]).items()
            }
            rebuilt[name] = GraphQLField(**options)
        return rebuilt

    def input_fields(type_: GraphQLInputObjectType) -> dict[str, GraphQLInputField]:
        return {
            name: GraphQLInputField(**type_.fields[name].to_kwargs() | {"type_": mapped(type_.fields[name].type)})
            for name in kept.members[type_.name]
        }

    def rebuild(type_: GraphQLNamedType) -> GraphQLNamedType:
        options: dict[str, Any] = {**type_.to_kwargs()}
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            options["fields"] = lambda: fields(type_)
            options["interfaces"] = lambda: [named(each) for each in type_.interfaces if kept.has(each)]
            return type(type_)(**options)
        if isinstance(type_, GraphQLInputObjectType):
            return type(type_)(**options | {"fields": lambda: input_fields(type_)})
        if isinstance(type_, GraphQLUnionType):
            options["types"] = lambda: [named(each) for each in type_.types if kept.has(each)]
            # Strawberry compares members by identity, so the union must go on resolving among its own.
            options["resolve_type"] = lambda root, info, _type: (
                type_.resolve_type(root, info, type_) if type_.resolve_type else None
            )
            return GraphQLUnionType(**options)
        if isinstance(type_, CustomGraphQLEnumType) and len(kept.members[type_.name]) < len(type_.values):
            members = {name: type_.values[name] for name in kept.members[type_.name]}
            definition = type_.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
            return CustomGraphQLEnumType(enum=definition, **options | {"values": members})
        return type_

    for name in kept.members:
        new[name] = rebuild(base.type_map[name])
    query, mutation = base.query_type, base.mutation_type
    return GraphQLSchema(
        query=new[query.name] if query and kept.has(query) else None,  # type: ignore[arg-type]
        mutation=new[mutation.name] if mutation and kept.has(mutation) else None,  # type: ignore[arg-type]
        types=list(new.values()),
        directives=published_directives(base),
        description=base.description,
    )
