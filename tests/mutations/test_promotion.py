"""Brands, products, media and pages: who makes and changes them, and what becomes public by it (A6, A7, A8, A11)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import Platform
from two_sides import TwoSides, two_sides

ALL = [f"{verb}{what}" for what in ("Brand", "Product", "Media") for verb in ("create", "edit", "annotate")]
PAGES = ["createContentPage", "editContentPage", "publishContentPage", "withdrawContentPage"]
LINK = {"kind": "LINK", "url": "https://shop.example/"}


@pytest.fixture
async def sides(platform: Platform) -> TwoSides:
    """An advertiser of the test's own."""
    return await two_sides(platform)


async def brand_of(sides: TwoSides, who: str = "", **more: Any) -> dict[str, Any]:
    """What making a brand answers."""
    given = {"advertiserProfile": sides.id("advertiser_profile"), "name": f"Brand {uuid4().hex[:6]}"} | more
    return await sides.platform.change_by(who or sides.advertiser, "createBrand", "id brand { id status }", **given)


async def made(sides: TwoSides, mutation: str, brand: str, who: str = "", **more: Any) -> dict[str, Any]:
    """What making something of a brand answers."""
    given = {"brand": brand, "name": f"Thing {uuid4().hex[:6]}"} | more
    return await sides.platform.change_by(who or sides.advertiser, mutation, "id", **given)


async def sees(platform: Platform, who: str, entity: str, id_: str) -> bool:
    """Whether somebody sees a row."""
    return await platform.node(who, entity, platform.engine.services.ids.decode(id_)[1].id) is not None


@pytest.mark.parametrize("key", ["admin", "member", "staff"])
async def test_a6_a7_a8_who_makes_and_changes_what_is_promoted(sides: TwoSides, key: str) -> None:
    """A6, A7, A8, K17: ADMIN and MEMBER of the advertiser, and staff with W of the modules; enabled is public."""
    platform = sides.platform
    nobody = (await platform.person()).token
    if key == "staff":
        who = (await platform.staff("ADVERTISERS:R BRANDS:W PRODUCTS:W MEDIA:W")).token
    else:
        who = (await platform.person(await platform.membership(sides.advertiser_org, key.title()))).token
    brand = await brand_of(sides, who, description="Shoes.", websiteUrl="https://shoes.example", internalNotes="New.")
    assert brand["brand"]["status"] == "ENABLED", brand
    product = await made(sides, "createProduct", brand["id"], who, sku="A-1")
    media = await made(sides, "createMedia", brand["id"], who, **LINK)
    rows = {"brand": brand["id"], "product": product["id"], "media": media["id"]}
    for entity, id_ in rows.items():
        assert await sees(platform, nobody, entity, id_), entity
    for entity in ("media", "product", "brand"):
        answer = await platform.change_by(
            who,
            f"edit{entity.title()}",
            f"{entity} {{ name status }}",
            name="Anew",
            status="DISABLED",
            version=1,
            **{entity: rows[entity]},
        )
        assert answer[entity] == {"name": "Anew", "status": "DISABLED"}
        assert not await sees(platform, nobody, entity, rows[entity]), entity
        assert await sees(platform, sides.advertiser, entity, rows[entity]), entity


@pytest.mark.parametrize("key", ["adv-guest", "analyst", "finance", "partner-admin", "affiliate-manager", "nobody"])
async def test_k16_a6_a8_whoever_may_not_has_no_such_mutation(platform: Platform, key: str) -> None:
    """K16, I4, A6, A7, A8, A11: guests, viewers, partners, and staff that only reads the modules."""
    for mutation in (*ALL, *PAGES):
        assert not await platform.exists(platform.member(key), f"Mutation.{mutation}"), mutation


async def test_ac3_one_module_writes_its_own_kind_only(sides: TwoSides) -> None:
    """AC3, A6, A7, A8: W of one of the three and R of the others writes the one."""
    platform = sides.platform
    keys = {"Brand": "BRANDS", "Product": "PRODUCTS", "Media": "MEDIA"}
    for own, key in keys.items():
        held = " ".join(f"{each}:{'W' if each == key else 'R'}" for each in keys.values())
        who = (await platform.staff(f"ADVERTISERS:R {held}")).token
        for other in keys:
            for verb in ("create", "edit", "annotate"):
                assert await platform.exists(who, f"Mutation.{verb}{other}") is (other == own), (own, verb, other)


