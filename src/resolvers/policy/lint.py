"""What of the policy in force is there for nothing, or shows more than it seems to: findings, and never a refusal.

A finding names what it is about and what it rests on; whoever asks through the API is told those of which he sees that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import sqlalchemy as sa

from sightline.authz.grants import Grants, OrganizationGrant, paths_of
from sightline.authz.paths import Path, PathKind, Paths
from sightline.authz.permissions import ADMIN, Scope
from sightline.authz.reports.columns import COLUMNS
from sightline.authz.reports.exposure import Exposure
from sightline.authz.reports.lenses import Lens, ReportLens
from sightline.authz.roles import PREDEFINED_BY_NAME, BaseType, RoleDefinition
from sightline.db.snapshot import Snapshot
from sightline.db.statements import system_statement
from sightline.db.tables.enums import UserVisibility
from sightline.resolvers.errors import ColumnRestrictedError
from sightline.resolvers.given_away import given_away
from sightline.resolvers.identity import Principal
from sightline.resolvers.operation import Services
from sightline.resolvers.policy.live import live_policy
from sightline.resolvers.policy.model import KeptRole
from sightline.resolvers.shown import Cell, content_of_role

_SOME_ORGANIZATION = 0
_INVITED = system_statement(
    sa.text("SELECT DISTINCT role_id FROM invitation WHERE state = 'PENDING' AND role_id IS NOT NULL")
)
_HELD = system_statement(
    sa.text("SELECT DISTINCT role_id FROM role_assignment WHERE expires_at IS NULL OR expires_at > :clock")
)
_MANAGED = system_statement(
    sa.text("""
    SELECT DISTINCT user_id, affiliate_account_id IS NOT NULL AS of_account FROM manager_assignment
    WHERE expires_at IS NULL OR expires_at > :clock
""")
)
_PREDEFINED = system_statement(
    sa.text("SELECT id, name FROM role WHERE origin = 'PREDEFINED' AND status = 'ACTIVE' ORDER BY id")
)
# With a percentage the payee computes from his payout what was sold, whatever the program shows him (M5b).
_PERCENTAGES = system_statement(
    sa.text("""
    SELECT p.id AS program, c.id AS plan, array_agg(e.id ORDER BY e.id) AS enrollments
    FROM program p JOIN enrollment e ON e.program_id = p.id JOIN commission_plan c ON c.id = e.commission_plan_id
    WHERE NOT p.share_sale_amount AND p.status <> 'ARCHIVED' AND e.state = 'ACTIVE' AND c.payout_percent IS NOT NULL
    GROUP BY p.id, c.id ORDER BY p.id, c.id
""")
)


class LintRule(StrEnum):
    """What can be found in a policy."""

    ROLE_NOT_HELD = "ROLE_NOT_HELD"
    SWITCH_WITHOUT_EFFECT = "SWITCH_WITHOUT_EFFECT"
    ASSIGNED_WITHOUT_ASSIGNMENT = "ASSIGNED_WITHOUT_ASSIGNMENT"
    AMOUNT_DERIVABLE = "AMOUNT_DERIVABLE"


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds roles, is invited to them, or manages what is assigned: all in an organization, or on the platform."""

    organization: int | None


