"""What a change of access would open, asked before it is made: so it comes, and by asking nothing happens."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from demo_platform import NORTHWIND, Person, Platform
from exposures_asked import ASK, exposure, kinds, rows_of, state

from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.grants import grants_of_user
from sightline.schema.exposure import change_of

FORMS = ("editRole", "editColumns", "editColumnDefault", "assignPlatformRole", "setModules", "changeMembership")
SWITCHES = {"seeRevenue": False, "seePayout": False, "seeSaleAmount": False}


def permissions(*names: str) -> list[dict[str, str]]:
    return [dict(zip(("permission", "level"), name.split(":"), strict=True)) for name in names]


async def holder_of_role(platform: Platform, names: str, **role: Any) -> tuple[str, Person]:
    """A new role, and somebody who holds it."""
    number = await platform.role(names, **role)
    person = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": number}))
    return platform.global_id("role", number), person


async def test_dr2_a_draft_role_says_who_gains_and_loses_what(platform: Platform) -> None:
    """DR2, M5: coordinates, how many rows, and one of them, of every holder; asking changes nothing."""
    admin = platform.member("admin")
    role, holder = await holder_of_role(platform, "TRANSACTIONS:R OFFERS:R", see_sale_amount=True)
    draft = {"role": role, "seePayout": True, "permissions": permissions("TRANSACTIONS:R", "BRANDS:R")}
    before = await state(platform)
    (person,) = (await exposure(platform, admin, "editRole", **draft))["people"]["touched"]
    assert person["user"]["id"] == platform.global_id("app_user", holder.id)
    found = kinds(person)
    assert found["Conversion.payout"] == found["Brand.operatorNotes"] == "GAINED"
    assert found["Program.createdAt"] == "LOST"
    assert "Conversion.saleAmount" not in found
    assert "Conversion.revenue" not in found
    paid = rows_of(person, "Conversion.payout")
    assert (paid["gained"], paid["lost"]) == (await platform.one("SELECT count(*) FROM conversion"), 0)
    assert await state(platform) == before
    example = "query ($id: ID!) { node(id: $id) { id ... on Conversion { payout { amount } } } }"
    refused = await platform.ask(holder.token, example, id=paid["gainedExample"])
    assert refused.errors, "it is only asked about"
    assert (await platform.change_by(admin, "editRole", **draft))["__typename"] == "EditRoleSuccess"
    shown = await platform.read(holder.token, example, id=paid["gainedExample"])
    assert shown["node"]["payout"] is not None
    for coordinate, kind in found.items():
        if "." in coordinate and not coordinate.startswith("report"):
            assert await platform.exists(holder.token, coordinate) is (kind != "LOST"), coordinate


async def test_dr17_the_api_says_what_the_plan_of_a_policy_says(platform: Platform) -> None:
    """DR17: it is one computation: what is asked for and what is computed of the grants afterwards are the same."""
    admin = platform.member("admin")
    role, holder = await holder_of_role(platform, "AFFILIATES:R", base_type="AFFILIATE_MANAGER")
    draft = {"role": role, "permissions": permissions("AFFILIATES:W", "TRANSACTIONS:R"), "seeRevenue": True}

    async def grants() -> Any:
        async def work(snapshot: Snapshot) -> Any:
            return (await grants_of_user(snapshot, holder.id))[0]

        return await in_snapshot(platform.engine.database.reads, work)

    before = await grants()
    (person,) = (await exposure(platform, admin, "editRole", **draft))["people"]["touched"]
    await platform.change_by(admin, "editRole", **draft)
    planned = change_of(platform.engine.api, platform.engine.services.visibilities, before, await grants())
    found = kinds(person)
    assert {each for each, kind in found.items() if kind == "GAINED"} == set(planned.gained)
    assert {each for each, kind in found.items() if kind == "LOST"} == set(planned.lost)
    assert {each for each, kind in found.items() if kind == "ELSEWHERE"} == set(planned.elsewhere)


async def test_s10_a_draft_grant_counts_rows(platform: Platform) -> None:
    """S10, DR1: somebody who is given a role that sees assigned accounts gains exactly these."""
    admin = platform.member("admin")
    role = platform.global_id(
        "role", await platform.role("AFFILIATES:R", base_type="AFFILIATE_MANAGER", user_visibility="ASSIGNED")
    )
    account = await platform.one("SELECT min(id) FROM affiliate_account")
    person = await platform.person(("manager_assignment", {"affiliate_account_id": account}))
    user = platform.global_id("app_user", person.id)
    (found,) = (await exposure(platform, admin, "assignPlatformRole", user=user, role=role))["people"]["touched"]
    rows = rows_of(found, "AffiliateAccount.name")
    assert rows == {
        "gained": 1,
        "lost": 0,
        "gainedExample": platform.global_id("affiliate_account", account),
        "lostExample": None,
    }
    await platform.change_by(admin, "assignPlatformRole", user=user, role=role)
    modules = {"user": user, "permissions": permissions("AFFILIATES:R"), **SWITCHES}
    (wider,) = (await exposure(platform, admin, "setModules", **modules))["people"]["touched"]
    others = await platform.one("SELECT count(*) FROM affiliate_account") - 1
    assert kinds(wider)["AffiliateAccount.name"] == "ELSEWHERE"
    assert rows_of(wider, "AffiliateAccount.name")["gained"] == others


async def test_rc7_a_draft_list_says_what_it_opens(platform: Platform) -> None:
    """RC1, RC7: report columns by their names, and the cells of entities that a longer list opens."""
    admin = platform.member("admin")
    person = await platform.staff("TRANSACTIONS:R", see_payout=True, see_sale_amount=True)
    user = platform.global_id("app_user", person.id)
    number = await platform.add("column_list", owner_kind="USER", user_id=person.id)
    await platform.add("column_list_item", list_id=number, column_key="clicks", position=1)
    before = await state(platform)
    (found,) = (await exposure(platform, admin, "editColumns", user=user, add=["payout"]))["people"]["touched"]
    assert kinds(found)["report column payout"] == kinds(found)["Conversion.payout"] == "GAINED"
    assert [each["rows"] for each in found["differences"] if "report column payout" in each["coordinates"]] == [None]
    assert await state(platform) == before
    nothing = await exposure(platform, admin, "editColumns", user=user, add=["clicks"])
    assert nothing["people"] == {"touched": [], "last": None}


async def test_an_organization_asks_about_its_members(platform: Platform) -> None:
    """I2, DR1: an ADMIN asks what another role would be for a member, and on his own organization's rows only."""
    boss = platform.member("adv-admin")
    member = await platform.person(await platform.membership(NORTHWIND, "Analyst"))
    row = await platform.one("SELECT id FROM role_assignment WHERE user_id = $1", member.id)
    draft = {
        "membership": platform.global_id("role_assignment", row),
        "role": platform.global_id("role", await platform.predefined("Member")),
    }
    (found,) = (await exposure(platform, boss, "changeMembership", **draft))["people"]["touched"]
    assert kinds(found)["Mutation.createProgram"] == "GAINED"
    counts = [each["rows"] for each in found["differences"] if each["rows"] is not None]
    assert all(each["gained"] or each["lost"] for each in counts if each["gainedExample"] or each["lostExample"])
    stranger = platform.member("partner-admin")
    answer = await exposure(platform, stranger, "changeMembership", **draft)
    assert answer["code"] == "NOT_FOUND"


