"""From the rows of the database to grants: each kind of grant with its limits, its settings and its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from grant_rows import FAR, Registry

from sightline.authz.grants import (
    CollaboratorGrant,
    CompanyGrant,
    Grants,
    OrganizationGrant,
    PlatformGrant,
)
from sightline.authz.permissions import Level
from sightline.authz.reports.lists import FIRST_LIST
from sightline.authz.roles import PREDEFINED_ORGANIZATION_ROLES, BaseType, RoleDefinition, Standing, Switch

PAST = datetime(2020, 1, 1, tzinfo=UTC)


async def organization_grant(registry: Registry, user: int) -> OrganizationGrant:
    (grant,) = (await registry.grants(user))[0].organizations
    return grant


async def platform_grant(registry: Registry, user: int) -> PlatformGrant:
    grant = (await registry.grants(user))[0].platform
    assert grant is not None
    return grant


async def test_somebody_without_grants_has_none(registry: Registry) -> None:
    user = await registry.user()
    assert await registry.grants(user) == (Grants(user, columns=frozenset(FIRST_LIST)), None)


@pytest.mark.parametrize("role", PREDEFINED_ORGANIZATION_ROLES, ids=lambda role: role.name)
async def test_a_predefined_role_is_what_ships(registry: Registry, role: RoleDefinition) -> None:
    """DR9: its permissions are never read from rows, which somebody might have changed."""
    user, organization = await registry.user(), await registry.organization()
    row = await registry.predefined(role.name)
    await registry.connection.execute("DELETE FROM role_permission WHERE role_id = $1", row)
    await registry.assign(user, row, organization)
    grant = await organization_grant(registry, user)
    assert grant.organization_id == organization
    assert sorted(grant.permissions) == sorted(role.permissions)
    assert (grant.standing, grant.both_sides) == (role.standing, role.both_sides)


async def test_a_custom_role_called_like_a_predefined_one_is_not_one(registry: Registry) -> None:
    """DR3 refuses the name; should it occur, its rows count and it has no standing."""
    user, organization = await registry.user(), await registry.organization()
    values = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": organization}
    role = await registry.role("Admin", ["PROGRAMS:R"], exactly=True, **values)
    await registry.assign(user, role, organization)
    grant = await organization_grant(registry, user)
    assert (grant.standing, grant.both_sides) == (None, False)
    assert grant.permissions == (("PROGRAMS", Level.R),)


async def test_a_platform_role_called_admin_is_no_admin(registry: Registry) -> None:
    user = await registry.user()
    await registry.assign(user, await registry.role("Admin", ["OFFERS:R"], exactly=True))
    grants, _ = await registry.grants(user)
    assert grants.organizations == ()
    assert grants.platform == PlatformGrant(BaseType.MANAGER, (("OFFERS", Level.R),))


async def custom(registry: Registry, *permissions: str, organization: int) -> int:
    return await registry.role(
        "Buyers", permissions, scope="ORGANIZATION", base_type="ORG", organization_id=organization
    )


async def test_listed_programs_limit_an_assignment(registry: Registry) -> None:
    """I2, C-01: a list of two, an empty list, and no list are three different things."""
    organization = await registry.organization()
    advertiser = await registry.add("advertiser_profile", organization_id=organization, name="Advertiser")
    programs = [await registry.program(organization, advertiser) for _ in range(3)]
    role = await custom(registry, "PROGRAMS:R", "PERFORMANCE_REPORTS:R", organization=organization)
    listed, empty, everything = [await registry.user() for _ in range(3)]
    assignment = await registry.assign(listed, role, organization, program_scope="LISTED")
    for program in programs[:2]:
        await registry.add("assignment_program", assignment_id=assignment, program_id=program)
    await registry.assign(empty, role, organization, program_scope="LISTED")
    unlisted = await registry.assign(everything, role, organization)
    await registry.add("assignment_program", assignment_id=unlisted, program_id=programs[0])
    assert (await organization_grant(registry, listed)).programs == frozenset(programs[:2])
    assert (await organization_grant(registry, empty)).programs == frozenset()
    assert (await organization_grant(registry, everything)).programs is None


async def test_product_lines_of_role_and_assignment_both_limit(registry: Registry) -> None:
    """I2, I5: the lines a role covers, cut by the lines an assignment lists."""
    organization = await registry.organization()
    role = await custom(registry, "PROGRAMS:R", organization=organization)
    user, listed, outside = [await registry.user() for _ in range(3)]
    for line in ("PERFORMANCE", "CREATOR"):
        await registry.add("role_product_line", role_id=role, product_line=line)
    await registry.assign(user, role, organization)
    within = await registry.assign(listed, role, organization, line_scope="LISTED")
    beyond = await registry.assign(outside, role, organization, line_scope="LISTED")
    for assignment, line in ((within, "CREATOR"), (within, "ADVOCATE"), (beyond, "ADVOCATE")):
        await registry.add("assignment_product_line", assignment_id=assignment, product_line=line)
    assert (await organization_grant(registry, user)).product_lines == frozenset({"PERFORMANCE", "CREATOR"})
    assert (await organization_grant(registry, listed)).product_lines == frozenset({"CREATOR"})
    assert (await organization_grant(registry, outside)).product_lines == frozenset()


async def test_a_standing_is_never_limited_by_a_list(registry: Registry) -> None:
    """C-01: ADMIN, MEMBER, GUEST and Account Administrator see the whole organization, listed or not."""
    organization = await registry.organization()
    for name in ("Admin", "Member", "Guest", "Account Administrator"):
        user = await registry.user()
        scopes = {"program_scope": "LISTED", "line_scope": "LISTED"}
        await registry.assign(user, await registry.predefined(name), organization, **scopes)
        grant = await organization_grant(registry, user)
        assert (grant.programs, grant.product_lines) == (None, None), name


async def test_settings_of_the_organization_come_with_the_membership(registry: Registry) -> None:
    """C-13, K20, K12."""
    strict = await registry.organization(guest_hides_partner_names=True, hides_archived_profiles=True)
    user = await registry.user()
    await registry.assign(user, await registry.predefined("Guest"), strict)
    grant = await organization_grant(registry, user)
    assert grant.standing is Standing.GUEST
    assert (grant.guest_hides_partner_names, grant.hides_archived_profiles) == (True, True)
    assert grant.advertiser_approved is False


@pytest.mark.parametrize(
    ("approved_at", "archived_at", "approved"),
    [(None, None, False), (PAST, None, True), (PAST, PAST, False)],
)
async def test_an_approved_advertiser_that_is_not_archived(
    registry: Registry, approved_at: datetime | None, archived_at: datetime | None, approved: bool
) -> None:
    """K12."""
    organization = await registry.organization()
    dates = {"approved_at": approved_at, "archived_at": archived_at}
    await registry.add("advertiser_profile", organization_id=organization, name="Advertiser", **dates)
    for name in ("Admin", "Analyst"):
        user = await registry.user()
        await registry.assign(user, await registry.predefined(name), organization)
        assert (await organization_grant(registry, user)).advertiser_approved is approved, name


async def test_memberships_of_several_organizations_stay_apart(registry: Registry) -> None:
    user = await registry.user()
    first, second = await registry.organization(guest_hides_partner_names=True), await registry.organization()
    await registry.assign(user, await registry.predefined("Guest"), first)
    await registry.assign(user, await registry.predefined("Admin"), second)
    grants, _ = await registry.grants(user)
    by_id = {grant.organization_id: grant for grant in grants.organizations}
    assert by_id[first].standing is Standing.GUEST
    assert by_id[first].guest_hides_partner_names
    assert by_id[second].standing is Standing.ADMIN
    assert not by_id[second].guest_hides_partner_names


async def test_a_platform_role_with_its_switches_and_statuses(registry: Registry) -> None:
    """S13, AC8: only what the role's row says; no statuses named means all."""
    user, other = await registry.user(), await registry.user()
    values: dict[str, Any] = {"see_revenue": True, "see_sale_amount": True, "statuses": ["APPROVED", "HOLD"]}
    await registry.assign(user, await registry.role("Limited", ["TRANSACTIONS:R", "OFFERS:W"], **values))
    await registry.assign(other, await registry.role("Unlimited", ["TRANSACTIONS:R"]))
    grant = await platform_grant(registry, user)
    assert replace(grant, permissions=()) == PlatformGrant(
        BaseType.MANAGER, (), frozenset({Switch.REVENUE, Switch.SALE_AMOUNT}), statuses=frozenset({"APPROVED", "HOLD"})
    )
    assert set(grant.permissions) == {("TRANSACTIONS", Level.R), ("OFFERS", Level.W)}
    assert await platform_grant(registry, other) == PlatformGrant(BaseType.MANAGER, (("TRANSACTIONS", Level.R),))


