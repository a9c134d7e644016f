"""What is found in the policy in force, for whoever edits roles."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from sightline.resolvers.errors import BadInputError
from sightline.resolvers.global_ids import Key
from sightline.resolvers.policy.lint import Finding, LintRule
from sightline.resolvers.policy.linted import EDITS_ROLES, told_findings
from sightline.schema.annotations import entity_named
from sightline.schema.bindings import METADATA, Binding, Does, open_field, open_method
from sightline.schema.enums import described
from sightline.schema.model import CATALOGUE
from sightline.schema.names import type_name

MOST_FINDINGS = 100

described(LintRule)


def _about(entity: str, part: str, description: str) -> Any:
    async def read(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
        number = getattr(root.finding, part)
        return None if number is None else await info.context.row(entity, Key(number))

    read.__annotations__["return"] = entity_named(type_name(CATALOGUE[entity])) | None
    return strawberry.field(resolver=read, description=description, metadata={METADATA: Binding(entity)})


@strawberry.type(description="Something in the policy that is there for nothing, or shows more than it seems to.")
class LintFinding:
    """A finding, of what the viewer edits."""

    finding: strawberry.Private[Finding]

    @open_method("What was found.")
    def rule(self) -> LintRule:
        """The kind of finding."""
        return self.finding.rule

    @open_method("The same in a sentence.")
    def says(self) -> str:
        """In words."""
        return self.finding.says

    @open_method("Of an amount that can be computed: from what.")
    def follows_from(self) -> list[str]:
        """Report columns by key, and what is read on entities in words."""
        return list(self.finding.witness)

    role = _about("role", "role", "The role it is about.")
    user = _about("app_user", "user", "The holder it is about.")
    program = _about("program", "program", "The program it is about.")


@strawberry.type(description="What is found in the policy in force.")
class PolicyLint:
    """The first findings."""

    findings: list[LintFinding] = open_field("The findings, role by role.")
    more: bool = open_field("Whether there are more than were asked for.")


async def _lint(
    info: strawberry.Info,
    limit: Annotated[int, strawberry.argument(description="How many findings, at most 100.")],
) -> PolicyLint:
    if not 1 <= limit <= MOST_FINDINGS:
        raise BadInputError(f"Ask for 1 to {MOST_FINDINGS} findings at once.")
    told = await told_findings(info.context)
    return PolicyLint(findings=[LintFinding(finding=each) for each in told[:limit]], more=len(told) > limit)


_lint.__annotations__["return"] = PolicyLint | None
lint_field: Any = strawberry.field(
    resolver=_lint,
    description=(
        "What is found in the policy in force: roles that nobody holds, switches that show nothing, roles for what is "
        "assigned without an assignment, and amounts that follow from what is shown."
    ),
    metadata={METADATA: Does((EDITS_ROLES,))},
)