async def test_dr1_whoever_may_not_do_it_is_refused_as_there(platform: Platform) -> None:
    """DR1, LK14, LK15, AC12: a refusal is word for word the mutation's, in its order, for hidden and missing alike."""
    role, _ = await holder_of_role(platform, "OFFERS:R")
    maker = (await platform.staff("SETTINGS:W USERS:R OFFERS:R")).token
    missing = platform.global_id("role", 987_654_321)
    membership = await platform.one("SELECT min(id) FROM role_assignment WHERE scope = 'ORGANIZATION'")
    for who, mutation, given in (
        (maker, "editRole", {"role": role, "permissions": permissions("OFFERS:W")}),
        (maker, "editRole", {"role": role, "seePayout": True}),
        (maker, "editRole", {"role": role, "permissions": []}),
        (maker, "editRole", {"role": role, "version": 77, "name": f"Name {uuid4().hex[:8]}"}),
        (maker, "editRole", {"role": missing, "name": "Another"}),
        (maker, "editRole", {"role": "no id", "name": "Another"}),
        (platform.member("adv-admin"), "editRole", {"role": role, "name": "Another"}),
        (platform.member("adv-admin"), "editRole", {"role": missing, "name": "Another"}),
        (
            platform.member("partner-admin"),
            "changeMembership",
            {"membership": platform.global_id("role_assignment", membership)},
        ),
    ):
        asked = await exposure(platform, who, mutation, **given)
        done = await platform.change_by(who, mutation, **given)
        assert asked["__typename"] not in ("Exposure", None), given
        assert {key: asked[key] for key in asked if key != "people"} == done, given


