"""Roles and staff: what a role can be made of, by whom, and what is handed on with it (S7, I5, I6, DR1 to DR15)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from demo_platform import NORTHWIND, Person, Platform

SWITCHES = {"seeRevenue": False, "seePayout": False, "seeSaleAmount": False}
AFFILIATES = [{"permission": "AFFILIATES", "level": "R"}]


def permissions(*names: str) -> list[dict[str, str]]:
    """Permissions as an input has them: `AFFILIATES:W`."""
    return [dict(zip(("permission", "level"), name.split(":"), strict=True)) for name in names]


async def platform_role(platform: Platform, who: str, *names: str, **more: Any) -> dict[str, Any]:
    """What making a staff role answers."""
    given = {"name": f"Role {uuid4().hex[:8]}", "baseType": "MANAGER", "permissions": permissions(*names)} | SWITCHES
    return await platform.change_by(who, "createPlatformRole", "id role { name }", **(given | more))


async def user_id(platform: Platform, person: Person) -> str:
    """A person's global id."""
    return platform.global_id("app_user", person.id)


async def test_s7_dr3_dr4_what_a_custom_role_is(platform: Platform) -> None:
    """S7, S8, I5, DR3, DR4, DR6, DR15: a name, a base, at least one permission, switches that are named."""
    admin = platform.member("admin")
    made = await platform_role(platform, admin, "AFFILIATES:W")
    assert made["__typename"] == "CreatePlatformRoleSuccess", made
    for wrong, path in (
        ({"name": " Custom "}, "name"),
        ({"name": "cUSTOM"}, "name"),
        ({"name": "  "}, "name"),
        ({"name": made["role"]["name"].upper()}, "name"),
        ({"permissions": []}, "permissions"),
        ({"permissions": permissions("AFFILIATES:R", "AFFILIATES:W")}, "permissions"),
        ({"permissions": permissions("NO_SUCH:R")}, "permissions"),
        ({"baseType": "ADMINISTRATOR"}, "baseType"),
        ({"baseType": "PERSONAL"}, "baseType"),
        ({"userVisibility": "ASSIGNED"}, "userVisibility"),
        ({"statuses": []}, "statuses"),
    ):
        answer = await platform_role(platform, admin, "AFFILIATES:W", **wrong)
        assert (answer["__typename"], answer["path"]) == ("ValidationError", [path]), wrong
    assigned = {"baseType": "AFFILIATE_MANAGER", "userVisibility": "ASSIGNED"}
    assert (await platform_role(platform, admin, "AFFILIATES:W", **assigned))["__typename"].endswith("Success")


@pytest.mark.parametrize("key", ["USERS:W", "SETTINGS:R", "API_KEYS:R", "ADMIN:R"])
@pytest.mark.parametrize("base", ["MANAGER", "AFFILIATE_MANAGER", "ADVERTISER_MANAGER"])
async def test_dr7_dr15_no_settings_on_managers_bases(platform: Platform, base: str, key: str) -> None:
    """S5, DR7, DR15, C-16: not even an administrator puts settings into such a role."""
    answer = await platform_role(platform, platform.member("admin"), "OFFERS:R", key, baseType=base)
    assert (answer["__typename"], answer["path"]) == ("ValidationError", ["permissions"])


async def test_dr1_a_role_holds_nothing_its_maker_lacks(platform: Platform) -> None:
    """DR1, A13: permission, level, switch and status alike; SETTINGS W and USERS R alone make roles of nothing."""
    maker = (await platform.staff("SETTINGS:W USERS:R AFFILIATES:R", base_type="MANAGER", see_payout=True)).token
    assert (await platform_role(platform, maker, "AFFILIATES:R"))["__typename"] == "CreatePlatformRoleSuccess"
    for names, more in (
        (("AFFILIATES:W",), {}),
        (("OFFERS:R",), {}),
        (("AFFILIATES:R",), {"seeRevenue": True}),
    ):
        answer = await platform_role(platform, maker, *names, **more)
        assert answer["__typename"] == "Forbidden", (names, more)
    assert (await platform_role(platform, maker, "AFFILIATES:R", seePayout=True))["__typename"].endswith("Success")


