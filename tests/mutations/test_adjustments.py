"""Adjustments: who makes them, of what, on which side, and who is too near to the account."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from demo_platform import Person, Platform

SHOWN = "adjustment { id state side }"
SWITCHES = {"see_revenue": True, "see_payout": True, "see_sale_amount": True}
CONVERSION = """
    SELECT c.*, a.name AS account, a.company_id
    FROM conversion c JOIN affiliate_account a ON a.id = c.affiliate_account_id
    WHERE c.settlement = $1 AND a.company_id IS NOT NULL AND c.currency = 'EUR' ORDER BY c.id LIMIT 1
"""
CLASSES = {"payoutAmount": "see_payout", "revenueAmount": "see_revenue", "saleAmount": "see_sale_amount"}


async def adjuster(platform: Platform, *also: Any, permissions: str = "TRANSACTIONS:W", **switches: Any) -> Person:
    """Somebody who makes adjustments."""
    held = f"{permissions} AFFILIATES:R OFFERS:R"
    return await platform.staff(held, also=also, **(SWITCHES | switches))


async def conversion(platform: Platform, settlement: str = "LOCKED") -> Any:
    """A conversion in euros of an account that has a company."""
    return (await platform.rows(CONVERSION, settlement))[0]


async def adjusted(platform: Platform, who: str, row: Any, **given: Any) -> dict[str, Any]:
    """What adjusting a conversion answers somebody."""
    named = platform.global_id("conversion", row["affiliate_account_id"], row["id"])
    return await platform.change_by(who, "createAdjustment", SHOWN, conversion=named, **given)


async def adjusted_account(platform: Platform, who: str, row: Any, **given: Any) -> dict[str, Any]:
    """What adjusting the account of a conversion as a whole answers somebody."""
    account = platform.global_id("affiliate_account", row["affiliate_account_id"])
    program = platform.global_id("program", row["program_id"])
    return await platform.change_by(who, "createAdjustment", SHOWN, affiliateAccount=account, program=program, **given)


async def stored(platform: Platform, answer: dict[str, Any]) -> Any:
    """The row that was made."""
    key = platform.engine.services.ids.decode(answer["adjustment"]["id"])[1]
    (row,) = await platform.rows(
        "SELECT * FROM adjustment WHERE affiliate_account_id = $1 AND id = $2", key.account, key.id
    )
    return row


@pytest.mark.parametrize("field", CLASSES)
async def test_a9_v5_one_side_of_a_conversion_or_of_an_account(platform: Platform, field: str) -> None:
    """A9, V5, SM4: also of a locked conversion, in its currency and rate; the account as a whole in the program's."""
    person = await adjuster(platform)
    row = await conversion(platform)
    of_one = await adjusted(platform, person.token, row, reason="Returned.", **{field: "-2.50"})
    assert of_one["__typename"] == "CreateAdjustmentSuccess", of_one
    made = await stored(platform, of_one)
    amounts = [made[name] for name in ("payout_amount", "revenue_amount", "sale_amount")]
    assert [each for each in amounts if each is not None] == [Decimal("-2.50")]
    assert (made["conversion_id"], made["state"], made["created_by_id"]) == (row["id"], "OPEN", person.id)
    assert (made["currency"], made["fx_rate"]) == (row["currency"], row["fx_rate"])
    whole = await adjusted_account(platform, person.token, row, **{field: "7"})
    assert whole["__typename"] == "CreateAdjustmentSuccess", whole
    assert (await stored(platform, whole))["conversion_id"] is None


@pytest.mark.parametrize(("field", "switch"), CLASSES.items())
async def test_ac3_nobody_adjusts_a_side_that_he_does_not_see(platform: Platform, field: str, switch: str) -> None:
    """AC3, S13, C-12: the side's class is held on the very path that adjusts; of the row nothing is left."""
    blind = await adjuster(platform, **{switch: False})
    row = await conversion(platform)
    before = await platform.one("SELECT count(*) FROM adjustment")
    for refused in (
        await adjusted(platform, blind.token, row, **{field: "1.00"}),
        await adjusted_account(platform, blind.token, row, **{field: "1.00"}),
    ):
        assert (refused["__typename"], refused["path"]) == ("Forbidden", [field])
    both = await adjuster(platform, await platform.collaborator(row["account"], "READ_ONLY"), **{switch: False})
    again = await adjusted(platform, both.token, row, **{field: "1.00"})
    assert again["__typename"] == "Forbidden", "that another path shows the side does not add up"
    assert await platform.one("SELECT count(*) FROM adjustment") == before


