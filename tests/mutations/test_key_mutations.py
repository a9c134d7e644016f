"""API keys: who makes which, what each opens, and that a secret is shown once (K5, A16, AC5, C-10, C-19, SM6, DR17)."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Platform
from made_keys import Keys, administrator, new_organization

FOREVER = "2998-01-01T00:00:00Z"
SECOND_READ = (
    "query ($id: ID!) { node(id: $id) { ... on ApiKey { name prefix lastFour state scopes"
    " auditLog(first: 5) { totalCount } } } }"
)


@pytest.fixture
def keys(platform: Platform) -> Keys:
    """The mutations of API keys."""
    return Keys(platform)


async def test_k5_c10_an_organizations_key_opens_what_it_owns(platform: Platform, keys: Keys) -> None:
    """K5, C-10, AC5: without scopes everything of its organization, and nothing of another; with scopes only these."""
    northwind = await platform.named("organization", NORTHWIND)
    admin = (await administrator(platform, northwind)).token
    made = await keys.of_organization(admin, northwind)
    assert (made["__typename"], made["replayed"]) == ("CreateOrganizationApiKeySuccess", False)
    assert made["apiKey"]["state"] == "ACTIVE"
    assert made["apiKey"]["user"] is made["apiKey"]["rotationDueAt"] is None
    whole = made["secret"]
    assert (whole[:12], whole[-4:]) == (made["apiKey"]["prefix"], made["apiKey"]["lastFour"])
    own = await platform.stored("SELECT name FROM advertiser_profile WHERE organization_id = $1 ORDER BY 1", northwind)
    assert await platform.names(whole, "advertiserProfiles") == own
    assert await platform.names(whole, "organizations") == await platform.names(admin, "organizations")
    bluebird = await platform.named("organization", BLUEBIRD)
    assert await platform.node(whole, "organization", bluebird) is None
    narrow = (await keys.of_organization(admin, northwind, scopes=["PROGRAMS:R"]))["secret"]
    assert await platform.exists(narrow, "Query.programs")
    assert not await platform.exists(narrow, "Query.apiKeys")
    assert not await platform.exists(narrow, "Mutation.editProgram")


async def test_k5_an_organizations_key_writes(platform: Platform, keys: Keys) -> None:
    """K5, AC5: R and W of what the organization owns, as its ADMIN; a key for reading writes nothing."""
    organization = await new_organization(platform)
    admin = (await administrator(platform, organization)).token
    whole = (await keys.of_organization(admin, organization))["secret"]
    given = {"organization": platform.global_id("organization", organization), "name": "Renamed by a key"}
    answer = await platform.change_by(whole, "editOrganization", "organization { name }", **given)
    assert answer["organization"] == {"name": "Renamed by a key"}
    reading = (await keys.of_organization(admin, organization, scopes=["org:R"]))["secret"]
    assert await platform.count(reading, "organizations") >= 1
    assert not await platform.exists(reading, "Mutation.editOrganization")


async def test_k20_an_organizations_key_is_an_administrators(platform: Platform, keys: Keys) -> None:
    """K20, AC5: archived profiles that the organization hides from its members, its key sees."""
    organization = await platform.add("organization", name="Hides its archive", hides_archived_profiles=True)
    archived = await platform.one("SELECT timestamptz '2026-01-01'")
    profile = await platform.add(
        "partner_profile", organization_id=organization, name="Of last year", archived_at=archived
    )
    admin = await administrator(platform, organization)
    member = await platform.person(await platform.membership("Hides its archive", "Member"))
    whole = (await keys.of_organization(admin.token, organization))["secret"]
    of_member = (await keys.own(member.token, "org:W"))["secret"]
    for who, sees in ((admin.token, True), (whole, True), (member.token, False), (of_member, False)):
        assert (await platform.node(who, "partner_profile", profile) is not None) is sees


@pytest.mark.parametrize("key", ["adv-member", "adv-guest", "analyst", "scoped-analyst"])
async def test_k17_only_administrators_make_an_organizations_keys(platform: Platform, keys: Keys, key: str) -> None:
    """K17, K18, SM6, I5: for members, guests and other roles the mutation does not exist."""
    assert not await platform.exists(platform.member(key), "Mutation.createOrganizationApiKey")


async def test_k5_no_key_of_another_organization(platform: Platform, keys: Keys) -> None:
    """K5, AC7, AC12: an administrator elsewhere finds no such organization; staff of any rank may not either."""
    northwind = await platform.named("organization", NORTHWIND)
    answer = await keys.of_organization(platform.member("partner-admin"), northwind)
    assert (answer["__typename"], answer["path"]) == ("NotFound", ["organization"])
    for staff in ("admin", "manager"):
        assert not await platform.exists(platform.member(staff), "Mutation.createOrganizationApiKey"), staff
    both = await platform.staff("ADMIN:W", also=[await platform.membership(BLUEBIRD, "Admin")])
    assert (await keys.of_organization(both.token, northwind))["__typename"] == "Forbidden"


async def test_sm6_no_key_makes_or_changes_keys(platform: Platform, keys: Keys) -> None:
    """SM6: not an organization's, not an administrator's, whatever its scopes."""
    northwind = await platform.named("organization", NORTHWIND)
    boss = await platform.staff("ADMIN:W", also=[await platform.membership(NORTHWIND, "Admin")])
    of_user = (await keys.own(boss.token, "ADMIN:W", "org:W", "self:R"))["secret"]
    of_organization = (await keys.of_organization(boss.token, northwind))["secret"]
    for secret in (of_user, of_organization):
        for mutation in (
            "createOrganizationApiKey",
            "createUserApiKey",
            "claimApiKey",
            "rotateApiKey",
            "revokeApiKey",
        ):
            assert not await platform.exists(secret, f"Mutation.{mutation}"), mutation
            assert await platform.exists(boss.token, f"Mutation.{mutation}"), mutation


async def test_a16_a_users_key_opens_its_scopes(platform: Platform, keys: Keys) -> None:
    """A16, AC5, C-10: what its scopes name of what its user has, and nothing else."""
    holder = await platform.staff("AFFILIATES:W BRANDS:R")
    made = await keys.own(holder.token, "AFFILIATES:R", "AFFILIATES:R")
    assert made["__typename"] == "CreateUserApiKeySuccess", made
    assert made["apiKey"]["scopes"] == ["AFFILIATES:R"]
    secret = made["secret"]
    assert await platform.names(secret, "affiliateAccounts") == await platform.names(holder.token, "affiliateAccounts")
    for hidden in ("Brand.operatorNotes", "Mutation.editAffiliateAccount", "Query.apiKeys", "User.email"):
        assert not await platform.exists(secret, hidden), hidden
        assert await platform.exists(holder.token, hidden), hidden


@pytest.mark.parametrize("scope", ["AFFILIATES:W", "BRANDS:R", "ADMIN:R", "org:R", "account:R", "PROGRAMS:R"])
async def test_a16_a_scope_lies_within_what_its_user_holds(platform: Platform, keys: Keys, scope: str) -> None:
    """A16, DR1: permission, level, organization and account alike; nothing is made then."""
    holder = await platform.staff("AFFILIATES:R")
    before = await platform.one("SELECT count(*) FROM api_key")
    answer = await keys.own(holder.token, "AFFILIATES:R", scope)
    assert (answer["__typename"], answer["path"]) == ("Forbidden", ["scopes"])
    assert scope in answer["message"]
    assert "AFFILIATES:R" not in answer["message"]
    assert await platform.one("SELECT count(*) FROM api_key") == before


async def test_ac5_what_a_member_and_a_collaborator_hold(platform: Platform, keys: Keys) -> None:
    """A16, AC5: `org:W` is of those who write there, `account:W` of owners and managers; reading is everybody's."""
    guest = await platform.person(
        await platform.membership(NORTHWIND, "Guest"), await platform.collaborator("Bluebird Germany", "READ_ONLY")
    )
    owner = await platform.person(
        await platform.membership(NORTHWIND, "Member"), await platform.collaborator("Bluebird Germany", "MANAGER")
    )
    for scope in ("org:W", "account:W"):
        assert (await keys.own(guest.token, scope))["__typename"] == "Forbidden", scope
        assert (await keys.own(owner.token, scope))["__typename"] == "CreateUserApiKeySuccess", scope
    assert (await keys.own(guest.token, "org:R", "account:R", "self:R"))["__typename"] == "CreateUserApiKeySuccess"


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["FLY:R"]}, "scopes"),
        ({"scopes": ["self:W"]}, "scopes"),
        ({"scopes": ["TASKS:W"]}, "scopes"),
        ({"scopes": ["self:R "]}, "scopes"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
    ],
)
async def test_c10_what_a_key_needs(platform: Platform, keys: Keys, wrong: dict[str, Any], path: str) -> None:
    """C-10: a name, an end that is to come, scopes that exist; a user's key has at least one."""
    answer = await keys.own(platform.member("admin"), "self:R", **wrong)
    assert (answer["__typename"], answer["path"]) == ("ValidationError", [path])


