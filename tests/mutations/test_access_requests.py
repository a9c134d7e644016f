"""Requests for access: who asks, who answers, what is given for them, and that nothing else leads anywhere (DR1)."""

from __future__ import annotations

from typing import Any

from demo_platform import NORTHWIND, Person, Platform

ASKED = "accessRequest { id state coordinate node reason wantedUntil }"
NEVER, SOON = "2999-01-01T00:00:00Z", "2998-01-01T00:00:00Z"
TYPED = {"coordinate": "Conversion.payout", "reason": "My accounts ask what they earned."}
MUTATIONS = ("approveAccessRequest", "denyAccessRequest", "withdrawAccessRequest")


async def ask(platform: Platform, who: str, **given: Any) -> dict[str, Any]:
    """What asking for access answers."""
    return await platform.change_by(who, "requestAccess", ASKED, **(TYPED | given))


async def asked(platform: Platform, person: Person, **given: Any) -> str:
    """The id of a new request."""
    answer = await ask(platform, person.token, **given)
    assert answer["__typename"] == "RequestAccessSuccess", answer
    return str(answer["accessRequest"]["id"])


async def state(platform: Platform, request: str) -> str:
    """Where a request stands, as it is stored."""
    number = platform.engine.services.ids.decode(request)[1].id
    return str(await platform.one("SELECT state::text FROM access_request WHERE id = $1", number))


async def seen(platform: Platform, who: str, request: str) -> dict[str, Any] | None:
    """A request as somebody sees it; None where he does not."""
    if not await platform.exists(who, "Query.accessRequests"):
        return None
    query = """query ($id: ID!) @onDenied(mode: MASK) { node(id: $id) {
        ... on AccessRequest { state answer requester { id } decidedBy { id } grantedUntil } } }"""
    found: dict[str, Any] | None = (await platform.read(who, query, id=request))["node"]
    return found


async def role_id(platform: Platform, permissions: str, **values: Any) -> str:
    """The id of a new role."""
    return platform.global_id("role", await platform.role(permissions, **values))


async def test_ac12_what_is_asked_for_is_kept_as_typed_and_gives_nothing(platform: Platform) -> None:
    """DR1, LK15: whatever is named, the answer is one; made-up and hidden names are kept alike, and nothing changes."""
    person = await platform.staff("AFFILIATES:R")
    program = platform.global_id("program", await platform.one("SELECT min(id) FROM program"))
    answers = [
        await ask(platform, person.token, coordinate=coordinate, node=node)
        for coordinate, node in (
            ("Conversion.payout", None),
            ("Conversion.madeUp", None),
            (None, program),
            (None, platform.global_id("program", 987_654_321)),
        )
    ]
    for answer in answers:
        assert answer["__typename"] == "RequestAccessSuccess"
        assert answer["accessRequest"]["state"] == "REQUESTED"
    assert not await platform.exists(person.token, "Conversion.payout")
    for wrong, path in (
        ({"coordinate": None, "node": None}, "coordinate"),
        ({"coordinate": "x" * 257}, "coordinate"),
        ({"reason": "  "}, "reason"),
        ({"wantedUntil": "2001-01-01T00:00:00Z"}, "wantedUntil"),
        ({"organization": "no id"}, "organization"),
    ):
        answer = await ask(platform, person.token, **wrong)
        assert (answer["__typename"], answer["path"]) == ("ValidationError", [path]), wrong


async def test_of_an_organization_its_members_ask(platform: Platform) -> None:
    """K6, LK14: a member asks his own; to others it is missing, or refused where they see it."""
    northwind = platform.global_id("organization", await platform.named("organization", NORTHWIND))
    member = await platform.person(await platform.membership(NORTHWIND, "Analyst"))
    assert (await ask(platform, member.token, organization=northwind))["__typename"] == "RequestAccessSuccess"
    stranger, staff = await platform.person(), await platform.staff("ADVERTISERS:R")
    assert (await ask(platform, stranger.token, organization=northwind))["__typename"] == "NotFound"
    assert (await ask(platform, staff.token, organization=northwind))["path"] == ["organization"]
    assert not await platform.exists(platform.member("northwind-key"), "Mutation.requestAccess"), "SM6"


