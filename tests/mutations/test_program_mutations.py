"""Mutations of programs: who may, in which order things are checked (AC12), and what is left behind."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Platform

SHOWN = "program { id name status listed }"


async def advertiser(platform: Platform, organization: str = NORTHWIND) -> str:
    """The id of an advertiser of an organization."""
    number = await platform.one(
        "SELECT min(p.id) FROM advertiser_profile p JOIN organization o ON o.id = p.organization_id WHERE o.name = $1",
        organization,
    )
    return platform.global_id("advertiser_profile", number)


async def made(platform: Platform, who: str, **more: Any) -> dict[str, Any]:
    """What making a program answers somebody."""
    given = {
        "advertiserProfile": await advertiser(platform),
        "name": f"Program {uuid4().hex[:8]}",
        "currency": "EUR",
        "commissionModel": "DIRECT",
        "productLine": "PERFORMANCE",
    }
    return await platform.change_by(who, "createProgram", SHOWN, **(given | more))


@pytest.mark.parametrize("key", ["adv-admin", "adv-member", "manager", "admin"])
async def test_k16_k17_who_may_make_and_change_programs(platform: Platform, key: str) -> None:
    """K16, K17, 3.10: ADMIN and MEMBER of the advertiser, and OFFERS W of staff."""
    who = platform.member(key)
    answer = await made(platform, who)
    assert answer["__typename"] == "CreateProgramSuccess", answer
    program = answer["program"]
    assert (program["status"], program["listed"]) == ("DRAFT", False)
    active = await platform.change_by(who, "setProgramStatus", SHOWN, program=program["id"], status="ACTIVE")
    assert active["program"]["status"] == "ACTIVE"
    listed = await platform.change_by(who, "listProgram", SHOWN, program=program["id"], listed=True)
    assert listed["program"]["listed"] is True


@pytest.mark.parametrize("key", ["adv-guest", "analyst", "finance", "partner-admin", "affiliate-manager", "nobody"])
async def test_k16_whoever_may_not_has_no_such_mutation(platform: Platform, key: str) -> None:
    """K16, I4, K10: a GUEST writes nothing; neither do viewers, partners, or staff without OFFERS W."""
    who = platform.member(key)
    for mutation in ("createProgram", "editProgram", "setProgramStatus", "listProgram"):
        assert not await platform.exists(who, f"Mutation.{mutation}"), mutation
    assert not await platform.exists(who, "CreateProgramInput")


async def test_ac12_missing_before_forbidden_before_business_before_version(platform: Platform) -> None:
    """AC12, AC7: what the actor does not see is missing, whatever else is wrong with the input."""
    who = platform.member("adv-admin")
    program = (await made(platform, who))["program"]["id"]
    unlisted = await platform.one(
        "SELECT min(p.id) FROM program p JOIN organization o ON o.id = p.advertiser_org_id"
        " WHERE o.name NOT IN ($1, $2) AND NOT p.listed",
        NORTHWIND,
        BLUEBIRD,
    )
    hidden, unknown = platform.global_id("program", unlisted), platform.global_id("program", 987_654_321)
    answers = [
        await platform.change_by(who, "editProgram", SHOWN, program=each, name="Mine", version=7)
        for each in (hidden, unknown, platform.global_id("affiliate_account", 1))
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["__typename"] == "NotFound"
    listed = await platform.one(
        "SELECT min(p.id) FROM program p JOIN organization o ON o.id = p.advertiser_org_id"
        " WHERE o.name <> $1 AND p.listed AND p.status = 'ACTIVE'",
        NORTHWIND,
    )
    public = platform.global_id("program", listed)
    forbidden = await platform.change_by(who, "editProgram", SHOWN, program=public, name="Mine", version=7)
    assert forbidden["__typename"] == "Forbidden", "it is seen in the marketplace, and is somebody else's"
    blank = await platform.change_by(who, "editProgram", SHOWN, program=hidden, name="  ")
    assert (blank["__typename"], blank["path"]) == ("ValidationError", ["name"]), "syntax comes before the row"
    stale = await platform.change_by(who, "editProgram", SHOWN, program=program, name="Another name", version=99)
    assert (stale["__typename"], stale["version"]) == ("Conflict", 1)
    taken = await platform.one(
        "SELECT p.name FROM program p JOIN organization o ON o.id = p.advertiser_org_id"
        " WHERE o.name = $1 AND advertiser_profile_id = (SELECT advertiser_profile_id FROM program WHERE id = $2)"
        " AND p.id <> $2 LIMIT 1",
        NORTHWIND,
        platform.engine.services.ids.decode(program)[1].id,
    )
    twice = await platform.change_by(who, "editProgram", SHOWN, program=program, name=taken, version=99)
    assert (twice["__typename"], twice["path"]) == ("ValidationError", ["name"]), "business comes before the version"


async def test_i2_a_role_of_some_programs_changes_those_only(platform: Platform) -> None:
    """I2, AC3: a custom role with PROGRAMS W, limited to one program, may not touch the next one."""
    northwind = await platform.named("organization", NORTHWIND)
    role = await platform.role("PROGRAMS:W", scope="ORGANIZATION", base_type="ORG", organization_id=northwind)
    first, second = await platform.stored("SELECT id FROM program WHERE advertiser_org_id = $1 LIMIT 2", northwind)
    person = await platform.person(await platform.membership(NORTHWIND, role, program_scope="LISTED"))
    assignment = await platform.one("SELECT id FROM role_assignment WHERE user_id = $1", person.id)
    await platform.add("assignment_program", assignment_id=assignment, program_id=first)
    one = await platform.change_by(
        person.token, "editProgram", SHOWN, program=platform.global_id("program", first), description="Ours"
    )
    assert one["__typename"] == "EditProgramSuccess"
    other = await platform.change_by(
        person.token, "editProgram", SHOWN, program=platform.global_id("program", second), description="Ours"
    )
    assert other["__typename"] in ("NotFound", "Forbidden")
    assert await platform.one("SELECT description IS DISTINCT FROM 'Ours' FROM program WHERE id = $1", second)


async def test_a_final_status_stays(platform: Platform) -> None:
    """3.3: what is not listed as a transition is refused, with the program as it was."""
    who = platform.member("adv-admin")
    program = (await made(platform, who))["program"]["id"]
    paused = await platform.change_by(who, "setProgramStatus", SHOWN, program=program, status="PAUSED")
    assert (paused["__typename"], paused["path"]) == ("ValidationError", ["status"])
    done = await platform.change_by(who, "setProgramStatus", SHOWN, program=program, status="ARCHIVED")
    assert done["program"]["status"] == "ARCHIVED"
    for status in ("DRAFT", "ACTIVE", "PAUSED", "ARCHIVED"):
        again = await platform.change_by(who, "setProgramStatus", SHOWN, program=program, status=status)
        assert again["__typename"] == "ValidationError", status


async def test_f21_one_key_one_effect(platform: Platform) -> None:
    """F21, DR17: twenty at once under one key make one program; another request under it is refused."""
    who, key = platform.member("adv-admin"), uuid4().hex
    given = {"name": f"Once {key[:6]}", "idempotencyKey": key}
    answers = await asyncio.gather(*(made(platform, who, **given) for _ in range(20)))
    assert {each["__typename"] for each in answers} == {"CreateProgramSuccess"}
    assert len({each["program"]["id"] for each in answers}) == 1
    assert await platform.one("SELECT count(*) FROM program WHERE name = $1", given["name"]) == 1
    other = await made(platform, who, **(given | {"currency": "USD"}))
    assert (other["__typename"], other["path"]) == ("ValidationError", ["idempotencyKey"])
    stranger = await made(platform, platform.member("adv-member"), **(given | {"name": f"Other {key[:6]}"}))
    assert stranger["__typename"] == "CreateProgramSuccess", "a key is of its principal alone"


async def test_f22_two_editors_of_one_version(platform: Platform) -> None:
    """F22: of many that read the same version one wins; the others are told the present one, and nothing is lost."""
    who = platform.member("adv-admin")
    program = (await made(platform, who))["program"]["id"]
    answers = await asyncio.gather(
        *(
            platform.change_by(who, "editProgram", SHOWN, program=program, description=f"Take {n}", version=1)
            for n in range(8)
        )
    )
    kinds = sorted(each["__typename"] for each in answers)
    assert kinds == ["Conflict"] * 7 + ["EditProgramSuccess"]
    assert {each["version"] for each in answers if "version" in each} == {2}


async def test_every_change_is_in_the_log_with_its_path(platform: Platform) -> None:
    """authorization 9: actor, path, before and after; a refused change leaves nothing."""
    who = platform.member("adv-member")
    program = (await made(platform, who))["program"]
    number = platform.engine.services.ids.decode(program["id"])[1].id
    await platform.change_by(who, "editProgram", SHOWN, program=program["id"], name="Named anew", version=1)
    await platform.change_by(who, "editProgram", SHOWN, program=program["id"], name="Never", version=1)
    entries = await platform.rows(
        "SELECT * FROM audit_log WHERE target_type = 'program' AND target_id = $1 ORDER BY id", str(number)
    )
    assert [each["action"] for each in entries] == ["program:create", "program:edit"]
    assert {each["via_path"] for each in entries} == {"ORG_ADVERTISER"}
    assert entries[1]["before"] == {"name": program["name"]}
    assert entries[1]["after"] == {"name": "Named anew"}
    assert {each["organization_id"] for each in entries} == {await platform.named("organization", NORTHWIND)}


async def test_ac5_a_key_for_reading_changes_nothing(platform: Platform) -> None:
    """AC5: an organization's key does what its ADMIN does; one whose scope is reading has no such mutation."""
    assert (await made(platform, platform.member("northwind-key")))["__typename"] == "CreateProgramSuccess"
    owner = await platform.person(await platform.membership(NORTHWIND, "Admin"))
    for scopes, may in ((["org:R"], False), (["PROGRAMS:R"], False), (["org:W"], True), (["PROGRAMS:W"], True)):
        key = await platform.user_key(owner.id, scopes)
        assert await platform.exists(key, "Mutation.editProgram") is may, scopes
