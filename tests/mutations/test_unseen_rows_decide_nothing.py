"""What an actor does not see decides nothing of what he does: he is answered as if it were not there (LK15, AC8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import Person, Platform
from sales import joined, key_of, recorded, recorder
from two_sides import TwoSides, kind_of, two_sides

LINK = {"kind": "LINK", "url": "https://shop.example/"}
OWNS = {"see_payout": True}
INVITES = "AFFILIATES:W TRANSACTIONS:R PAYOUTS:R"


@pytest.fixture
async def sides(platform: Platform) -> TwoSides:
    """An advertiser and a partner of the test's own."""
    return await two_sides(platform)


async def another_program(sides: TwoSides, name: str, **values: Any) -> int:
    """One more program of the advertiser."""
    numbers = sides.numbers
    plain: dict[str, Any] = {
        "advertiser_profile_id": numbers["advertiser_profile"],
        "advertiser_org_id": numbers["advertiser_org"],
        "advertiser_name": sides.advertiser_org,
        "currency": "EUR",
        "commission_model": "DIRECT",
    }
    return await sides.platform.add("program", name=name, **(plain | values))


async def brand(sides: TwoSides) -> int:
    """A brand of the advertiser."""
    owner = sides.numbers["advertiser_profile"]
    return await sides.platform.add("brand", name=f"Brand {uuid4().hex[:6]}", advertiser_profile_id=owner)


async def some_programs_only(sides: TwoSides, programs: Iterable[int]) -> Person:
    """A member of the advertiser's who writes programs, and sees these."""
    platform = sides.platform
    role = await platform.role(
        "PROGRAMS:W", scope="ORGANIZATION", base_type="ORG", organization_id=sides.numbers["advertiser_org"]
    )
    person = await platform.person(await platform.membership(sides.advertiser_org, role, program_scope="LISTED"))
    held = await platform.one("SELECT id FROM role_assignment WHERE user_id = $1", person.id)
    for program in programs:
        await platform.add("assignment_program", assignment_id=held, program_id=program)
    return person


async def test_lk15_a_name_is_taken_by_programs_that_are_seen(sides: TwoSides) -> None:
    """LK15, AC8: whoever sees some programs is told of these alone, when one is renamed; who sees both, of both."""
    platform = sides.platform
    names = [f"Program {uuid4().hex[:8]}" for _ in range(3)]
    own, seen, unseen = [await another_program(sides, name) for name in names]
    limited = await some_programs_only(sides, [own, seen])
    renamed = {"program": platform.global_id("program", own)}
    for who, taken in ((limited.token, {names[1]}), (sides.advertiser, {names[1], names[2]})):
        for name in names[1:]:
            answer = await platform.change_by(who, "editProgram", **renamed, name=name.upper())
            expected = "ValidationError" if name in taken else "EditProgramSuccess"
            assert kind_of(answer) == expected, (name, answer)
    assert unseen
    assert await platform.one("SELECT lower(name) FROM program WHERE id = $1", own) == names[2].lower()


async def test_lk15_an_address_is_invited_twice_where_it_is_masked(sides: TwoSides) -> None:
    """LK15, C-07: of whose address he is not shown, staff are not told that he is invited; of their own guests yes."""
    platform = sides.platform
    address = f"{uuid4().hex}@guests.example"
    given = {"affiliateAccount": sides.id("account"), "email": address, "role": "READ_ONLY"}
    owner = await platform.person(await platform.collaborator(sides.partner_org, "OWNER"))
    first = await platform.change_by(owner.token, "inviteCollaborator", **given)
    assert kind_of(first) == "InviteCollaboratorSuccess", first
    masked, shown = await platform.staff(INVITES, **OWNS), await platform.staff(f"{INVITES} USERS:R", **OWNS)
    assert kind_of(await platform.change_by(shown.token, "inviteCollaborator", **given)) == "ValidationError"
    free = given | {"email": f"{uuid4().hex}@guests.example"}
    for each in (given, free):
        kinds = [kind_of(await platform.change_by(masked.token, "inviteCollaborator", **each)) for _ in range(2)]
        assert kinds == ["InviteCollaboratorSuccess", "ValidationError"], each
    waiting = "SELECT count(*) FROM invitation WHERE email = $1 AND state = 'PENDING'"
    assert await platform.one(waiting, address) == 2


async def test_lk15_an_advertiser_that_is_not_seen_is_not_told_to_be_archived(sides: TwoSides) -> None:
    """LK15, A7, A8: staff of one module make what they may, and hear of the advertiser what they see of it."""
    platform = sides.platform
    owner = sides.numbers["advertiser_profile"]
    given = {"brand": platform.global_id("brand", await brand(sides)), "name": "Thing"}
    blind = await platform.staff("PRODUCTS:W MEDIA:W BRANDS:R")
    seeing = await platform.staff("PRODUCTS:W MEDIA:W BRANDS:R ADVERTISERS:R")
    for archived in (False, True):
        await platform.change(
            f"UPDATE advertiser_profile SET archived_at = {'now()' if archived else 'NULL'} WHERE id = {owner}"
        )
        for mutation, more in (("createProduct", {}), ("createMedia", LINK)):
            answers = [
                kind_of(await platform.change_by(who.token, mutation, **given, **more)) for who in (blind, seeing)
            ]
            made = f"{mutation[0].upper()}{mutation[1:]}Success"
            assert answers == [made, "ValidationError" if archived else made], mutation


