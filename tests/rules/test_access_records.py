"""How access is arranged, as far as it shows: invitations, parts of roles, assignments, keys, imports, the log."""

from __future__ import annotations

from typing import Any

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Platform

GERMANY = "Bluebird Germany"
PUBLIC_FIELDS = "scope state targetName inviterName expiresAt collaboratorRole email"


async def user(platform: Platform, key: str) -> int:
    """The id of a member of the cast."""
    return int(await platform.one("SELECT id FROM app_user WHERE email = $1", f"{key}@demo.example"))


async def test_l7_the_invited_person_sees_what_the_invitation_says(platform: Platform) -> None:
    """L7, SM2: addressed to his own verified address; never account, role, inviter or dates behind it."""
    invited = await platform.person()
    email = await platform.one("SELECT email FROM app_user WHERE id = $1", invited.id)
    number = await platform.named("affiliate_account", GERMANY)
    await platform.add(
        "invitation",
        scope="ACCOUNT",
        affiliate_account_id=number,
        email=email,
        collaborator_role="READ_ONLY",
        invited_by_id=await user(platform, "collab-owner"),
        target_name=GERMANY,
        inviter_name="Olga",
        token_hash=invited.id.to_bytes(32),
        expires_at=await platform.one("SELECT timestamptz '2999-01-01'"),
    )
    assert await platform.count(invited.token, "invitations") == 0, "the address is not proven to be his"
    await platform.change(f"UPDATE app_user SET email_verified_at = now() WHERE id = {invited.id}")
    (shown,) = await platform.cells(invited.token, "invitations", PUBLIC_FIELDS)
    assert (shown["targetName"], shown["email"], shown["collaboratorRole"]) == (GERMANY, email, "READ_ONLY")
    for hidden in ("createdAt", "answeredAt", "affiliateAccount { id }", "role { id }", "invitedBy { id }"):
        assert await platform.refuses(invited.token, f"invitations(first: 1) {{ nodes {{ {hidden} }} }}"), hidden


async def test_l5_owners_of_an_account_see_its_invitations_and_others_do_not(platform: Platform) -> None:
    """L4, L5, A23: READ_ONLY and MANAGER handle no invitations, nor do the members of the partner's organization."""
    number = await platform.named("affiliate_account", GERMANY)
    expected = await platform.one("SELECT count(*) FROM invitation WHERE affiliate_account_id = $1", number)
    assert expected > 0
    owner = (await platform.person(await platform.collaborator(GERMANY, "OWNER"))).token
    assert await platform.count(owner, "invitations") == expected
    for role in ("READ_ONLY", "MANAGER"):
        other = (await platform.person(await platform.collaborator(GERMANY, role))).token
        assert await platform.count(other, "invitations") == 0, role
    scopes = set(await platform.cells(platform.member("partner-admin"), "invitations", "scope"))
    assert scopes == {"ORGANIZATION"}


async def test_k18_invitations_to_an_organization_are_for_who_administers_it(platform: Platform) -> None:
    """K18, I3: ADMIN and ACCOUNT_USERS; not MEMBER or GUEST, and not another organization's."""
    northwind = await platform.named("organization", NORTHWIND)
    expected = await platform.one("SELECT count(*) FROM invitation WHERE organization_id = $1", northwind)
    for key in ("adv-admin", "account-admin", "northwind-key"):
        assert await platform.count(platform.member(key), "invitations") == expected, key
    for key in ("adv-member", "adv-guest", "analyst", "marketing"):
        assert await platform.count(platform.member(key), "invitations") == 0, key
    role = await platform.role("ACCOUNT_USERS:W", scope="ORGANIZATION", base_type="ORG", organization_id=northwind)
    holder = (await platform.person(await platform.membership(NORTHWIND, role))).token
    assert await platform.count(holder, "invitations") == expected
    bluebird = await platform.named("organization", BLUEBIRD)
    theirs = set(await platform.cells(platform.member("partner-admin"), "invitations", "organization { name }"))
    assert theirs == {BLUEBIRD}
    assert bluebird != northwind


