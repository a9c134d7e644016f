"""The server with no permission on any field, to know what those on every field cost. For one process.

The view is the whole schema, and no guard tests or notes anything. Principals are found as ever, and the statements are
the same: who sees everything is answered with the same bytes, so only such a viewer can be compared.
"""

from __future__ import annotations

from typing import Any

from sightline.authz.visibility import Visibility
from sightline.resolvers.rows import Row
from sightline.schema.api import Api, View
from sightline.schema.bindings import Open
from sightline.schema.fields import Guard
from sightline.schema.plans import compiling

EVERY_BIT = -1


class UnguardedApi(Api):
    """An API whose every coordinate is there for everybody."""

    def __init__(self) -> None:
        super().__init__()
        self.coordinates = {Open(): list(self.bindings)}

    def view(self, visibility: Visibility, listed: frozenset[str] | None = None) -> View:
        """The one view, which no list narrows."""
        view = super().view(visibility)
        view.permitted = EVERY_BIT
        return view


def take_guards_away() -> None:
    """Have this process show what is in a row, whoever asks, by plans and by the standard executor."""

    def shown(guard: Guard, _next: Any, source: Row, info: Any, **_: Any) -> Any:
        return guard.cell.read(info.context, source)

    # Not as attributes: to the types, neither can be replaced.
    setattr(Guard, "resolve", shown)  # noqa: B010
    setattr(compiling, "Guarded", lambda _guard, column: column)  # noqa: B010
