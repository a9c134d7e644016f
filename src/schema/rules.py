"""The rules that documents are validated by, as one that asks at each kind of node those alone that look at it.

graphql-core asks every rule anew, for every document, what it does at each kind of node, and walks past all of them at
every node: that was more than half of a validation. What it used for one, document and all, was garbage afterwards
that is only found when it is looked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    TypeInfo,
    assert_valid_schema,
    specified_rules,
)
from graphql.language.ast import QUERY_DOCUMENT_KEYS
from graphql.language.visitor import BREAK, SKIP, EnterLeaveVisitor
from graphql.validation import ASTValidationRule, ValidationContext
from graphql.validation.validate import ValidationAbortedError
from graphql.validation.validation_context import NodeWithSelectionSet, VariableUsage, VariableUsageVisitor
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from sightline.schema.walking import walk

MOST_FAULTS = 5
_RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
"""Those of the language, and the two of the framework."""

_KEYS: Final = {kind: tuple(key for key in keys if key != "description") for kind, keys in QUERY_DOCUMENT_KEYS.items()}
"""What is looked at: descriptions change nothing."""

_NOTHING: Final = EnterLeaveVisitor(None, None)


class _Together(ASTValidationRule):
    """All rules, each in its turn. A rule changes nothing: it looks, goes past what is below a node, or has enough."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._rules = [cast("Callable[[ValidationContext], ASTValidationRule]", rule)(context) for rule in _RULES]
        self._skipping: list[Any] = [None] * len(_RULES)

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        """What is done at the nodes of a kind."""
        if kind not in self.enter_leave_map:
            self.enter_leave_map[kind] = self._at(kind)
        return self.enter_leave_map[kind]

    def _at(self, kind: str) -> EnterLeaveVisitor:
        looking = [
            (at, getattr(self._rules[at], enter, None), getattr(self._rules[at], leave, None))
            for at, enter, leave in _looking(kind)
        ]
        skipping = self._skipping

        def enter(node: Node, *arguments: Any) -> None:
            for at, look, _ in looking:
                if look is None or skipping[at] is not None:
                    continue
                result = look(node, *arguments)
                if result is SKIP or result is False:
                    skipping[at] = node
                elif result is BREAK or result is True:
                    skipping[at] = BREAK

        def leave(node: Node, *arguments: Any) -> None:
            for at, _, look in looking:
                if skipping[at] is node:
                    skipping[at] = None
                elif look is not None and skipping[at] is None:
                    result = look(node, *arguments)
                    if result is BREAK or result is True:
                        skipping[at] = BREAK

        return EnterLeaveVisitor(enter, leave) if looking else _NOTHING


@cache
def _looking(kind: str) -> tuple[tuple[int, str, str], ...]:
    """The rules that look at nodes of a kind, by number, with the names of their methods, empty for none."""
    named = ((at, _method(rule, "enter", kind), _method(rule, "leave", kind)) for at, rule in enumerate(_RULES))
    return tuple((at, enter, leave) for at, enter, leave in named if enter or leave)


def _method(rule: type, when: str, kind: str) -> str:
    return next((name for name in (f"{when}_{kind}", when) if hasattr(rule, name)), "")


class _Context(ValidationContext):
    """What rules ask of a document."""

    def get_variable_usages(self, node: NodeWithSelectionSet) -> list[VariableUsage]:
        """The variables that an operation or a fragment uses itself."""
        usages = self._variable_usages.get(node)
        if usages is None:
            fragment = node if isinstance(node, FragmentDefinitionNode) else None
            visitor = VariableUsageVisitor(self._type_info, fragment)
            walk(node, visitor, self._type_info)
            usages = self._variable_usages[node] = visitor.usages
        return usages


def faults(schema: GraphQLSchema, document: DocumentNode, *, most: int = MOST_FAULTS) -> list[GraphQLError]:
    """What is wrong with a document: what graphql-core's `validate` says, so many errors at most and that it ended."""
    assert_valid_schema(schema)
    errors: list[GraphQLError] = []

    def report(error: GraphQLError) -> None:
        if len(errors) >= most:
            raise ValidationAbortedError("Too many validation errors, error limit reached. Validation aborted.")
        errors.append(error)

    types = TypeInfo(schema)
    rules = _Together(_Context(schema, document, types, report, hide_suggestions=True))
    try:
        walk(document, rules, types, _KEYS)
    except ValidationAbortedError as error:
        error.__context__ = None
        errors.append(error.with_traceback(None))
    except RecursionError:  # fragments that spread each other, for rules that call themselves
        errors.append(ValidationAbortedError("Validation aborted."))
    return errors
