"""What a document may ask for, decided before anything runs.

Cheapest first: its length; tokens while parsing; then names and shape, before validation (which is quadratic in what
repeats). One walk that is linear in the document: fragments are measured once. What an operation costs is for
`sightline.schema.costs` to say.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    TokenKind,
)

from sightline.resolvers.errors import BadInputError
from sightline.schema.selections import Fragments, flattened, fragments_of, operations_of

LONGEST_DOCUMENT = 100_000  # characters; 2,000 tokens are less unless they are made to be long
MOST_TOKENS = 2_000
MOST_FIELDS = 500
DEEPEST = 12
DEEPEST_INTROSPECTION = 15
MOST_ALIASES = 30
MOST_REPEATS = 100
MOST_ROOT_FIELDS = 20
MOST_DIRECTIVES = 50
MOST_DIRECTIVES_OF_ONE = 10
LONGEST_NAME = 256


def check_length(query: str) -> None:
    """Refuse a text that is not worth parsing. Raises BadInputError."""
    if len(query) > LONGEST_DOCUMENT:
        raise BadInputError(f"A document has at most {LONGEST_DOCUMENT} characters: send long values as variables.")


def check_shape(document: DocumentNode) -> None:
    """Refuse a document that is too deep, too wide or too repetitive. Raises BadInputError."""
    _check_names(document)
    fragments = fragments_of(document)
    walk = _Shapes(fragments)
    total = Shape()
    for operation in operations_of(document):
        roots = flattened([operation.selection_set], fragments)
        introspects = any(root.name.value in ("__schema", "__type") for root in roots)
        shape = walk.selection(operation.selection_set)
        _refuse(shape.depth, DEEPEST_INTROSPECTION if introspects else DEEPEST, "levels of depth")
        _refuse(len(roots), MOST_ROOT_FIELDS, "fields at the root")
        total = total.beside(shape)
    _refuse(total.aliases, MOST_ALIASES, "aliases")
    _refuse(total.fields, MOST_FIELDS, "fields")
    _refuse(total.repeats, MOST_REPEATS, "repeated fields")
    _refuse(total.directives, MOST_DIRECTIVES, "directives")


def _check_names(document: DocumentNode) -> None:
    """Refuse names of fields, arguments, variables or anything else that are longer than any of ours (B85)."""
    token = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind is TokenKind.NAME and token.end - token.start > LONGEST_NAME:
            raise BadInputError(
                f"A name has at most {LONGEST_NAME} characters; this one has {token.end - token.start}."
            )
        token = token.next


def _refuse(found: int, most: int, what: str) -> None:
    if found > most:
        has = f"this one has {found}" if found < 1_000_000 else "this one has far more"
        raise BadInputError(f"A query has at most {most} {what}; {has}.")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a selection amounts to."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    repeats: int = 0
    directives: int = 0

    def beside(self, other: Shape) -> Shape:
        """The two next to each other."""
        return Shape(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.repeats + other.repeats,
            self.directives + other.directives,
        )


@dataclass(slots=True)
class _Shapes:
    fragments: Fragments
    measured: dict[str, Shape] = field(default_factory=dict)

    def selection(self, selection_set: SelectionSetNode) -> Shape:
        names = Counter((each.alias or each.name).value for each in flattened([selection_set], self.fragments))
        total = Shape(repeats=sum(names.values()) - len(names))
        for node in selection_set.selections:
            directives = len(node.directives or ())
            _refuse(directives, MOST_DIRECTIVES_OF_ONE, "directives at one place")
            total = total.beside(self.node(node)).beside(Shape(directives=directives))
        return total

    def node(self, node: SelectionNode) -> Shape:
        if isinstance(node, FieldNode):
            inner = self.selection(node.selection_set) if node.selection_set else Shape()
            own = Shape(depth=inner.depth + 1, fields=1, aliases=1 if node.alias else 0)
            return own.beside(inner)
        if isinstance(node, InlineFragmentNode):
            return self.selection(node.selection_set)
        return self.fragment(node.name.value) if isinstance(node, FragmentSpreadNode) else Shape()

    def fragment(self, name: str) -> Shape:
        if name not in self.measured:
            self.measured[name] = Shape()  # a fragment that contains itself is refused by validation
            found = self.fragments.get(name)
            if found is not None:
                self.measured[name] = self.selection(found.selection_set)
        return self.measured[name]