@pytest.mark.parametrize("scope", ["self:R", "account:R", "AFFILIATES:R", "ADMIN:W", "FLY:R"])
async def test_ac5_c10_scopes_of_an_organizations_key(platform: Platform, keys: Keys, scope: str) -> None:
    """AC5, C-10: none of the platform's, of accounts or of a self; and no empty list, which would be everything."""
    northwind = await platform.named("organization", NORTHWIND)
    for scopes in ([scope], []):
        answer = await keys.of_organization(platform.member("adv-admin"), northwind, scopes=scopes)
        assert (answer["__typename"], answer["path"]) == ("ValidationError", ["scopes"])


async def test_dr13_a_key_ends_when_its_givers_right_does(platform: Platform, keys: Keys) -> None:
    """DR13: whoever holds a right until some day gives it at most until then; what he holds for ever is not bound."""
    ends, sooner, later = "2997-01-01T00:00:00Z", "2996-01-01T00:00:00Z", "2997-01-01T00:00:01Z"
    until = await platform.one("SELECT timestamptz '2997-01-01'")
    role = await platform.role("AFFILIATES:R")
    holder = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role, "expires_at": until}))
    organization = await new_organization(platform)
    admin = await administrator(platform, organization, expires_at=until)
    for end, fits in ((None, False), (later, False), (ends, True), (sooner, True)):
        of_user = await keys.own(holder.token, "AFFILIATES:R", expiresAt=end)
        of_organization = await keys.of_organization(admin.token, organization, expiresAt=end)
        for answer in (of_user, of_organization):
            assert answer["__typename"].endswith("Success" if fits else "Forbidden"), (end, answer)
    assert (await keys.own(holder.token, "self:R"))["__typename"] == "CreateUserApiKeySuccess"


