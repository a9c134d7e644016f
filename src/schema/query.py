"""The query root: who asks, lookups by global id, and a connection for every entity."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

import strawberry

from sightline.authz.paths import PathKind
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.global_ids import Key
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row
from sightline.schema.annotations import entity_named
from sightline.schema.authz_plan import authz_plan_field
from sightline.schema.bindings import METADATA, OPEN, Binding, open_field
from sightline.schema.connections import all_of_entity, public_of_entity
from sightline.schema.coordinates import has_coordinate
from sightline.schema.enums import described
from sightline.schema.explaining import explain_field, who_field
from sightline.schema.exposing import exposure_field
from sightline.schema.linting import lint_field
from sightline.schema.model import CATALOGUE
from sightline.schema.mutations import IN_A_VERSION
from sightline.schema.names import plural
from sightline.schema.node import LOOKED_UP, Node
from sightline.schema.reports.answers import report_field
from sightline.schema.reports.choices import lenses_field, schema_field
from sightline.schema.reports.column_lists import column_list_field
from sightline.schema.reports.saved import open_report_field

MOST_NODES = 100

described(PathKind)


@strawberry.type(description="One way by which you have access: a grant, as rows see it.")
class AccessPath:
    """An access path of the viewer."""

    kind: PathKind = open_field("What kind of grant it is.")
    holds: list[str] = open_field("The permissions, switches and limits it carries.")


async def _each(ids: Sequence[strawberry.ID], look_up: Callable[[strawberry.ID], Awaitable[Any]]) -> list[Any]:
    """What there is for each of these ids. Raises BadInputError for too many."""
    if len(ids) > MOST_NODES:
        raise BadInputError(f"Look up at most {MOST_NODES} ids at once.")
    # One that cannot be looked up is an error in its place, as any other item would be that is one.
    return await asyncio.gather(*map(look_up, ids), return_exceptions=True)


def _user(root: strawberry.Parent[Operation]) -> Any:
    user_id = root.principal.user_id
    return None if user_id is None else root.row("app_user", Key(user_id))


def _viewing_as(root: strawberry.Parent[Operation]) -> Any:
    return None if root.viewing_as is None else root.row("app_user", Key(root.viewing_as.user_id))


def _organization(root: strawberry.Parent[Operation]) -> Any:
    organization_id = root.principal.organization_id
    return None if organization_id is None else root.row("organization", Key(organization_id))


def _paths(root: strawberry.Parent[Operation]) -> list[AccessPath]:
    return [AccessPath(kind=shape.kind, holds=sorted(map(str, shape.tokens))) for shape in root.principal.paths.shapes]


def _can_read(
    root: strawberry.Parent[Operation],
    info: strawberry.Info,
    coordinate: Annotated[str, strawberry.argument(description="Such as `Conversion.payout` or `Query.conversions`.")],
) -> bool:
    return has_coordinate(info.schema._schema, coordinate)


async def _version(
    root: strawberry.Parent[Operation],
    id: Annotated[strawberry.ID, strawberry.argument(description="A global id.")],  # noqa: A002  # the contract's name
) -> int | None:
    entity, key = root.services.ids.decode(id)
    return await root.version(entity, key, whoever_does=IN_A_VERSION.get(entity, frozenset()))


async def _versions(
    root: strawberry.Parent[Operation],
    ids: Annotated[list[strawberry.ID], strawberry.argument(description="Global ids, at most 100.")],
) -> Any:
    return await _each(ids, lambda id_: _version(root, id_))


_versions.__annotations__["return"] = list[int | None]
_viewing_as.__annotations__["return"] = entity_named("User") | None
_user.__annotations__["return"] = entity_named("User") | None
_organization.__annotations__["return"] = entity_named("Organization") | None


@strawberry.type(description="Who you are, and what you may see.")
class Viewer:
    """The asking principal; its source is the operation."""

    user = strawberry.field(
        resolver=_user,
        description="You, where you are a person or ask with a person's key.",
        metadata={METADATA: Binding("app_user")},
    )
    organization = strawberry.field(
        resolver=_organization,
        description="The organization whose key you ask with.",
        metadata={METADATA: Binding("organization")},
    )
    viewing_as = strawberry.field(
        resolver=_viewing_as,
        description="Whose view you take: you are shown what both of you are. Null where it is your own.",
        metadata={METADATA: Binding("app_user")},
    )
    paths = open_field("Your access paths.", resolver=_paths)
    version = open_field(
        "The version of a row that you may change, to be sent along with the change; null for every other id.",
        resolver=_version,
    )
    versions = open_field(
        "The versions of rows that you may change, in the order of their ids; null for every other id.",
        resolver=_versions,
    )
    can_read = open_field(
        "Whether a schema coordinate exists for you: on some row at least. Hidden and unknown ones are equally false.",
        resolver=_can_read,
    )


async def _look_up(operation: Operation, text: str) -> Row | None:
    entity, key = operation.services.ids.decode(text)
    return await operation.row(entity, key)


def _viewer(info: strawberry.Info) -> Viewer:
    operation: Viewer = info.context
    return operation


async def _node(
    info: strawberry.Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="A global id.")],  # noqa: A002  # the contract's name
) -> Any:
    return await _look_up(info.context, id)


async def _nodes(
    info: strawberry.Info,
    ids: Annotated[list[strawberry.ID], strawberry.argument(description="Global ids, at most 100.")],
) -> Any:
    return await _each(ids, lambda id_: _look_up(info.context, id_))


_marketplace_fields: dict[str, Any] = {
    plural(entity): public_of_entity(entity)
    for entity in CATALOGUE.served
    if PathKind.PUBLIC in CATALOGUE.model.rules[entity.name].rows
}
Marketplace = strawberry.type(
    type("Marketplace", (), _marketplace_fields),
    name="Marketplace",
    description="What is shown to everybody who may browse: programs, partners, and what is there to promote.",
)


def _marketplace(info: strawberry.Info) -> Any:
    return info.context


_marketplace.__annotations__["return"] = Marketplace | None
_node.__annotations__["return"] = Node | None
_nodes.__annotations__["return"] = list[Node | None]

_fields: dict[str, Any] = {
    "viewer": open_field("Who you are, and what you may see.", resolver=_viewer),
    "node": strawberry.field(
        resolver=_node,
        description="The row with a global id; null where there is none that you may see.",
        metadata={METADATA: OPEN, LOOKED_UP: True},
    ),
    "nodes": open_field("The rows with these global ids, in their order; null where there is none.", resolver=_nodes),
    "marketplace": open_field("What everybody who may browse is shown.", resolver=_marketplace),
    "explain_access": explain_field,
    "who_can_see": who_field,
    "authz_plan": authz_plan_field,
    "exposure": exposure_field,
    "policy_lint": lint_field,
    "report": report_field,
    "report_schema": schema_field,
    "report_lenses": lenses_field,
    "open_report": open_report_field,
    "column_list": column_list_field,
    **{plural(entity): all_of_entity(entity) for entity in CATALOGUE.served if not entity.is_part},
}

Query = strawberry.type(type("Query", (), _fields), name="Query", description="Everything that can be asked.")