async def test_a12_staff_see_invitations_with_users_and_those_to_accounts_with_affiliates(platform: Platform) -> None:
    """A12, C-06: the address only with USERS R; a manager of some accounts sees those accounts' only."""
    all_of_them = await platform.one("SELECT count(*) FROM invitation")
    users = (await platform.staff("USERS:R")).token
    assert await platform.count(users, "invitations") == all_of_them
    assert await platform.exists(users, "Invitation.email")
    affiliates = await platform.staff("AFFILIATES:R")
    accounts = await platform.one("SELECT count(*) FROM invitation WHERE affiliate_account_id IS NOT NULL")
    assert await platform.count(affiliates.token, "invitations") == accounts < all_of_them
    assert await platform.cells(affiliates.token, "invitations", "email") == [None] * accounts
    number = await platform.named("affiliate_account", GERMANY)
    manages = ("manager_assignment", {"affiliate_account_id": number})
    limited = {"base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED"}
    of_some = await platform.staff("AFFILIATES:R", also=[manages], **limited)
    own = await platform.one("SELECT count(*) FROM invitation WHERE affiliate_account_id = $1", number)
    assert await platform.count(of_some.token, "invitations") == own
    for key in ("support", "payouts-only", "finance-manager", "collab-readonly", "company-owner"):
        who = platform.member(key)
        seen = await platform.count(who, "invitations") if await platform.exists(who, "Invitation") else 0
        of_accounts = key in ("support", "finance-manager")
        allowed = await platform.one(
            "SELECT count(*) FROM invitation WHERE $1 AND affiliate_account_id IS NOT NULL OR lower(email) = $2",
            of_accounts,
            f"{key}@demo.example",
        )
        assert seen == allowed, key


async def test_i3_parts_of_roles_follow_their_role_and_lists_their_membership(platform: Platform) -> None:
    """I2, I3: whoever administers access reads permissions and lists; a holder his own; a fellow member nobody's."""
    scoped = await user(platform, "scoped-analyst")
    listed = await platform.one(
        "SELECT count(*) FROM assignment_program p JOIN role_assignment a ON a.id = p.assignment_id"
        " WHERE a.user_id = $1",
        scoped,
    )
    own = await membership(platform, "scoped-analyst", scoped)
    assert own["programs"]["totalCount"] == listed > 0
    assert own["role"]["permissions"]["totalCount"] > 0
    assert await membership(platform, "adv-admin", scoped) == own
    for fellow in ("adv-member", "analyst", "adv-guest"):
        assert await membership(platform, fellow, scoped) == {"role": None, "programs": {"totalCount": 0}}, fellow


async def membership(platform: Platform, key: str, number: int) -> dict[str, Any]:
    """What a member of the cast reads of a user's one membership."""
    query = """query ($user: ID!) { memberships(first: 2, where: { user: { eq: $user } }) { nodes {
        role { name permissions(first: 1) { totalCount } } programs(first: 1) { totalCount } } } }"""
    data = await platform.read(platform.member(key), query, user=platform.global_id("app_user", number))
    (only,) = data["memberships"]["nodes"]
    assert isinstance(only, dict)
    return only


async def test_s10_assignments_of_managers_are_for_user_management_and_the_manager(platform: Platform) -> None:
    """S10, S12, A12: AFFILIATES R does not tell who manages an account."""
    everybody = await platform.one("SELECT count(*) FROM manager_assignment")
    assert await platform.count((await platform.staff("USERS:R")).token, "managerAssignments") == everybody
    manager = await user(platform, "affiliate-manager")
    own = await platform.one("SELECT count(*) FROM manager_assignment WHERE user_id = $1", manager)
    assert 0 < own < everybody
    assert await platform.count(platform.member("affiliate-manager"), "managerAssignments") == own
    for key in ("manager", "partner-admin", "collab-owner"):
        assert await platform.count(platform.member(key), "managerAssignments") == 0, key


async def test_c19_keys_show_to_their_user_their_organizations_admins_and_admin(platform: Platform) -> None:
    """C-19, A16, SM6: never a secret; a member of the organization who is no admin sees no key of it."""
    northwind = await platform.named("organization", NORTHWIND)
    of_organization = await platform.one("SELECT count(*) FROM api_key WHERE organization_id = $1", northwind)
    assert of_organization > 0
    for key in ("adv-admin", "account-admin"):
        own = await platform.one("SELECT count(*) FROM api_key WHERE user_id = $1", await user(platform, key))
        assert await platform.count(platform.member(key), "apiKeys") == of_organization + own, key
    assert await platform.count(platform.member("northwind-key"), "apiKeys") == of_organization
    for key in ("adv-member", "adv-guest", "analyst"):
        assert await platform.count(platform.member(key), "apiKeys") == 0, key
    assert await platform.count(platform.member("admin"), "apiKeys") == await platform.one(
        "SELECT count(*) FROM api_key"
    )
    for name in ("hash", "secret", "tokenHash"):
        assert not await platform.exists(platform.member("admin"), f"ApiKey.{name}"), name


