"""Statuses that an advertiser of an INTERMEDIATED program asks for: who asks, who answers, and who is not told."""

from __future__ import annotations

import asyncio

import pytest
from demo_platform import Platform
from proposals_made import PROPOSALS, conversion_of, member, propose, stored
from sales import SWITCHES, brought_to, decide, key_of, recorder, version_of
from stored_sums import out_of_step, put_in_step

STAFF_WHO_ANSWER = "TRANSACTIONS:W AFFILIATES:R OFFERS:R"


@pytest.fixture(autouse=True, scope="module")
async def in_step(platform: Platform) -> None:
    """The sums as the application leaves them."""
    await put_in_step(platform)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("Admin", True),
        ("Member", True),
        ("PERFORMANCE_REPORTS:R ACTION_INQUIRIES:W", True),
        ("PERFORMANCE_REPORTS:R PENDING_PAYOUTS:W", True),
        ("Guest", False),
        ("PERFORMANCE_REPORTS:R ACTION_INQUIRIES:R PENDING_PAYOUTS:R", False),
        ("PERFORMANCE_REPORTS:R PROPOSALS:W", False),
        ("ACTION_INQUIRIES:W", False),
    ],
)
async def test_sm4_who_asks_for_a_status(platform: Platform, role: str, may: bool) -> None:
    """SM4, 3.10: ACTION_INQUIRIES M, PENDING_PAYOUTS M, ADMIN and MEMBER, of conversions that they see."""
    conversion, advertiser = await conversion_of(platform)
    who = await member(platform, advertiser, role)
    assert await platform.exists(who, "Mutation.proposeConversionStatus") is may
    if may:
        answer = await propose(platform, who, conversion, "REJECTED", reason="RETURNED")
        assert answer["__typename"] == "ProposeConversionStatusSuccess", answer
        assert answer["conversion"] == {
            "status": "PENDING",
            "proposals": {"nodes": [{"state": "OPEN", "status": "REJECTED", "reason": "RETURNED"}]},
        }


@pytest.mark.parametrize("key", ["partner-admin", "collab-owner", "collab-manager", "manager", "support", "nobody"])
async def test_sm4_neither_partners_nor_staff_ask(platform: Platform, key: str) -> None:
    """SM4, A9: nobody proposes but the advertiser's side."""
    for name in ("proposeConversionStatus", "withdrawConversionProposal"):
        assert not await platform.exists(platform.member(key), f"Mutation.{name}"), name


@pytest.mark.parametrize("key", ["partner-admin", "collab-owner", "adv-admin", "analyst", "support", "payouts-only"])
async def test_a9_only_staff_with_transactions_w_answer(platform: Platform, key: str) -> None:
    """A9, SM4: not the advertiser itself, not the other side, nor staff that only read."""
    assert not await platform.exists(platform.member(key), "Mutation.declineConversionProposal")


@pytest.mark.parametrize("key", ["partner-admin", "partner-guest", "bluebird-key", "collab-owner", "many-hats"])
async def test_ac11_the_partners_side_is_not_told(platform: Platform, key: str) -> None:
    """AC11, LK14: what an advertiser asks of the operator does not exist for whoever is credited."""
    who = platform.member(key)
    for coordinate in ("Conversion.proposals", "ConversionProposal", "User.conversionProposals"):
        assert not await platform.exists(who, coordinate), coordinate


async def test_i9_on_direct_programs_the_advertiser_decides_itself(platform: Platform) -> None:
    """I9, SM4: there is nobody to ask there; and on the others it decides nothing."""
    conversion, advertiser = await conversion_of(platform, "DIRECT")
    who = await member(platform, advertiser, "Admin")
    assert (await propose(platform, who, conversion, "REJECTED"))["__typename"] == "Forbidden"
    assert (await decide(platform, who, conversion, "REJECTED"))["__typename"] == "DecideConversionSuccess"
    other, intermediated = await conversion_of(platform)
    assert (await decide(platform, await member(platform, intermediated, "Admin"), other, "REJECTED"))[
        "__typename"
    ] == "Forbidden"


