"""Column lists: what they take from reports in every lens, and from entities on the path of staff alone."""

from __future__ import annotations

from typing import Any

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Person, Platform

from sightline.authz.reports.lists import FIRST_LIST

STAFF = "TRANSACTIONS:R PAYOUTS:R COMMISSION_PLANS:R AFFILIATES:R"
SWITCHES = {"see_revenue": True, "see_payout": True, "see_sale_amount": True}
PLATFORM = {"kind": "PLATFORM"}


async def listed(platform: Platform, person: Person, *columns: str) -> None:
    """Give somebody a list of his own."""
    number = await platform.add("column_list", owner_kind="USER", user_id=person.id)
    for position, key in enumerate(columns, 1):
        await platform.add("column_list_item", list_id=number, column_key=key, position=position)


async def choices(platform: Platform, who: str, lens: dict[str, Any]) -> dict[str, str | None]:
    """The columns of a lens with the reason why not."""
    query = "query ($lens: ReportLensInput!) { reportSchema(lens: $lens) { columns { key available reason } } }"
    columns = (await platform.read(who, query, lens=lens))["reportSchema"]["columns"]
    assert all(each["available"] == (each["reason"] is None) for each in columns)
    return {each["key"]: each["reason"] for each in columns}


async def test_rc1_the_systems_list_holds_for_who_has_none_of_his_own(platform: Platform) -> None:
    """RC1, RC4, A17: everything on it that the classes allow, and nothing that it lacks."""
    somebody = await platform.staff(STAFF, **SWITCHES)
    found = await choices(platform, somebody.token, PLATFORM)
    assert {key for key, reason in found.items() if reason is None} == set(FIRST_LIST)
    assert set(found) > set(FIRST_LIST) or set(found) == set(FIRST_LIST)


@pytest.mark.parametrize("columns", [("clicks", "conversions", "cr"), ("payout",), ()])
async def test_rc1_ones_own_list_replaces_it(platform: Platform, columns: tuple[str, ...]) -> None:
    """RC1, A18: also an empty one."""
    somebody = await platform.staff(STAFF, **SWITCHES)
    await listed(platform, somebody, *columns)
    found = await choices(platform, somebody.token, PLATFORM)
    assert {key for key, reason in found.items() if reason is None} == set(columns)
    assert {found[key] for key in FIRST_LIST if key not in columns} == {"restricted by your administrator"}


async def test_rc2_lists_do_not_hold_for_admins(platform: Platform) -> None:
    """RC2: whatever is on his list."""
    somebody = await platform.staff("ADMIN:R")
    await listed(platform, somebody, "clicks")
    assert set((await choices(platform, somebody.token, PLATFORM)).values()) == {None}
    assert await platform.exists(somebody.token, "Conversion.payout")


async def test_rc3_a_list_gives_no_class(platform: Platform) -> None:
    """RC3: a column on the list of who lacks its classes."""
    somebody = await platform.staff("TRANSACTIONS:R", see_revenue=True)
    await listed(platform, somebody, "revenue", "payout", "profit")
    found = await choices(platform, somebody.token, PLATFORM)
    assert found["revenue"] is None
    assert found["payout"] == "your role has no payout"
    assert found["profit"] == "derived from Payout"


async def test_lists_hold_in_every_lens(platform: Platform) -> None:
    """RC1: of organizations and accounts too; an organization's key has the system's (AC5)."""
    somebody = await platform.person(
        await platform.membership(NORTHWIND, "Admin"), await platform.membership(BLUEBIRD, "Admin")
    )
    await listed(platform, somebody, "clicks", "revenue")
    northwind, bluebird = [
        platform.global_id("organization", await platform.named("organization", name)) for name in (NORTHWIND, BLUEBIRD)
    ]
    for lens, columns in (
        ({"kind": "ADVERTISER", "organization": northwind}, {"clicks", "revenue"}),
        ({"kind": "PARTNER", "organization": bluebird}, {"clicks"}),
    ):
        found = await choices(platform, somebody.token, lens)
        # What an organization was offered by its own people is there too, and made of listed columns.
        offered = {key for key in found if key.startswith("custom_")}
        assert {key for key, reason in found.items() if reason is None} - offered == columns
    key = await choices(platform, platform.member("northwind-key"), {"kind": "ADVERTISER", "organization": northwind})
    assert key["conversions"] is None