async def test_whoever_does_none_of_it_has_no_such_question(platform: Platform) -> None:
    """LK9, SM6: no field for those who hand on nothing, and of its input only the changes that somebody makes."""
    for key in ("manager", "affiliate-manager", "adv-member", "adv-guest", "analyst", "nobody"):
        member = platform.member(key)
        assert await platform.exists(member, "ExposureInput.createUserApiKey"), key
        assert not [form for form in FORMS if await platform.exists(member, f"ExposureInput.{form}")], key
    assert not await platform.exists(platform.member("northwind-key"), "Query.exposure")
    boss = platform.member("adv-admin")
    has = {form: await platform.exists(boss, f"ExposureInput.{form}") for form in FORMS}
    assert {form for form, there in has.items() if there} == {"editRole", "changeMembership"}
    for held, asks in (("SETTINGS:W USERS:R", {"editRole"}), ("SETTINGS:W", set()), ("SETTINGS:R USERS:R", set())):
        staff = (await platform.staff(held)).token
        has = {form: await platform.exists(staff, f"ExposureInput.{form}") for form in FORMS}
        assert {form for form, there in has.items() if there} == asks, held


async def test_of_people_whom_the_asker_may_not_ask_about_nothing_is_told(platform: Platform) -> None:
    """LK13, LK14: who sees the name of a role is told of no holder, nor of a colleague elsewhere, nor if any is."""
    role, _ = await holder_of_role(platform, "OFFERS:R BRANDS:R")
    number = platform.engine.services.ids.decode(role)[1].id
    fellow = await platform.person(
        ("role_assignment", {"scope": "PLATFORM", "role_id": number}), await platform.membership(NORTHWIND, "Member")
    )
    own = await platform.role("SETTINGS:W OFFERS:R BRANDS:R")
    editor = await platform.person(
        ("role_assignment", {"scope": "PLATFORM", "role_id": own}), await platform.membership(NORTHWIND, "Admin")
    )
    draft = {"role": role, "permissions": permissions("OFFERS:R")}
    idle = platform.global_id("role", await platform.role("OFFERS:R BRANDS:R"))
    answers = [await exposure(platform, editor.token, "editRole", **draft | {"role": each}) for each in (role, idle)]
    assert answers[0] == answers[1]
    assert answers[0]["__typename"] == "Forbidden"
    told = await exposure(platform, platform.member("admin"), "editRole", **draft)
    ids = {each["user"]["id"] for each in told["people"]["touched"]}
    assert platform.global_id("app_user", fellow.id) in ids