async def test_only_some_wait_at_once(platform: Platform) -> None:
    """GOAL22: the twenty-first is refused until one is taken back."""
    person = await platform.person()
    requests = [await asked(platform, person) for _ in range(20)]
    assert (await ask(platform, person.token))["__typename"] == "ValidationError"
    taken = await platform.change_by(person.token, "withdrawAccessRequest", "id", accessRequest=requests[0])
    assert taken["__typename"] == "WithdrawAccessRequestSuccess"
    assert (await ask(platform, person.token))["__typename"] == "RequestAccessSuccess"


async def test_who_sees_a_request(platform: Platform) -> None:
    """LK14: whoever made it, and those who could give it; who decided is not told to the one who asked."""
    person = await platform.person(await platform.membership(NORTHWIND, "Analyst"))
    northwind = platform.global_id("organization", await platform.named("organization", NORTHWIND))
    of_operator, of_northwind = await asked(platform, person), await asked(platform, person, organization=northwind)
    admin, boss = platform.member("admin"), platform.member("adv-admin")
    reads_users = (await platform.staff("USERS:R")).token
    for who, operators, northwinds in (
        (person.token, True, True),
        (admin, True, False),
        (boss, False, True),
        (platform.member("account-admin"), False, True),
        (reads_users, False, False),
        (platform.member("adv-member"), False, False),
        (platform.member("partner-admin"), False, False),
        (platform.member("manager"), False, False),
    ):
        assert (await seen(platform, who, of_operator) is not None) is operators, who
        assert (await seen(platform, who, of_northwind) is not None) is northwinds, who
    denied = await platform.change_by(
        admin, "denyAccessRequest", "id", accessRequest=of_operator, answer="Ask finance."
    )
    assert denied["__typename"] == "DenyAccessRequestSuccess"
    mine, theirs = await seen(platform, person.token, of_operator), await seen(platform, admin, of_operator)
    assert mine is not None
    assert theirs is not None
    assert (mine["state"], mine["answer"], mine["decidedBy"]) == ("REFUSED", "Ask finance.", None)
    assert theirs["decidedBy"] == {"id": await platform.user_of("admin")}


async def test_dr1_approving_is_the_ordinary_grant(platform: Platform) -> None:
    """DR1, DR13: a role with an end for who has none; it is there until it ends by itself, and is written down."""
    admin, person = platform.member("admin"), await platform.person()
    request = await asked(platform, person, coordinate="AffiliateAccount.name")
    role = await role_id(platform, "AFFILIATES:R")
    given = {"accessRequest": request, "role": role, "expiresAt": SOON}
    approved = await platform.change_by(admin, "approveAccessRequest", "accessRequest { state grantedUntil }", **given)
    assert approved["accessRequest"] == {"state": "APPROVED", "grantedUntil": SOON}
    assert await platform.exists(person.token, "Query.affiliateAccounts")
    actions = await platform.stored("SELECT action FROM audit_log ORDER BY id DESC LIMIT 2")
    assert actions == ["access_request:approve", "role_assignment:create"]
    await platform.change(f"UPDATE role_assignment SET expires_at = now() - interval '1 s' WHERE user_id = {person.id}")
    assert not await platform.exists(person.token, "Query.affiliateAccounts"), "it has ended by itself"


