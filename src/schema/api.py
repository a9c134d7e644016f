"""The contract: the full schema once, and per visibility a view of it in which hidden coordinates do not exist.

A view is no second schema: it shares types and resolvers with the full one and differs in the `GraphQLSchema` that
documents are validated, introspected and executed against. Views and validated documents are kept per visibility.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import strawberry
from cachetools import LRUCache
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    execute,
    is_introspection_type,
    parse,
    print_schema,
    validate_schema,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter

from sightline.authz.visibility import Visibility
from sightline.db.assumed_snapshot import Way
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.operation import Operation
from sightline.schema import entities
from sightline.schema.bindings import METADATA, OPEN, Bound, Open
from sightline.schema.costs import Costs
from sightline.schema.denied import ON_DENIED, DeniedMode, denied_mode, prune
from sightline.schema.fields import Guard
from sightline.schema.filtered import filter_schema
from sightline.schema.inputs import order_bindings
from sightline.schema.limits import MOST_TOKENS, check_length, check_shape
from sightline.schema.model import CATALOGUE
from sightline.schema.mutations import GRANTING, Mutation
from sightline.schema.names import type_name
from sightline.schema.plans.executor import PlannedExecutor, Plans
from sightline.schema.query import Query
from sightline.schema.quiet import QuietExecutor
from sightline.schema.reports.listed import narrowed_key, withheld_by
from sightline.schema.rules import faults
from sightline.schema.scalars import SCALARS
from sightline.schema.selections import mutations_of
from sightline.schema.structure import Structure
from sightline.schema.wanted import wanted_columns

_MOST_NAMED, _LONGEST_NAMED = 5, 64
_MOST_VIEWS = 256
_MOST_LISTS = 4_096
_MOST_DOCUMENTS = 500
_LONGEST_KEPT = 10_000  # characters; a document's tree is some hundred times its text


class UnboundCoordinateError(TypeError):
    """A coordinate says neither what it stands on nor that it is open: it would be public by accident."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document for one view: parsed, validated, and the columns it asks for; or the errors that refuse it.

    `granting` says that a mutation of it gives or takes access; `ways` has how each operation can be answered, as far
    as that is known.
    """

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    wanted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unavailable: tuple[str, ...] = ()
    granting: bool = False
    plans: Plans = field(default_factory=Plans)
    ways: dict[str | None, Way] = field(default_factory=dict)
    _costs: dict[str | None, Costs] = field(default_factory=dict)

    def learn(self, operation_name: str | None, way: Way) -> None:
        """An operation was answered in a way: what once needed more is not tried with less again."""
        self.ways[operation_name] = max(way, self.ways.get(operation_name, way))

    def costs(self, operation_name: str | None) -> Costs:
        """What an operation of the document costs."""
        assert self.document is not None
        if operation_name not in self._costs:
            self._costs[operation_name] = Costs(self.document, operation_name)
        return self._costs[operation_name]


class View(strawberry.Schema):
    """The schema as one visibility has it. Made by `Api.view` only."""

    _base: Api
    permitted: int
    key: str

    def __init__(self) -> None:
        raise TypeError("a view is made by Api.view")

    def get_type_by_name(self, name: str) -> Any:  # type: ignore[override]
        """A type of this view: one that is hidden is not there, under whatever door it is asked for."""
        return self._base.get_type_by_name(name) if name in self._schema.type_map else None

    def prepare(self, query: str) -> Prepared:
        """A document of this view, prepared once."""
        kept = self._base.documents
        document = (self.key, hashlib.sha256(query.encode("utf-8", "surrogatepass")).digest())
        if document in kept:
            return kept[document]
        prepared = self._prepare(query)
        if len(query) <= _LONGEST_KEPT:
            kept[document] = prepared
        return prepared

    def _prepare(self, query: str) -> Prepared:
        try:
            check_length(query)
            document = parse(query, max_lexical_tokens=MOST_TOKENS)
            check_shape(document)
        except GraphQLError as error:
            return Prepared(None, (error,))
        except BadInputError as refused:
            return Prepared(None, (GraphQLError(str(refused), extensions={"code": refused.code}),))
        mode, unavailable = _mode(document), tuple[str, ...]()
        if mode is not DeniedMode.HIDE:
            document, unavailable = prune(self._schema, document)
        if unavailable and mode is DeniedMode.REJECT:
            return Prepared(None, (_rejection(unavailable),))
        errors = faults(self._schema, document)
        if errors:
            return Prepared(None, tuple(errors))
        granting = not GRANTING.isdisjoint(mutations_of(document))
        wanted = wanted_columns(self._schema, document)
        return Prepared(document, (), wanted, unavailable, granting, Plans.of(document))

    async def run(
        self, prepared: Prepared, operation: Operation, *, variables: Mapping[str, Any], name: str | None
    ) -> ExecutionResult:
        """Execute a prepared document. Errors of resolvers are in the result, with what raised them."""
        assert prepared.document is not None
        operation.wanted, operation.permitted = prepared.wanted, self.permitted
        if self._base.planned:
            answered = await prepared.plans.answer(self._schema, name, operation, variables)
            if answered is not None:
                return answered
        result = execute(
            self._schema,
            prepared.document,
            context_value=operation,
            variable_values=dict(variables),
            operation_name=name,
            **self._base.executor(prepared),
        )
        return result if isinstance(result, ExecutionResult) else await result

    def as_str(self) -> str:
        """The SDL of this view."""
        return print_schema(self._schema)


_in_camel_case = lru_cache(maxsize=4_096)(NameConverter().apply_naming_config)


class _Names(NameConverter):
    """Names as the framework makes them, each once: it asks for those of arguments at every request."""

    def apply_naming_config(self, name: str) -> str:
        """A name in camel case."""
        return _in_camel_case(name)


class _Full(strawberry.Schema):
    """The full schema, and what is known of it: all that follows from the declarations alone."""

    def __init__(self) -> None:
        types = [getattr(entities, name) for name in entities.__all__]
        config = StrawberryConfig(scalar_map=SCALARS, name_converter=_Names())
        super().__init__(
            query=Query,
            mutation=Mutation,
            types=types,
            directives=[ON_DENIED],
            config=config,
            execution_context_class=QuietExecutor,
        )
        self.structure = Structure.of(self._schema)
        self.bindings = _bindings(self._schema)
        self.guards = _number_guards(self._schema)
        self.coordinates = _by_binding(self.bindings, self.guards)


_full = lru_cache(maxsize=1)(_Full)


class Api(_Full):
    """The full schema, made once in a process, and the views of it. Nobody is served the whole of it.

    Every operation runs in the view of its viewer. Without `planned` the standard executor answers alone.
    """

    def __init__(self, *, planned: bool = True) -> None:
        self.__dict__.update(vars(_full()))
        self.views: LRUCache[str, View] = LRUCache(_MOST_VIEWS)
        self.withheld: LRUCache[tuple[str, frozenset[str]], tuple[str, frozenset[str]]] = LRUCache(_MOST_LISTS)
        self.documents: LRUCache[tuple[str, bytes], Prepared] = LRUCache(_MOST_DOCUMENTS)
        self.planned = planned

    def executor(self, prepared: Prepared) -> dict[str, Any]:
        """By what a document is executed: by its plans as far as it has some, or by the standard executor alone."""
        if not self.planned:
            return {"executor_class": QuietExecutor}
        return {"executor_class": PlannedExecutor, "plans": prepared.plans}

    def view(self, visibility: Visibility, listed: frozenset[str] | None = None) -> View:
        """The view of a visibility; the most recently used are kept.

        `listed` are the report columns of the list that holds for the viewer; without it no list narrows the view.
        """
        key, withheld = visibility.key, frozenset[str]()
        if listed is not None:
            key, withheld = self._narrowed(visibility, listed)
        if key not in self.views:
            self.views[key] = self._view(visibility, key, withheld)
        return self.views[key]

    def _narrowed(self, visibility: Visibility, listed: frozenset[str]) -> tuple[str, frozenset[str]]:
        """The key of a narrowed view, and what it lacks: found once for each list that people of a visibility have."""
        found = (visibility.key, listed)
        if found not in self.withheld:
            withheld = withheld_by(listed, visibility)
            self.withheld[found] = narrowed_key(visibility.key, withheld), withheld
        return self.withheld[found]

    def _view(self, visibility: Visibility, key: str, withheld: frozenset[str]) -> View:
        there = {each for each in self.coordinates if isinstance(each, Open) or each.exists_for(visibility)}
        visible = frozenset[str]().union(*(self.coordinates[each] for each in there)) - withheld
        filtered = filter_schema(self.structure, visible.__contains__)
        faults = validate_schema(filtered)
        if faults:
            raise TypeError(f"a view is no valid schema: {[fault.message for fault in faults]}")
        view = View.__new__(View)
        view.__dict__.update(self.__dict__)
        view._schema, view._base = filtered, self
        filtered._strawberry_schema = view  # type: ignore[attr-defined]
        view.key = key
        view.permitted = sum(1 << guard.bit for guard in self.guards if guard.binding in there)
        return view


def _mode(document: DocumentNode) -> DeniedMode:
    """The mode of a document: the strictest of its operations', as they share their fragments."""
    modes = {denied_mode(each) for each in document.definitions if isinstance(each, OperationDefinitionNode)}
    return next((mode for mode in (DeniedMode.HIDE, DeniedMode.REJECT) if mode in modes), DeniedMode.MASK)