Ground = Cell | Holders


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: the role, user or program it is about, in words, and what it rests on: any one of these sets.

    `hidden` is an amount that follows, and `witness` has the report columns from which it does, beside what is read on
    entities.
    """

    rule: LintRule
    says: str
    rests_on: tuple[frozenset[Ground], ...]
    role: int | None = None
    user: int | None = None
    program: int | None = None
    hidden: str = ""
    witness: tuple[str, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """The report columns that it names."""
        return frozenset((self.hidden, *self.witness)) & COLUMNS.keys()


async def findings(
    services: Services, snapshot: Snapshot, *, columns: Collection[str] = COLUMNS.keys()
) -> list[Finding]:
    """Everything that is found in the policy in force, role by role, then program by program.

    Of the system's list of report columns these `columns` are looked at.
    """
    live, clock = await live_policy(snapshot), {"clock": snapshot.clock}
    in_use = {row["role_id"] for row in (*await snapshot.fetch(_INVITED, {}), *await snapshot.fetch(_HELD, clock))}
    managed: defaultdict[bool, set[int]] = defaultdict(set)
    for row in await snapshot.fetch(_MANAGED, clock):
        managed[row["of_account"]].add(row["user_id"])
    predefined = await snapshot.fetch(_PREDEFINED, {})
    linter = _Linter(services, frozenset(live.columns).intersection(columns))
    found: list[Finding] = []
    for role in live.roles:
        if role.is_custom and role.id not in in_use:
            says = "Nobody holds this role, or is invited to it."
            found.append(Finding(LintRule.ROLE_NOT_HELD, says, _on(role.id, Holders(role.organization_id)), role.id))
        found += linter.of_role(role)
        found += _unassigned(role, managed[role.content.base is BaseType.AFFILIATE_MANAGER])
    for row in predefined:
        found += linter.of_predefined(row["id"], PREDEFINED_BY_NAME[row["name"]])
    for row in await snapshot.fetch(_PERCENTAGES, {}):
        found.append(_percentage(row["program"], row["plan"], row["enrollments"]))
    return found


def _on(role: int, *others: Ground) -> tuple[frozenset[Ground], ...]:
    """What a finding about a role rests on."""
    return (content_of_role(role).union(others),)


def _unassigned(role: KeptRole, managed: set[int]) -> Iterator[Finding]:
    if role.content.visibility is UserVisibility.ASSIGNED:
        for holder in role.holders:
            if holder.user_id not in managed:
                says = "This role shows what is assigned to its holder, and nothing is: he sees none of it."
                rests_on = _on(role.id, Holders(None))
                yield Finding(LintRule.ASSIGNED_WITHOUT_ASSIGNMENT, says, rests_on, role.id, holder.user_id)


def _percentage(program: int, plan: int, enrollments: Sequence[int]) -> Finding:
    says = "This program does not share sale amounts, and pays a percentage: they follow from payouts and terms."
    terms = (Cell("program", program, "share_sale_amount"), Cell("commission_plan", plan, "payout_percent"))
    rests_on = tuple(frozenset((*terms, Cell("enrollment", each, "commission_plan_id"))) for each in enrollments)
    return Finding(LintRule.AMOUNT_DERIVABLE, says, rests_on, program=program, witness=("payout",))


class _Linter:
    """What roles show, asked of the rules."""

    def __init__(self, services: Services, columns: frozenset[str]) -> None:
        self._services, self._columns = services, columns

    def of_role(self, role: KeptRole) -> Iterator[Finding]:
        """The findings about a default or custom role, whoever holds it."""
        if role.organization_id is not None:
            grant = role.content.in_organization(role.organization_id)
            yield from self._given_away(role.id, Grants(None, organizations=(grant,)), role.organization_id)
            return
        held = role.content.on_platform()
        if any(key == ADMIN for key, _ in held.permissions):
            return  # every switch is on for him anyway (DR15), and nothing is hidden
        yield from self._given_away(role.id, Grants(None, platform=held), None)
        for switch in sorted(held.switches):
            without = replace(held, switches=held.switches - {switch})
            if self._shows(Grants(None, platform=held)) == self._shows(Grants(None, platform=without)):
                says = f"The switch {switch} is on and shows nothing: the role reaches nothing that it is about."
                yield Finding(LintRule.SWITCH_WITHOUT_EFFECT, says, _on(role.id), role.id)

    def of_predefined(self, number: int, role: RoleDefinition) -> Iterator[Finding]:
        """The findings about a predefined role, in an organization that has advertisers."""
        if role.scope is Scope.ORGANIZATION:
            grant = OrganizationGrant(_SOME_ORGANIZATION, role.permissions, role.standing, role.both_sides)
            yield from self._given_away(number, Grants(None, organizations=(grant,)), _SOME_ORGANIZATION)

    def _given_away(self, role: int, grants: Grants, organization: int | None) -> Iterator[Finding]:
        kind = ReportLens.PLATFORM if organization is None else ReportLens.ADVERTISER
        reader = self._principal(grants)
        try:
            found = given_away(self._services, reader, Lens(kind, organization))
        except ColumnRestrictedError:
            return  # no reports, nothing to compute from
        for each in found.exposures if found is not None else ():
            yield _derivable(role, each)

    def _shows(self, grants: Grants) -> object:
        """All that a staff role shows and does, with every column on the list (RC7)."""
        paths = paths_of(grants)
        (path,) = (each for each in paths.ordered if each.shape.kind is PathKind.PLATFORM)
        alone = Paths((Path(path.shape, {}),))
        visibility, catalogue = self._services.visibilities.of(alone), self._services.catalogue
        cells = [
            (entity.name, column, visibility.decide(entity.name, column))
            for entity in catalogue.served
            for column in entity.columns
        ]
        rows = [visibility.rows(entity.name) for entity in catalogue.served]
        verbs = [visibility.may(verb) for verb in catalogue.model.verbs]
        try:
            lens = self._services.desk.open(replace(self._principal(grants), columns=frozenset(COLUMNS)), _PLATFORM)
        except ColumnRestrictedError:
            return cells, rows, verbs
        return cells, rows, verbs, lens.usable, lens.dimensions

    def _principal(self, grants: Grants) -> Principal:
        return Principal("nobody", None, None, paths_of(grants), None, columns=self._columns)


_PLATFORM = Lens(ReportLens.PLATFORM)


def _derivable(role: int, exposure: Exposure) -> Finding:
    says = f'What this role shows gives away "{exposure.hidden}", which it hides.'
    return Finding(LintRule.AMOUNT_DERIVABLE, says, _on(role), role, hidden=exposure.hidden, witness=exposure.witness)
