"""Trackers and testimonials: who makes them, and for which account (A2, L4, L5, L6)."""

from __future__ import annotations

from typing import Any

import pytest
from demo_platform import Platform

ACCOUNT = "Bluebird Germany"
TRACKER = "tracker { id name code landingUrl }"
TESTIMONIAL = "testimonial { id name text state }"


async def there(platform: Platform, name: str = ACCOUNT) -> str:
    """The id of an account."""
    return platform.global_id("affiliate_account", await platform.named("affiliate_account", name))


async def link(platform: Platform, who: str, **more: Any) -> dict[str, Any]:
    """What making a tracker answers somebody."""
    given = {"affiliateAccount": await there(platform), "name": "Summer"}
    return await platform.change_by(who, "createTracker", TRACKER, **(given | more))


async def praise(platform: Platform, who: str) -> dict[str, Any]:
    """What making a testimonial answers somebody."""
    account = await there(platform)
    return await platform.change_by(
        who, "createTestimonial", TESTIMONIAL, affiliateAccount=account, name="Good", text="Paid on time."
    )


@pytest.mark.parametrize("role", ["OWNER", "MANAGER"])
async def test_a2_l5_l6_collaborators_make_and_change_links(platform: Platform, role: str) -> None:
    """A2, L5, L6: without any module; the code is not of their choosing."""
    person = await platform.person(await platform.collaborator(ACCOUNT, role))
    first, second = await link(platform, person.token), await link(platform, person.token)
    assert first["__typename"] == "CreateTrackerSuccess", first
    assert first["tracker"]["code"] != second["tracker"]["code"]
    edited = await platform.change_by(
        person.token, "editTracker", TRACKER, tracker=first["tracker"]["id"], landingUrl="https://shop.example/sale"
    )
    assert edited["tracker"]["landingUrl"] == "https://shop.example/sale"
    assert edited["tracker"]["code"] == first["tracker"]["code"]
    assert (await praise(platform, person.token))["testimonial"]["state"] == "DRAFT"


@pytest.mark.parametrize("key", ["partner-admin", "partner-member", "manager"])
async def test_a2_members_and_staff_make_links_too(platform: Platform, key: str) -> None:
    """A2, A5, 3.11: the partner's ADMIN and MEMBER, and Manage Affiliates W."""
    assert (await link(platform, platform.member(key)))["__typename"] == "CreateTrackerSuccess"
    assert (await praise(platform, platform.member(key)))["__typename"] == "CreateTestimonialSuccess"


@pytest.mark.parametrize(
    "key", ["collab-readonly", "partner-guest", "support", "company-owner", "adv-admin", "owner-key", "nobody"]
)
async def test_l4_who_reads_an_account_makes_nothing_for_it(platform: Platform, key: str) -> None:
    """L4, K19, A2: READ_ONLY, a GUEST, readers of the module, owners of companies and a reading key."""
    for mutation in ("createTracker", "editTracker", "createTestimonial", "editTestimonial", "publishTestimonial"):
        assert not await platform.exists(platform.member(key), f"Mutation.{mutation}"), mutation


async def test_l9_an_owner_makes_links_of_his_own_account_only(platform: Platform) -> None:
    """L9, AC3: read only on the next one is forbidden there; no access is not found, and nothing is made."""
    person = await platform.person(
        await platform.collaborator(ACCOUNT, "OWNER"), await platform.collaborator("Bluebird Austria", "READ_ONLY")
    )
    count = await platform.one("SELECT count(*) FROM tracker")
    read = await link(platform, person.token, affiliateAccount=await there(platform, "Bluebird Austria"))
    hidden = await link(platform, person.token, affiliateAccount=await there(platform, "Bluebird America"))
    assert (read["__typename"], hidden["__typename"]) == ("Forbidden", "NotFound")
    assert await platform.one("SELECT count(*) FROM tracker") == count


async def test_a_link_belongs_to_an_enrollment_of_its_account(platform: Platform) -> None:
    """A2, AC7: an active enrollment of this account; one of another account, or an ended one, is refused."""
    account = await platform.named("affiliate_account", ACCOUNT)
    who = platform.member("partner-admin")
    active = await platform.one(
        "SELECT min(id) FROM enrollment WHERE affiliate_account_id = $1 AND state = 'ACTIVE'", account
    )
    other = await platform.one(
        "SELECT min(e.id) FROM enrollment e JOIN affiliate_account a ON a.id = $1"
        " WHERE e.partner_org_id = a.partner_org_id AND e.affiliate_account_id <> $1 AND e.state = 'ACTIVE'",
        account,
    )
    foreign = await platform.one(
        "SELECT min(e.id) FROM enrollment e JOIN affiliate_account a ON a.id = $1"
        " WHERE e.partner_org_id <> a.partner_org_id",
        account,
    )
    kinds = [
        (await link(platform, who, enrollment=platform.global_id("enrollment", number)))["__typename"]
        for number in (active, other, foreign, 987_654_321)
    ]
    assert kinds == ["CreateTrackerSuccess", "ValidationError", "NotFound", "NotFound"]