async def test_ac5_sm6_a_key_narrows_with_its_user(platform: Platform, keys: Keys) -> None:
    """AC5, AC6, DR12, SM6: what its user loses it loses at once; suspended he has none; reinstated it is back."""
    holder = await platform.staff("AFFILIATES:R BRANDS:R")
    secret = (await keys.own(holder.token, "AFFILIATES:R", "BRANDS:R"))["secret"]
    assert await platform.exists(secret, "Brand.operatorNotes")
    role = await platform.one("SELECT role_id FROM role_assignment WHERE user_id = $1", holder.id)
    await platform.change(f"DELETE FROM role_permission WHERE role_id = {role} AND permission = 'BRANDS'")
    assert not await platform.exists(secret, "Brand.operatorNotes")
    assert await platform.exists(secret, "Query.affiliateAccounts")
    user = {"user": platform.global_id("app_user", holder.id)}
    assert (await platform.change_by(platform.member("admin"), "suspendUser", **user))["__typename"].endswith("Success")
    assert not await keys.lives(secret)
    await platform.change_by(platform.member("admin"), "reinstateUser", **user)
    assert await platform.exists(secret, "Query.affiliateAccounts")
    await platform.change_by(platform.member("admin"), "removePlatformRole", **user)
    assert await keys.lives(secret)
    assert not await platform.exists(secret, "Query.affiliateAccounts")


