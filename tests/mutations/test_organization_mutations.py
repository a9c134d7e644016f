"""Mutations of organizations, profiles, sources and members, refused to whoever may not (K1 to K19, DR10, DR14)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Person, Platform

ORGANIZATION = "organization { id name }"


async def founder(platform: Platform) -> tuple[Person, str, str]:
    """Somebody with a new organization of his own: the person, its id and its name."""
    person = await platform.person()
    name = f"Company of {uuid4().hex[:8]}"
    answer = await platform.change_by(person.token, "createOrganization", "id", name=name)
    assert answer["__typename"] == "CreateOrganizationSuccess", answer
    assert await platform.names(person.token, "organizations") == [name]
    return person, answer["id"], name


async def membership(platform: Platform, user: int, organization: str) -> str:
    """The id of somebody's membership."""
    number = await platform.one(
        "SELECT a.id FROM role_assignment a JOIN organization o ON o.id = a.organization_id"
        " WHERE a.user_id = $1 AND o.name = $2",
        user,
        organization,
    )
    return platform.global_id("role_assignment", number)


async def test_k6_the_creator_is_the_first_administrator(platform: Platform) -> None:
    """K6, K7, K9: from nothing to a program and a source, by the same person, in one organization."""
    person, organization, name = await founder(platform)
    roles = await platform.stored(
        "SELECT r.name FROM role_assignment a JOIN role r ON r.id = a.role_id WHERE a.user_id = $1", person.id
    )
    assert roles == ["Admin"]
    advertiser = await platform.change_by(
        person.token,
        "createAdvertiserProfile",
        "id",
        organization=organization,
        name=name,
    )
    approved = await platform.cells(person.token, "advertiserProfiles", "approvedAt")
    assert approved == [None], "the operator approves, not the organization"
    program = await platform.change_by(
        person.token,
        "createProgram",
        "program { name advertiserName }",
        advertiserProfile=advertiser["id"],
        name="First",
        currency="EUR",
        commissionModel="DIRECT",
        productLine="CREATOR",
    )
    assert program["program"] == {"name": "First", "advertiserName": name}
    partner = await platform.change_by(person.token, "createPartnerProfile", "id", organization=organization, name=name)
    source = await platform.change_by(
        person.token,
        "createTrafficSource",
        "trafficSource { name kind }",
        partnerProfile=partner["id"],
        name="Site",
        kind="WEBSITE",
        url="https://site.example",
    )
    assert source["trafficSource"] == {"name": "Site", "kind": "WEBSITE"}


@pytest.mark.parametrize("role", ["Guest", "Analyst", "Finance", "Implementation Specialist"])
async def test_k16_k19_guests_and_viewers_write_nothing(platform: Platform, role: str) -> None:
    """K16, K19, I4: neither organization, profiles, sources nor members."""
    who = (await platform.person(await platform.membership(NORTHWIND, role))).token
    for mutation in (
        "editOrganization",
        "configureOrganization",
        "createAdvertiserProfile",
        "editPartnerProfile",
        "createTrafficSource",
        "editTrafficSource",
        "changeMembership",
        "removeMember",
    ):
        assert not await platform.exists(who, f"Mutation.{mutation}"), mutation


async def test_k17_k18_members_edit_and_do_not_manage_members(platform: Platform) -> None:
    """K17, K18: a MEMBER changes profiles; settings, members and roles are the ADMIN's."""
    who = (await platform.person(await platform.membership(BLUEBIRD, "Member"))).token
    assert await platform.exists(who, "Mutation.createTrafficSource")
    assert await platform.exists(who, "Mutation.editOrganization")
    for mutation in ("configureOrganization", "changeMembership", "removeMember"):
        assert not await platform.exists(who, f"Mutation.{mutation}"), mutation


async def test_another_organization_is_missing(platform: Platform) -> None:
    """K5, AC7: as one that does not exist."""
    person, *_ = await founder(platform)
    other = platform.global_id("organization", await platform.named("organization", NORTHWIND))
    unknown = platform.global_id("organization", 987_654_321)
    answers = [
        await platform.change_by(person.token, "editOrganization", ORGANIZATION, organization=each, name="Mine")
        for each in (other, unknown)
    ]
    assert answers[0] == answers[1]
    assert answers[0]["__typename"] == "NotFound"


async def test_c13_k20_settings_take_effect_at_once(platform: Platform) -> None:
    """C-13, K20: the next operation of a guest has no partner names, and archived profiles are gone."""
    person, organization, name = await founder(platform)
    guest = await platform.person(await platform.membership(name, "Guest"))
    await platform.change_by(
        person.token, "createAdvertiserProfile", "__typename", organization=organization, name="Shop"
    )
    assert await platform.exists(guest.token, "Enrollment.trafficSource")
    answer = await platform.change_by(
        person.token,
        "configureOrganization",
        "organization { guestHidesPartnerNames }",
        organization=organization,
        guestHidesPartnerNames=True,
    )
    assert answer["organization"] == {"guestHidesPartnerNames": True}
    assert not await platform.exists(guest.token, "Enrollment.trafficSource")