async def test_sm4_a_decision_answers_what_waits(platform: Platform) -> None:
    """SM4: deciding as was asked accepts, deciding otherwise declines; the conversion changes only then."""
    staff = (await recorder(platform)).token
    for decision, state in (("REJECTED", "ACCEPTED"), ("APPROVED", "DECLINED"), ("HOLD", "DECLINED")):
        conversion, advertiser = await conversion_of(platform)
        who = await member(platform, advertiser, "Admin")
        key = key_of(platform, conversion)
        before = await platform.rows("SELECT * FROM conversion WHERE affiliate_account_id = $1 AND id = $2", *key)
        await propose(platform, who, conversion, "REJECTED")
        after = await platform.rows("SELECT * FROM conversion WHERE affiliate_account_id = $1 AND id = $2", *key)
        assert after == before, "AC11: neither version nor date tells of it"
        assert (await decide(platform, staff, conversion, decision))["__typename"] == "DecideConversionSuccess"
        assert await stored(platform, conversion) == [(state, "REJECTED")]
        gone = await platform.change_by(staff, "declineConversionProposal", "id", conversion=conversion)
        assert gone["__typename"] == "ValidationError", "it was answered"
    assert await out_of_step(platform) == {}


async def test_sm4_declining_and_withdrawing_leave_the_conversion(platform: Platform) -> None:
    """SM4: each ends what waits, by its own side; another proposal takes the place of one that waits."""
    staff = (await recorder(platform)).token
    conversion, advertiser = await conversion_of(platform)
    who, fellow = await member(platform, advertiser, "Admin"), await member(platform, advertiser, "Member")
    none = await platform.change_by(who, "withdrawConversionProposal", PROPOSALS, conversion=conversion)
    assert (none["__typename"], none["path"]) == ("ValidationError", ["conversion"])
    await propose(platform, who, conversion, "REJECTED")
    await propose(platform, fellow, conversion, "APPROVED")
    assert await stored(platform, conversion) == [("WITHDRAWN", "REJECTED"), ("OPEN", "APPROVED")]
    taken = await platform.change_by(who, "withdrawConversionProposal", PROPOSALS, conversion=conversion)
    assert taken["conversion"]["status"] == "PENDING"
    await propose(platform, who, conversion, "REJECTED")
    declined = await platform.change_by(staff, "declineConversionProposal", PROPOSALS, conversion=conversion)
    assert declined["conversion"]["status"] == "PENDING"
    assert [state for state, _ in await stored(platform, conversion)] == ["WITHDRAWN", "WITHDRAWN", "DECLINED"]
    actions = await platform.stored(
        "SELECT action FROM audit_log WHERE target_type = 'conversion' AND target_id = $1 ORDER BY id",
        "/".join(map(str, key_of(platform, conversion))),
    )
    assert actions[1:] == [
        "conversion:propose",
        "conversion:propose",
        "conversion:withdraw_proposal",
        "conversion:propose",
        "conversion:decline_proposal",
    ]


@pytest.mark.parametrize(
    ("stands", "settlement", "asked", "path"),
    [
        ("PENDING", "OPEN", "HOLD", "status"),
        ("PENDING", "OPEN", "PENDING", "status"),
        ("PENDING", "OPEN", "REVERSED", "status"),
        ("APPROVED", "OPEN", "REJECTED", "status"),
        ("REVERSED", "OPEN", "APPROVED", "status"),
        ("REJECTED", "LOCKED", "APPROVED", "conversion"),
        ("APPROVED", "LOCKED", "REVERSED", "conversion"),
    ],
)
async def test_sm4_no_step_is_asked_for_that_there_is_not(
    platform: Platform, stands: str, settlement: str, asked: str, path: str
) -> None:
    """SM4: what could not be decided is not asked for; nor a hold, whose date is the operator's."""
    conversion, advertiser = await conversion_of(platform)
    await brought_to(platform, conversion, stands, settlement)
    answer = await propose(platform, await member(platform, advertiser, "Admin"), conversion, asked)
    assert (answer["__typename"], answer["path"]) == ("ValidationError", [path])
    assert await stored(platform, conversion) == []
    await brought_to(platform, conversion, "PENDING")


