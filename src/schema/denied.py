"""How a denial looks: the operation directive `@onDenied(mode:)`.

HIDE, the default: what the viewer does not have is a validation error, as anything made up is. MASK: one document
serves every role; selections that the viewer does not have are cut out before validation and answered null in their
place. REJECT: nothing runs, and one error names them. Hidden and made-up names are treated, and worded, as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any

import strawberry
from graphql import (
    REMOVE,
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    TypeInfo,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
)
from strawberry.directive import DirectiveLocation, StrawberryDirective

from sightline.schema.walking import walk

DIRECTIVE = "onDenied"


@strawberry.enum(description="What happens to selections that you do not have.")
class DeniedMode(Enum):
    """What happens to selections that the viewer does not have."""

    HIDE = strawberry.enum_value("HIDE", description="They are errors, like names that do not exist.")
    MASK = strawberry.enum_value("MASK", description="They are null, and named in `extensions.authorization`.")
    REJECT = strawberry.enum_value("REJECT", description="Nothing runs; one error names them.")


def _on_denied(
    mode: Annotated[DeniedMode, strawberry.argument(description="What happens to them.")],
) -> None:
    """Read from the document; nothing is left to do while executing."""


ON_DENIED: StrawberryDirective[None] = strawberry.directive(
    locations=[DirectiveLocation.QUERY],
    name=DIRECTIVE,
    description="What happens to the query's selections that you do not have; without it they are errors.",
)(_on_denied)


class UnavailableField(FieldNode):
    """Stands for a selection the viewer does not have: validates as `__typename`, is executed as null."""


UnavailableField.kind = FieldNode.kind  # visitors and validation take it for any field


def denied_mode(operation: OperationDefinitionNode) -> DeniedMode:
    """The mode an operation asks for. Mutations and subscriptions are never masked; validation refuses what is odd."""
    if operation.operation is not OperationType.QUERY:
        return DeniedMode.HIDE
    for directive in operation.directives or ():
        for argument in directive.arguments or () if directive.name.value == DIRECTIVE else ():
            if isinstance(argument.value, EnumValueNode) and argument.value.value in DeniedMode.__members__:
                return DeniedMode[argument.value.value]
    return DeniedMode.HIDE


def prune(schema: GraphQLSchema, document: DocumentNode) -> tuple[DocumentNode, tuple[str, ...]]:
    """The document without what a view's schema does not have, and the coordinates cut out, sorted, as written.

    Arguments and input values are left alone: a wrong one on a field the viewer has is the client's fault.
    """
    missing = {
        each.name.value: each.type_condition.name.value
        for each in _fragments(document)
        if each.type_condition.name.value not in schema.type_map
    }
    info = TypeInfo(schema)
    pruner = _Pruner(schema, info, frozenset(missing))
    cut = walk(document, pruner, info)
    if cut is document:
        return document, ()
    return _without_leftovers(document, cut), tuple(sorted(pruner.unavailable | set(missing.values())))


class _Pruner(Visitor):
    def __init__(self, schema: GraphQLSchema, info: TypeInfo, missing: frozenset[str]) -> None:
        super().__init__()
        self.schema, self.info, self.missing = schema, info, missing
        self.unavailable: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        parent = self.info.get_parent_type()
        if parent is None or self.info.get_field_def() is not None:
            return None
        self.unavailable.add(f"{parent.name}.{node.name.value}")
        alias = NameNode(value=(node.alias or node.name).value)
        return UnavailableField(
            alias=alias, name=NameNode(value="__typename"), arguments=(), directives=node.directives, loc=node.loc
        )

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> Any:
        if node.type_condition and node.type_condition.name.value not in self.schema.type_map:
            self.unavailable.add(node.type_condition.name.value)
            return REMOVE
        return None

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> Any:
        return REMOVE if node.name.value in self.missing else None

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> Any:
        return REMOVE if node.name.value in self.missing else None

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> Any:
        return None if node.selections else SelectionSetNode(selections=(_NOTHING,), loc=node.loc)


# A selection set must not be empty: `__typename @skip(if: true)` selects nothing.
_NEVER = ArgumentNode(name=NameNode(value="if"), value=BooleanValueNode(value=True))
_NOTHING = FieldNode(
    name=NameNode(value="__typename"),
    arguments=(),
    directives=(DirectiveNode(name=NameNode(value="skip"), arguments=(_NEVER,)),),
)


class _Uses(Visitor):
    """Which variables and fragments a document uses."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.fragments: set[str] = set()

    def enter_variable_definition(self, *_: Any) -> Any:
        return False  # a definition is no use

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.variables.add(node.name.value)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.fragments.add(node.name.value)


class _DropVariables(Visitor):
    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self.names = names

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> Any:
        return REMOVE if node.variable.name.value in self.names else False


def _uses(document: DocumentNode) -> _Uses:
    uses = _Uses()
    walk(document, uses)
    return uses


def _fragments(document: DocumentNode) -> Iterator[FragmentDefinitionNode]:
    return (each for each in document.definitions if isinstance(each, FragmentDefinitionNode))


def _without_leftovers(before: DocumentNode, cut: DocumentNode) -> DocumentNode:
    """Without the fragments and variables that only served what was cut out; validation would refuse them as unused."""
    used = _uses(before)
    while True:
        uses = _uses(cut)
        orphans = (used.fragments - uses.fragments) & {each.name.value for each in _fragments(cut)}
        if not orphans:
            break
        kept = [d for d in cut.definitions if not (isinstance(d, FragmentDefinitionNode) and d.name.value in orphans)]
        cut = DocumentNode(definitions=tuple(kept), loc=cut.loc)
    dropped = used.variables - uses.variables
    pruned: DocumentNode = walk(cut, _DropVariables(dropped)) if dropped else cut
    return pruned
