"""Which columns a document asks of each entity, so that nothing else is read.

The union over the whole document: rows of one entity that are met at several places are loaded together, and lists and
lookups read the same relation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, FieldNode, GraphQLSchema, TypeInfo, Visitor

from sightline.schema.bindings import METADATA, Binding
from sightline.schema.walking import walk


class _Collector(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.columns: defaultdict[str, set[str]] = defaultdict(set)

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, field = self.info.get_parent_type(), self.info.get_field_def()
        if parent is None or field is None:
            return
        definition = field.extensions.get("strawberry-definition")
        binding = definition.metadata.get(METADATA) if definition is not None else None
        # A reverse edge is bound to a column of the rows below, which the page itself compares.
        if isinstance(binding, Binding) and binding.columns and not field.args:
            self.columns[binding.entity].update(binding.columns)


def wanted_columns(schema: GraphQLSchema, document: DocumentNode) -> Mapping[str, frozenset[str]]:
    """The columns by entity. The document is valid for the schema, so every column is one the viewer has."""
    info = TypeInfo(schema)
    collector = _Collector(info)
    walk(document, collector, info)
    return {entity: frozenset(columns) for entity, columns in collector.columns.items()}