async def test_sm6_dr12_an_organizations_key_outlives_its_maker(platform: Platform, keys: Keys) -> None:
    """SM6, DR12, DR16: it goes on while he is suspended, and when he has left."""
    organization = await new_organization(platform)
    maker = await administrator(platform, organization)
    secret = (await keys.of_organization(maker.token, organization))["secret"]
    user = {"user": platform.global_id("app_user", maker.id)}
    await platform.change_by(platform.member("admin"), "suspendUser", **user)
    assert await platform.count(secret, "organizations") >= 1
    await platform.change_by(platform.member("admin"), "reinstateUser", **user)
    await platform.change(f"UPDATE session SET revoked_at = NULL WHERE user_id = {maker.id}")  # he signs in anew
    given = {"organization": platform.global_id("organization", organization)}
    left = await platform.change_by(maker.token, "leaveOrganization", **given)
    assert left["__typename"] == "LeaveOrganizationSuccess"
    assert await platform.count(secret, "organizations") >= 1


async def test_sm6_the_secret_is_shown_once(platform: Platform, keys: Keys, caplog: pytest.LogCaptureFixture) -> None:
    """SM6, C-19, GOAL21: no table holds it, no record of the audit log, no line of a log, no second read."""
    northwind = await platform.named("organization", NORTHWIND)
    admin = platform.member("adv-admin")
    with caplog.at_level(logging.DEBUG):
        for made in (await keys.own(admin, "self:R"), await keys.of_organization(admin, northwind)):
            secret = made["secret"]
            again = await platform.read(admin, SECOND_READ, id=made["id"])
            assert again["node"]["prefix"] == secret[:12]
            assert secret not in str(again)
            rotated = await keys.does(admin, "rotate", made["id"])
            for each in (secret, rotated["secret"]):
                assert each not in caplog.text
                assert each[12:-4] not in caplog.text
                for table in await platform.stored("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
                    found = await platform.one(
                        f"SELECT count(*) FROM {table} t WHERE position($1 IN t::text) > 0", each[12:-4]
                    )
                    assert found == 0, table
            log = await platform.rows(
                "SELECT before, after FROM audit_log WHERE target_type = 'api_key' AND target_id = $1",
                str(keys.number(made)),
            )
            told = {name for row in log for part in (row["before"], row["after"]) for name in part or {}}
            assert told
            assert not told & {"hash", "prefix", "last_four", "secret", "token"}


async def test_dr17_a_replay_makes_nothing_and_shows_no_secret(platform: Platform, keys: Keys) -> None:
    """DR17, SM6, F21: it answers with the same key, says that it is a replay, and has no secret to show."""
    holder = (await platform.staff("AFFILIATES:R")).token
    given = {"idempotencyKey": "the nightly script"}
    first = await keys.own(holder, "AFFILIATES:R", **given)
    again = await keys.own(holder, "AFFILIATES:R", **given)
    assert (first["replayed"], again["replayed"], again["secret"]) == (False, True, None)
    assert (again["id"], again["apiKey"]) == (first["id"], first["apiKey"])
    assert await keys.lives(first["secret"])
    other = await keys.own(holder, "self:R", **given)
    assert (other["__typename"], other["path"]) == ("ValidationError", ["idempotencyKey"])
    rotated = [await keys.does(holder, "rotate", first["id"], idempotencyKey="rotate") for _ in range(2)]
    assert [each["replayed"] for each in rotated] == [False, True]
    assert rotated[0]["id"] == rotated[1]["id"] != first["id"]
    assert rotated[1]["secret"] is None
    kept = await platform.stored(
        "SELECT effect::text FROM idempotency_key WHERE key IN ('the nightly script', 'rotate')"
    )
    assert len(kept) == 2
    for effect in kept:
        assert first["secret"][12:] not in effect
        assert rotated[0]["secret"][12:] not in effect


async def test_sm6_a_key_for_somebody_else_shows_its_maker_nothing(platform: Platform, keys: Keys) -> None:
    """SM6, A16, C-19: PENDING, without a secret; its maker does not see it, unless he is Admin."""
    target = await platform.staff("BRANDS:R")
    maker = await platform.staff("USERS:R API_KEYS:W")
    user = platform.global_id("app_user", target.id)
    made = await keys.own(maker.token, "BRANDS:R", user=user)
    assert (made["__typename"], made["secret"], made["apiKey"]) == ("CreateUserApiKeySuccess", None, None)
    stored = await keys.stored(made)
    assert (stored["state"], stored["hash"], stored["user_id"]) == ("PENDING", None, target.id)
    assert stored["created_by_id"] == maker.id
    by_admin = await keys.own(platform.member("admin"), "BRANDS:R", user=user)
    assert (by_admin["secret"], by_admin["apiKey"]["state"]) == (None, "PENDING")


async def test_a16_who_makes_keys_for_others(platform: Platform, keys: Keys) -> None:
    """A16, AC3, AC7: API_KEYS W on a path that sees the user. Whom one does not see is not there; R is not W."""
    target = await platform.staff("BRANDS:R")
    user = platform.global_id("app_user", target.id)
    for permissions, expected in (
        ("USERS:R API_KEYS:R", "Forbidden"),
        ("USERS:W", "Forbidden"),
        ("API_KEYS:W", "NotFound"),
        ("ADMIN:R", "Forbidden"),
        ("ADMIN:W", "CreateUserApiKeySuccess"),
    ):
        maker = await platform.staff(permissions)
        assert (await keys.own(maker.token, "BRANDS:R", user=user))["__typename"] == expected, permissions
    boss = await platform.person(await platform.membership(NORTHWIND, "Admin"))
    member = await platform.person(await platform.membership(NORTHWIND, "Member"))
    answer = await keys.own(boss.token, "org:R", user=platform.global_id("app_user", member.id))
    assert answer["__typename"] == "Forbidden", "an ADMIN sees his members, and makes no keys of theirs"


async def test_lk15_what_somebody_else_holds_is_not_told(platform: Platform, keys: Keys) -> None:
    """LK15, AC12: making a key for somebody answers alike whether or not he holds its scopes."""
    maker = (await platform.staff("USERS:R API_KEYS:W")).token
    someone = await platform.person(await platform.collaborator("Bluebird Germany", "OWNER"))
    nobody = await platform.person()
    for scope in ("account:W", "ADMIN:W", "org:R"):
        said = [
            await keys.own(maker, scope, user=platform.global_id("app_user", each.id)) for each in (someone, nobody)
        ]
        assert [each["__typename"] for each in said] == ["CreateUserApiKeySuccess"] * 2, scope


async def test_dr13_and_for_a_suspended_user(platform: Platform, keys: Keys) -> None:
    """DR13, SM6: staff for a time make keys of others for that time; nobody makes one for a suspended user."""
    until = await platform.one("SELECT timestamptz '2997-01-01'")
    role = await platform.role("USERS:R API_KEYS:W")
    maker = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role, "expires_at": until}))
    target = await platform.staff("BRANDS:R")
    user = platform.global_id("app_user", target.id)
    assert (await keys.own(maker.token, "BRANDS:R", user=user))["__typename"] == "Forbidden"
    assert (await keys.own(maker.token, "BRANDS:R", user=user, expiresAt=FOREVER))["__typename"] == "Forbidden"
    timely = await keys.own(maker.token, "BRANDS:R", user=user, expiresAt="2996-01-01T00:00:00Z")
    assert timely["__typename"] == "CreateUserApiKeySuccess"
    await platform.change(f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {target.id}")
    answer = await keys.own(platform.member("admin"), "BRANDS:R", user=user)
    assert (answer["__typename"], answer["path"]) == ("ValidationError", ["user"])
