"""Relay connections over entities: `<Type>Connection`, `<Type>Edge`, and the fields that lead to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

import strawberry

from sightline.authz.paths import PathKind
from sightline.db.catalogue import Entity
from sightline.db.queries import OrderKey, Parent, Selection
from sightline.resolvers.connections import Page, Window, window
from sightline.resolvers.global_ids import GlobalIds, Key
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row
from sightline.schema.annotations import entity_named, list_of
from sightline.schema.audience import seen_by
from sightline.schema.bindings import METADATA, Binding, open_field
from sightline.schema.fields import Column, declared
from sightline.schema.inputs import FILTERS, ORDERS, filter_from, order_keys
from sightline.schema.model import CATALOGUE
from sightline.schema.names import plural, type_name

CONNECTED: Final = "sightline.connected"
"""Where the metadata of a connection's field have its `Connected`."""


@strawberry.type(description="Where a page stands in its connection.")
class PageInfo:
    """Where a page stands in its connection, over visible rows."""

    has_next_page: bool = open_field("Whether there are rows after the page.")
    has_previous_page: bool = open_field("Whether there are rows before the page.")
    start_cursor: str | None = open_field("The cursor of the page's first row.")
    end_cursor: str | None = open_field("The cursor of the page's last row.")


async def _page_info(root: Page) -> PageInfo:
    read = await root.read()
    return PageInfo(
        has_next_page=root.has_next(read),
        has_previous_page=root.has_previous(read),
        start_cursor=root.first_cursor(read),
        end_cursor=root.last_cursor(read),
    )


async def _edges(root: Page) -> Any:
    return [(root, row) for row in await root.rows()]


async def _nodes(root: Page) -> Any:
    return await root.rows()


async def _total_count(root: Page) -> int:
    return await root.count()


def _node(root: tuple[Page, Row]) -> Any:
    return root[1]


def _cursor(root: tuple[Page, Row]) -> str:
    return root[0].cursor(root[1])


def _made(name: str, description: str, fields: dict[str, tuple[Any, Any, str]]) -> Any:
    """A type whose fields are (annotation, resolver, description)."""
    namespace: dict[str, Any] = {"__module__": __name__}
    for field, (annotation, resolver, text) in fields.items():
        namespace[field] = open_field(text, resolver=_annotated(resolver, annotation))
    return strawberry.type(type(name, (), namespace), name=name, description=description)


def _annotated(function: Any, annotation: Any) -> Any:
    """The same function as a resolver of another type."""

    def resolver(root: strawberry.Parent[Any]) -> Any:
        return function(root)

    resolver.__annotations__["return"] = annotation
    return resolver


def _connection(entity: Entity) -> Any:
    name = type_name(entity)
    row = entity_named(name)
    edge = _made(
        f"{name}Edge",
        f"A {name} in a connection.",
        {"node": (row, _node, "The row."), "cursor": (str, _cursor, "Where the row stands: for after and before.")},
    )
    return _made(
        f"{name}Connection",
        f"A page of {name} rows, all of them visible to you.",
        {
            "edges": (list_of(edge), _edges, "The rows of the page with their cursors."),
            "nodes": (list_of(row), _nodes, "The rows of the page."),
            "page_info": (PageInfo, _page_info, "Where the page stands."),
            "total_count": (int, _total_count, "How many rows there are in all; costs a statement of its own."),
        },
    )


CONNECTIONS: Final[dict[str, Any]] = {entity.name: _connection(entity) for entity in CATALOGUE.served}

_ARGUMENTS = {
    "first": "How many rows from the start, or after `after`: 1 to 100.",
    "after": "A cursor: rows after it.",
    "last": "How many rows up to the end, or before `before`: 1 to 100.",
    "before": "A cursor: rows before it.",
    "where": "Which rows.",
    "order_by": (
        "In which order, texts by code points; without it facts, such as conversions, newest first, all else oldest."
    ),
}


def _argument(name: str, type_: Any) -> Any:
    return Annotated[type_ | None, strawberry.argument(description=_ARGUMENTS[name])]


@dataclass(frozen=True, slots=True)
class Connected:
    """What a field that is a connection leads to: rows of an entity, all or those below the row it is on."""

    entity: Entity
    parent: Parent | None
    through: PathKind | None

    def asked(
        self,
        ids: GlobalIds,
        *,
        first: Any = None,
        after: Any = None,
        last: Any = None,
        before: Any = None,
        where: Any = None,
        order_by: Any = None,
    ) -> PageAsked:
        """What the arguments mean. Raises BadInputError."""
        return PageAsked(
            Selection(self.entity.name, filter_from(where, self.entity, ids), self.parent, self.through),
            order_keys(order_by),
            window(first=first, after=after, last=last, before=before),
        )


@dataclass(frozen=True, slots=True)
class PageAsked:
    """What is asked of a connection, by whomever and below whatever."""

    selection: Selection
    order: tuple[OrderKey, ...]
    window: Window

    def page(self, operation: Operation, key: Key | None) -> Page:
        """The page below the row of a key; of a root connection, below none."""
        return Page(operation, self.selection, self.order, self.window, key)


def _connection_field(entity: Entity, binding: Binding, parent: Parent | None, description: str) -> Any:
    connected = Connected(entity, parent, binding.through)

    def resolve(
        root: strawberry.Parent[Any],
        info: strawberry.Info,
        first: Any = None,
        after: Any = None,
        last: Any = None,
        before: Any = None,
        where: Any = None,
        order_by: Any = None,
    ) -> Any:
        given = {"first": first, "after": after, "last": last, "before": before, "where": where, "order_by": order_by}
        operation: Operation = info.context
        asked = connected.asked(operation.services.ids, **given)
        return asked.page(operation, root.key if parent is not None else None)

    resolve.__annotations__ |= {
        "first": _argument("first", int),
        "after": _argument("after", str),
        "last": _argument("last", int),
        "before": _argument("before", str),
        "where": _argument("where", FILTERS[entity.name]),
        "order_by": _argument("order_by", list_of(ORDERS[entity.name])),
        "return": CONNECTIONS[entity.name] | None,
    }
    return strawberry.field(
        resolver=resolve, description=description, metadata={METADATA: binding, CONNECTED: connected}
    )


def edges_from(column: Column, *, description: str = "") -> Any:
    """The reverse of a reference: the rows of the column's entity that name this row.

    The reference is read as the viewer has it, so where it is hidden the rows are not found from this side either.
    """
    entity, name = declared(column)
    target = entity.reference(name)
    binding = Binding(entity.name, (name,))
    carries_account = entity.is_fact and target is not None and CATALOGUE[target].is_fact
    text = description or f"Its {plural(entity).replace('_', ' ')}."
    return _connection_field(entity, binding, Parent(name, carries_account), f"{text}{seen_by(entity, name)}")


def all_of_entity(entity: Entity) -> Any:
    """A root connection."""
    words = plural(entity).replace("_", " ")
    return _connection_field(entity, Binding(entity.name), None, f"All {words} that are visible to you.")


def public_of_entity(entity: Entity) -> Any:
    """A connection of the marketplace: what is shown to everybody who may browse, whatever else the viewer sees."""
    words = plural(entity).replace("_", " ")
    binding = Binding(entity.name, through=PathKind.PUBLIC)
    return _connection_field(entity, binding, None, f"The {words} that the marketplace shows.")
