"""Walking a document without leaving something behind.

graphql-core's visitors keep their own bound methods, and so themselves with all that they hold: the document and what
was found in it would stay until garbage is looked for.
"""

from __future__ import annotations

from typing import Any

from graphql import Node, TypeInfo, TypeInfoVisitor, Visitor, visit


def walk(
    root: Node, visitor: Visitor, types: TypeInfo | None = None, keys: dict[str, tuple[str, ...]] | None = None
) -> Any:
    """What `visit` makes of a node, with `types` kept at the place where the visitor is, if they are given.

    `keys` are those to follow, by the kinds of nodes; without them, all.
    """
    walker = visitor if types is None else TypeInfoVisitor(types, visitor)
    try:
        return visit(root, walker, keys)
    finally:
        visitor.enter_leave_map.clear()
        walker.enter_leave_map.clear()