async def test_dr1_nobody_approves_more_than_he_holds(platform: Platform) -> None:
    """DR1, RC8, S10: role, columns and assignment alike; what is refused leaves the request waiting."""
    person = await platform.person()
    request = await asked(platform, person)
    giver = (await platform.staff("USERS:W OFFERS:R")).token
    too_much, own = await role_id(platform, "OFFERS:W"), await role_id(platform, "OFFERS:R")
    account = platform.global_id("affiliate_account", await platform.one("SELECT min(id) FROM affiliate_account"))
    for given, kind in (
        ({"role": too_much}, "Forbidden"),
        ({"columns": ["payout"]}, "ValidationError"),
        ({"affiliateAccount": account}, "NotFound"),
        ({"role": platform.global_id("role", 987_654_321)}, "NotFound"),
    ):
        answer = await platform.change_by(giver, "approveAccessRequest", "id", accessRequest=request, **given)
        assert answer["__typename"] == kind, (given, answer)
        assert await state(platform, request) == "REQUESTED"
    assert await platform.stored("SELECT id FROM role_assignment WHERE user_id = $1", person.id) == []
    given = await platform.change_by(giver, "approveAccessRequest", "id", accessRequest=request, role=own)
    assert given["__typename"] == "ApproveAccessRequestSuccess"


async def test_what_an_approval_has_to_say(platform: Platform) -> None:
    """AC12, DR13: one thing is given; a list has no end, and an end leaves nobody without the role he holds."""
    admin, holder = platform.member("admin"), await platform.staff("OFFERS:R")
    request, role = await asked(platform, holder), await role_id(platform, "OFFERS:R BRANDS:R")
    for given, path in (
        ({}, ["role"]),
        ({"role": role, "columns": ["clicks"]}, ["role"]),
        ({"role": role, "expiresAt": SOON}, ["expiresAt"]),
        ({"columns": ["clicks"], "expiresAt": SOON}, ["expiresAt"]),
        ({"role": role, "expiresAt": "2001-01-01T00:00:00Z"}, ["expiresAt"]),
    ):
        answer = await platform.change_by(admin, "approveAccessRequest", "id", accessRequest=request, **given)
        assert (answer["__typename"], answer["path"]) == ("ValidationError", path), given
    stale = await platform.change_by(admin, "approveAccessRequest", "id", accessRequest=request, role=role, version=9)
    assert (stale["__typename"], stale["version"]) == ("Conflict", 1)
    done = await platform.change_by(admin, "approveAccessRequest", "id", accessRequest=request, role=role)
    assert done["__typename"] == "ApproveAccessRequestSuccess"
    assert await platform.exists(holder.token, "Brand.operatorNotes")


async def test_columns_and_assignments_are_given_too(platform: Platform) -> None:
    """RC8, S10: report columns come to his list; an account is assigned until a day."""
    admin = platform.member("admin")
    person = await platform.staff(
        "AFFILIATES:R TRANSACTIONS:R", base_type="AFFILIATE_MANAGER", user_visibility="ASSIGNED"
    )
    number = await platform.add("column_list", owner_kind="USER", user_id=person.id)
    await platform.add("column_list_item", list_id=number, column_key="clicks", position=1)
    request = await asked(platform, person, coordinate="report column conversions")
    given = await platform.change_by(
        admin, "approveAccessRequest", "id", accessRequest=request, columns=["conversions"]
    )
    assert given["__typename"] == "ApproveAccessRequestSuccess", given
    listed = await platform.stored("SELECT column_key FROM column_list_item WHERE list_id = $1", number)
    assert sorted(listed) == ["clicks", "conversions"]
    account = await platform.one("SELECT min(id) FROM affiliate_account")
    node = platform.global_id("affiliate_account", account)
    request = await asked(platform, person, coordinate=None, node=node)
    given = await platform.change_by(
        admin, "approveAccessRequest", "id", accessRequest=request, affiliateAccount=node, expiresAt=SOON
    )
    assert given["__typename"] == "ApproveAccessRequestSuccess", given
    assert await platform.node(person.token, "affiliate_account", account) is not None


