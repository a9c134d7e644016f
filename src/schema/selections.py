"""What every walk over a document needs: its operations, its fragments, and the fields of a selection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
)

Fragments = Mapping[str, FragmentDefinitionNode]


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations of a document, in its order."""
    return [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]


def operation_named(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation of a name, or the only one. That it is there was checked before."""
    return next(each for each in operations_of(document) if name in (None, each.name and each.name.value))


def fragments_of(document: DocumentNode) -> Fragments:
    """The fragments of a document by name."""
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}


def flattened(selection_sets: Iterable[SelectionSetNode], fragments: Fragments) -> list[FieldNode]:
    """The fields of selections, those in their fragments included, each fragment once."""
    fields: list[FieldNode] = []
    waiting: list[SelectionNode] = [node for each in selection_sets for node in each.selections]
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, FieldNode):
            fields.append(node)
        elif isinstance(node, InlineFragmentNode):
            waiting += node.selection_set.selections
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            if node.name.value in fragments:
                waiting += fragments[node.name.value].selection_set.selections
    return fields


def mutations_of(document: DocumentNode) -> set[str]:
    """The names of the mutations that a document's operations make."""
    changing = [each.selection_set for each in operations_of(document) if each.operation is OperationType.MUTATION]
    return {field.name.value for field in flattened(changing, fragments_of(document))}
