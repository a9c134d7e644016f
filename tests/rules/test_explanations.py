"""Explanations of access: what they say is what happens, and they say it to nobody but those who may ask."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Platform
from desk import as_bytes

from sightline.resolvers.explaining import Outcome
from sightline.server.answers import GraphQLAnswer

WHY = """query ($of: String!, $node: ID, $user: ID) @onDenied(mode: MASK) {
    explainAccess(coordinate: $of, node: $node, user: $user) { outcome needs paths {
        kind holds asks reaches gives membership { id } collaborator { id } companyAccess { id } } } }"""
WHO = """query ($of: String!, $node: ID!, $limit: Int!, $after: ID) {
    whoCanSee(coordinate: $of, node: $node, limit: $limit, after: $after) { users last } }"""
CELLS = {
    ("conversion", "Conversion", "conversions"): ("payout", "revenue", "saleAmount", "status", "affiliateAccount"),
    ("affiliate_account", "AffiliateAccount", "affiliateAccounts"): ("name", "status", "company"),
    ("program", "Program", "programs"): ("name", "commissionModel", "shareSaleAmount"),
    ("payout_invoice", "PayoutInvoice", "payoutInvoices"): ("total", "state"),
}
WITH_PARTS = ("payout", "revenue", "saleAmount", "total", "affiliateAccount", "company")
ASKING = ("admin", "affiliate-manager-nopay", "adv-guest", "scoped-analyst", "partner-guest", "collab-readonly")
NOT_ADMINISTERING = (
    *("affiliate-manager-all", "payouts-only", "nobody", "adv-member", "adv-guest", "analyst", "partner-member"),
    *("partner-guest", "collab-owner", "company-owner", "northwind-reports-key", "support-key", "owner-key"),
)


async def why(platform: Platform, who: str, of: str, node: str | None = None, user: str | None = None) -> Any:
    """The explanation that somebody gets."""
    return (await platform.read(who, WHY, of=of, node=node, user=user))["explainAccess"]


async def lives(platform: Platform, who: str, node: str, type_: str, field: str) -> str:
    """What becomes of one cell when it is asked for: the outcome that its explanation must have."""
    inside = (
        " { __typename }"
        if field in ("payout", "revenue", "saleAmount", "total", "affiliateAccount", "company")
        else ""
    )
    query = f"query ($id: ID!) @onDenied(mode: MASK) {{ node(id: $id) {{ id ... on {type_} {{ {field}{inside} }} }} }}"
    answer = await platform.ask(who, query, id=node)
    assert answer.data is not None
    notes = answer.extensions.get("authorization", {})
    if answer.data["node"] is None:
        return Outcome.INVISIBLE
    if f"{type_}.{field}" in notes.get("unavailable", ()):
        return Outcome.HIDDEN
    return Outcome.MASKED if f"{type_}.{field}" in notes.get("masked", ()) else Outcome.SHOWN


async def some_rows(platform: Platform, who: str, connection: str, seed: str) -> Iterable[str]:
    """The ids of some rows that somebody sees."""
    if not await platform.exists(who, f"Query.{connection}"):
        return []
    ids = await platform.cells(who, connection, "id") if connection != "conversions" else []
    if connection == "conversions":
        page = await platform.read(who, "{ conversions(first: 100) { nodes { id } } }")
        ids = [node["id"] for node in page["conversions"]["nodes"]]
    return Random(seed).sample(ids, min(len(ids), 6))


@pytest.mark.parametrize("who", ASKING)
async def test_what_is_explained_to_oneself_is_what_happens(platform: Platform, who: str) -> None:
    """AC1, AC2: the outcome is that of asking, a shown cell has a path for each class, an unseen row no answer."""
    token = platform.member(who)
    asked = 0
    for (_, type_, connection), fields in CELLS.items():
        for node in await some_rows(platform, token, connection, who):
            for field in fields:
                of = f"{type_}.{field}"
                happens = await lives(platform, token, node, type_, field)
                found = await why(platform, token, of, node)
                if happens == Outcome.HIDDEN:
                    assert found is None, of
                    continue
                asked += 1
                assert found["outcome"] == happens, of
                reaching = [path for path in found["paths"] if path["reaches"]]
                given = {each for path in reaching for each in path["gives"]}
                assert reaching, of
                assert (given >= set(found["needs"])) == (happens == Outcome.SHOWN), of
    assert asked > 10


@pytest.mark.parametrize("target", ["affiliate-manager", "adv-guest", "partner-member", "collab-readonly", "many-hats"])
async def test_what_is_explained_of_another_is_what_happens_to_him(platform: Platform, target: str) -> None:
    """AC1: an administrator is told of every row and cell what the other gets when he asks for it."""
    admin, about = platform.member("admin"), await platform.user_of(target)
    outcomes = set()
    for (_, type_, connection), fields in CELLS.items():
        for node in await some_rows(platform, admin, connection, target):
            for field in fields:
                happens = await lives(platform, platform.member(target), node, type_, field)
                found = await why(platform, admin, f"{type_}.{field}", node, about)
                if found is None:  # the administrator has it not himself
                    assert await lives(platform, admin, node, type_, field) != Outcome.SHOWN
                    continue
                expected = Outcome.MASKED if happens == Outcome.HIDDEN else happens
                assert found["outcome"] == expected, f"{type_}.{field}"
                outcomes.add(found["outcome"])
    assert {Outcome.SHOWN, Outcome.INVISIBLE} <= outcomes


async def test_without_a_row_it_is_about_all_of_them(platform: Platform) -> None:
    """AC2: shown on all rows seen, on some, on none."""
    admin = platform.member("admin")
    nopay, support = await platform.user_of("affiliate-manager-nopay"), await platform.user_of("support")
    assert (await why(platform, admin, "Conversion.payout"))["outcome"] == Outcome.SHOWN
    assert (await why(platform, admin, "Conversion.payout", None, nopay))["outcome"] == Outcome.HIDDEN
    assert (await why(platform, admin, "Program", None, support))["outcome"] == Outcome.SHOWN
    partner = platform.member("adv-admin")
    assert (await why(platform, partner, "Conversion.payout"))["outcome"] == Outcome.CONDITIONAL


async def test_each_grant_is_named_with_what_it_does(platform: Platform) -> None:
    """I1, AC1: of two memberships the one that reaches the row says so, and the other that it does not."""
    other = "Lantern Reach"
    both = await platform.person(
        await platform.membership(NORTHWIND, "Member"), await platform.membership(other, "Member")
    )
    numbers = await platform.rows(
        "SELECT id, organization_id FROM role_assignment WHERE user_id = $1 ORDER BY id", both.id
    )
    own = {row["organization_id"]: platform.global_id("role_assignment", row["id"]) for row in numbers}
    northwind = await platform.named("organization", NORTHWIND)
    node = platform.global_id("organization", northwind)
    found = await why(platform, both.token, "Organization.name", node)
    of_organization = [path for path in found["paths"] if path["kind"] == "ORGANIZATION"]
    assert {path["membership"]["id"]: path["reaches"] for path in of_organization} == {
        membership: number == northwind for number, membership in own.items()
    }
    assert all(path["asks"] for path in of_organization)
    assert {path["kind"] for path in found["paths"] if path["membership"] is None} >= {"PUBLIC", "SELF"}


async def test_a_grant_the_asker_does_not_see_is_not_described(platform: Platform) -> None:
    """L1: an organization's admin learns that there is something else, and neither what nor by whom."""
    member = await platform.person(
        await platform.membership(NORTHWIND, "Member"),
        ("role_assignment", {"scope": "PLATFORM", "role_id": await platform.role("OFFERS:R")}),
    )
    program = await platform.one("SELECT min(id) FROM program WHERE advertiser_org_id = $1", await northwind(platform))
    node, about = platform.global_id("program", program), platform.global_id("app_user", member.id)
    found = await why(platform, platform.member("adv-admin"), "Program.name", node, about)
    (other,) = [path for path in found["paths"] if path["kind"] is None]
    assert other == {
        "kind": None,
        "holds": [],
        "asks": "",
        "reaches": True,
        "gives": [],
        "membership": None,
        "collaborator": None,
        "companyAccess": None,
    }
    assert found["outcome"] == Outcome.SHOWN
    (told,) = [path for path in (await why(platform, member.token, "Program.name", node))["paths"] if _staff(path)]
    assert told["membership"] is not None