@pytest.mark.parametrize(
    "key",
    [
        "manager",
        "finance-manager",
        "affiliate-manager",
        "adv-member",
        "adv-guest",
        "analyst",
        "nobody",
        "northwind-key",
    ],
)
async def test_i3_s5_whoever_may_not_has_no_mutations_of_roles(platform: Platform, key: str) -> None:
    """I3, S5, SM6: a Manager has no access to settings; a member, a viewer and a key manage no roles."""
    who = platform.member(key)
    for mutation in ("createPlatformRole", "createOrganizationRole", "editRole", "archiveRole", "assignPlatformRole"):
        assert not await platform.exists(who, f"Mutation.{mutation}"), mutation


async def test_s2_s3_dr8_dr9_what_ships_keeps_what_makes_it(platform: Platform) -> None:
    """S2, S3, DR5, DR8, DR9, I8, C-03: default roles take another title and permissions; predefined ones nothing."""
    admin = platform.member("admin")

    async def edits(name: str, **given: Any) -> str:
        number = await platform.one("SELECT id FROM role WHERE name = $1 AND origin <> 'CUSTOM'", name)
        answer = await platform.change_by(admin, "editRole", "id", role=platform.global_id("role", number), **given)
        return str(answer["__typename"])

    held = await platform.stored(
        "SELECT p.permission || ':' || p.level FROM role_permission p JOIN role r ON r.id = p.role_id"
        " WHERE r.name = 'Financial Manager'"
    )
    for names in (("PAYOUTS:W", "REPORTS:W"), held):  # and back: a member of the cast holds it
        assert await edits("Financial Manager", permissions=permissions(*names)) == "EditRoleSuccess"
    assert await edits("Administrator", permissions=AFFILIATES) == "ValidationError"
    assert await edits("Administrator", seeRevenue=False) == "ValidationError"
    for name in ("Administrator", "Financial Manager"):
        number = await platform.one("SELECT id FROM role WHERE name = $1", name)
        archived = await platform.change_by(admin, "archiveRole", "id", role=platform.global_id("role", number))
        assert archived["__typename"] == "ValidationError", name
    boss = platform.member("adv-admin")
    for name in ("Admin", "Analyst", "Guest"):
        role = platform.global_id("role", await platform.predefined(name))
        for given in ({"name": "Mine"}, {"permissions": permissions("PROGRAMS:R")}):
            answer = await platform.change_by(boss, "editRole", "id", role=role, **given)
            assert answer["__typename"] in ("ValidationError", "Forbidden"), name


async def test_dr2_editing_a_role_touches_all_who_hold_it(platform: Platform) -> None:
    """DR1, DR2: what an edit adds or takes by name is the editor's; a holder has it at the next operation."""
    admin = platform.member("admin")
    role = (await platform_role(platform, admin, "OFFERS:R"))["id"]
    number = platform.engine.services.ids.decode(role)[1].id
    holder = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": number}))
    editor = (await platform.staff("SETTINGS:W USERS:R OFFERS:R BRANDS:R")).token
    more = await platform.change_by(
        editor, "editRole", "id", role=role, permissions=permissions("OFFERS:R", "BRANDS:R")
    )
    assert more["__typename"] == "EditRoleSuccess"
    assert await platform.exists(holder.token, "Brand.operatorNotes")
    for wrong in (permissions("OFFERS:W"), permissions("OFFERS:R", "PAYOUTS:R")):
        answer = await platform.change_by(editor, "editRole", "id", role=role, permissions=wrong)
        assert answer["__typename"] == "Forbidden"
    taking = (await platform.staff("SETTINGS:W USERS:R OFFERS:R")).token
    less = await platform.change_by(taking, "editRole", "id", role=role, permissions=permissions("OFFERS:R"))
    assert less["__typename"] == "Forbidden", "BRANDS R would be taken by one who does not hold it"