async def test_a6_only_staff_approve_an_advertiser(platform: Platform) -> None:
    """K12, 3.10: ADVERTISERS W; its own administrators have no such mutation, and browse partners only after it."""
    person, organization, name = await founder(platform)
    made = await platform.change_by(person.token, "createAdvertiserProfile", "id", organization=organization, name=name)
    profile = made["id"]
    assert not await platform.exists(person.token, "Mutation.approveAdvertiserProfile")
    assert not await platform.exists(person.token, "Marketplace.partnerProfiles")
    for permissions in ("ADVERTISERS:R", "OFFERS:W"):
        assert not await platform.exists((await platform.staff(permissions)).token, "Mutation.approveAdvertiserProfile")
    staff = (await platform.staff("ADVERTISERS:W")).token
    done = await platform.change_by(
        staff, "approveAdvertiserProfile", "advertiserProfile { approvedAt }", profile=profile, approved=True
    )
    assert done["advertiserProfile"]["approvedAt"] is not None
    assert await platform.exists(person.token, "Marketplace.partnerProfiles")


async def test_dr10_the_last_administrator_stays(platform: Platform) -> None:
    """DR10: cannot leave, be removed or demoted; a suspended or time-boxed one does not count; a second one may go."""
    person, organization, name = await founder(platform)
    mine = await membership(platform, person.id, name)
    guest = platform.global_id("role", await platform.predefined("Guest"))
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("leaveOrganization", {"organization": organization}),
        ("removeMember", {"membership": mine}),
        ("changeMembership", {"membership": mine, "role": guest}),
        ("changeMembership", {"membership": mine, "expiresAt": "2990-01-01T00:00:00Z"}),
    ]
    for mutation, given in attempts:
        answer = await platform.change_by(person.token, mutation, "__typename", **given)
        assert answer["__typename"] == "Forbidden", (mutation, answer)
    boxed = await platform.membership(name, "Admin", expires_at=await platform.one("SELECT timestamptz '2999-01-01'"))
    await platform.person(boxed)
    assert (await platform.change_by(person.token, *attempts[0][:1], "__typename", **attempts[0][1]))[
        "__typename"
    ] == "Forbidden"
    await platform.person(await platform.membership(name, "Account Administrator"))
    assert (await platform.change_by(person.token, "leaveOrganization", "__typename", organization=organization))[
        "__typename"
    ] == "LeaveOrganizationSuccess"


async def is_done(platform: Platform, who: Person, mutation: str, given: dict[str, Any]) -> bool:
    """Whether a change is made; to whoever has become a guest meanwhile it is a name that nothing has."""
    query = (
        f"mutation ($input: {mutation[0].upper()}{mutation[1:]}Input!) {{ {mutation}(input: $input) {{ __typename }} }}"
    )
    answer = await platform.ask(who.token, query, input=given)
    return answer.data is not None and answer.data[mutation]["__typename"].endswith("Success")


async def test_dr10_of_administrators_who_go_at_once_one_stays(platform: Platform) -> None:
    """DR10: two who leave, and two of whom each demotes the other, at the same moment: one is done, one refused."""
    guest = platform.global_id("role", await platform.predefined("Guest"))
    for leaves in (True, False) * 4:
        first, organization, name = await founder(platform)
        second = await platform.person(await platform.membership(name, "Account Administrator"))
        people = (first, second)
        if leaves:
            going = [(each, "leaveOrganization", {"organization": organization}) for each in people]
        else:
            held = [await membership(platform, each.id, name) for each in (second, first)]
            going = [
                (each, "changeMembership", {"membership": other, "role": guest})
                for each, other in zip(people, held, strict=True)
            ]
        assert sorted(await asyncio.gather(*(is_done(platform, *each) for each in going))) == [False, True]
        left = await platform.one(
            "SELECT count(*) FROM role_assignment a JOIN role r ON r.id = a.role_id JOIN organization o"
            " ON o.id = a.organization_id WHERE o.name = $1 AND r.name IN ('Admin', 'Account Administrator')",
            name,
        )
        assert left == 1


