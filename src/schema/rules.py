"""The rules that documents are validated by, each looking up its own methods once instead of for each document.

graphql-core asks every rule anew, for every document, what it does at each kind of node; that was a third of a
validation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from graphql import Visitor, specified_rules
from graphql.language.visitor import EnterLeaveVisitor
from graphql.validation import ASTValidationRule
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

_NOTHING = EnterLeaveVisitor(None, None)


class _Remembered(Visitor):
    """A rule whose methods are those of its class: their names by kind of node, empty for none."""

    methods: ClassVar[dict[str, tuple[str, str]]]

    def get_enter_leave_for_kind(self, kind: str) -> EnterLeaveVisitor:
        if kind not in self.methods:
            self.methods[kind] = self._named("enter", kind), self._named("leave", kind)
        enter, leave = self.methods[kind]
        if not enter and not leave:
            return _NOTHING
        return EnterLeaveVisitor(getattr(self, enter) if enter else None, getattr(self, leave) if leave else None)

    def _named(self, when: str, kind: str) -> str:
        return next((name for name in (f"{when}_{kind}", when) if hasattr(type(self), name)), "")


def _remembered(rule: type[Any]) -> type[ASTValidationRule]:
    return cast("type[ASTValidationRule]", type(rule.__name__, (_Remembered, rule), {"methods": {}}))


RULES: Sequence[type[ASTValidationRule]] = [
    _remembered(rule) for rule in (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
]
"""Those of the language, and the two of the framework."""