async def test_a16_the_module_shows_its_holders_own_keys_only(platform: Platform) -> None:
    """A16: API_KEYS R is not Admin; a key for that module alone still sees its owner's keys and nobody else's."""
    holder = await platform.staff("API_KEYS:W")
    await platform.user_key(holder.id, ["self:R"])
    script = await platform.user_key(holder.id, ["API_KEYS:R"])
    for token in (holder.token, script):
        assert await platform.count(token, "apiKeys") == 2
        owners = set(await platform.cells(token, "apiKeys", "ownerKind"))
        assert owners == {"USER"}
    without = await platform.user_key(holder.id, ["TRANSACTIONS:R"])
    assert await platform.refuses(without, "apiKeys(first: 1) { totalCount }")


async def test_a15_imports_show_scheduled_ones_and_ones_own(platform: Platform) -> None:
    """A15: with DATA_IMPORTS R; limited to what is assigned, one's own alone; without the module none."""
    scheduled = await platform.one("SELECT count(*) FROM import_job WHERE scheduled")
    manager = platform.member("manager")
    own = await platform.one(
        "SELECT count(*) FROM import_job WHERE created_by_id = $1 AND NOT scheduled", await user(platform, "manager")
    )
    assert await platform.count(manager, "importJobs") == scheduled + own
    limited = {"base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED"}
    of_some = await platform.staff("DATA_IMPORTS:R", **limited)
    assert await platform.count(of_some.token, "importJobs") == 0
    job = await platform.add("import_job", created_by_id=of_some.id, name="mine", entity="conversions", source="shop")
    await platform.add("import_log", job_id=job, line=1, outcome="REJECTED", column_name="amount", value="12,5O")
    assert await platform.cells(of_some.token, "importJobs", "name") == ["mine"]
    assert await platform.cells(of_some.token, "importLogs", "line") == [1]
    for key in ("finance-manager", "partner-admin", "adv-admin", "nobody"):
        assert await platform.refuses(platform.member(key), "importJobs(first: 1) { totalCount }"), key


async def test_m5b_a_logged_value_needs_the_classes_it_may_quote(platform: Platform) -> None:
    """M5b: the value of an import log may be an amount or an order number; line and reason are shown without them."""
    job = await platform.one("SELECT min(id) FROM import_job WHERE scheduled")
    switches = {"see_revenue": True, "see_payout": True, "see_sale_amount": True}
    full = (await platform.staff("DATA_IMPORTS:R TRANSACTIONS:R", **switches)).token
    where = f'{{ job: {{ eq: "{platform.global_id("import_job", job)}" }} }}'
    quoted = [each for each in await platform.cells(full, "importLogs", "value", where=where) if each is not None]
    assert quoted
    for permissions, given in (
        ("DATA_IMPORTS:R", switches),
        ("DATA_IMPORTS:R TRANSACTIONS:R", switches | {"see_payout": False}),
        ("DATA_IMPORTS:R TRANSACTIONS:R", switches | {"see_revenue": False}),
        ("DATA_IMPORTS:R TRANSACTIONS:R", switches | {"see_sale_amount": False}),
    ):
        who = (await platform.staff(permissions, **given)).token
        assert not await platform.exists(who, "ImportLog.value"), (permissions, given)
        assert await platform.refuses(
            who, f'importLogs(first: 1, where: {{ value: {{ eq: "{quoted[0]}" }} }}) {{ totalCount }}'
        )
        assert await platform.exists(who, "ImportLog.reason")


async def test_a10_runs_are_for_payouts_without_a_limit(platform: Platform) -> None:
    """A10: PAYOUTS R with ALL; a manager of some accounts has their invoices and no run."""
    runs = await platform.one("SELECT count(*) FROM payout_run")
    assert await platform.count(platform.member("finance-manager"), "payoutRuns") == runs > 0
    for base in ("AFFILIATE_MANAGER", "ADVERTISER_MANAGER"):
        limited = await platform.staff("PAYOUTS:R", base_type=base, user_visibility="ASSIGNED", see_payout=True)
        assert await platform.refuses(limited.token, "payoutRuns(first: 1) { totalCount }"), base
    for key in ("partner-admin", "adv-admin", "collab-owner", "support"):
        assert await platform.refuses(platform.member(key), "payoutRuns(first: 1) { totalCount }"), key


