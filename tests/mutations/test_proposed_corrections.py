"""Corrections of sale amounts that an advertiser asks for: who asks, who sees it, and what accepting it makes (I9)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from demo_platform import Platform
from proposals_made import PROPOSALS, conversion_of, member, propose, stored
from sales import SWITCHES, brought_to, decide, key_of, recorder, version_of
from stored_sums import out_of_step, put_in_step

ACCEPTED = "conversion { status saleAmount { amount } } adjustment { id side saleAmount { amount } reason }"
SEES_AND_ASKS = "PERFORMANCE_REPORTS:R PENDING_PAYOUTS:W"


@pytest.fixture(autouse=True, scope="module")
async def in_step(platform: Platform) -> None:
    """The sums as the application leaves them."""
    await put_in_step(platform)


async def accept(platform: Platform, who: str, conversion: str, **more: Any) -> dict[str, Any]:
    """What accepting answers."""
    return await platform.change_by(who, "acceptConversionProposal", ACCEPTED, conversion=conversion, **more)


async def adjustments(platform: Platform, conversion: str) -> list[tuple[str, str, str]]:
    """The adjustments of a conversion as they are kept: side, amount of the sale, state."""
    rows = await platform.rows(
        "SELECT side::text, sale_amount::numeric(20, 2)::text, state::text FROM adjustment"
        " WHERE affiliate_account_id = $1 AND conversion_id = $2 ORDER BY id",
        *key_of(platform, conversion),
    )
    return [tuple(row) for row in rows]


async def seen_by(platform: Platform, who: str, conversion: str, fields: str = "state status") -> Any:
    """The proposals of a conversion as somebody sees them."""
    selection = f"... on Conversion {{ proposals(first: 10) {{ totalCount nodes {{ {fields} }} }} }}"
    row = await platform.node(who, "conversion", *key_of(platform, conversion), selection=selection)
    return row["proposals"]


async def test_i9_pending_payouts_m_asks_for_a_correction(platform: Platform) -> None:
    """I9: ADMIN, MEMBER and PENDING_PAYOUTS W of amounts that they see; ACTION_INQUIRIES asks for a status only."""
    conversion, advertiser = await conversion_of(platform)
    for role, may in (
        ("Admin", True),
        ("Member", True),
        (SEES_AND_ASKS, True),
        ("PERFORMANCE_REPORTS:R ACTION_INQUIRIES:W", False),
        ("PERFORMANCE_REPORTS:R PENDING_PAYOUTS:R ACTION_INQUIRIES:W", False),
        ("FINANCE_REPORTING:R PENDING_PAYOUTS:W", False),
    ):
        who = await member(platform, advertiser, role)
        before = await stored(platform, conversion)
        answer = await propose(platform, who, conversion, "APPROVED", saleAdjustment="-20.05")
        if may:
            assert answer["__typename"] == "ProposeConversionStatusSuccess", (role, answer)
            kept = (await seen_by(platform, who, conversion, "state saleAdjustment status"))["nodes"]
            assert {"state": "OPEN", "saleAdjustment": "-20.05", "status": "APPROVED"} in kept, role
        else:
            assert (answer["__typename"], answer["path"]) == ("Forbidden", ["saleAdjustment"]), role
            assert await stored(platform, conversion) == before, role
    assert await adjustments(platform, conversion) == []


async def test_i9_neither_of_a_direct_program_nor_of_another_side(platform: Platform) -> None:
    """I9, SM4: on DIRECT programs the advertiser asks nobody; staff and partners ask for nothing."""
    conversion, advertiser = await conversion_of(platform, "DIRECT")
    who = await member(platform, advertiser, "Admin")
    answer = await propose(platform, who, conversion, "APPROVED", saleAdjustment="-1")
    assert (answer["__typename"], answer["path"]) == ("Forbidden", [])
    for key in ("partner-admin", "collab-owner", "manager", "support"):
        assert not await platform.exists(platform.member(key), "ProposeConversionStatusInput.saleAdjustment"), key
    for key in ("adv-admin", "partner-admin", "collab-manager", "support", "analyst", "nobody"):
        assert not await platform.exists(platform.member(key), "Mutation.acceptConversionProposal"), key


async def test_v5_accepting_decides_and_makes_an_adjustment(platform: Platform) -> None:
    """I9, V5, AC11: nothing happens before it; then a step of the history, an adjustment, and the amount stays."""
    staff = (await recorder(platform)).token
    conversion, advertiser = await conversion_of(platform)
    who, key = await member(platform, advertiser, SEES_AND_ASKS), key_of(platform, conversion)
    before = await platform.rows("SELECT * FROM conversion WHERE affiliate_account_id = $1 AND id = $2", *key)
    await propose(platform, who, conversion, "APPROVED", saleAdjustment="-20.05", reason="ITEM_RETURNED")
    assert await platform.rows("SELECT * FROM conversion WHERE affiliate_account_id = $1 AND id = $2", *key) == before
    answer = await accept(platform, staff, conversion, version=await version_of(platform, conversion))
    assert answer["conversion"] == {"status": "APPROVED", "saleAmount": {"amount": "80.05"}}
    made = answer["adjustment"]
    assert (made["side"], made["saleAmount"]["amount"], made["reason"]) == ("SALE", "-20.05", "ITEM_RETURNED")
    assert await stored(platform, conversion) == [("ACCEPTED", "APPROVED")]
    steps = (
        "SELECT status::text FROM conversion_event WHERE affiliate_account_id = $1 AND conversion_id = $2 ORDER BY n"
    )
    assert await platform.stored(steps, *key) == ["PENDING", "APPROVED"]
    again = await accept(platform, staff, conversion)
    assert (again["__typename"], again["path"]) == ("ValidationError", ["conversion"])
    assert await adjustments(platform, conversion) == [("SALE", "-20.05", "OPEN")]
    assert await out_of_step(platform) == {}
    told = await platform.rows(
        "SELECT action, coalesce(before::text, '') || after::text AS said FROM audit_log"
        " WHERE target_type = 'conversion' AND target_id = $1 ORDER BY id",
        "/".join(map(str, key)),
    )
    assert [each["action"] for each in told][1:] == [
        "conversion:propose",
        "conversion:accept_proposal",
        "conversion:decide",
    ]
    assert not [each["said"] for each in told if "20.05" in each["said"]], "the log quotes no amounts"


async def test_i9_a_correction_alone_leaves_the_status(platform: Platform) -> None:
    """I9: what names the present status asks for the correction only, of what is not final, rejected or reversed."""
    staff = (await recorder(platform)).token
    for stands in ("PENDING", "APPROVED"):
        conversion, advertiser = await conversion_of(platform)
        await brought_to(platform, conversion, stands)
        await propose(platform, await member(platform, advertiser, "Admin"), conversion, stands, saleAdjustment="5")
        answer = await accept(platform, staff, conversion)
        assert answer["conversion"]["status"] == stands
        assert await adjustments(platform, conversion) == [("SALE", "5.00", "OPEN")]
        await brought_to(platform, conversion, "PENDING")


async def test_sm4_a_status_alone_is_accepted_too(platform: Platform) -> None:
    """SM4: accepting does what waits, with its reason, and makes no adjustment where none was asked for."""
    conversion, advertiser = await conversion_of(platform)
    await propose(platform, await member(platform, advertiser, "Admin"), conversion, "REJECTED", reason="FRAUD")
    answer = await accept(platform, (await recorder(platform)).token, conversion)
    assert (answer["conversion"]["status"], answer["adjustment"]) == ("REJECTED", None)
    assert await stored(platform, conversion) == [("ACCEPTED", "REJECTED")]
    assert await adjustments(platform, conversion) == []


async def test_sm4_a_decision_alone_declines_a_correction(platform: Platform) -> None:
    """SM4, I9: deciding does not do all that was asked for; declining and withdrawing leave everything as it is."""
    staff = (await recorder(platform)).token
    ends = {"decide": "DECLINED", "decline": "DECLINED", "withdraw": "WITHDRAWN"}
    for how, state in ends.items():
        conversion, advertiser = await conversion_of(platform)
        asker = await member(platform, advertiser, SEES_AND_ASKS)
        # Whoever sees it takes it back, though he could not have asked for it.
        who = await member(platform, advertiser, "PERFORMANCE_REPORTS:R ACTION_INQUIRIES:W")
        await propose(platform, asker, conversion, "APPROVED", saleAdjustment="-1")
        if how == "decide":
            await decide(platform, staff, conversion, "APPROVED")
        else:
            name, by = f"{how}ConversionProposal", staff if how == "decline" else who
            answer = await platform.change_by(by, name, PROPOSALS, conversion=conversion)
            assert answer["conversion"]["status"] == "PENDING", how
        assert await stored(platform, conversion) == [(state, "APPROVED")], how
        assert await adjustments(platform, conversion) == [], how


@pytest.mark.parametrize(
    ("stands", "settlement", "asked", "amount", "path"),
    [
        ("PENDING", "OPEN", "APPROVED", "0", "saleAdjustment"),
        ("PENDING", "OPEN", "APPROVED", "-1.00001", "saleAdjustment"),
        ("PENDING", "OPEN", "APPROVED", "-1.001", "saleAdjustment"),
        ("PENDING", "OPEN", "REJECTED", "-1", "status"),
        ("PENDING", "OPEN", "HOLD", "-1", "status"),
        ("APPROVED", "OPEN", "REVERSED", "-1", "status"),
        ("APPROVED", "OPEN", "PENDING", "-1", "status"),
        ("REJECTED", "OPEN", "REJECTED", "-1", "status"),
        ("APPROVED", "LOCKED", "APPROVED", "-1", "conversion"),
    ],
)
async def test_i9_what_is_no_correction_is_refused(
    platform: Platform, stands: str, settlement: str, asked: str, amount: str, path: str
) -> None:
    """I9, M3, SM4: nothing, finer than the currency, of what becomes worth nothing, or of what is final."""
    conversion, advertiser = await conversion_of(platform)
    await brought_to(platform, conversion, stands, settlement)
    who = await member(platform, advertiser, "Admin")
    answer = await propose(platform, who, conversion, asked, saleAdjustment=amount)
    assert (answer["__typename"], answer["path"]) == ("ValidationError", [path])
    assert await stored(platform, conversion) == []
    await brought_to(platform, conversion, "PENDING")


async def test_lk14_whoever_sees_no_sale_amounts_knows_of_no_correction(platform: Platform) -> None:
    """LK14, AC7: staff without the switch and members without the report are answered as if nothing were asked for."""
    conversion, advertiser = await conversion_of(platform)
    who = await member(platform, advertiser, "Admin")
    blind = await platform.staff("TRANSACTIONS:W", **SWITCHES | {"see_sale_amount": False})
    fellow = await member(platform, advertiser, "FINANCE_REPORTING:R PENDING_PAYOUTS:W")
    mutations = ("acceptConversionProposal", "declineConversionProposal", "withdrawConversionProposal")

    async def told() -> list[Any]:
        answers: list[Any] = [
            await platform.change_by(by, name, "id", conversion=conversion)
            for by, name in zip((blind.token, blind.token, fellow), mutations, strict=True)
        ]
        return [*answers, *[await seen_by(platform, by, conversion) for by in (blind.token, fellow)]]

    before = await told()
    await propose(platform, who, conversion, "APPROVED", saleAdjustment="-1")
    assert await told() == before
    assert [each["__typename"] for each in before[:3]] == ["ValidationError"] * 3
    assert before[3] == {"totalCount": 0, "nodes": []}
    for by in (blind.token, fellow):
        assert not await platform.exists(by, "ConversionProposal.saleAdjustment")
    assert (await decide(platform, blind.token, conversion, "APPROVED"))["__typename"] == "DecideConversionSuccess"
    assert (await seen_by(platform, blind.token, conversion))["totalCount"] == 0
    assert await stored(platform, conversion) == [("DECLINED", "APPROVED")]
    assert await adjustments(platform, conversion) == []


async def test_lk14_a_correction_does_not_count_in_what_is_asked_for_beside_it(platform: Platform) -> None:
    """LK14, AC11: whoever does not see it is told the same of a status asked for after it as of one asked for alone."""
    blind = await platform.staff("TRANSACTIONS:W", **SWITCHES | {"see_sale_amount": False})
    told = []
    for corrected in (True, False):
        conversion, advertiser = await conversion_of(platform)
        who = await member(platform, advertiser, "Admin")
        if corrected:
            await propose(platform, who, conversion, "APPROVED", saleAdjustment="-1")
        await propose(platform, who, conversion, "REJECTED", reason="RETURNED")
        told.append(await seen_by(platform, blind.token, conversion, "state status reason answeredAt"))
    assert told[0] == told[1]
    assert told[0]["totalCount"] == 1


async def test_ac11_the_partner_is_told_of_no_correction_before_it_is_made(platform: Platform) -> None:
    """AC11: neither of the proposal, nor of its amount, nor by the conversion's version."""
    for key in ("partner-admin", "partner-guest", "collab-owner", "many-hats"):
        assert not await platform.exists(platform.member(key), "ConversionProposal.saleAdjustment"), key