async def test_an_organization_answers_with_a_role(platform: Platform) -> None:
    """K18, DR1, C-02: its ADMIN gives another role, and nothing of the operator's; a member who left is given none."""
    boss, northwind = platform.member("adv-admin"), await platform.named("organization", NORTHWIND)
    organization = platform.global_id("organization", northwind)
    member = await platform.person(await platform.membership(NORTHWIND, "Implementation Specialist"))
    request = await asked(platform, member, organization=organization)
    wrong = await platform.change_by(boss, "approveAccessRequest", "id", accessRequest=request, columns=["clicks"])
    assert wrong["__typename"] == "ValidationError"
    role = platform.global_id("role", await platform.predefined("Analyst"))
    given = await platform.change_by(boss, "approveAccessRequest", "id", accessRequest=request, role=role)
    assert given["__typename"] == "ApproveAccessRequestSuccess", given
    assert await platform.exists(member.token, "Query.conversions")
    again = await asked(platform, member, organization=organization)
    await platform.change(f"DELETE FROM role_assignment WHERE user_id = {member.id}")
    gone = await platform.change_by(boss, "approveAccessRequest", "id", accessRequest=again, role=role)
    assert gone["__typename"] == "ValidationError"
    assert await state(platform, again) == "REQUESTED"


async def test_f24_nobody_answers_himself(platform: Platform) -> None:
    """F24: neither by approving nor by refusing, whatever he may give; another one does, or he takes it back."""
    one = await platform.staff("USERS:W OFFERS:R")
    request, role = await asked(platform, one), await role_id(platform, "OFFERS:R")
    for mutation, given in (("approveAccessRequest", {"role": role}), ("denyAccessRequest", {})):
        answer = await platform.change_by(one.token, mutation, "id", accessRequest=request, **given)
        assert answer["__typename"] == "Forbidden", mutation
    other = (await platform.staff("USERS:W OFFERS:R")).token
    assert (await platform.change_by(other, "withdrawAccessRequest", "id", accessRequest=request))["__typename"] in (
        "Forbidden",
        "NotFound",
    )
    assert (await platform.change_by(other, "denyAccessRequest", "id", accessRequest=request))["__typename"] == (
        "DenyAccessRequestSuccess"
    )


async def test_nothing_leads_out_of_an_answer(platform: Platform) -> None:
    """AC12: of twelve transitions three are there; every other one is refused, and changes nothing."""
    admin, role = platform.member("admin"), await role_id(platform, "OFFERS:R")
    does = {
        "APPROVED": ("approveAccessRequest", {"role": role}),
        "REFUSED": ("denyAccessRequest", {}),
        "WITHDRAWN": ("withdrawAccessRequest", {}),
    }
    for reached, (mutation, given) in does.items():
        person = await platform.person()
        request = await asked(platform, person)
        who = person.token if reached == "WITHDRAWN" else admin
        assert (await platform.change_by(who, mutation, "id", accessRequest=request, **given))["__typename"].endswith(
            "Success"
        )
        assert await state(platform, request) == reached
        for again, more in does.values():
            actor = person.token if again == "withdrawAccessRequest" else admin
            answer = await platform.change_by(actor, again, "id", accessRequest=request, **more)
            assert answer["__typename"] == "ValidationError", (reached, again)
            assert reached in answer["message"]
            assert await state(platform, request) == reached


async def test_lk14_requests_of_others_are_as_if_they_were_not(platform: Platform) -> None:
    """LK14, AC7: for whoever does not see one it is missing, as one that never was; and most have not the mutation."""
    request = await asked(platform, await platform.person())
    missing = platform.global_id("access_request", 987_654_321)
    boss, stranger = platform.member("adv-admin"), (await platform.person()).token
    answers = [
        await platform.change_by(who, mutation, "id", accessRequest=each)
        for each in (request, missing)
        for who, mutation in ((boss, "denyAccessRequest"), (stranger, "withdrawAccessRequest"))
    ]
    assert answers[:2] == answers[2:]
    assert {each["__typename"] for each in answers} == {"NotFound"}
    for key in ("manager", "adv-member", "adv-guest", "analyst", "partner-member", "nobody"):
        for mutation in ("approveAccessRequest", "denyAccessRequest"):
            assert not await platform.exists(platform.member(key), f"Mutation.{mutation}"), (key, mutation)