async def test_ac12_ac7_the_order_of_refusals(platform: Platform) -> None:
    """AC12, AC7, LK15: another's conversion is a missing one; then the verb, the state, the version."""
    conversion, advertiser = await conversion_of(platform)
    who = await member(platform, advertiser, "Admin")
    account, _ = key_of(platform, conversion)
    stranger = await platform.add("organization", name=f"Strangers of {account} {conversion[-6:]}")
    await platform.add("advertiser_profile", organization_id=stranger, name="Strangers")
    role = await platform.predefined("Admin")
    other = await platform.person(
        ("role_assignment", {"scope": "ORGANIZATION", "organization_id": stranger, "role_id": role})
    )
    hidden = await propose(platform, other.token, conversion, "REVERSED", version=77)
    missing = await propose(platform, other.token, platform.global_id("conversion", account, 7), "REVERSED")
    assert hidden == missing
    assert hidden["__typename"] == "NotFound"
    assert (await propose(platform, who, conversion, "REVERSED", version=77))["__typename"] == "ValidationError"
    stale = await propose(platform, who, conversion, "REJECTED", version=77)
    version = await version_of(platform, conversion)
    assert (stale["__typename"], stale["version"]) == ("Conflict", version)
    assert (await propose(platform, who, conversion, "REJECTED", version=version))["__typename"].endswith("Success")


async def test_ac8_staff_of_some_statuses_know_of_no_proposal_for_others(platform: Platform) -> None:
    """AC8: a proposal for a status that the path does not see is none, to read and to decline."""
    conversion, advertiser = await conversion_of(platform)
    who = await member(platform, advertiser, "Admin")
    limited = await platform.staff(STAFF_WHO_ANSWER, statuses=["PENDING", "APPROVED"], **SWITCHES)
    none = await platform.change_by(limited.token, "declineConversionProposal", "id", conversion=conversion)
    await propose(platform, who, conversion, "REJECTED")
    hidden = await platform.change_by(limited.token, "declineConversionProposal", "id", conversion=conversion)
    assert hidden == none
    shown = "conversion { status proposals(first: 10) { totalCount nodes { status } } }"
    assert await stored(platform, conversion) == [("OPEN", "REJECTED")]
    account, number = key_of(platform, conversion)
    row = await platform.node(
        limited.token,
        "conversion",
        account,
        number,
        selection=f"... on Conversion {shown.removeprefix('conversion ')}",
    )
    assert row == {"status": "PENDING", "proposals": {"totalCount": 0, "nodes": []}}
    await propose(platform, who, conversion, "APPROVED")
    seen = await platform.change_by(limited.token, "declineConversionProposal", "id", conversion=conversion)
    assert seen["__typename"] == "DeclineConversionProposalSuccess"


async def test_f22_of_many_at_once_one_waits(platform: Platform) -> None:
    """F22: of ten proposals and answers at once there is one open at most; a repeat under its key makes nothing."""
    conversion, advertiser = await conversion_of(platform)
    who = await member(platform, advertiser, "Admin")
    answers = await asyncio.gather(
        *(propose(platform, who, conversion, ("REJECTED", "APPROVED")[n % 2]) for n in range(10))
    )
    assert {each["__typename"] for each in answers} == {"ProposeConversionStatusSuccess"}
    kept = await stored(platform, conversion)
    assert [state for state, _ in kept] == ["WITHDRAWN"] * 9 + ["OPEN"]
    for _ in range(2):
        await propose(platform, who, conversion, "REJECTED", idempotencyKey=f"once {conversion[-20:]}")
    assert len(await stored(platform, conversion)) == 11


async def test_ac5_an_organizations_key_asks_for_it(platform: Platform) -> None:
    """AC5: with the sight of the organization's ADMIN; nobody's name is kept then."""
    conversion, advertiser = await conversion_of(platform)
    number = await platform.named("organization", advertiser)
    founder = await platform.one("SELECT min(id) FROM app_user")
    key = await platform.organization_key(number, founder)
    assert (await propose(platform, key, conversion, "REJECTED"))["__typename"] == "ProposeConversionStatusSuccess"
    by = await platform.stored(
        "SELECT proposed_by_id FROM conversion_proposal WHERE affiliate_account_id = $1 AND conversion_id = $2",
        *key_of(platform, conversion),
    )
    assert by == [None]