async def test_a_personal_set_of_modules(registry: Registry) -> None:
    """C-02, DR15."""
    user = await registry.user()
    values: dict[str, Any] = {"origin": "PERSONAL", "base_type": "PERSONAL", "owner_id": user}
    await registry.assign(user, await registry.role("Custom", ["PAYOUTS:R"], **values, see_payout=True))
    grant = await platform_grant(registry, user)
    assert grant == PlatformGrant(BaseType.PERSONAL, (("PAYOUTS", Level.R),), frozenset({Switch.PAYOUT}))


async def test_a_role_without_permissions_grants_none(registry: Registry) -> None:
    user = await registry.user()
    await registry.assign(user, await registry.role("Empty"))
    assert (await platform_grant(registry, user)).permissions == ()


@pytest.mark.parametrize("base", ["AFFILIATE_MANAGER", "ADVERTISER_MANAGER"])
async def test_manager_assignments(registry: Registry, base: str) -> None:
    """S10, S12: accounts and advertisers assigned to this manager, not to others, and not after their end."""
    organization = await registry.organization()
    advertiser = await registry.add("advertiser_profile", organization_id=organization, name="Advertiser")
    accounts = [await registry.account(organization) for _ in range(3)]
    user, other = await registry.user(), await registry.user()
    role = await registry.role("Manager of some", ["AFFILIATES:R"], base_type=base, user_visibility="ASSIGNED")
    for manager in (user, other):
        await registry.assign(manager, role)
    await registry.add("manager_assignment", user_id=user, affiliate_account_id=accounts[0])
    await registry.add("manager_assignment", user_id=user, affiliate_account_id=accounts[1], expires_at=PAST)
    await registry.add("manager_assignment", user_id=other, affiliate_account_id=accounts[2])
    await registry.add("manager_assignment", user_id=user, advertiser_profile_id=advertiser, expires_at=FAR)
    grant = await platform_grant(registry, user)
    assert grant.assigned is True
    assert grant.assigned_accounts == {accounts[0]}
    assert grant.assigned_advertisers == {advertiser}
    assert (await registry.grants(user))[1] == FAR
    assert (await platform_grant(registry, other)).assigned_accounts == {accounts[2]}