async def test_settings_are_for_settings(platform: Platform) -> None:
    """A4, S5: the platform's settings need SETTINGS R; a Manager has no access to them."""
    expected = await platform.one("SELECT count(*) FROM platform_setting")
    assert await platform.count((await platform.staff("SETTINGS:R")).token, "platformSettings") == expected
    assert await platform.count(platform.member("admin"), "platformSettings") == expected
    for key in ("manager", "adv-admin", "partner-admin", "nobody"):
        assert await platform.refuses(platform.member(key), "platformSettings(first: 1) { totalCount }"), key


async def test_the_log_shows_who_may_know_of_a_change(platform: Platform) -> None:
    """L12: Admin all; an organization's admin its own; an account's owner what concerns access to the account."""
    everything = await platform.one("SELECT count(*) FROM audit_log")
    assert await platform.count(platform.member("admin"), "auditLog") == everything
    northwind = await platform.named("organization", NORTHWIND)
    own = await platform.one("SELECT count(*) FROM audit_log WHERE organization_id = $1", northwind)
    assert await platform.count(platform.member("adv-admin"), "auditLog") == own > 0
    shown = set(await platform.cells(platform.member("collab-owner"), "auditLog", "targetType"))
    assert shown == {"invitation", "ownership_transfer"}
    for key in ("adv-member", "marketing", "collab-readonly", "collab-manager", "manager", "finance-manager"):
        who = platform.member(key)
        seen = await platform.count(who, "auditLog") if await platform.exists(who, "AuditLog") else 0
        assert seen == 0, key


async def test_by_which_grant_is_for_admin_and_the_actor(platform: Platform) -> None:
    """L12: `viaPath` of one's own changes, as far as the log shows them; another's is masked. No raw number shows."""
    entries = await platform.cells(platform.member("adv-admin"), "auditLog", "viaPath actor { email } target { id }")
    own = {"email": "adv-admin@demo.example"}
    mine = {each["viaPath"] for each in entries if each["actor"] == own}
    others = {each["viaPath"] for each in entries if each["actor"] != own}
    assert mine >= {"ORGANIZATION"}
    assert None not in mine
    assert others == {None}
    assert None not in await platform.cells(platform.member("admin"), "auditLog", "viaPath")
    assert not await platform.exists(platform.member("admin"), "AuditLog.targetId")
    assert not await platform.exists(platform.member("admin"), "AuditLogFilter.target")
    assert await platform.refuses(platform.member("marketing"), "auditLog(first: 1) { nodes { viaPath } }")


@pytest.mark.parametrize("connection", ["programs", "brands", "products", "media", "contentPages"])
async def test_k11_the_marketplace_shows_everybody_the_same(platform: Platform, connection: str) -> None:
    """K11, A6, A8, C-20: whatever else somebody sees, the marketplace has what PUBLIC reaches, and not one row more."""
    query = f"{{ marketplace {{ {connection}(first: 100) {{ totalCount nodes {{ id name }} }} }} }}"
    (nobody,) = [await platform.read(platform.member("nobody"), query)]
    for key in ("admin", "adv-admin", "partner-admin", "collab-owner", "company-owner"):
        assert await platform.read(platform.member(key), query) == nobody, key
    everything = await platform.count(platform.member("admin"), connection)
    assert 0 < nobody["marketplace"][connection]["totalCount"] < everything


async def test_k12_partners_are_shown_to_approved_advertisers(platform: Platform) -> None:
    """K12: listed profiles and their sources; for others that part of the marketplace does not exist."""
    query = "{ marketplace { partnerProfiles(first: 1) { totalCount } trafficSources(first: 1) { totalCount } } }"
    shown = (await platform.read(platform.member("adv-admin"), query))["marketplace"]
    listed = await platform.one("SELECT count(*) FROM partner_profile WHERE listed AND archived_at IS NULL")
    assert shown["partnerProfiles"]["totalCount"] == listed
    for key in ("nobody", "admin", "partner-admin", "adv-unapproved", "collab-owner"):
        assert await platform.refuses(platform.member(key), query.strip("{} ") + " } }"), key