async def test_media_of_a_link_is_enabled_and_fits(platform: Platform) -> None:
    """A8: disabled media is not placed, even by staff who see it; nor is that of another program."""
    staff = await platform.staff("AFFILIATES:W MEDIA:R")
    enabled = await platform.one("SELECT min(id) FROM media WHERE status = 'ENABLED' AND program_id IS NULL")
    disabled = await platform.one("SELECT min(id) FROM media WHERE status = 'DISABLED'")
    bound = await platform.one("SELECT min(id) FROM media WHERE status = 'ENABLED' AND program_id IS NOT NULL")
    kinds = [
        (await link(platform, staff.token, media=platform.global_id("media", number)))["__typename"]
        for number in (enabled, disabled, bound)
    ]
    assert kinds == ["CreateTrackerSuccess", "ValidationError", "ValidationError"]


async def test_ac11_lk15_media_that_one_does_not_see_is_in_no_version(platform: Platform) -> None:
    """AC11, LK15, F22: staff place a link with other media, which is disabled then; the affiliate saw nothing move."""
    person = await platform.person(await platform.collaborator(ACCOUNT, "OWNER"))
    staff = await platform.staff("AFFILIATES:W MEDIA:R CONTENT:R")
    brand = await platform.one("SELECT min(id) FROM brand WHERE status = 'ENABLED'")
    media = [
        await platform.add(
            "media", brand_id=brand, name=f"Banner {n}", kind="IMAGE", status="ENABLED", url="https://shop.example/i"
        )
        for n in range(2)
    ]
    ids = [platform.global_id("media", number) for number in media]
    tracker = (await link(platform, staff.token, media=ids[0]))["tracker"]["id"]
    query = "query ($id: ID!) { viewer { version(id: $id) } }"

    async def told(who: str) -> Any:
        return (await platform.read(who, query, id=tracker))["viewer"]["version"]

    first = await told(person.token)
    assert first == await told(staff.token) != 1
    await platform.change(f"UPDATE media SET status = 'DISABLED' WHERE id = {media[0]}")
    assert (await told(person.token), await told(staff.token)) == (1, first)
    moved = await platform.change_by(staff.token, "editTracker", TRACKER, tracker=tracker, media=ids[1], version=first)
    assert moved["__typename"] == "EditTrackerSuccess", moved
    second = await told(staff.token)
    assert await told(person.token) == second not in (1, first)
    await platform.change(f"UPDATE media SET status = 'DISABLED' WHERE id = {media[1]}")
    assert (await told(person.token), await told(staff.token)) == (1, second)
    stale = await platform.change_by(staff.token, "editTracker", TRACKER, tracker=tracker, name="Late", version=first)
    assert (stale["__typename"], stale["version"]) == ("Conflict", second)
    named = await platform.change_by(person.token, "editTracker", TRACKER, tracker=tracker, name="Autumn", version=1)
    assert named["tracker"]["name"] == "Autumn"


async def test_a_closed_account_gets_no_more_links(platform: Platform) -> None:
    """SM3: CLOSED is final, for what hangs on the account too."""
    number = await platform.named("affiliate_account", "Bluebird America")
    person = await platform.person(await platform.collaborator("Bluebird America", "OWNER"))
    status = await platform.one("SELECT status::text FROM affiliate_account WHERE id = $1", number)
    await platform.change(f"UPDATE affiliate_account SET status = 'CLOSED' WHERE id = {number}")
    answer = await link(platform, person.token, affiliateAccount=await there(platform, "Bluebird America"))
    await platform.change(f"UPDATE affiliate_account SET status = '{status}' WHERE id = {number}")
    assert (answer["__typename"], answer["path"]) == ("ValidationError", ["affiliateAccount"])


async def test_testimonials_are_published_by_the_operator(platform: Platform) -> None:
    """A2: an affiliate writes; the operator publishes; what an affiliate changes afterwards is a draft again."""
    person = await platform.person(await platform.collaborator(ACCOUNT, "OWNER"))
    staff = await platform.staff("AFFILIATES:W")
    made = (await praise(platform, person.token))["testimonial"]["id"]
    assert not await platform.exists(person.token, "Mutation.publishTestimonial")
    given = {"testimonial": made, "published": True}
    published = await platform.change_by(staff.token, "publishTestimonial", TESTIMONIAL, **given)
    assert published["testimonial"]["state"] == "PUBLISHED"
    kept = await platform.change_by(staff.token, "editTestimonial", TESTIMONIAL, testimonial=made, name="Very good")
    assert kept["testimonial"]["state"] == "PUBLISHED"
    changed = await platform.change_by(person.token, "editTestimonial", TESTIMONIAL, testimonial=made, text="Hm.")
    assert changed["testimonial"]["state"] == "DRAFT"
    blank = await platform.change_by(person.token, "editTestimonial", TESTIMONIAL, testimonial=made, text="  ")
    assert (blank["__typename"], blank["path"]) == ("ValidationError", ["text"])
    stale = await platform.change_by(staff.token, "publishTestimonial", TESTIMONIAL, version=1, **given)
    assert (stale["__typename"], stale["version"]) == ("Conflict", 4)