async def test_of_rows_and_cells_that_the_asker_does_not_see_nothing_is_told(platform: Platform) -> None:
    """LK13, LK5: what is lost is counted over the asker's rows, and named only where his own schema has it."""
    role, holder = await holder_of_role(platform, "OFFERS:R ADVERTISERS:R")
    number = platform.engine.services.ids.decode(role)[1].id
    advertiser = await platform.one("SELECT min(id) FROM advertiser_profile")
    own = await platform.role(
        "SETTINGS:W USERS:W OFFERS:R ADVERTISERS:R BRANDS:R", base_type="ADVERTISER_MANAGER", user_visibility="ASSIGNED"
    )
    editor = await platform.person(
        ("role_assignment", {"scope": "PLATFORM", "role_id": own}),
        ("manager_assignment", {"advertiser_profile_id": advertiser}),
    )
    await platform.change(
        f"UPDATE role SET base_type = 'ADVERTISER_MANAGER', user_visibility = 'ASSIGNED' WHERE id = {number}"
    )
    await platform.add("manager_assignment", user_id=holder.id, advertiser_profile_id=advertiser)
    other = await platform.one("SELECT max(id) FROM advertiser_profile")
    await platform.add("manager_assignment", user_id=editor.id, advertiser_profile_id=other)
    draft = {"role": role, "permissions": permissions("OFFERS:R", "ADVERTISERS:R", "BRANDS:R")}
    (found,) = (await exposure(platform, editor.token, "editRole", **draft))["people"]["touched"]
    of_theirs = await platform.one("SELECT count(*) FROM brand WHERE advertiser_profile_id = $1", advertiser)
    assert rows_of(found, "Brand.operatorNotes")["gained"] == of_theirs
    for coordinate in kinds(found):
        if not coordinate.startswith("report column"):
            assert await platform.exists(editor.token, coordinate), coordinate


