"""Looking as somebody else: what both see, byte by byte and row by row, and nothing beyond the one who looks."""

from __future__ import annotations

from typing import Any

import pytest
from demo_platform import NORTHWIND, Platform
from desk import as_bytes

from sightline.server.answers import GraphQLAnswer, GraphQLRequest, RefusedError
from sightline.server.bodies import parse_request

ROOTS = {
    "programs": "name commissionModel shareSaleAmount",
    "brands": "name operatorNotes internalNotes",
    "affiliateAccounts": "name status company { id }",
    "enrollments": "state commissionPlan { name }",
    "payoutInvoices": "total { amount } state",
    "users": "name email",
    "organizations": "name billingContact",
    "companies": "name",
    "collaborators": "role",
    "apiKeys": "name",
    "auditLog": "action",
}
# Of these a row or a cell may be the target's as himself, or by a company.
AS_HIMSELF = {"users", "organizations", "companies", "collaborators", "affiliateAccounts", "apiKeys", "payoutInvoices"}
PAIRS = (
    ("admin", "affiliate-manager-nopay"),
    ("admin", "adv-guest"),
    ("admin", "partner-member"),
    ("admin", "collab-owner"),
    ("admin", "company-owner"),
    ("admin", "many-hats"),
    ("admin", "admin"),
    ("adv-admin", "analyst"),
    ("adv-admin", "scoped-analyst"),
    ("account-admin", "marketing"),
    ("partner-admin", "partner-guest"),
)
NOT_LOOKING = (
    "nobody",
    "affiliate-manager-all",
    "adv-member",
    "partner-guest",
    "collab-owner",
    "northwind-reports-key",
)


async def looked(platform: Platform, who: str, query: str, as_: str, /, **variables: Any) -> GraphQLAnswer:
    """The answer to somebody who looks as a user."""
    return await platform.engine.execute(GraphQLRequest(query, variables, None, as_), who)


async def everything(platform: Platform, who: str, root: str, as_: str | None = None) -> dict[str, Any] | None:
    """Every row of a connection by id, what one does not have left out; None where there is no such connection."""
    query = f"""query ($after: String) @onDenied(mode: MASK) {{ {root}(first: 100, after: $after) {{
        nodes {{ id {ROOTS[root]} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
    found: dict[str, Any] = {}
    after = None
    while True:
        answer = await platform.engine.execute(GraphQLRequest(query, {"after": after}, None, as_), who)
        assert not answer.errors, answer.errors
        assert answer.data is not None
        page = answer.data[root]
        if page is None:
            return None
        found |= {node["id"]: node for node in page["nodes"]}
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


@pytest.mark.parametrize(("who", "target"), PAIRS)
async def test_one_is_shown_what_both_are_shown(platform: Platform, who: str, target: str) -> None:
    """AC1, AC2: rows and cells are those of both; what the target has as himself or by a company is left out."""
    mine, theirs = platform.member(who), platform.member(target)
    about = await platform.user_of(target)
    met = 0
    for root in ROOTS:
        own, other = [await everything(platform, each, root) or {} for each in (mine, theirs)]
        both = await everything(platform, mine, root, about) or {}
        met += len(both)
        assert both.keys() <= own.keys() & other.keys(), root
        if root not in AS_HIMSELF:
            assert both.keys() == own.keys() & other.keys(), root
        for number, row in both.items():
            for name, value in row.items():
                had = [each[number][name] for each in (own, other)]
                if value is not None:
                    assert had == [value, value], (root, name)
                elif root not in AS_HIMSELF:  # and nothing that both have is kept back
                    assert None in had or had[0] != had[1], (root, name)
    assert met > 0


async def test_the_schema_is_what_both_have(platform: Platform) -> None:
    """LK9: a coordinate that either lacks is as unknown as a made-up one; nothing can be changed, nothing reported."""
    admin, about = platform.member("admin"), await platform.user_of("affiliate-manager-nopay")
    query = "query ($c: String!) { viewer { canRead(coordinate: $c) } }"

    async def has(coordinate: str, as_: str) -> bool:
        answer = await looked(platform, admin, query, as_, c=coordinate)
        assert answer.data is not None
        return bool(answer.data["viewer"]["canRead"])

    assert await has("Conversion.status", about)
    for coordinate in ("Conversion.payout", "Query.auditLog", "Query.report", "Query.reportLenses", "Query.whoCanSee"):
        assert not await has(coordinate, about), coordinate
        assert await platform.exists(admin, coordinate), coordinate
    hidden, made_up = [
        await looked(platform, admin, f"{{ conversions(first: 1) {{ nodes {{ {name} {{ amount }} }} }} }}", about)
        for name in ("payout", "paybut")
    ]
    assert as_bytes(hidden).replace(b"payout", b"paybut") == as_bytes(made_up)
    mutation = 'mutation { editUser(input: {name: "X"}) { __typename } }'
    refused = await looked(platform, admin, mutation, about)
    assert refused.data is None
    assert not refused.executed


async def test_nothing_beyond_the_one_who_looks(platform: Platform) -> None:
    """K19: an organization's admin who looks as staff is shown no row that he does not see himself."""
    organization = await platform.one("SELECT name FROM organization WHERE name = 'Northwind Outfitters'")
    staff = await platform.person(
        await platform.membership(organization, "Member"),
        ("role_assignment", {"scope": "PLATFORM", "role_id": await platform.role("OFFERS:R TRANSACTIONS:R")}),
    )
    admin, about = platform.member("adv-admin"), platform.global_id("app_user", staff.id)
    counts = "{ programs(first: 1) { totalCount } conversions(first: 1) { totalCount } }"
    own, seen = await platform.ask(admin, counts), await looked(platform, admin, counts, about)
    assert seen.data == own.data
    assert (await platform.ask(staff.token, counts)).data != own.data