async def test_l9_without_a_row_a_grant_that_the_asker_does_not_see_is_left_out(platform: Platform) -> None:
    """L9, L1: whoever administers people is not told by it that one of them works on an account, or for a company."""
    company = await platform.one("SELECT min(id) FROM company")
    beside = await platform.collaborator("Bluebird Austria", "READ_ONLY")
    asker = (await platform.staff("USERS:R", also=[beside])).token
    told: dict[str, list[Any]] = {}
    for name, grants in {
        "bare": [],
        "elsewhere": [await platform.collaborator("Bluebird Germany", "OWNER")],
        "company": [("company_access", {"company_id": company, "level": "OWNER"})],
        "beside": [beside],
    }.items():
        about = platform.global_id("app_user", (await platform.person(*grants)).id)
        told[name] = [
            await why(platform, asker, of, None, about) for of in ("Conversion.payout", "AffiliateAccount.status")
        ]
    assert told["elsewhere"] == told["company"] == told["bare"]
    assert [each["outcome"] for each in told["bare"]] == [Outcome.HIDDEN] * 2
    assert [each["outcome"] for each in told["beside"]] == [Outcome.SHOWN] * 2


async def test_l1_access_to_a_company_is_told_to_those_who_are_of_it(platform: Platform) -> None:
    """L1: of a row too; whoever else administers him is answered, byte for byte, as if he had none."""
    company = await platform.named("company", "Bluebird Media GmbH")
    access = ("company_access", {"company_id": company, "level": "MEMBER"})
    of_it = (await platform.person(await platform.membership(BLUEBIRD, "Admin"), access)).token
    node = platform.global_id(
        "payout_method",
        await platform.one(
            "SELECT m.id FROM payout_method m JOIN affiliate_account a ON a.id = m.affiliate_account_id"
            " WHERE m.company_id = $1 AND m.ended_at IS NULL AND a.name = 'Bluebird Germany'",
            company,
        ),
    )
    member = await platform.person(await platform.membership(BLUEBIRD, "Member"))
    about, before_him = (platform.global_id("app_user", each) for each in (member.id, member.id - 1))
    of = "PayoutMethod.redacted"

    async def told(who: str) -> tuple[GraphQLAnswer, GraphQLAnswer]:
        return (
            await platform.ask(who, WHY, of=of, node=node, user=about),
            await platform.ask(who, WHO, of=of, node=node, limit=1, after=before_him),
        )

    bare = await told(platform.member("partner-admin"))
    await platform.add(access[0], user_id=member.id, **access[1])
    assert [*map(as_bytes, await told(platform.member("partner-admin")))] == [*map(as_bytes, bare)]
    explained, seen = [each.data for each in bare]
    assert explained is not None
    assert explained["explainAccess"]["outcome"] == Outcome.INVISIBLE
    assert seen == {"whoCanSee": {"users": [], "last": None}}
    explained, seen = [each.data for each in await told(of_it)]
    assert explained is not None
    assert explained["explainAccess"]["outcome"] == Outcome.SHOWN
    assert "COMPANY" in [path["kind"] for path in explained["explainAccess"]["paths"]]
    assert seen == {"whoCanSee": {"users": [about], "last": None}}