async def test_dr1_dr2_a_custom_role_gives_what_it_holds_and_no_standing(platform: Platform) -> None:
    """DR1, DR2, DR14, I3: ACCOUNT_USERS changes members, upwards to his own permissions and not a step further."""
    person, organization, name = await founder(platform)
    number = platform.engine.services.ids.decode(organization)[1].id
    holds = await platform.role(
        "ACCOUNT_USERS:W PROGRAMS:W", scope="ORGANIZATION", base_type="ORG", organization_id=number
    )
    less = await platform.role("PROGRAMS:R", scope="ORGANIZATION", base_type="ORG", organization_id=number)
    more = await platform.role("PROGRAMS:W PARTNERS:W", scope="ORGANIZATION", base_type="ORG", organization_id=number)
    clerk = await platform.person(await platform.membership(name, holds))
    member = await platform.person(await platform.membership(name, less))
    theirs = await membership(platform, member.id, name)

    async def gives(role: int) -> str:
        answer = await platform.change_by(
            clerk.token, "changeMembership", "__typename", membership=theirs, role=platform.global_id("role", role)
        )
        return str(answer["__typename"])

    assert await gives(holds) == "ChangeMembershipSuccess"
    assert await gives(less) == "ChangeMembershipSuccess"
    assert await gives(more) == "Forbidden"
    for standing in ("Admin", "Member", "Guest", "Account Administrator"):
        assert await gives(await platform.predefined(standing)) == "Forbidden", standing
    boss = await membership(platform, person.id, name)
    removal = await platform.change_by(clerk.token, "removeMember", "__typename", membership=boss)
    assert removal["__typename"] == "Forbidden"
    assert await platform.one("SELECT role_id FROM role_assignment WHERE user_id = $1", member.id) == less


async def test_d9_what_gives_or_takes_access_comes_with_the_epoch(platform: Platform) -> None:
    """D9, GOAL7: each counts it up once, and what is removed is gone for the next operation."""
    person, organization, name = await founder(platform)
    member = await platform.person(await platform.membership(name, "Guest"))
    theirs = await membership(platform, member.id, name)
    writers: list[tuple[str, dict[str, object]]] = [
        ("createAdvertiserProfile", {"organization": organization, "name": "Shop"}),
        ("createPartnerProfile", {"organization": organization, "name": "Blog"}),
        ("configureOrganization", {"organization": organization, "hidesArchivedProfiles": True}),
        ("changeMembership", {"membership": theirs, "expiresAt": "2990-01-01T00:00:00Z"}),
    ]
    for mutation, values in writers:
        epoch = await platform.one("SELECT n FROM authz_epoch")
        answer = await platform.change_by(person.token, mutation, "__typename", **values)
        assert str(answer["__typename"]).endswith("Success"), answer
        assert await platform.one("SELECT n FROM authz_epoch") == epoch + 1, mutation
    assert await platform.names(member.token, "organizations") == [name]
    await platform.change_by(person.token, "removeMember", "__typename", membership=theirs)
    assert await platform.refuses(member.token, "organizations(first: 1) { totalCount }")


async def test_dr13_nobody_gives_for_longer_than_he_holds(platform: Platform) -> None:
    """DR13: an administrator until 2999 gives until then at most, and never for ever."""
    _, _, name = await founder(platform)
    ends = await platform.one("SELECT timestamptz '2999-01-01'")
    boxed = await platform.person(await platform.membership(name, "Admin", expires_at=ends))
    member = await platform.person(await platform.membership(name, "Guest"))
    theirs = await membership(platform, member.id, name)
    role = platform.global_id("role", await platform.predefined("Member"))
    for end, kind in (
        (None, "Forbidden"),
        ("2999-06-01T00:00:00Z", "Forbidden"),
        ("2998-06-01T00:00:00Z", "ChangeMembershipSuccess"),
    ):
        answer = await platform.change_by(
            boxed.token,
            "changeMembership",
            "__typename",
            membership=theirs,
            role=role,
            **({"expiresAt": end} if end else {}),
        )
        assert answer["__typename"] == kind, end


async def test_c01_a_standing_carries_no_lists(platform: Platform) -> None:
    """C-01, I2: a list of programs is for other roles; a removed member has nothing at the next operation (L8)."""
    person, _, name = await founder(platform)
    guest = await platform.person(await platform.membership(name, "Guest"))
    theirs = await membership(platform, guest.id, name)
    refused = await platform.change_by(person.token, "changeMembership", "__typename", membership=theirs, programs=[])
    assert (refused["__typename"], refused["path"]) == ("ValidationError", ["programs"])
    role = platform.global_id("role", await platform.predefined("Analyst"))
    limited = await platform.change_by(
        person.token,
        "changeMembership",
        "membership { programScope lineScope }",
        membership=theirs,
        role=role,
        programs=[],
        productLines=["CREATOR"],
    )
    assert limited["membership"] == {"programScope": "LISTED", "lineScope": "LISTED"}
    assert await platform.exists(guest.token, "Organization")
    gone = await platform.change_by(person.token, "removeMember", "user { id }", membership=theirs)
    assert gone["__typename"] == "RemoveMemberSuccess"
    assert not await platform.exists(guest.token, "Organization")
    again = await platform.change_by(person.token, "removeMember", "user { id }", membership=theirs)
    assert again["__typename"] == "NotFound"


async def test_sm6_no_key_gives_access(platform: Platform) -> None:
    """SM6: an organization's key has its ADMIN's sight and edits profiles, and neither makes nor changes members."""
    key = platform.member("northwind-key")
    assert await platform.exists(key, "Mutation.createProgram")
    for mutation in (
        "createOrganization",
        "changeMembership",
        "removeMember",
        "leaveOrganization",
        "configureOrganization",
    ):
        assert not await platform.exists(key, f"Mutation.{mutation}"), mutation