async def test_sm7_archiving_frees_the_name_and_waits_for_holders(platform: Platform) -> None:
    """SM7, C-04, I6, S15: refused while held or offered; then wiped, final, and the name is free."""
    admin = platform.member("admin")
    made = await platform_role(platform, admin, "OFFERS:R")
    role, name = made["id"], made["role"]["name"]
    number = platform.engine.services.ids.decode(role)[1].id
    holder = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": number}))
    refused = await platform.change_by(admin, "archiveRole", "id", role=role)
    assert refused["__typename"] == "ValidationError"
    await platform.change(f"DELETE FROM role_assignment WHERE user_id = {holder.id}")
    assert (await platform.change_by(admin, "archiveRole", "id", role=role))["__typename"] == "ArchiveRoleSuccess"
    assert await platform.one("SELECT count(*) FROM role_permission WHERE role_id = $1", number) == 0
    for mutation, given in (
        ("archiveRole", {}),
        ("editRole", {"name": "Back again"}),
        ("editRole", {"permissions": AFFILIATES}),
    ):
        answer = await platform.change_by(admin, mutation, "id", role=role, **given)
        assert answer["__typename"] == "ValidationError", mutation
    assert (await platform_role(platform, admin, "OFFERS:R", name=name))["__typename"].endswith("Success")


async def test_organization_roles(platform: Platform) -> None:
    """I2, I5, DR4: of one organization, with a product line; its ADMIN makes it, and no other organization's."""
    boss = platform.member("adv-admin")
    northwind = platform.global_id("organization", await platform.named("organization", NORTHWIND))
    given = {
        "organization": northwind,
        "name": f"Team {uuid4().hex[:8]}",
        "permissions": permissions("PROGRAMS:W"),
        "productLines": ["CREATOR"],
    }
    made = await platform.change_by(boss, "createOrganizationRole", "id role { name }", **given)
    assert made["__typename"] == "CreateOrganizationRoleSuccess"
    clone = await platform.change_by(boss, "cloneRole", "id", role=made["id"], name=f"Copy {uuid4().hex[:8]}")
    assert clone["__typename"] == "CloneRoleSuccess"
    for wrong, path in (
        ({"productLines": []}, "productLines"),
        ({"permissions": permissions("TASKS:W")}, "permissions"),
        ({"permissions": permissions("FINANCE_REPORTING:W")}, "permissions"),
        ({"name": "analyst"}, "name"),
    ):
        answer = await platform.change_by(boss, "createOrganizationRole", "id", **(given | {"name": "Another"} | wrong))
        assert (answer["__typename"], answer["path"]) == ("ValidationError", [path]), wrong
    stranger = await platform.change_by(platform.member("partner-admin"), "createOrganizationRole", "id", **given)
    assert stranger["__typename"] == "NotFound"
    other = await platform.change_by(platform.member("partner-admin"), "editRole", "id", role=made["id"], name="Mine")
    assert other["__typename"] == "NotFound"


async def test_a12_a13_module_sets(platform: Platform) -> None:
    """A12, A13, C-02: any combination, of what the giver has; it takes the place of the role held before."""
    giver = (await platform.staff("USERS:W AFFILIATES:W OFFERS:R", see_payout=True, base_type="MANAGER")).token
    target = await platform.person()
    given = {"user": await user_id(platform, target), **SWITCHES}
    made = await platform.change_by(giver, "setModules", "id", permissions=permissions("AFFILIATES:W"), **given)
    assert made["__typename"] == "SetModulesSuccess", made
    assert await platform.exists(target.token, "AffiliateAccount")
    for wrong in (permissions("PAYOUTS:R"), permissions("OFFERS:W")):
        answer = await platform.change_by(giver, "setModules", "id", permissions=wrong, **given)
        assert answer["__typename"] == "Forbidden"
    switched = given | {"seeRevenue": True}
    answer = await platform.change_by(giver, "setModules", "id", permissions=permissions("AFFILIATES:W"), **switched)
    assert answer["__typename"] == "Forbidden"
    again = await platform.change_by(
        giver, "setModules", "id", permissions=permissions("OFFERS:R"), **(given | {"seePayout": True})
    )
    assert again["__typename"] == "SetModulesSuccess"
    assert not await platform.exists(target.token, "AffiliateAccount")
    held = await platform.stored("SELECT base_type::text FROM role WHERE owner_id = $1", target.id)
    assert held == ["PERSONAL"]


