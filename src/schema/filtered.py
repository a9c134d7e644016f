"""The schema as one visibility has it: the full schema without the coordinates that do not exist for the viewer.

The result is an ordinary `GraphQLSchema`, so validation, introspection, coercion and printing need no knowledge of
authorization: what is not there cannot be named. What is there whole, and leads only to what is, is the full schema's
own object; all else is a copy of it with fewer members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from graphql import (
    GraphQLArgument,
    GraphQLDirective,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_specified_directive,
)
from strawberry.schema.schema_converter import CustomGraphQLEnumType, GraphQLCoreConverter

from sightline.schema.denied import DIRECTIVE
from sightline.schema.structure import Given, Structure

Exists = Callable[[str], bool]
Copied = TypeVar("Copied")


class RequiredButHiddenError(Exception):
    """A required argument or input field can be hidden while what needs it stays: declare it otherwise."""


def filter_schema(base: Structure, exists: Exists) -> GraphQLSchema:
    """The schema of the coordinates for which `exists` is true, as far as they can be reached from the query root.

    `exists` is asked for `Type.field`, `Type.field(argument:)`, `Input.field` and `Enum.VALUE`; types follow from their
    members. Raises RequiredButHiddenError for a declaration that could not be filtered.
    """
    kept = _Kept(base, exists)
    return _Rebuilt(base.schema, kept).schema()


def published_directives(base: GraphQLSchema) -> list[GraphQLDirective]:
    """The language's directives and `@onDenied`: any other of the server's own would tell what is guarded."""
    return [each for each in base.directives if is_specified_directive(each) or each.name == DIRECTIVE]


class _Kept:
    """Which members of which types remain: the greatest set in which every member's type remains.

    `members` has those of each type in their order, `arguments` those of each field that takes some.
    """

    def __init__(self, base: Structure, exists: Exists) -> None:
        self.base = base
        self.exists = exists
        self.members: dict[str, list[str]] = {
            name: [each.name for each in members.values() if name in base.unions or exists(each.coordinate)]
            for name, members in base.members.items()
        }
        while self._drop_what_leads_nowhere() or self._drop_broken_promises():
            pass
        self.arguments = {
            (name, each): self._arguments(base.members[name][each].arguments)
            for name, members in self.members.items()
            for each in members
            if base.members[name][each].arguments
        }
        self._keep_what_is_reached()
        self._refuse_half_an_input()
        self.whole = self._whole()

    def _arguments(self, given: Iterable[Given]) -> list[str]:
        kept = [each.name for each in given if each.leads_to in self.members and self.exists(each.coordinate)]
        for each in given:
            if each.is_required and each.name not in kept:
                raise RequiredButHiddenError(each.coordinate)
        return kept

    def _refuse_half_an_input(self) -> None:
        for name in self.base.inputs & self.members.keys():
            members = self.members[name]
            for member in self.base.members[name].values():
                if member.is_required and member.name not in members:
                    raise RequiredButHiddenError(member.coordinate)

    def _drop_what_leads_nowhere(self) -> bool:
        dropped = False
        for name, members in list(self.members.items()):
            known = self.base.members[name]
            gone = [each for each in members if (to := known[each].leads_to) is not None and to not in self.members]
            if gone:
                dropped = True
                self.members[name] = members = [each for each in members if each not in gone]
                # An input that needs what is not there any more cannot be given: it goes with it.
                if name in self.base.inputs and any(known[each].is_required for each in gone):
                    self.members[name] = members = []
            if not members and (known or name in self.base.unions):
                dropped = True
                del self.members[name]
        return dropped

    def _drop_broken_promises(self) -> bool:
        """What one visible implementor lacks is not the interface's to promise (LK11)."""
        dropped = False
        for name, implementors in self.base.implementors.items():
            if name in self.members:
                below = [self.members[each] for each in implementors if each in self.members]
                kept = [each for each in self.members[name] if all(each in fields for fields in below)]
                dropped, self.members[name] = dropped or kept != self.members[name], kept
        return dropped

    def _keep_what_is_reached(self) -> None:
        reached: set[str] = set()
        schema = self.base.schema
        waiting = [
            get_named_type(argument.type).name
            for directive in published_directives(schema)
            for argument in directive.args.values()
        ]
        waiting += [root.name for root in (schema.query_type, schema.mutation_type) if root]
        while waiting:
            name = waiting.pop()
            if name not in reached and name in self.members:
                reached.add(name)
                waiting += self._leads_to(name)
        # The scalars of the language itself are always there; validation and introspection count on them.
        self.members = {name: members for name, members in self.members.items() if name in reached}

    def _leads_to(self, name: str) -> Iterable[str]:
        known = self.base.members[name]
        yield from self.base.interfaces.get(name, ())
        yield from self.base.implementors.get(name, ())
        for each in self.members[name]:
            member = known[each]
            if member.leads_to is not None:
                yield member.leads_to
            kept = self.arguments.get((name, each), ())
            yield from (given.leads_to for given in member.arguments if given.name in kept)

    def _whole(self) -> set[str]:
        """The types that have all they had, and lead only to such."""
        whole = {
            name
            for name, members in self.members.items()
            if len(members) == len(self.base.members[name])
            and all(
                len(self.arguments.get((name, each), ())) == len(self.base.members[name][each].arguments)
                for each in members
            )
        }
        waiting = [name for name in self.base.members if name not in whole]
        while waiting:
            for name in self.base.referring[waiting.pop()] & whole:
                whole.discard(name)
                waiting.append(name)
        return whole