def _staff(path: dict[str, Any]) -> bool:
    return bool(path["kind"] == "PLATFORM")


async def northwind(platform: Platform) -> int:
    """The id of the advertiser's organization."""
    return await platform.named("organization", NORTHWIND)


@pytest.mark.parametrize("who", NOT_ADMINISTERING)
async def test_whoever_administers_nobody_asks_about_nobody(platform: Platform, who: str) -> None:
    """LK15: the answer about a user is that about no user, and `whoCanSee` does not exist."""
    token = platform.member(who)
    program = platform.global_id("program", await platform.one("SELECT min(id) FROM program WHERE listed"))
    somebody, nobody = await platform.user_of("manager"), platform.global_id("app_user", 2**40)
    answers = [
        await platform.ask(token, WHY, of="Program.name", node=program, user=each) for each in (somebody, nobody)
    ]
    assert answers[0] == answers[1]
    assert answers[0].data == {"explainAccess": None}
    assert not await platform.exists(token, "Query.whoCanSee")


async def test_an_administrator_asks_about_his_own_people_only(platform: Platform) -> None:
    """K19, LK15: a stranger and nobody are one; so are an unseen row and none, a masked cell and none."""
    admin = platform.member("adv-admin")
    own, stranger = await platform.user_of("adv-guest"), await platform.user_of("partner-admin")
    program = await platform.one("SELECT min(id) FROM program WHERE advertiser_org_id = $1", await northwind(platform))
    node = platform.global_id("program", program)
    assert (await why(platform, admin, "Program.name", node, own))["outcome"] == Outcome.SHOWN
    assert await why(platform, admin, "Program.name", node, stranger) is None
    masked = await platform.rows(
        "SELECT c.affiliate_account_id, c.id FROM conversion c JOIN program p ON p.id = c.program_id"
        " WHERE c.advertiser_org_id = $1 AND p.commission_model = 'INTERMEDIATED' LIMIT 1",
        await northwind(platform),
    )
    row = platform.global_id("conversion", *masked[0])
    assert (await why(platform, admin, "Conversion.payout", row))["outcome"] == Outcome.MASKED
    assert await why(platform, admin, "Conversion.payout", row, own) is None
    unseen = await platform.rows(
        "SELECT affiliate_account_id, id FROM conversion WHERE advertiser_org_id <> $1 LIMIT 1",
        await northwind(platform),
    )
    for key in (tuple(unseen[0]), (2**40, 2**40)):
        for user in (None, own):
            assert await why(platform, admin, "Conversion.status", platform.global_id("conversion", *key), user) is None