async def test_c12_whoever_earns_by_the_account_accepts_no_correction(platform: Platform) -> None:
    """C-12: the adjustment is refused to an OWNER of the account, and nothing of the decision stays."""
    conversion, advertiser = await conversion_of(platform)
    account, _ = key_of(platform, conversion)
    await propose(platform, await member(platform, advertiser, "Admin"), conversion, "APPROVED", saleAdjustment="-1")
    person = await recorder(platform)
    await platform.add("collaborator", affiliate_account_id=account, user_id=person.id, role="OWNER")
    try:
        assert (await accept(platform, person.token, conversion))["__typename"] == "Forbidden"
    finally:
        await platform.change(f"DELETE FROM collaborator WHERE user_id = {person.id}")
    assert await stored(platform, conversion) == [("OPEN", "APPROVED")]
    assert await platform.stored(
        "SELECT status::text FROM conversion WHERE affiliate_account_id = $1 AND id = $2", *key_of(platform, conversion)
    ) == ["PENDING"]


async def test_ac8_a_status_that_one_does_not_see_is_not_accepted(platform: Platform) -> None:
    """AC8, AC12: a proposal for a hidden status is none; then the state of things, then the version."""
    conversion, advertiser = await conversion_of(platform)
    who = await member(platform, advertiser, "Admin")
    limited = await platform.staff("TRANSACTIONS:W", statuses=["PENDING", "REJECTED"], **SWITCHES)
    await propose(platform, who, conversion, "APPROVED", saleAdjustment="-1")
    assert (await accept(platform, limited.token, conversion))["__typename"] == "ValidationError"
    staff, account = (await recorder(platform)).token, key_of(platform, conversion)[0]
    missing = await accept(platform, staff, platform.global_id("conversion", account, 7), version=77)
    assert missing["__typename"] == "NotFound"
    stale = await accept(platform, staff, conversion, version=77)
    assert (stale["__typename"], stale["version"]) == ("Conflict", await version_of(platform, conversion))
    assert await stored(platform, conversion) == [("OPEN", "APPROVED")]


async def test_f22_of_many_who_accept_one_does(platform: Platform) -> None:
    """F22, SM4: of five at once, one decides and adjusts; the others find nothing that waits."""
    conversion, advertiser = await conversion_of(platform)
    await propose(platform, await member(platform, advertiser, "Admin"), conversion, "APPROVED", saleAdjustment="-1")
    staff = (await recorder(platform)).token
    answers = await asyncio.gather(*(accept(platform, staff, conversion) for _ in range(5)))
    assert sorted(each["__typename"] for each in answers) == [
        "AcceptConversionProposalSuccess",
        *["ValidationError"] * 4,
    ]
    assert await adjustments(platform, conversion) == [("SALE", "-1.00", "OPEN")]
    assert await out_of_step(platform) == {}
