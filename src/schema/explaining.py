"""Explanations of access at the query root: why something is shown or not, and who is shown it."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from sightline.authz.classes import FieldClass, needed_classes
from sightline.authz.paths import PathKind
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.explaining import EXPLAIN, Asked, Explanation, Outcome, PathExplained
from sightline.resolvers.explaining import explain as explain_access
from sightline.resolvers.explaining import who_can_see as who_is_shown
from sightline.resolvers.global_ids import GlobalIds, Key
from sightline.schema.annotations import entity_named
from sightline.schema.bindings import METADATA, Binding, Does, open_field, open_method
from sightline.schema.coordinates import has_coordinate
from sightline.schema.enums import described
from sightline.schema.model import CATALOGUE
from sightline.schema.names import type_name

MOST_LOOKED_AT = 100

described(Outcome)
described(PathKind)

_TYPES = {type_name(entity): entity.name for entity in CATALOGUE.served}


def _source_of(entity: str) -> Any:
    async def read(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
        source = root.path.source
        return await info.context.row(entity, source[1]) if source is not None and source[0] == entity else None

    read.__annotations__["return"] = entity_named(type_name(CATALOGUE[entity])) | None
    return read


def _source(entity: str, description: str) -> Any:
    return strawberry.field(resolver=_source_of(entity), description=description, metadata={METADATA: Binding(entity)})


@strawberry.type(description="What one access path does for a coordinate.")
class ExplainedPath:
    """A path of a grant, or one that everybody has."""

    path: strawberry.Private[PathExplained]

    @open_method("What kind of path it is; null for one by a grant that you do not see.")
    def kind(self) -> PathKind | None:
        """AC1."""
        return self.path.kind

    @open_method("The permissions, switches and limits it carries.")
    def holds(self) -> list[str]:
        """AC3."""
        return list(self.path.holds)

    @open_method("What a path of this kind is asked for, in words; empty where none ever shows this.")
    def asks(self) -> str:
        """Made from the rules."""
        return self.path.asks

    @open_method("Whether it reaches the row; where none was named, any row.")
    def reaches(self) -> bool:
        """AC1."""
        return self.path.reaches

    @open_method("Which of the classes needed it gives on that row; where none was named, on some row.")
    def gives(self) -> list[str]:
        """AC2."""
        return list(map(str, self.path.gives))

    membership = _source("role_assignment", "The membership or the platform role it comes from.")
    collaborator = _source("collaborator", "The collaborator's role it comes from.")
    company_access = _source("company_access", "The access to a company it comes from.")


@strawberry.type(description="Why a coordinate is shown, or is not.")
class AccessExplanation:
    """Of one principal, with or without a row."""

    explanation: strawberry.Private[Explanation]

    @open_method("What comes of all paths together.")
    def outcome(self) -> Outcome:
        """AC1, AC2."""
        return self.explanation.outcome

    @open_method("The classes of information it takes, all of them; none where whoever sees the row sees this.")
    def needs(self) -> list[str]:
        """The classes of the columns behind it."""
        return list(map(str, self.explanation.needs))

    @open_method("What each path does for it.")
    def paths(self) -> list[ExplainedPath]:
        """Grants first."""
        return [ExplainedPath(path=each) for each in self.explanation.paths]


@strawberry.type(description="Those of some users to whom a cell is shown.")
class WhoCanSee:
    """One look at some users."""

    users: list[strawberry.ID] = open_field("The users it is shown to, by global id.")
    last: strawberry.ID | None = open_field("The last user looked at, to go on after; null where there are no more.")


Coordinate = Annotated[
    str, strawberry.argument(description="A type or a field of your schema: `Conversion`, `Conversion.payout`.")
]


def _asked(info: strawberry.Info, coordinate: str, node: str | None) -> Asked | None:
    """What is asked about; None for a coordinate that the asker's schema lacks. Raises BadInputError."""
    view: Any = info.schema
    if not has_coordinate(view._schema, coordinate):
        return None
    type_, _, member = coordinate.partition(".")
    binding = view.bindings.get(coordinate) if member else Binding(_TYPES.get(type_, ""))
    if type_ not in _TYPES or not isinstance(binding, Binding):
        raise BadInputError("Ask about a type of rows or one of its fields, such as `Program` or `Program.name`.")
    classes = needed_by(binding)
    key = None if node is None else _key_of(info, node, binding.entity)
    return Asked(binding.entity, classes, key, binding.leads_to)


def needed_by(binding: Binding) -> frozenset[FieldClass]:
    """The classes that a coordinate needs, all of them."""
    columns = CATALOGUE[binding.entity].columns
    return frozenset[FieldClass]().union(*(needed_classes(columns[name]) for name in binding.columns))


def key_of_user(info: strawberry.Info, text: str) -> Key:
    """The key behind the id of a user. Raises BadInputError for any other id."""
    return _key_of(info, text, "app_user")


def _key_of(info: strawberry.Info, text: str, entity: str) -> Key:
    ids: GlobalIds = info.context.services.ids
    found, key = ids.decode(text)
    if found != entity:
        raise BadInputError(f"This is no id of a {type_name(CATALOGUE[entity])}: the coordinate and the row must fit.")
    return key


async def _explain(
    info: strawberry.Info,
    coordinate: Coordinate,
    node: Annotated[strawberry.ID | None, strawberry.argument(description="The row; any, if left out.")] = None,
    user: Annotated[
        strawberry.ID | None, strawberry.argument(description="Whom it is about; you, if left out.")
    ] = None,
) -> AccessExplanation | None:
    asked = _asked(info, coordinate, node)
    about = None if user is None else _key_of(info, user, "app_user").id
    found = None if asked is None else await explain_access(info.context, asked, about)
    return None if found is None else AccessExplanation(explanation=found)


async def _who_can_see(
    info: strawberry.Info,
    coordinate: Coordinate,
    node: Annotated[strawberry.ID, strawberry.argument(description="The row.")],
    limit: Annotated[int, strawberry.argument(description="How many users to look at, at most 100.")],
    after: Annotated[strawberry.ID | None, strawberry.argument(description="The last user looked at before.")] = None,
) -> WhoCanSee | None:
    if not 1 <= limit <= MOST_LOOKED_AT:
        raise BadInputError(f"Look at 1 to {MOST_LOOKED_AT} users at once.")
    asked = _asked(info, coordinate, node)
    start = None if after is None else _key_of(info, after, "app_user")
    found = None if asked is None else await who_is_shown(info.context, asked, first=limit, after=start)
    if found is None:
        return None
    ids = info.context.services.ids.encode("app_user", [*found.users, *([found.last] if found.last else [])])
    shown = [strawberry.ID(each) for each in ids]
    return WhoCanSee(users=shown[: len(found.users)], last=shown[-1] if found.last else None)


explain_field = open_field(
    "Why you, or somebody whose access you administer, are shown a coordinate on a row or at all, path by path. Null"
    " for what you do not have yourself, and for whom you may not ask about.",
    resolver=_explain,
)
who_field = strawberry.field(
    resolver=_who_can_see,
    description="Which of the users whose access you administer are shown what you are shown on a row.",
    metadata={METADATA: Does((EXPLAIN,))},
)