async def test_hidden_and_made_up_coordinates_have_the_same_answer(platform: Platform) -> None:
    """LK9: none; what is no coordinate of rows, or does not fit the row, is said so."""
    guest = platform.member("partner-guest")
    for of in ("Media.operatorNotes", "Media.operatorNotez", "Nothing", "Nothing.atAll", "Program.name.first", ""):
        assert await why(platform, guest, of) is None, of
    program = platform.global_id("program", await platform.one("SELECT min(id) FROM program WHERE listed"))
    for of, node in (
        ("Query.programs", None),
        ("Viewer.paths", None),
        ("Conversion.status", program),
        ("Program", "x"),
    ):
        answer = await platform.ask(guest, WHY, of=of, node=node)
        assert [each["extensions"]["code"] for each in answer.errors] == ["BAD_INPUT"], of


async def test_ac6_of_a_suspended_user_nothing_is_shown(platform: Platform) -> None:
    """AC6: whatever he was given."""
    found = await why(
        platform, platform.member("admin"), "Conversion.payout", None, await platform.user_of("suspended")
    )
    assert found == {"outcome": Outcome.HIDDEN, "needs": ["payout", "record"], "paths": []}


@pytest.mark.parametrize(("who", "field"), [("admin", "payout"), ("adv-admin", "revenue"), ("account-admin", "status")])
async def test_who_can_see_is_whoever_is_shown_it(platform: Platform, who: str, field: str) -> None:
    """AC1: of those one may ask about, exactly the ones that get the cell when they ask; page by page."""
    token = platform.member(who)
    page = await platform.read(token, "{ conversions(first: 1) { nodes { id } } }")
    node = page["conversions"]["nodes"][0]["id"]
    found: list[str] = []
    after = None
    while True:
        given = {"of": f"Conversion.{field}", "node": node, "limit": 50, "after": after}
        told = (await platform.read(token, WHO, **given))["whoCanSee"]
        found += told["users"]
        after = told["last"]
        if after is None:
            break
    for key in ("admin", "affiliate-manager-nopay", "adv-admin", "adv-guest", "analyst", "partner-admin", "support"):
        user = await platform.user_of(key)
        explained = await why(platform, token, f"Conversion.{field}", node, user)
        asked_for = await lives(platform, platform.member(key), node, "Conversion", field)
        assert (user in found) == (explained is not None and asked_for == Outcome.SHOWN), key
    assert found == list(dict.fromkeys(found))


async def test_who_can_see_tells_nothing_of_what_the_asker_is_not_shown(platform: Platform) -> None:
    """LK15: an unseen row, a masked cell and a hidden coordinate are nothing; a page has a size."""
    admin = platform.member("adv-admin")
    masked = await platform.rows(
        "SELECT c.affiliate_account_id, c.id FROM conversion c JOIN program p ON p.id = c.program_id"
        " WHERE c.advertiser_org_id = $1 AND p.commission_model = 'INTERMEDIATED' LIMIT 1",
        await northwind(platform),
    )
    for of, node in (
        ("Conversion.payout", platform.global_id("conversion", *masked[0])),
        ("Conversion.status", platform.global_id("conversion", 2**40, 2**40)),
        ("Media.operatorNotes", platform.global_id("media", 1)),
    ):
        answer = await platform.read(admin, WHO, of=of, node=node, limit=10)
        assert answer["whoCanSee"] is None, of
    node = platform.global_id("organization", await northwind(platform))
    for limit in (0, 101):
        answered = await platform.ask(admin, WHO, of="Organization", node=node, limit=limit)
        assert [each["extensions"]["code"] for each in answered.errors] == ["BAD_INPUT"]
