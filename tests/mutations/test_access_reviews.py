"""Reviews of access (L12): who looks at whose access, what revoking does, and that what is closed stays as it is."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from demo_platform import BLUEBIRD, Person, Platform

DUE = "2998-01-01T00:00:00Z"
ITEMS = """query ($id: ID!) { node(id: $id) { ... on AccessReview { state completedBy { id }
    items(first: 100) { totalCount nodes { id person role state note user { id } membership { id } } } } } }"""
MUTATIONS = ("openAccessReview", "confirmAccess", "revokeAccess", "closeAccessReview")


async def organization(platform: Platform) -> tuple[int, Person]:
    """A new organization, and its administrator."""
    number = await platform.add("organization", name=f"Reviewed {uuid4().hex[:8]}")
    boss = await platform.person(
        (
            "role_assignment",
            {"scope": "ORGANIZATION", "organization_id": number, "role_id": await platform.predefined("Admin")},
        )
    )
    return number, boss


async def member(platform: Platform, number: int, role: str, **more: Any) -> Person:
    """A new member of an organization."""
    held = {"scope": "ORGANIZATION", "organization_id": number, "role_id": await platform.predefined(role)}
    return await platform.person(("role_assignment", held | more))


async def opened(platform: Platform, who: str, **given: Any) -> str:
    """The id of a new review."""
    answer = await platform.change_by(who, "openAccessReview", "id", dueAt=DUE, **given)
    assert answer["__typename"] == "OpenAccessReviewSuccess", answer
    return str(answer["id"])


async def of_organization(platform: Platform, number: int, boss: Person) -> str:
    """A review of an organization."""
    return await opened(platform, boss.token, organization=platform.global_id("organization", number))


async def read(platform: Platform, who: str, review: str) -> dict[str, Any]:
    """A review with its items."""
    found: dict[str, Any] = (await platform.read(who, ITEMS, id=review))["node"]
    return found


async def item_of(platform: Platform, who: str, review: str, person: Person) -> str:
    """The item of a person in a review."""
    user = platform.global_id("app_user", person.id)
    nodes = (await read(platform, who, review))["items"]["nodes"]
    (found,) = [each["id"] for each in nodes if each["user"] is not None and each["user"]["id"] == user]
    return str(found)


async def decide(platform: Platform, who: str, mutation: str, item: str, **more: Any) -> dict[str, Any]:
    """What a decision about a grant answers."""
    return await platform.change_by(who, mutation, "item { state role note }", item=item, **more)


async def test_l12_every_grant_is_kept_or_taken_away_and_then_it_is_closed(platform: Platform) -> None:
    """L12, AC6: revoking ends the membership at once, the evidence has who decided what, and stays as it is."""
    number, boss = await organization(platform)
    kept, gone = await member(platform, number, "Member"), await member(platform, number, "Guest")
    review = await of_organization(platform, number, boss)
    assert (await read(platform, boss.token, review))["items"]["totalCount"] == 3
    ids = {each.id: await item_of(platform, boss.token, review, each) for each in (boss, kept, gone)}
    too_early = await platform.change_by(boss.token, "closeAccessReview", "id", accessReview=review)
    assert (too_early["__typename"], "3" in too_early["message"]) == ("ValidationError", True)
    for person in (boss, kept):
        done = await decide(platform, boss.token, "confirmAccess", ids[person.id], note="Needed.")
        assert done["item"]["state"] == "CONFIRMED"
    taken = await decide(platform, boss.token, "revokeAccess", ids[gone.id], note="Left.")
    assert taken["item"] == {"state": "REVOKED", "role": "Guest", "note": "Left."}
    assert not await platform.stored("SELECT id FROM role_assignment WHERE user_id = $1", gone.id)
    assert not await platform.exists(gone.token, "Query.accessReviews")
    actions = await platform.stored("SELECT action FROM audit_log ORDER BY id DESC LIMIT 2")
    assert actions == ["access_review_item:revoke", "membership:remove"]
    closed = await platform.change_by(boss.token, "closeAccessReview", "accessReview { state }", accessReview=review)
    assert closed["accessReview"] == {"state": "COMPLETED"}
    evidence = await read(platform, boss.token, review)
    assert evidence["completedBy"] == {"id": platform.global_id("app_user", boss.id)}
    assert sorted(each["state"] for each in evidence["items"]["nodes"]) == ["CONFIRMED", "CONFIRMED", "REVOKED"]
    (revoked,) = [each for each in evidence["items"]["nodes"] if each["state"] == "REVOKED"]
    assert (revoked["user"], revoked["membership"]) == (None, None), "he is nobody's fellow member any more"
    assert revoked["person"].startswith("Somebody")
    for mutation in ("confirmAccess", "revokeAccess"):
        for item in ids.values():
            again = await decide(platform, boss.token, mutation, item)
            assert again["__typename"] == "ValidationError", (mutation, item)
    again = await platform.change_by(boss.token, "closeAccessReview", "id", accessReview=review)
    assert again["__typename"] == "ValidationError"


async def test_nothing_is_decided_twice(platform: Platform) -> None:
    """L12, F22: a decided grant is not decided again, and a stale version is refused."""
    number, boss = await organization(platform)
    one, other = await member(platform, number, "Member"), await member(platform, number, "Guest")
    review = await of_organization(platform, number, boss)
    first, second = [await item_of(platform, boss.token, review, each) for each in (one, other)]
    stale = await decide(platform, boss.token, "confirmAccess", first, version=7)
    assert (stale["__typename"], stale["version"]) == ("Conflict", 1)
    await decide(platform, boss.token, "confirmAccess", first)
    await decide(platform, boss.token, "revokeAccess", second)
    for item in (first, second):
        for mutation in ("confirmAccess", "revokeAccess"):
            assert (await decide(platform, boss.token, mutation, item))["__typename"] == "ValidationError"
    assert await platform.stored("SELECT id FROM role_assignment WHERE user_id = $1", one.id)


async def test_what_ended_meanwhile_is_said_to_have_ended(platform: Platform) -> None:
    """L12: a membership that was removed, or ran out, is neither kept nor taken away; one given later is not in it."""
    number, boss = await organization(platform)
    removed, ran_out = await member(platform, number, "Member"), await member(platform, number, "Guest")
    review = await of_organization(platform, number, boss)
    late = await member(platform, number, "Guest")
    items = [await item_of(platform, boss.token, review, each) for each in (removed, ran_out)]
    own = await item_of(platform, boss.token, review, boss)
    await platform.change(
        f"DELETE FROM role_assignment WHERE user_id = {removed.id}",
        f"UPDATE role_assignment SET expires_at = now() - interval '1 day' WHERE user_id = {ran_out.id}",
    )
    for mutation in ("confirmAccess", "revokeAccess"):
        assert (await decide(platform, boss.token, mutation, items[0]))["__typename"] == "ValidationError"
    await decide(platform, boss.token, "confirmAccess", own)
    closed = await platform.change_by(boss.token, "closeAccessReview", "id", accessReview=review)
    assert closed["__typename"] == "CloseAccessReviewSuccess", closed
    found = (await read(platform, boss.token, review))["items"]["nodes"]
    assert sorted(each["state"] for each in found) == ["CONFIRMED", "ENDED", "ENDED"]
    assert platform.global_id("app_user", late.id) not in {each["user"] and each["user"]["id"] for each in found}


async def test_what_is_confirmed_is_what_is_held_then(platform: Platform) -> None:
    """L12: the role that a member has when he is confirmed is the one in the evidence."""
    number, boss = await organization(platform)
    one = await member(platform, number, "Guest")
    review = await of_organization(platform, number, boss)
    item = await item_of(platform, boss.token, review, one)
    role = await platform.predefined("Member")
    await platform.change(f"UPDATE role_assignment SET role_id = {role} WHERE user_id = {one.id}")
    assert (await decide(platform, boss.token, "confirmAccess", item))["item"]["role"] == "Member"


async def test_dr10_dr14_revoking_has_the_rules_of_removing(platform: Platform) -> None:
    """DR10, DR14: not the last administrator, and on the platform nobody who has more than the reviewer."""
    number, boss = await organization(platform)
    review = await of_organization(platform, number, boss)
    own = await item_of(platform, boss.token, review, boss)
    last = await decide(platform, boss.token, "revokeAccess", own)
    assert last["__typename"] == "Forbidden"
    assert await platform.stored("SELECT id FROM role_assignment WHERE user_id = $1", boss.id)
    reviewer, richer = await platform.staff("USERS:W OFFERS:R"), await platform.staff("OFFERS:W")
    equal = await platform.staff("OFFERS:R")
    await platform.change(
        "UPDATE access_review SET state = 'COMPLETED', completed_by_id = opened_by_id,"
        " completed_at = now() WHERE scope = 'PLATFORM' AND state = 'OPEN'"
    )
    staff = await opened(platform, reviewer.token)
    items = await platform.rows(
        "SELECT id, user_id FROM access_review_item WHERE review_id = $1",
        platform.engine.services.ids.decode(staff)[1].id,
    )
    of_user = {row["user_id"]: platform.global_id("access_review_item", row["id"]) for row in items}
    assert (await decide(platform, reviewer.token, "revokeAccess", of_user[richer.id]))["__typename"] == "Forbidden"
    assert (await decide(platform, reviewer.token, "revokeAccess", of_user[equal.id]))["item"]["state"] == "REVOKED"
    assert not await platform.exists(equal.token, "Program.createdAt")
    assert await platform.stored("SELECT id FROM role_assignment WHERE user_id = $1", richer.id)


async def test_an_owner_reviews_his_account(platform: Platform) -> None:
    """L12, L8: over its collaborators; revoking removes one, and neither another collaborator nor staff sees it."""
    bluebird = await platform.named("organization", BLUEBIRD)
    profile = await platform.one("SELECT min(id) FROM partner_profile WHERE organization_id = $1", bluebird)
    name, maker = f"Account {uuid4().hex[:8]}", await platform.one("SELECT min(id) FROM app_user")
    kept = {"partner_profile_id": profile, "partner_org_id": bluebird, "created_by_id": maker}
    number = await platform.add("affiliate_account", name=name, **kept)
    owner = await platform.person(await platform.collaborator(name, "OWNER"))
    reader = await platform.person(await platform.collaborator(name, "READ_ONLY"))
    account = platform.global_id("affiliate_account", number)
    review = await opened(platform, owner.token, affiliateAccount=account)
    query = "query ($id: ID!) { node(id: $id) { id } }"
    for who in (reader.token, platform.member("admin"), platform.member("partner-admin")):
        assert (await platform.read(who, query, id=review))["node"] is None
    assert not await platform.exists(reader.token, "Mutation.openAccessReview")
    nodes = (await platform.read(owner.token, ITEMS.replace(" membership { id }", ""), id=review))["node"]["items"]
    (item,) = [each["id"] for each in nodes["nodes"] if each["role"] == "READ_ONLY"]
    assert (await decide(platform, owner.token, "revokeAccess", item))["item"]["state"] == "REVOKED"
    assert not await platform.stored("SELECT id FROM collaborator WHERE user_id = $1", reader.id)


async def test_who_begins_a_review(platform: Platform) -> None:
    """L12, K19, SM6: the organization's ADMIN, the account's OWNER, USERS W; one at a time, until a day to come."""
    number, boss = await organization(platform)
    place = platform.global_id("organization", number)
    staff = (await platform.staff("USERS:R")).token
    fellow = await member(platform, number, "Member")
    assert not await platform.exists(staff, "Mutation.openAccessReview")
    assert not await platform.exists(fellow.token, "Mutation.openAccessReview")
    users = (await platform.staff("USERS:W ADVERTISERS:R")).token
    northwind = platform.global_id(
        "organization", await platform.one("SELECT min(organization_id) FROM advertiser_profile")
    )
    both = {"organization": place, "affiliateAccount": platform.global_id("affiliate_account", 1)}
    for who, given, kind in (
        (boss.token, {"organization": place, "dueAt": "2001-01-01T00:00:00Z"}, "ValidationError"),
        (boss.token, both, "ValidationError"),
        (boss.token, {}, "Forbidden"),
        (boss.token, {"organization": platform.global_id("organization", 987_654_321)}, "NotFound"),
        (users, {"organization": northwind}, "Forbidden"),
        (users, {"organization": place}, "NotFound"),
    ):
        answer = await platform.change_by(who, "openAccessReview", "id", **({"dueAt": DUE} | given))
        assert answer["__typename"] == kind, given
    await of_organization(platform, number, boss)
    again = await platform.change_by(boss.token, "openAccessReview", "id", dueAt=DUE, organization=place)
    assert again["__typename"] == "ValidationError"


@pytest.mark.parametrize("key", ["adv-member", "adv-guest", "analyst", "partner-member", "manager", "nobody"])
async def test_whoever_reviews_nothing_has_none_of_it(platform: Platform, key: str) -> None:
    """LK9, LK14: neither the rows nor the mutations."""
    who = platform.member(key)
    for coordinate in ("Query.accessReviews", "Query.accessReviewItems", *(f"Mutation.{each}" for each in MUTATIONS)):
        assert not await platform.exists(who, coordinate), coordinate


async def test_lk14_reviews_of_others_are_as_if_they_were_not(platform: Platform) -> None:
    """LK14, AC7: items and reviews of another organization are missing, as ones that never were."""
    number, boss = await organization(platform)
    review = await of_organization(platform, number, boss)
    item = await item_of(platform, boss.token, review, boss)
    _, stranger = await organization(platform)
    for mutation, part, theirs, entity in (
        ("confirmAccess", "item", item, "access_review_item"),
        ("revokeAccess", "item", item, "access_review_item"),
        ("closeAccessReview", "accessReview", review, "access_review"),
    ):
        answers = [
            await platform.change_by(stranger.token, mutation, "id", **{part: each})
            for each in (theirs, platform.global_id(entity, 987_654_321))
        ]
        assert answers[0] == answers[1], mutation
        assert answers[0]["__typename"] == "NotFound"
