"""Errors that name nothing the viewer does not have: no suggestions, no run-time type names, no exception texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakMethod

from graphql import GraphQLError, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfoHelpers
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from sightline.schema.denied import UnavailableField


class QuietExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor with suggestions off, also where strawberry passes no such argument.

    It does not hold itself, as graphql-core's does by the helpers that it gives to resolvers: rows and answer would
    stay until garbage is looked for.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.async_helpers = GraphQLResolveInfoHelpers(
            gather=_unheld(self.gather_async_work), track=_unheld(self.track_async_work)
        )

    @classmethod
    def build(cls, *arguments: Any, **options: Any) -> Any:
        """An execution context; `hide_suggestions` is always on."""
        return super().build(*arguments, **options | {"hide_suggestions": True})

    def execute_field(
        self, parent_type: Any, source: Any, field_details_list: Any, path: Any, position_context: Any
    ) -> Any:
        """The field's value; null for one that stands for what the viewer does not have."""
        if isinstance(field_details_list[0].node, UnavailableField):
            return None
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def ensure_valid_runtime_type(
        self,
        runtime_type_name: Any,
        return_type: GraphQLOutputType,
        field_details_list: Any,
        info: Any,
        result: Any,
    ) -> GraphQLObjectType:
        """The object type of an abstract value. One that this schema does not have is not found, and not named."""
        found = self.schema.get_type(runtime_type_name) if isinstance(runtime_type_name, str) else None
        if not isinstance(found, GraphQLObjectType) or not self.schema.is_sub_type(return_type, found):  # type: ignore[arg-type]
            raise GraphQLError(
                "Not found.", [details.node for details in field_details_list], extensions={"code": "NOT_FOUND"}
            )
        return found


def _unheld(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A method of what lives at least as long as it is called."""
    weak = WeakMethod(method)

    def call(values: Any) -> Any:
        found = weak()
        assert found is not None
        return found(values)

    return call