@pytest.mark.parametrize(
    ("columns", "there", "absent"),
    [
        (
            ("revenue", "payout", "sale_amount"),
            "Conversion.payout Conversion.revenue Conversion.saleAmount CommissionPlan.payoutPercent",
            "",
        ),
        (
            ("clicks",),
            "Conversion.status",
            "Conversion.payout Conversion.revenue Conversion.saleAmount Conversion.profit",
        ),
        (("payout",), "Conversion.payout Query.payoutInvoices", "Conversion.revenue Conversion.saleAmount"),
        (
            ("revenue", "sale_amount"),
            "Conversion.revenue Conversion.saleAmount",
            "Conversion.payout Conversion.settlement Query.payoutInvoices CommissionPlan.payoutPercent",
        ),
    ],
)
async def test_rc7_a_list_narrows_what_staff_read_of_entities(
    platform: Platform, columns: tuple[str, ...], there: str, absent: str
) -> None:
    """RC7, M5b: a class of money needs its column on the list; rates and invoices go with payouts."""
    somebody = await platform.staff(STAFF, **SWITCHES)
    await listed(platform, somebody, *columns)
    for coordinate in there.split():
        assert await platform.exists(somebody.token, coordinate), coordinate
    for coordinate in absent.split():
        assert not await platform.exists(somebody.token, coordinate), coordinate


async def test_c18_rows_of_ones_own_stay_readable(platform: Platform) -> None:
    """C-18, RC7: members and collaborators read their own cells whatever their list says."""
    somebody = await platform.person(await platform.membership(BLUEBIRD, "Member"))
    await listed(platform, somebody, "clicks")
    assert await platform.exists(somebody.token, "Conversion.payout")
    assert await platform.exists(somebody.token, "Query.payoutInvoices")
    both = await platform.staff(STAFF, also=[await platform.membership(BLUEBIRD, "Member")], **SWITCHES)
    await listed(platform, both, "clicks")
    mine = await platform.cells(somebody.token, "conversions", "payout { amount }")
    everything = await platform.cells(both.token, "conversions", "payout { amount }")
    assert len(everything) > len(mine)
    assert sorted(each for each in everything if each is not None) == sorted(each for each in mine if each is not None)


async def test_rc3_reports_use_the_mask_before_lists_narrow_it(platform: Platform) -> None:
    """RC3, RC7: `epc` without `payout` on the list is a column of reports; the entity's payout is hidden."""
    somebody = await platform.staff(STAFF, **SWITCHES)
    await listed(platform, somebody, "epc")
    assert (await choices(platform, somebody.token, PLATFORM))["epc"] is None
    assert not await platform.exists(somebody.token, "Conversion.payout")


async def test_a_list_holds_from_the_next_operation_on(platform: Platform) -> None:
    """RC1, RC10: a column taken away is refused at once, and one given works at once."""
    somebody = await platform.staff(STAFF, **SWITCHES)
    query = "query ($input: ReportInput!) { report(input: $input) { columns { total } } }"
    given = {"lens": PLATFORM, "columns": ["payout"], "period": {"preset": "LAST_YEAR"}}
    assert not (await platform.ask(somebody.token, query, input=given)).errors
    await listed(platform, somebody, "clicks")
    answer = await platform.ask(somebody.token, query, input=given)
    assert answer.errors[0]["extensions"]["code"] == "COLUMN_RESTRICTED"
    await platform.change(
        f"DELETE FROM column_list_item WHERE list_id IN (SELECT id FROM column_list WHERE user_id = {somebody.id})",
        f"DELETE FROM column_list WHERE user_id = {somebody.id}",
    )
    assert not (await platform.ask(somebody.token, query, input=given)).errors