async def test_collaborators_with_their_ends(registry: Registry) -> None:
    """L9: one role per account; one that has ended is not read."""
    user, organization = await registry.user(), await registry.organization()
    accounts = [await registry.account(organization) for _ in range(4)]
    given = (("OWNER", None), ("READ_ONLY", FAR), ("MANAGER", None), ("OWNER", PAST))
    for account, (role, end) in zip(accounts, given, strict=True):
        await registry.add("collaborator", user_id=user, affiliate_account_id=account, role=role, expires_at=end)
    grants, until = await registry.grants(user)
    assert set(grants.collaborators) == {
        CollaboratorGrant(accounts[0], "OWNER"),
        CollaboratorGrant(accounts[1], "READ_ONLY"),
        CollaboratorGrant(accounts[2], "MANAGER"),
    }
    assert until == FAR


async def test_access_to_companies_with_its_end(registry: Registry) -> None:
    """L1, AC9."""
    user = await registry.user()
    companies = [await registry.add("company", name=f"Company {number}") for number in range(3)]
    for company, level, end in zip(companies, ("OWNER", "MEMBER", "OWNER"), (None, FAR, PAST), strict=True):
        await registry.add("company_access", user_id=user, company_id=company, level=level, expires_at=end)
    grants, until = await registry.grants(user)
    assert set(grants.companies) == {CompanyGrant(companies[0], "OWNER"), CompanyGrant(companies[1], "MEMBER")}
    assert until == FAR


async def test_an_assignment_that_has_ended_is_not_read(registry: Registry) -> None:
    user, organization = await registry.user(), await registry.organization()
    await registry.assign(user, await registry.predefined("Admin"), organization, expires_at=PAST)
    await registry.assign(user, await registry.role("Offers", ["OFFERS:R"]), expires_at=FAR)
    grants, until = await registry.grants(user)
    assert grants.organizations == ()
    assert grants.platform is not None
    assert until == FAR


async def test_grants_are_those_of_one_user(registry: Registry) -> None:
    """Everything given to somebody else stays with him."""
    user, other, organization = await registry.user(), await registry.user(), await registry.organization()
    account = await registry.account(organization)
    company = await registry.add("company", name="Company")
    await registry.assign(other, await registry.predefined("Admin"), organization)
    await registry.assign(other, await registry.role("Admins", ["ADMIN:W"]))
    await registry.add("collaborator", user_id=other, affiliate_account_id=account, role="OWNER")
    await registry.add("company_access", user_id=other, company_id=company, level="OWNER")
    assert await registry.grants(user) == (Grants(user, columns=frozenset(FIRST_LIST)), None)
