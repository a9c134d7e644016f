"""What comes of an act, for its actor and for others, rests on what each of them sees (LK15, L1, L9, M5b)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from demo_platform import Platform
from two_sides import TwoSides, two_sides

KNOWS_ACCOUNTS = {"base_type": "AFFILIATE_MANAGER", "see_payout": True, "see_sale_amount": True}
MANAGES_ACCOUNTS = "AFFILIATES:W TRANSACTIONS:R PAYOUTS:R"
LOG = "{ auditLog(first: 20) { totalCount nodes { id action at targetType } } }"
OF_ACCOUNT = "query ($id: ID!) { node(id: $id) { ... on AffiliateAccount { %s(first: 9) { nodes { %s } } } } }"


def succeeded(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer that is no error."""
    assert answer["__typename"].endswith("Success"), answer
    return answer


async def two_companies(sides: TwoSides) -> list[int]:
    """Companies of which the first one owns the account."""
    platform = sides.platform
    numbers = [await platform.add("company", name=f"Company {uuid4().hex[:6]}") for _ in range(2)]
    account = sides.numbers["account"]
    await platform.change(f"UPDATE affiliate_account SET company_id = {numbers[0]} WHERE id = {account}")
    return numbers


async def test_l9_lk15_who_works_on_an_account_is_not_in_the_organizations_log(platform: Platform) -> None:
    """L9, LK15: the partner's ADMIN sees no collaborators and gets no entry of them; the OWNER does."""
    sides = await two_sides(platform)
    owner = await platform.person(await platform.collaborator(sides.partner_org, "OWNER"))
    guest = await platform.person(await platform.collaborator(sides.partner_org, "READ_ONLY"))
    held = await platform.one("SELECT id FROM collaborator WHERE user_id = $1", guest.id)
    before = [await platform.read(who, LOG) for who in (sides.partner, owner.token)]
    invited = {"affiliateAccount": sides.id("account"), "email": f"{uuid4().hex}@x.example", "role": "READ_ONLY"}
    succeeded(await platform.change_by(owner.token, "inviteCollaborator", **invited))
    removed = platform.global_id("collaborator", held)
    succeeded(await platform.change_by(owner.token, "removeCollaborator", collaborator=removed))
    after = [await platform.read(who, LOG) for who in (sides.partner, owner.token)]
    assert after[0] == before[0]
    assert after[1]["auditLog"]["totalCount"] == before[1]["auditLog"]["totalCount"] + 2


async def test_l1_lk15_moves_between_companies_are_not_in_the_organizations_log(platform: Platform) -> None:
    """L1, LK15: whoever is in no company hears neither that a move was asked for nor that it was taken back."""
    sides = await two_sides(platform)
    companies = await two_companies(sides)
    access = [("company_access", {"company_id": each, "level": "OWNER"}) for each in companies]
    owner = await platform.person(await platform.collaborator(sides.partner_org, "OWNER"), *access)
    before = await platform.read(sides.partner, LOG)
    moved = {"affiliateAccount": sides.id("account"), "company": platform.global_id("company", companies[1])}
    asked = await platform.change_by(owner.token, "proposeOwnershipTransfer", "ownershipTransfer { id }", **moved)
    number = succeeded(asked)["ownershipTransfer"]["id"]
    succeeded(await platform.change_by(owner.token, "withdrawOwnershipTransfer", ownershipTransfer=number))
    assert await platform.read(sides.partner, LOG) == before


async def test_k18_members_are_in_the_organizations_log(platform: Platform) -> None:
    """K18: what concerns the organization's own members is its ADMIN's to see, as before."""
    sides = await two_sides(platform)
    number = sides.numbers["partner_org"]
    given = {"organization": platform.global_id("organization", number), "email": f"{uuid4().hex}@x.example"}
    member = platform.global_id("role", await platform.predefined("Member"))
    before = await platform.read(sides.partner, LOG)
    succeeded(await platform.change_by(sides.partner, "inviteMember", role=member, **given))
    after = await platform.read(sides.partner, LOG)
    assert after["auditLog"]["totalCount"] == before["auditLog"]["totalCount"] + 1


async def test_m5b_lk15_what_the_operator_does_to_its_terms_is_not_in_the_advertisers_log(platform: Platform) -> None:
    """M5b, LK15: in INTERMEDIATED programs plans are not the advertiser's to see, in DIRECT ones they are."""
    boss = await platform.staff("COMMISSION_PLANS:W", see_payout=True, see_revenue=True)
    for model, more in (("INTERMEDIATED", 0), ("DIRECT", 1)):
        sides = await two_sides(platform, model=model)
        before = await platform.read(sides.advertiser, LOG)
        edited = {"commissionPlan": sides.id("plan"), "terms": "By agreement."}
        succeeded(await platform.change_by(boss.token, "editCommissionPlan", **edited))
        after = await platform.read(sides.advertiser, LOG)
        assert after["auditLog"]["totalCount"] == before["auditLog"]["totalCount"] + more, model