def _rejection(unavailable: tuple[str, ...]) -> GraphQLError:
    named = ", ".join(coordinate[:_LONGEST_NAMED] for coordinate in unavailable[:_MOST_NAMED])
    return GraphQLError(f"Does not exist or is not available to you: {named}.", extensions={"code": "FORBIDDEN"})


def _bindings(schema: GraphQLSchema) -> dict[str, Bound]:
    """The binding of every coordinate that `filter_schema` asks for. Raises UnboundCoordinateError."""
    bindings = dict(order_bindings())
    entity_types = {type_name(entity): entity.name for entity in CATALOGUE.served}
    unbound: list[str] = []
    for name, type_ in schema.type_map.items():
        if is_introspection_type(type_):
            continue
        if isinstance(type_, GraphQLEnumType):
            for value in type_.values:
                bindings.setdefault(f"{name}.{value}", OPEN)
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            continue
        for field_name, member in type_.fields.items():
            definition = member.extensions.get("strawberry-definition")
            binding = definition.metadata.get(METADATA) if definition is not None else None
            if binding is None:
                unbound.append(f"{name}.{field_name}")
                continue
            if name in entity_types:
                binding = binding.on(entity_types[name])
            bindings[f"{name}.{field_name}"] = binding
            # An argument holds nothing of its own: it goes with its field, and with the type it takes.
            bindings |= {f"{name}.{field_name}({argument}:)": OPEN for argument in getattr(member, "args", {})}
    if unbound:
        raise UnboundCoordinateError(f"bind these to columns, or declare them open: {', '.join(unbound)}")
    return bindings


def _by_binding(bindings: Mapping[str, Bound], guards: Iterable[Guard]) -> dict[Bound, list[str]]:
    """The coordinates of each binding, most of which are those of many; a guard's may be that of none."""
    found: dict[Bound, list[str]] = {guard.binding: [] for guard in guards}
    for coordinate, binding in bindings.items():
        found.setdefault(binding, []).append(coordinate)
    return found


def _number_guards(schema: GraphQLSchema) -> list[Guard]:
    """All guards, each given its bit and its coordinate."""
    guards: list[Guard] = []
    for name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLObjectType):
            for field_name, member in type_.fields.items():
                definition = member.extensions.get("strawberry-definition")
                for extension in definition.extensions if definition is not None else ():
                    if isinstance(extension, Guard):
                        extension.bit, extension.coordinate = len(guards), f"{name}.{field_name}"
                        guards.append(extension)
    return guards