async def test_people_come_in_pages_and_the_page_has_a_size(platform: Platform) -> None:
    """LK13, GOAL22: a few at a time, the last one told to go on after; no size beyond the most."""
    admin = platform.member("admin")
    number = await platform.role("OFFERS:R")
    people = [
        (await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": number}))).id for _ in range(3)
    ]
    draft = {"role": platform.global_id("role", number), "permissions": permissions("BRANDS:R")}
    met: list[str] = []
    after: str | None = None
    for at in range(3):
        page = (await exposure(platform, admin, "editRole", 1, after, **draft))["people"]
        met += [each["user"]["id"] for each in page["touched"]]
        after = page["last"]
        assert (after is None) is (at == 2)
    assert met == [platform.global_id("app_user", each) for each in sorted(people)]
    for wrong in (0, 101):
        answer = await platform.ask(admin, ASK, input={"editRole": draft}, first=wrong, after=None)
        assert answer.errors[0]["extensions"]["code"] == "BAD_INPUT"


async def test_l1_what_somebody_has_by_a_company_is_no_part_of_it(platform: Platform) -> None:
    """L1: that a colleague reaches accounts by a company shows in no number, as if he had it not."""
    admin = platform.member("admin")
    role = platform.global_id("role", await platform.role("AFFILIATES:R"))
    company = await platform.one("SELECT company_id FROM affiliate_account WHERE company_id IS NOT NULL LIMIT 1")
    told = []
    for grants in ((), (("company_access", {"company_id": company, "level": "OWNER"}),)):
        person = await platform.person(*grants)
        user = platform.global_id("app_user", person.id)
        (found,) = (await exposure(platform, admin, "assignPlatformRole", user=user, role=role))["people"]["touched"]
        told.append(found["differences"])
    assert told[0] == told[1]


async def test_c07_a_collaborators_role_is_told_alone(platform: Platform) -> None:
    """C-07, L9, LK14: what the role shows on that account; nothing of what its holder has elsewhere."""
    account = await platform.named("affiliate_account", "Bluebird Germany")
    told = []
    for also in ((), (await platform.membership(NORTHWIND, "Admin"),)):
        person = await platform.person(await platform.collaborator("Bluebird Germany", "READ_ONLY"), *also)
        collaborator = platform.global_id(
            "collaborator", await platform.one("SELECT id FROM collaborator WHERE user_id = $1", person.id)
        )
        owner = platform.member("collab-owner")
        wider = await exposure(platform, owner, "changeCollaborator", collaborator=collaborator, role="OWNER")
        (found,) = wider["people"]["touched"]
        gone = await exposure(platform, owner, "removeCollaborator", collaborator=collaborator)
        (lost,) = gone["people"]["touched"]
        told.append((found["differences"], lost["differences"]))
        rows = rows_of(lost, "AffiliateAccount.status")
        assert (rows["lost"], rows["lostExample"]) == (1, platform.global_id("affiliate_account", account))
        assert kinds(found)["Mutation.inviteCollaborator"] == "GAINED"
        refused = await exposure(platform, owner, "changeCollaborator", collaborator=collaborator, role="MANAGER")
        assert refused["__typename"] == "Forbidden"
        await platform.change(f"DELETE FROM collaborator WHERE user_id = {person.id}")
    assert told[0] == told[1]


async def test_l7_an_invitation_says_what_whoever_accepts_will_have(platform: Platform) -> None:
    """L7, C-06, LK15: the same whether or not somebody has the address; nothing stays, and no mail is sent."""
    somebody = await platform.one("SELECT email FROM app_user WHERE id = $1", (await platform.person()).id)
    account = platform.global_id("affiliate_account", await platform.named("affiliate_account", "Bluebird Germany"))
    organization = await platform.named("organization", NORTHWIND)
    guest = platform.global_id("role", await platform.predefined("Guest"))
    left = "SELECT count(*), (SELECT count(*) FROM app_user), (SELECT count(*) FROM outgoing_mail) FROM invitation"
    before = await platform.rows(left)
    for who, mutation, given in (
        ("collab-owner", "inviteCollaborator", {"affiliateAccount": account, "role": "READ_ONLY"}),
        (
            "adv-admin",
            "inviteMember",
            {"organization": platform.global_id("organization", organization), "role": guest},
        ),
    ):
        answers = [
            await exposure(platform, platform.member(who), mutation, email=email, **given)
            for email in (somebody, f"{uuid4().hex}@nobody.example")
        ]
        assert answers[0] == answers[1]
        (found,) = answers[0]["people"]["touched"]
        assert found["user"] is None
        assert kinds(found)["Conversion.saleAmount"] == "GAINED"
        assert not [each for each, kind in kinds(found).items() if kind == "LOST"]
        assert not await platform.exists(platform.member("analyst"), f"ExposureInput.{mutation}")
    assert await platform.rows(left) == before


async def test_dr2_a_new_role_says_what_whoever_is_given_it_will_have(platform: Platform) -> None:
    """DR2: of a role that nobody holds yet; whoever may not make it is refused as there."""
    draft = {"name": f"Payers {uuid4().hex[:6]}", "baseType": "MANAGER", "permissions": permissions("PAYOUTS:R")}
    draft |= SWITCHES | {"seePayout": True}
    (found,) = (await exposure(platform, platform.member("admin"), "createPlatformRole", **draft))["people"]["touched"]
    assert found["user"] is None
    assert rows_of(found, "PayoutInvoice.total")["gained"] == await platform.one("SELECT count(*) FROM payout_invoice")
    assert not await platform.stored("SELECT 1 FROM role WHERE name = $1", draft["name"])
    maker = (await platform.staff("SETTINGS:W USERS:R OFFERS:R")).token
    assert (await exposure(platform, maker, "createPlatformRole", **draft))["__typename"] == "Forbidden"


async def test_s10_a_managers_assignment_counts_what_it_opens(platform: Platform) -> None:
    """S10, DR1: one account more for one who sees assigned ones; taken again, one less."""
    admin = platform.member("admin")
    role = await platform.role("AFFILIATES:R", base_type="AFFILIATE_MANAGER", user_visibility="ASSIGNED")
    person = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role}))
    user = platform.global_id("app_user", person.id)
    account = platform.global_id("affiliate_account", await platform.one("SELECT max(id) FROM affiliate_account"))
    (found,) = (await exposure(platform, admin, "assignManager", user=user, affiliateAccount=account))["people"][
        "touched"
    ]
    assert rows_of(found, "AffiliateAccount.name")["gainedExample"] == account
    made = await platform.change_by(admin, "assignManager", "id", user=user, affiliateAccount=account)
    (gone,) = (await exposure(platform, admin, "unassignManager", assignment=made["id"]))["people"]["touched"]
    assert rows_of(gone, "AffiliateAccount.name")["lostExample"] == account
    assert not await platform.exists(platform.member("manager"), "ExposureInput.assignManager")