async def test_ac7_what_is_others_is_missing_or_public(platform: Platform) -> None:
    """AC7, AC12: a disabled brand of another advertiser is missing, an enabled one is seen and not to be changed."""
    sides, others = await two_sides(platform), await two_sides(platform)
    theirs = (await brand_of(others))["id"]
    forbidden = await platform.change_by(sides.advertiser, "editBrand", brand=theirs, name="Mine", version=9)
    assert forbidden["__typename"] == "Forbidden"
    assert (await made(sides, "createProduct", theirs))["__typename"] == "Forbidden"
    await platform.change_by(others.advertiser, "editBrand", brand=theirs, status="DISABLED")
    for ask in (
        lambda each: platform.change_by(sides.advertiser, "editBrand", brand=each, name="Mine"),
        lambda each: made(sides, "createProduct", each),
        lambda each: made(sides, "createMedia", each, **LINK),
    ):
        answers = [await ask(each) for each in (theirs, platform.global_id("brand", 987_654_321))]
        assert answers[0] == answers[1]
        assert answers[0]["__typename"] == "NotFound"
    blank = await platform.change_by(sides.advertiser, "editBrand", brand=theirs, name=" ")
    assert (blank["__typename"], blank["path"]) == ("ValidationError", ["name"]), "syntax before the row"


async def test_ac11_the_operators_notes_leave_no_trace_for_the_advertiser(sides: TwoSides) -> None:
    """A6, AC11: neither the row's version nor the organization's log moves; staff reads them, the advertiser cannot."""
    platform = sides.platform
    brand = (await brand_of(sides))["id"]
    staff = (await platform.staff("BRANDS:W")).token
    query = "query ($id: ID!) { viewer { version(id: $id) } node(id: $id) { ... on Brand { name description } } }"
    before = await platform.read(sides.advertiser, query, id=brand)
    noted = await platform.change_by(
        staff, "annotateBrand", "brand { operatorNotes }", brand=brand, operatorNotes="Pays late."
    )
    assert noted["brand"] == {"operatorNotes": "Pays late."}
    assert await platform.read(sides.advertiser, query, id=brand) == before
    assert not await platform.exists(sides.advertiser, "Mutation.annotateBrand")
    entry = (await platform.rows("SELECT * FROM audit_log ORDER BY id DESC LIMIT 1"))[0]
    assert (entry["action"], entry["organization_id"]) == ("brand:annotate", None)
    edited = await platform.change_by(sides.advertiser, "editBrand", brand=brand, name="Ours", version=1)
    assert edited["__typename"] == "EditBrandSuccess", "nobody else's version was lost"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"kind": "HTML_BANNER"}, "html"),
        ({"kind": "LINK", "url": "https://x.example", "html": "<b>x</b>"}, "html"),
        ({"kind": "IMAGE"}, "url"),
        ({"kind": "IMAGE", "url": "javascript:alert(1)"}, "url"),
        ({**LINK, "width": 0}, "width"),
        ({**LINK, "height": 10_001}, "height"),
        ({**LINK, "name": "\u0000"}, "name"),
    ],
)
async def test_a8_what_media_cannot_be(sides: TwoSides, given: dict[str, Any], path: str) -> None:
    """A8: a banner is markup, images and links are addresses on the web."""
    answer = await made(sides, "createMedia", (await brand_of(sides))["id"], **given)
    assert (answer["__typename"], answer["path"]) == ("ValidationError", [path])


async def test_a8_an_edit_keeps_media_what_it_is(sides: TwoSides) -> None:
    """A8: what is given is held against what is stored."""
    platform = sides.platform
    brand = (await brand_of(sides))["id"]
    link = (await made(sides, "createMedia", brand, **LINK))["id"]
    banner = (await made(sides, "createMedia", brand, kind="HTML_BANNER", html="<b>x</b>"))["id"]
    for media, given, path in (
        (link, {"url": None}, "url"),
        (link, {"html": "x"}, "html"),
        (banner, {"html": " "}, "html"),
    ):
        answer = await platform.change_by(sides.advertiser, "editMedia", media=media, **given)
        assert (answer["__typename"], answer["path"]) == ("ValidationError", [path])
    sized = await platform.change_by(sides.advertiser, "editMedia", media=banner, width=300, height=250)
    assert sized["__typename"] == "EditMediaSuccess"