async def test_lk15_what_lapsed_ends_whoever_is_invited_next(platform: Platform) -> None:
    """LK15: an invitation that has lapsed is EXPIRED by the next one, whether its address is the same or not."""
    states = []
    for same in (False, True):
        sides = await two_sides(platform)
        owner = await platform.person(await platform.collaborator(sides.partner_org, "OWNER"))
        staff = await platform.staff(MANAGES_ACCOUNTS, **KNOWS_ACCOUNTS)
        address = f"{uuid4().hex}@guests.example"
        given = {"affiliateAccount": sides.id("account"), "role": "READ_ONLY"}
        succeeded(await platform.change_by(owner.token, "inviteCollaborator", email=address, **given))
        await platform.change(f"UPDATE invitation SET expires_at = now() - interval '1 h' WHERE email = '{address}'")
        following = address if same else f"{uuid4().hex}@guests.example"
        succeeded(await platform.change_by(staff.token, "inviteCollaborator", email=following, **given))
        query = OF_ACCOUNT % ("invitations", "state email")
        nodes = (await platform.read(staff.token, query, id=sides.id("account")))["node"]["invitations"]["nodes"]
        assert all(node["email"] is None for node in nodes)
        states.append([node["state"] for node in nodes])
    assert states[0] == states[1] == ["EXPIRED", "PENDING"]


async def test_lk15_dr13_owners_are_made_by_staff_who_see_who_is_suspended(platform: Platform) -> None:
    """LK15, DR13, C-07: that the only owner is suspended lets staff who see users make another."""
    kinds: dict[str, list[str]] = {}
    for more in ("", "USERS:R"):
        sides = await two_sides(platform)
        owner = await platform.person(await platform.collaborator(sides.partner_org, "OWNER"))
        staff = await platform.staff(f"{MANAGES_ACCOUNTS} {more}", **KNOWS_ACCOUNTS)
        for status in ("ACTIVE", "SUSPENDED"):
            await platform.change(f"UPDATE app_user SET status = '{status}' WHERE id = {owner.id}")
            given = {"affiliateAccount": sides.id("account"), "email": f"{uuid4().hex}@x.example", "role": "OWNER"}
            answer = await platform.change_by(staff.token, "inviteCollaborator", **given)
            kinds.setdefault(more, []).append(str(answer["__typename"]))
    assert kinds == {"": ["Forbidden"] * 2, "USERS:R": ["Forbidden", "InviteCollaboratorSuccess"]}


async def test_lk15_a9_a_plan_is_not_told_by_the_amount_that_one_may_not_give(platform: Platform) -> None:
    """LK15, A9: whoever gives the payout, and may not give a revenue, is answered alike with and without a plan."""
    sides = await two_sides(platform, model="INTERMEDIATED")
    enrollment = await sides.in_state("ACTIVE")
    who = await platform.staff("TRANSACTIONS:W OFFERS:R", see_payout=True, see_sale_amount=True)
    boss = await platform.staff("TRANSACTIONS:W OFFERS:R", see_payout=True, see_sale_amount=True, see_revenue=True)
    given = {"enrollment": enrollment, "source": "shop", "saleAmount": "10", "payout": "5"}
    answers = []
    for end in ("NULL", "'1999-01-01'"):
        plan = sides.numbers["other_plan"]
        await platform.change(f"UPDATE commission_plan SET valid_to = {end} WHERE id = {plan}")
        shown = "conversion { status payout { amount } }"
        answers.append(await platform.change_by(who.token, "recordConversion", shown, externalId=uuid4().hex, **given))
    assert answers[0] == answers[1]
    succeeded(answers[0])
    told = await platform.change_by(boss.token, "recordConversion", externalId=uuid4().hex, **given)
    assert (told["__typename"], told["path"]) == ("ValidationError", ["payout"])


async def test_lk15_m3_the_currency_of_a_program_that_is_not_seen_is_said(platform: Platform) -> None:
    """LK15, M3: it decides how many decimals there are, so whoever does not see the program names it himself."""
    sides = await two_sides(platform, model="INTERMEDIATED")
    who = await platform.staff("TRANSACTIONS:W AFFILIATES:R", see_payout=True, see_sale_amount=True, see_revenue=True)
    given = {"enrollment": await sides.in_state("ACTIVE"), "source": "shop", "saleAmount": "10.50", "exchangeRate": "1"}
    answers = []
    for currency in ("EUR", "JPY"):
        program = sides.numbers["program"]
        await platform.change(f"UPDATE program SET listed = false, currency = '{currency}' WHERE id = {program}")
        answers.append(await platform.change_by(who.token, "recordConversion", externalId=uuid4().hex, **given))
    assert answers[0] == answers[1]
    assert answers[0]["path"] == ["currency"]
    said = await platform.change_by(who.token, "recordConversion", externalId=uuid4().hex, currency="EUR", **given)
    succeeded(said)


async def test_lk15_m5b_a_plan_that_one_is_paid_by_is_not_offered(platform: Platform) -> None:
    """LK15, M5b: whose it is reads null as a partner, and decides nothing as an advertiser: it is refused alike."""
    sides, other = await two_sides(platform), await two_sides(platform)
    both = await platform.person(
        await platform.membership(sides.advertiser_org, "Admin"), await platform.membership(other.partner_org, "Admin")
    )
    await other.in_state("ACTIVE")
    plan = other.numbers["other_plan"]
    given = {"program": sides.id("program"), "trafficSource": sides.id("source")}
    answers = []
    for owner in (other.numbers["advertiser_profile"], "NULL"):
        await platform.change(f"UPDATE commission_plan SET advertiser_profile_id = {owner} WHERE id = {plan}")
        offered = platform.global_id("commission_plan", plan)
        answers.append(await platform.change_by(both.token, "inviteToProgram", commissionPlan=offered, **given))
    assert answers[0] == answers[1]
    assert answers[0]["__typename"] == "Forbidden"
    succeeded(await platform.change_by(both.token, "inviteToProgram", commissionPlan=sides.id("plan"), **given))