async def test_lk15_whose_a_brand_is_must_be_seen_to_make_media_for_a_program(sides: TwoSides) -> None:
    """LK15, I2: for a program that promotes the brand anybody does; else only who sees the brand's advertiser."""
    platform = sides.platform
    other = await two_sides(platform)
    number = await brand(sides)
    promotes = await another_program(sides, f"Program {uuid4().hex[:8]}", brand_id=number)
    given = {"brand": platform.global_id("brand", number), "name": "Banner"} | LINK
    programs = [platform.global_id("program", each) for each in (promotes, sides.numbers["program"])]
    programs.append(other.id("program"))
    kinds = {}
    for more in ("", "ADVERTISERS:R"):
        who = await platform.staff(f"MEDIA:W BRANDS:R OFFERS:R {more}")
        answers = [await platform.change_by(who.token, "createMedia", program=each, **given) for each in programs]
        kinds[more] = [kind_of(answer) for answer in answers]
        if not more:
            assert answers[1] == answers[2]
    assert kinds == {
        "": ["CreateMediaSuccess", "Forbidden", "Forbidden"],
        "ADVERTISERS:R": ["CreateMediaSuccess", "CreateMediaSuccess", "ValidationError"],
    }


async def test_lk15_media_fits_as_far_as_its_program_is_seen(sides: TwoSides) -> None:
    """LK15, A8: media of a program that is not seen is media of none."""
    platform = sides.platform
    unlisted = await another_program(sides, f"Program {uuid4().hex[:8]}")
    there = {"brand_id": await brand(sides), "kind": "LINK", "url": LINK["url"]}
    of_program = await platform.add("media", name="Banner", program_id=unlisted, **there)
    given = {
        "affiliateAccount": sides.id("account"),
        "name": "Summer",
        "media": platform.global_id("media", of_program),
    }
    blind, seeing = await platform.staff("AFFILIATES:W MEDIA:R"), await platform.staff("AFFILIATES:W MEDIA:R OFFERS:R")
    assert kind_of(await platform.change_by(blind.token, "createTracker", **given)) == "CreateTrackerSuccess"
    assert kind_of(await platform.change_by(seeing.token, "createTracker", **given)) == "ValidationError"


async def test_lk15_a9_where_no_plan_applies_who_sees_no_payout_is_not_told(platform: Platform) -> None:
    """LK15, A9, M3: what no plan says is refused to whoever sees payouts, and earns nothing for anybody else."""
    enrollment = await joined(platform)
    was = enrollment["commission_plan_id"]
    ended = await platform.add(
        "commission_plan",
        name="Of long ago",
        payout_percent=Decimal(9),
        valid_to=date(1999, 1, 1),
    )
    blind, seeing = await recorder(platform, see_payout=False), await recorder(platform)
    shown = "conversion { id status saleAmount { amount } }"
    paid_by = f"UPDATE enrollment SET commission_plan_id = {{}} WHERE id = {enrollment['id']}"
    answers = {}
    for plan in (was, ended):
        await platform.change(paid_by.format(plan or "NULL"))
        answers[plan] = await recorded(platform, blind.token, enrollment, shown)
        told = await recorded(platform, seeing.token, enrollment, shown)
        assert kind_of(told) == ("ValidationError" if plan == ended else "RecordConversionSuccess"), told
    await platform.change(paid_by.format(was or "NULL"))
    earned = {}
    for plan, answer in answers.items():
        number = key_of(platform, answer["conversion"].pop("id"))[1]
        earned[plan] = await platform.one("SELECT payout FROM conversion WHERE id = $1", number)
    assert answers[was] == answers[ended]
    assert earned[was] > 0
    assert earned[ended] == 0


async def test_lk15_m5b_a_plan_is_applied_by_who_reads_its_terms(sides: TwoSides) -> None:
    """LK15, M5b, AC9b: whoever sees of a plan that it is there neither applies it nor learns that it has ended."""
    platform = sides.platform
    role = await platform.role(
        "PROPOSALS:R", scope="ORGANIZATION", base_type="ORG", organization_id=sides.numbers["advertiser_org"]
    )
    who = await platform.person(
        await platform.membership(sides.advertiser_org, role),
        await platform.collaborator(f"Second {sides.partner_org.removeprefix('Blog ')}", "MANAGER"),
    )
    given = {"affiliateAccount": sides.id("second_account"), "commissionPlan": sides.id("plan")}
    answers = []
    for end in ("NULL", "'1999-01-01'"):
        await platform.change(f"UPDATE commission_plan SET valid_to = {end} WHERE id = {sides.numbers['plan']}")
        answers.append(await platform.change_by(who.token, "assignCommissionPlan", **given))
    assert answers[0] == answers[1]
    assert kind_of(answers[0]) == "Forbidden"
    assert not await platform.one(
        "SELECT count(*) FROM commission_plan_assignment WHERE affiliate_account_id = $1",
        sides.numbers["second_account"],
    )


async def test_ac8_steps_are_numbered_by_their_moments(platform: Platform) -> None:
    """AC8, LK15: cursors are made of the numbers of steps, and a place would count those that one does not see."""
    person = await recorder(platform)
    answer = await recorded(platform, person.token, await joined(platform))
    conversion = answer["conversion"]["id"]
    for status in ("REJECTED", "APPROVED"):
        await platform.change_by(person.token, "decideConversion", conversion=conversion, status=status)
    steps = await platform.rows(
        "SELECT n, round(extract(epoch FROM at) * 1000)::bigint AS moment FROM conversion_event"
        " WHERE affiliate_account_id = $1 AND conversion_id = $2 ORDER BY n",
        *key_of(platform, conversion),
    )
    assert [each["n"] >> 20 for each in steps] == [each["moment"] for each in steps]
    assert len(steps) == 3