async def test_i2_a_role_of_some_programs_makes_media_for_these(sides: TwoSides) -> None:
    """I2: not for the whole brand, nor for a program beyond its list, which it may see in the marketplace."""
    platform = sides.platform
    held = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": sides.numbers["advertiser_org"]}
    role = await platform.role("CONTENT:W BRANDING:R PROGRAMS:R", **held)
    grant = await platform.membership(sides.advertiser_org, role, program_scope="LISTED")
    person = await platform.person(grant)
    assignment = await platform.one("SELECT id FROM role_assignment WHERE user_id = $1", person.id)
    await platform.add("assignment_program", assignment_id=assignment, program_id=sides.numbers["program"])
    second = await platform.change_by(
        sides.advertiser,
        "createProgram",
        "id",
        advertiserProfile=sides.id("advertiser_profile"),
        name="Second",
        currency="EUR",
        commissionModel="DIRECT",
        productLine="PERFORMANCE",
    )
    await platform.change_by(sides.advertiser, "setProgramStatus", program=second["id"], status="ACTIVE")
    await platform.change_by(sides.advertiser, "listProgram", program=second["id"], listed=True)
    brand = (await brand_of(sides))["id"]
    for more, kind in (
        ({"program": sides.id("program")}, "CreateMediaSuccess"),
        ({"program": second["id"]}, "Forbidden"),
        ({}, "Forbidden"),
    ):
        answer = await made(sides, "createMedia", brand, person.token, **LINK, **more)
        assert answer["__typename"] == kind, more
    other = await two_sides(platform)
    foreign = await made(sides, "createMedia", brand, program=other.id("program"), **LINK)
    assert foreign["__typename"] == "Forbidden"
    staff = (await platform.staff("ADVERTISERS:R BRANDS:R MEDIA:W OFFERS:R")).token
    mixed = await made(sides, "createMedia", brand, staff, program=other.id("program"), **LINK)
    assert (mixed["__typename"], mixed["path"]) == ("ValidationError", ["program"])


async def test_nothing_new_is_made_of_an_archived_advertiser(sides: TwoSides) -> None:
    """A6, A7, A8: what it has stays as it is."""
    brand = (await brand_of(sides))["id"]
    profile = sides.numbers["advertiser_profile"]
    await sides.platform.change(f"UPDATE advertiser_profile SET archived_at = now() WHERE id = {profile}")
    assert (await brand_of(sides))["path"] == ["advertiserProfile"]
    assert (await made(sides, "createProduct", brand))["path"] == ["brand"]
    assert (await made(sides, "createMedia", brand, **LINK))["path"] == ["brand"]


async def page(platform: Platform, who: str, **more: Any) -> dict[str, Any]:
    """What writing a page answers."""
    given = {"slug": f"page-{uuid4().hex[:8]}", "name": "A page", "body": "# Words"} | more
    return await platform.change_by(who, "createContentPage", "id contentPage { status publishedAt }", **given)


async def test_a11_pages_are_written_published_and_withdrawn(platform: Platform) -> None:
    """A11: CONTENT W; a draft is nobody's else to see, a published page everybody's; every step from every state."""
    who = (await platform.staff("CONTENT:W")).token
    nobody = (await platform.person()).token
    draft = await page(platform, who)
    assert draft["contentPage"] == {"status": "DRAFT", "publishedAt": None}
    for mutation, done, public in (
        ("withdrawContentPage", False, False),
        ("publishContentPage", True, True),
        ("publishContentPage", False, True),
        ("withdrawContentPage", True, False),
        ("publishContentPage", True, True),
    ):
        answer = await platform.change_by(who, mutation, contentPage=draft["id"])
        assert (answer["__typename"] != "ValidationError") is done, mutation
        assert await sees(platform, nobody, "content_page", draft["id"]) is public
    actions = await platform.stored("SELECT action FROM audit_log WHERE target_type = 'content_page' ORDER BY id DESC")
    assert actions[:2] == ["content_page:publish", "content_page:withdraw"]
    edited = await platform.change_by(who, "editContentPage", contentPage=draft["id"], body="New", version=1)
    assert (edited["__typename"], edited["version"]) == ("Conflict", 4)


async def test_a11_reading_the_module_writes_no_page(platform: Platform) -> None:
    """A11: CONTENT R sees drafts; a published page is seen by all and changed by none of them."""
    writer = (await platform.staff("CONTENT:W")).token
    reader = (await platform.staff("CONTENT:R")).token
    draft = (await page(platform, writer))["id"]
    assert await sees(platform, reader, "content_page", draft)
    for mutation in PAGES:
        assert not await platform.exists(reader, f"Mutation.{mutation}"), mutation
        assert not await platform.exists(platform.member("adv-admin"), f"Mutation.{mutation}"), mutation


async def test_a11_a_page_has_a_name_of_its_own(platform: Platform) -> None:
    """A11, F22: once among all pages, also of many at once; with title and text."""
    who = (await platform.staff("CONTENT:W")).token
    slug = f"page-{uuid4().hex[:8]}"
    answers = await asyncio.gather(*(page(platform, who, slug=slug) for _ in range(5)))
    assert sorted(each["__typename"] for each in answers) == ["CreateContentPageSuccess"] + ["ValidationError"] * 4
    other = (await page(platform, who))["id"]
    taken = await platform.change_by(who, "editContentPage", contentPage=other, slug=slug)
    assert (taken["__typename"], taken["path"]) == ("ValidationError", ["slug"])
    for given in ({"slug": "A page"}, {"slug": "-x"}, {"slug": ""}, {"name": ""}, {"body": " "}):
        answer = await page(platform, who, **given)
        assert (answer["__typename"], answer["path"]) == ("ValidationError", list(given)), given