async def test_dr14_dr10_taking_a_role_needs_all_of_it_and_one_admin_stays(platform: Platform) -> None:
    """DR14, DR10: the administrator's role is not taken by USERS W; the last one stays."""
    admins = await platform.stored(
        "SELECT a.user_id FROM role_assignment a JOIN role_permission p ON p.role_id = a.role_id"
        " WHERE a.scope = 'PLATFORM' AND p.permission = 'ADMIN' AND p.level = 'W'"
        " AND coalesce(a.expires_at > now(), true)"
    )
    clerk = (await platform.staff("USERS:W")).token
    for number in admins:
        for mutation in ("removePlatformRole", "suspendUser"):
            answer = await platform.change_by(clerk, mutation, "id", user=platform.global_id("app_user", number))
            assert answer["__typename"] == "Forbidden", mutation
    peer = await platform.staff("AFFILIATES:R")
    answer = await platform.change_by(clerk, "removePlatformRole", "id", user=await user_id(platform, peer))
    assert answer["__typename"] == "Forbidden"
    able = (await platform.staff("USERS:W AFFILIATES:R")).token
    done = await platform.change_by(able, "removePlatformRole", "id", user=await user_id(platform, peer))
    assert done["__typename"] == "RemovePlatformRoleSuccess"
    assert not await platform.exists(peer.token, "AffiliateAccount")


async def test_ac6_dr16_suspension_is_at_once_and_can_be_undone(platform: Platform) -> None:
    """AC6, AC12, DR14: tokens of a suspended user stand for nobody, his key's until then; nobody suspends himself."""
    able = await platform.staff("USERS:W OFFERS:R")
    target = await platform.staff("OFFERS:R")
    key = await platform.user_key(target.id, ["OFFERS:R"])
    given = {"user": await user_id(platform, target)}
    assert (await platform.change_by(able.token, "suspendUser", "id", **given))["__typename"] == "SuspendUserSuccess"
    for token in (target.token, key):
        with pytest.raises(Exception, match="not valid"):
            await platform.read(token, "{ viewer { paths { kind } } }")
    again = await platform.change_by(able.token, "suspendUser", "id", version=99, **given)
    assert again["__typename"] == "ValidationError", "AC12: what state he is in comes before his version"
    weak = (await platform.staff("USERS:W")).token
    assert (await platform.change_by(weak, "reinstateUser", "id", **given))["__typename"] == "Forbidden"
    assert (await platform.change_by(able.token, "reinstateUser", "id", **given))[
        "__typename"
    ] == "ReinstateUserSuccess"
    assert await platform.exists(key, "Program")
    with pytest.raises(Exception, match="not valid"):
        await platform.read(target.token, "{ viewer { paths { kind } } }")
    own = await platform.change_by(able.token, "suspendUser", "id", user=await user_id(platform, able))
    assert own["__typename"] == "Forbidden"


async def test_s10_s12_assignments_of_managers(platform: Platform) -> None:
    """S10, S12, DR1: a manager of some gives some of his own to his like; a change of base ends them (DR15)."""
    limited = {"base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED"}
    target = await platform.staff("AFFILIATES:R", **limited)
    admin = platform.member("admin")
    account = platform.global_id("affiliate_account", await platform.named("affiliate_account", "Bluebird Germany"))
    given = {"user": await user_id(platform, target), "affiliateAccount": account}
    made = await platform.change_by(admin, "assignManager", "id", **given)
    assert made["__typename"] == "AssignManagerSuccess"
    assert await platform.names(target.token, "affiliateAccounts") == ["Bluebird Germany"]
    twice = await platform.change_by(admin, "assignManager", "id", **given)
    assert twice["__typename"] == "ValidationError"
    neither = await platform.change_by(admin, "assignManager", "id", user=given["user"])
    assert neither["__typename"] == "ValidationError"
    for key in ("manager", "affiliate-manager", "partner-admin"):
        assert not await platform.exists(platform.member(key), "Mutation.assignManager"), key
    other = await platform_role(platform, admin, "OFFERS:R")
    await platform.change_by(admin, "assignPlatformRole", "id", user=given["user"], role=other["id"])
    assert await platform.one("SELECT count(*) FROM manager_assignment WHERE user_id = $1", target.id) == 0