class _Rebuilt:
    """The types that remain."""

    def __init__(self, base: GraphQLSchema, kept: _Kept) -> None:
        self.base = base
        self.kept = kept
        self.types: dict[str, Any] = {
            name: base.type_map[name] if name in kept.whole else self._alike(base.type_map[name])
            for name in kept.members
        }
        for name in kept.members.keys() - kept.whole:
            self._fill(base.type_map[name], self.types[name])

    def schema(self) -> GraphQLSchema:
        """The schema of them."""
        query, mutation = self.base.query_type, self.base.mutation_type
        return GraphQLSchema(
            query=self.types.get(query.name) if query else None,
            mutation=self.types.get(mutation.name) if mutation else None,
            types=list(self.types.values()),
            directives=published_directives(self.base),
            description=self.base.description,
        )

    def _alike(self, type_: GraphQLNamedType) -> GraphQLNamedType:
        if isinstance(type_, CustomGraphQLEnumType):
            members = {name: type_.values[name] for name in self.kept.members[type_.name]}
            definition = type_.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
            return CustomGraphQLEnumType(enum=definition, **{**type_.to_kwargs(), "values": members})
        if isinstance(type_, GraphQLUnionType):
            # Strawberry compares members by identity, so the union must go on resolving among its own.
            return _copy(
                type_,
                resolve_type=lambda root, info, _type: (
                    type_.resolve_type(root, info, type_) if type_.resolve_type else None
                ),
            )
        return _copy(type_)

    def _fill(self, type_: GraphQLNamedType, made: Any) -> None:
        """Give a copy its members, whose names were checked when the full schema was made."""
        members = self.kept.members[type_.name]
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            made.fields = {name: self._field(type_.name, name, type_.fields[name]) for name in members}
            made.interfaces = tuple(self.types[each.name] for each in type_.interfaces if each.name in self.types)
        elif isinstance(type_, GraphQLInputObjectType):
            made.fields = {name: self._retyped(type_.fields[name]) for name in members}
        elif isinstance(type_, GraphQLUnionType):
            made.types = tuple(self.types[name] for name in members)

    def _field(self, parent: str, name: str, field: GraphQLField) -> GraphQLField:
        given = self.kept.arguments.get((parent, name), ())
        arguments: dict[str, GraphQLArgument] = {each: self._retyped(field.args[each]) for each in given}
        same = len(arguments) == len(field.args) and all(arguments[each] is field.args[each] for each in arguments)
        return self._retyped(field) if same else _copy(field, type=self._mapped(field.type), args=arguments)

    def _retyped(self, member: Copied) -> Copied:
        """A member with the type as it is here; itself, where that is the full schema's."""
        before: Any = member
        if get_named_type(before.type).name in self.kept.whole:
            return member
        return _copy(member, type=self._mapped(before.type))

    def _mapped(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull | GraphQLList):
            return type(type_)(self._mapped(type_.of_type))
        return self.types[type_.name]


def _copy(original: Copied, **other: Any) -> Copied:
    """A copy with other attributes, made without the constructor, which would check all names again."""
    made = object.__new__(type(original))
    vars(made).update(vars(original), **other)
    return made