async def test_l1_access_to_a_company_is_told_to_its_owner_alone(platform: Platform) -> None:
    """L1, L3: what the level shows of the company; for others the company is none."""
    company = await platform.add("company", name=f"Company {uuid4().hex[:6]}")
    owner = await platform.person(
        ("company_access", {"company_id": company, "level": "OWNER"}), await platform.membership(NORTHWIND, "Member")
    )
    fellow = await platform.person(await platform.membership(NORTHWIND, "Member"))
    given = {
        "company": platform.global_id("company", company),
        "user": platform.global_id("app_user", fellow.id),
        "level": "MEMBER",
    }
    (found,) = (await exposure(platform, owner.token, "grantCompanyAccess", **given))["people"]["touched"]
    assert rows_of(found, "Company.name")["gainedExample"] == given["company"]
    assert "Conversion.saleAmount" not in kinds(found)
    other = await platform.person(
        ("company_access", {"company_id": await platform.add("company", name="Other"), "level": "OWNER"}),
        await platform.membership(NORTHWIND, "Member"),
    )
    assert (await exposure(platform, other.token, "grantCompanyAccess", **given))["__typename"] == "NotFound"


async def test_ac5_a_key_says_what_its_scopes_leave_it(platform: Platform) -> None:
    """AC5, A16, C-10: of one's own and of an organization's; scopes that one does not hold are refused as there."""
    person = await platform.staff("OFFERS:R TRANSACTIONS:R API_KEYS:W", see_sale_amount=True)
    narrow = await exposure(platform, person.token, "createUserApiKey", name="script", scopes=["OFFERS:R"])
    (found,) = narrow["people"]["touched"]
    assert found["user"] is None
    assert rows_of(found, "Program.createdAt")["gained"] == await platform.one("SELECT count(*) FROM program")
    assert "Conversion.saleAmount" not in kinds(found)
    refused = await exposure(platform, person.token, "createUserApiKey", name="script", scopes=["PAYOUTS:R"])
    assert refused["__typename"] in ("ValidationError", "Forbidden")
    organization = platform.global_id("organization", await platform.named("organization", NORTHWIND))
    given = {"organization": organization, "name": "script"}
    (whole,) = (await exposure(platform, platform.member("adv-admin"), "createOrganizationApiKey", **given))["people"][
        "touched"
    ]
    assert kinds(whole)["Conversion.saleAmount"] == "GAINED"
    assert not await platform.exists(platform.member("adv-member"), "ExposureInput.createOrganizationApiKey")


async def test_a16_a_key_of_somebody_else_is_told_to_whoever_may_ask_about_him(platform: Platform) -> None:
    """A16, LK14: of another's key only USERS R is told what it would have; for others he is nobody."""
    user = platform.global_id("app_user", (await platform.staff("OFFERS:R TRANSACTIONS:R")).id)
    asked = {"name": "script", "scopes": ["OFFERS:R"], "user": user}
    told = []
    for permissions_ in ("OFFERS:R API_KEYS:W USERS:R", "OFFERS:R API_KEYS:W"):
        maker = await platform.staff(permissions_)
        answer = await exposure(platform, maker.token, "createUserApiKey", **asked)
        told.append(len(answer["people"]["touched"]) if answer["__typename"] == "Exposure" else answer["code"])
    assert told == [1, "NOT_FOUND"], told
