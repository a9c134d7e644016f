"""What a schema coordinate stands on, and so whether it exists for a viewer.

A field, argument, input field or enum value that shows or uses stored data is bound to the columns and entities behind
it; it is in a viewer's schema if and only if none of them is denied. What is bound to nothing says so with `OPEN`: a
coordinate without a binding is refused when the schema is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import strawberry

from sightline.authz.expr import FALSE
from sightline.authz.paths import PathKind
from sightline.authz.reports.catalogue import CATALOGUE
from sightline.authz.reports.lenses import shows_somewhere
from sightline.authz.visibility import Deny, Visibility

METADATA = "sightline"


@dataclass(frozen=True, slots=True)
class Binding:
    """Columns of an entity, and further entities that must be visible for the coordinate to exist.

    Without columns the entity itself is what it stands on: the rows that paths of the kind `through` reach, or all.
    """

    entity: str
    columns: tuple[str, ...] = ()
    leads_to: tuple[str, ...] = ()
    through: PathKind | None = None

    def on(self, entity: str) -> Binding:
        """The same for a field on rows of an entity: it exists only where they do, or the type would outlive them."""
        return replace(self, leads_to=(*self.leads_to, entity))

    def exists_for(self, visibility: Visibility) -> bool:
        """Whether a viewer with this visibility has the coordinate at all."""
        return (
            visibility.sees(self.entity, through=self.through)
            and all(not isinstance(visibility.decide(self.entity, column), Deny) for column in self.columns)
            and all(visibility.sees(entity) for entity in self.leads_to)
        )


@dataclass(frozen=True, slots=True)
class Open:
    """Bound to no stored data: the same for every viewer."""

    def on(self, entity: str) -> Binding:
        """The binding of a field that every row of an entity has, as its id."""
        return Binding(entity)


@dataclass(frozen=True, slots=True)
class Does:
    """The binding of a mutation: it is in the schema of those who do one of its verbs on some row at least.

    One that is `in_reports` is for those who have a lens too: to the others nothing tells that there are reports (RC5).
    """

    verbs: tuple[str, ...]
    in_reports: bool = False

    def on(self, entity: str) -> Binding:
        """A verb is bound to the mutation root, never to a field of rows. Raises TypeError."""
        raise TypeError(f"{self.verbs} are done at the mutation root, not on a field of {entity}")

    def exists_for(self, visibility: Visibility) -> bool:
        """Whether a viewer has it."""
        if self.in_reports and not InReports().exists_for(visibility):
            return False
        return any(visibility.may(verb) != FALSE for verb in self.verbs)


@dataclass(frozen=True, slots=True)
class InReports:
    """The binding of what reports show: it is in the schema of those who have a lens, and the column in one of theirs.

    Column lists do not count here: they are people's, and narrow their views (`reports.listed`).
    """

    column: str | None = None

    def on(self, entity: str) -> Binding:
        """A report is no row. Raises TypeError."""
        raise TypeError(f"{self.column} is shown by reports, not on a field of {entity}")

    def exists_for(self, visibility: Visibility) -> bool:
        """Whether a viewer has it."""
        needs = None if self.column is None else CATALOGUE.needs[self.column]
        return shows_somewhere(visibility.shapes, needs)


OPEN = Open()
Bound = Binding | Does | InReports | Open


Method = TypeVar("Method", bound=Callable[..., Any])


def open_method(description: str) -> Callable[[Method], Method]:
    """A method that is such a field."""
    decorate: Callable[[Method], Method] = open_field(description)
    return decorate


def open_field(description: str, **options: Any) -> Any:
    """A field that shows no stored data of itself, and is the same for every viewer."""
    return strawberry.field(description=description, metadata={METADATA: OPEN}, **options)
