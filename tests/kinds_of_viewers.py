"""One principal for every kind of path and the roles that differ most, made by hand: no row is behind them."""

from __future__ import annotations

from sightline.authz.grants import (
    NOTHING,
    CollaboratorGrant,
    CompanyGrant,
    Grants,
    OrganizationGrant,
    PlatformGrant,
    narrow,
    paths_of,
)
from sightline.authz.paths import Paths
from sightline.authz.permissions import Level
from sightline.authz.roles import DEFAULT_PLATFORM_ROLES, PREDEFINED_BY_NAME, BaseType, Switch
from sightline.resolvers.identity import Principal

USER = 1
PLATFORM_ROLES = {role.name: role for role in DEFAULT_PLATFORM_ROLES}


def membership(
    role: str, *, organization: int = 1, hides_names: bool = False, listed: bool = False, approved: bool = True
) -> OrganizationGrant:
    """A predefined role in an organization; `listed` limits it to program 1."""
    definition = PREDEFINED_BY_NAME[role]
    return OrganizationGrant(
        organization,
        definition.permissions,
        standing=definition.standing,
        both_sides=definition.both_sides,
        programs=frozenset({1}) if listed else None,
        guest_hides_partner_names=hides_names,
        advertiser_approved=approved,
    )


def staff(role: str, *, assigned: bool = False, statuses: frozenset[str] | None = None) -> PlatformGrant:
    """A default platform role."""
    definition = PLATFORM_ROLES[role]
    return PlatformGrant(
        definition.base_type,
        definition.permissions,
        definition.switches,
        statuses=statuses,
        assigned=assigned,
        assigned_accounts=frozenset({1}),
        assigned_advertisers=frozenset({1}),
    )


def personal(*keys: str, switches: frozenset[Switch] = frozenset()) -> PlatformGrant:
    """A personal set of modules, each for reading."""
    return PlatformGrant(BaseType.PERSONAL, tuple((key, Level.R) for key in keys), switches)


_GRANTS: dict[str, Grants] = {
    "nobody": Grants(USER),
    "administrator": Grants(USER, platform=staff("Administrator")),
    "manager": Grants(USER, platform=staff("Manager")),
    "affiliate manager": Grants(USER, platform=staff("Affiliate Manager")),
    "affiliate manager of some": Grants(USER, platform=staff("Affiliate Manager", assigned=True)),
    "advertiser manager": Grants(USER, platform=staff("Advertiser Manager")),
    "advertiser manager of some": Grants(USER, platform=staff("Advertiser Manager", assigned=True)),
    "financial manager": Grants(USER, platform=staff("Financial Manager")),
    "manager of approved conversions": Grants(USER, platform=staff("Manager", statuses=frozenset({"APPROVED"}))),
    "support without switches": Grants(USER, platform=personal("AFFILIATES", "TRANSACTIONS")),
    "payouts only": Grants(USER, platform=personal("PAYOUTS", switches=frozenset({Switch.PAYOUT}))),
    "payouts without the switch": Grants(USER, platform=personal("PAYOUTS")),
    "settings only": Grants(USER, platform=personal("SETTINGS")),
    "organization admin": Grants(USER, organizations=(membership("Admin"),)),
    "organization member": Grants(USER, organizations=(membership("Member"),)),
    "organization guest": Grants(USER, organizations=(membership("Guest"),)),
    "guest without partner names": Grants(USER, organizations=(membership("Guest", hides_names=True),)),
    "admin of an unapproved advertiser": Grants(USER, organizations=(membership("Admin", approved=False),)),
    "account administrator": Grants(USER, organizations=(membership("Account Administrator"),)),
    "analyst": Grants(USER, organizations=(membership("Analyst"),)),
    "analyst of one program": Grants(USER, organizations=(membership("Analyst", listed=True),)),
    "finance": Grants(USER, organizations=(membership("Finance"),)),
    "implementation specialist": Grants(USER, organizations=(membership("Implementation Specialist"),)),
    "marketing manager": Grants(USER, organizations=(membership("Performance Marketing Manager"),)),
    "collaborator, read only": Grants(USER, collaborators=(CollaboratorGrant(1, "READ_ONLY"),)),
    "collaborator, owner": Grants(USER, collaborators=(CollaboratorGrant(1, "OWNER"),)),
    "collaborator, manager": Grants(USER, collaborators=(CollaboratorGrant(1, "MANAGER"),)),
    "company owner": Grants(USER, companies=(CompanyGrant(1, "OWNER"),)),
    "company member": Grants(USER, companies=(CompanyGrant(1, "MEMBER"),)),
    "key of an organization": Grants(None, organizations=(membership("Admin"),)),
}


def principal(paths: Paths, *, name: str = "user:1", user_id: int | None = USER) -> Principal:
    """A principal with these paths."""
    return Principal(name, user_id, None, paths, None)


def viewers() -> dict[str, Principal]:
    """The viewers by name, with narrowed keys and somebody who has no path at all (AC6)."""
    made = {name: principal(paths_of(grants), user_id=grants.user_id) for name, grants in _GRANTS.items()}
    owner, manager = _GRANTS["collaborator, owner"], _GRANTS["manager"]
    made["key for transactions"] = principal(narrow(paths_of(manager), frozenset({"TRANSACTIONS:R"})))
    made["key for accounts"] = principal(narrow(paths_of(owner), frozenset({"account:R"})))
    made["nobody at all"] = principal(NOTHING)
    return made