async def test_c12_nobody_adjusts_what_he_earns_by(platform: Platform) -> None:
    """C-12, AC9b: OWNER collaborators and whoever has access to the company are refused; Admin W is not, on record."""
    row = await conversion(platform)
    near = {
        "owner": await platform.collaborator(row["account"], "OWNER"),
        "company": ("company_access", {"company_id": row["company_id"], "level": "MEMBER"}),
    }
    for each, grant in near.items():
        person = await adjuster(platform, grant)
        for refused in (
            await adjusted(platform, person.token, row, payoutAmount="9.00"),
            await adjusted_account(platform, person.token, row, payoutAmount="9.00"),
        ):
            assert refused["__typename"] == "Forbidden", each
        admin = await adjuster(platform, grant, permissions="ADMIN:W", base_type="ADMINISTRATOR")
        answer = await adjusted(platform, admin.token, row, payoutAmount="9.00")
        assert answer["__typename"] == "CreateAdjustmentSuccess", (each, answer)
        made = await stored(platform, answer)
        (entry,) = await platform.rows(
            "SELECT * FROM audit_log WHERE target_type = 'adjustment' AND target_id = $1",
            f"{made['affiliate_account_id']}/{made['id']}",
        )
        assert entry["after"] == {"side": "PAYOUT", "state": "OPEN", "own_interest": True}
    reader = await adjuster(platform, await platform.collaborator(row["account"], "READ_ONLY"))
    allowed = await adjusted(platform, reader.token, row, payoutAmount="1.00")
    assert allowed["__typename"] == "CreateAdjustmentSuccess", "who only reads there earns nothing"
    ended = await platform.collaborator(
        row["account"], "OWNER", expires_at=await platform.one("SELECT now() - interval '1 hour'")
    )
    former = await adjuster(platform, ended)
    answer = await adjusted(platform, former.token, row, payoutAmount="1.00")
    assert answer["__typename"] == "CreateAdjustmentSuccess", "an access that has ended is none"


async def test_what_is_no_adjustment(platform: Platform) -> None:
    """AC12, SM5b: exactly one amount of something, of exactly one thing; AC7: hidden rows are missing."""
    person = await adjuster(platform)
    row = await conversion(platform)
    for given, path in (
        ({}, "payoutAmount"),
        ({"payoutAmount": "1.00", "revenueAmount": "1.00"}, "payoutAmount"),
        ({"payoutAmount": "0.00"}, "payoutAmount"),
        ({"revenueAmount": "1.001"}, "revenueAmount"),
        ({"payoutAmount": "1.00", "program": platform.global_id("program", row["program_id"])}, "program"),
        ({"payoutAmount": "1.00", "affiliateAccount": platform.global_id("affiliate_account", 1)}, "conversion"),
    ):
        answer = await adjusted(platform, person.token, row, **given)
        assert (answer["__typename"], answer.get("path")) == ("ValidationError", [path]), given
    nothing = await platform.change_by(person.token, "createAdjustment", SHOWN, payoutAmount="1.00")
    assert nothing["path"] == ["conversion"]
    stranger = await platform.one(
        "SELECT min(p.id) FROM program p WHERE NOT EXISTS"
        " (SELECT FROM enrollment e WHERE e.program_id = p.id AND e.affiliate_account_id = $1)",
        row["affiliate_account_id"],
    )
    foreign = await adjusted_account(platform, person.token, dict(row) | {"program_id": stranger}, payoutAmount="1.00")
    assert (foreign["__typename"], foreign["path"]) == ("ValidationError", ["program"])
    limited = await adjuster(platform, statuses=["REVERSED"])
    hidden = await adjusted(platform, limited.token, row, payoutAmount="1.00")
    absent = await adjusted(platform, limited.token, dict(row) | {"id": 7}, payoutAmount="1.00")
    assert hidden == absent
    assert hidden["__typename"] == "NotFound"


async def test_s12_an_advertisers_manager_adjusts_no_account(platform: Platform) -> None:
    """S12, AC3: an assigned advertiser manager reaches conversions of his advertisers, and no money of an account."""
    row = await conversion(platform)
    manager = await adjuster(
        platform,
        ("manager_assignment", {"advertiser_profile_id": row["advertiser_profile_id"]}),
        base_type="ADVERTISER_MANAGER",
        user_visibility="ASSIGNED",
    )
    assert (await adjusted(platform, manager.token, row, payoutAmount="1.00"))[
        "__typename"
    ] == "CreateAdjustmentSuccess"
    whole = await adjusted_account(platform, manager.token, row, payoutAmount="1.00")
    assert whole["__typename"] == "Forbidden"
