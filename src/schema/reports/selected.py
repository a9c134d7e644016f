"""What the selection of a report has to be read for it: metrics that are asked for as fields, and labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from sightline.schema.reports.metrics import KEYS

_METRICS: Final = (("rows", "metrics"), ("totals",), ("compare", "rows"), ("compare", "totals"))
"""Where a report has metrics."""
_DIMENSIONS: Final = ("rows", "dimensions")
_LABEL: Final = "label"


@dataclass(frozen=True, slots=True)
class Selected:
    """The columns that a selection asks for as fields, and whether it has labels; whatever else it includes."""

    metrics: tuple[str, ...] = ()
    labels: bool = True


def selected_of(nodes: Iterable[FieldNode], fragments: Mapping[str, FragmentDefinitionNode]) -> Selected:
    """What is selected of a report by these nodes of one field."""
    selections = [node.selection_set for node in nodes]

    def at(way: tuple[str, ...]) -> Iterator[str]:
        for selection in selections:
            yield from _fields_at(selection, way, fragments)

    named = dict.fromkeys(name for way in _METRICS for name in at(way))
    return Selected(tuple(KEYS[name] for name in named if name in KEYS), _LABEL in at(_DIMENSIONS))


def _fields_at(
    selection: SelectionSetNode | None, way: tuple[str, ...], fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[str]:
    for each in selection.selections if selection is not None else ():
        match each:
            case InlineFragmentNode():
                yield from _fields_at(each.selection_set, way, fragments)
            case FragmentSpreadNode():
                yield from _fields_at(fragments[each.name.value].selection_set, way, fragments)
            case FieldNode() if not way:
                yield each.name.value
            case FieldNode() if each.name.value == way[0]:
                yield from _fields_at(each.selection_set, way[1:], fragments)