async def test_l9_a_grant_that_the_one_who_looks_does_not_see_shows_in_nothing(platform: Platform) -> None:
    """L9, L1, LK9: neither coordinates nor rows tell of an account, a company, or work for the operator or others."""
    admin, analyst = platform.member("adv-admin"), await platform.membership(NORTHWIND, "Analyst")
    company = await platform.one("SELECT min(id) FROM company")
    work = {"scope": "PLATFORM", "role_id": await platform.role("OFFERS:R TRANSACTIONS:R", see_revenue=True)}
    questions = (
        '{ __type(name: "Conversion") { fields { name } } }',
        "{ __schema { types { name } } }",
        "{ conversions(first: 100) { totalCount nodes { id status } } programs(first: 1) { totalCount } }",
    )
    told: list[list[bytes]] = []
    for beside in (
        [],
        [await platform.collaborator("Bluebird Germany", "OWNER")],
        [("company_access", {"company_id": company, "level": "OWNER"})],
        [("role_assignment", work)],
        [await platform.membership("Lantern Reach", "Admin")],
    ):
        about = platform.global_id("app_user", (await platform.person(analyst, *beside)).id)
        told.append([as_bytes(await looked(platform, admin, each, about)) for each in questions])
    assert all(each == told[0] for each in told[1:])
    assert b'"totalCount"' in told[0][2]


async def test_l9_a_grant_that_the_one_who_looks_sees_counts(platform: Platform) -> None:
    """L9: an account's collaborator who administers people looks as another one, and as nobody by what he lacks."""
    beside = await platform.collaborator("Bluebird Austria", "READ_ONLY")
    staff = (await platform.staff("USERS:R", also=[beside])).token
    query = '{ __type(name: "Conversion") { name } }'
    found = []
    for grants in ([beside], [await platform.collaborator("Bluebird Germany", "READ_ONLY")]):
        about = platform.global_id("app_user", (await platform.person(*grants)).id)
        found.append((await looked(platform, staff, query, about)).data)
    assert found == [{"__type": {"name": "Conversion"}}, {"__type": None}]


async def test_who_looks_and_as_whom_is_told(platform: Platform) -> None:
    """The viewer is still the one who looks."""
    admin, about = platform.member("admin"), await platform.user_of("adv-guest")
    query = "{ viewer { user { id } viewingAs { id } } }"
    assert (await platform.read(admin, query))["viewer"]["viewingAs"] is None
    data = (await looked(platform, admin, query, about)).data
    assert data is not None
    assert data["viewer"]["viewingAs"] == {"id": about}


@pytest.mark.parametrize("who", NOT_LOOKING)
async def test_whoever_administers_nobody_looks_as_nobody(platform: Platform, who: str) -> None:
    """LK15: a user, a stranger, no user and no id at all are one answer, before anything is read."""
    token = platform.member(who)
    program = platform.global_id("program", await platform.one("SELECT min(id) FROM program"))
    nobody = platform.global_id("app_user", 2**40)
    answers = {
        as_bytes(await looked(platform, token, "{ viewer { user { id } } }", each))
        for each in (await platform.user_of("adv-guest"), nobody, program, "made up")
    }
    assert len(answers) == 1
    (answer,) = answers
    assert b'"NOT_FOUND"' in answer


async def test_an_organizations_admin_looks_as_his_own_people_only(platform: Platform) -> None:
    """K19, LK15: as a stranger and as nobody he gets the same refusal."""
    admin = platform.member("adv-admin")
    own, stranger = await platform.user_of("adv-guest"), await platform.user_of("partner-admin")
    assert (await looked(platform, admin, "{ programs(first: 1) { totalCount } }", own)).executed
    refused = [
        await looked(platform, admin, "{ programs(first: 1) { totalCount } }", each)
        for each in (stranger, platform.global_id("app_user", 2**40))
    ]
    assert refused[0] == refused[1]
    assert not refused[0].executed


def test_whose_view_it_is_stands_in_the_extensions() -> None:
    """As an id; anything else is refused with what to send, and other extensions say nothing."""
    assert parse_request(b'{"query": "{a}", "extensions": {"viewAs": "x"}}').view_as == "x"
    for body in (b'{"query": "{a}"}', b'{"query": "{a}", "extensions": {"viewAs": null, "trace": 1}}'):
        assert parse_request(body).view_as is None
    for given in (b"1", b"true", b'["x"]', b"{}"):
        with pytest.raises(RefusedError, match="viewAs"):
            parse_request(b'{"query": "{a}", "extensions": {"viewAs": ' + given + b"}}")


async def test_ac6_as_a_suspended_user_there_is_nothing(platform: Platform) -> None:
    """AC6: no connection is left."""
    answer = await looked(
        platform,
        platform.member("admin"),
        "{ programs(first: 1) { totalCount } }",
        await platform.user_of("suspended"),
    )
    assert not answer.executed
    assert [each["extensions"]["code"] for each in answer.errors] == ["BAD_INPUT"]
