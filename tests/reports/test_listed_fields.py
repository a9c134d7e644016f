"""A column that a list takes away is no field of the report types in that person's schema."""

from __future__ import annotations

import json
from typing import Any

from demo_platform import BLUEBIRD, Person, Platform

from sightline.server.answers import GraphQLAnswer

STAFF = "TRANSACTIONS:R PAYOUTS:R"
SWITCHES = {"see_revenue": True, "see_payout": True, "see_sale_amount": True}
LENS = {"kind": "PLATFORM"}
METRICS = '{ __type(name: "ReportMetrics") { fields { name } } }'


async def held_to(platform: Platform, person: Person, *columns: str) -> None:
    """Give somebody a list of his own."""
    number = await platform.add("column_list", owner_kind="USER", user_id=person.id)
    for position, key in enumerate(columns, 1):
        await platform.add("column_list_item", list_id=number, column_key=key, position=position)


async def freed(platform: Platform, person: Person) -> None:
    """Take it away again."""
    await platform.change(
        f"DELETE FROM column_list_item WHERE list_id IN (SELECT id FROM column_list WHERE user_id = {person.id})",
        f"DELETE FROM column_list WHERE user_id = {person.id}",
    )


async def fields(platform: Platform, who: str) -> set[str]:
    """The columns that somebody's schema has."""
    found = (await platform.read(who, METRICS))["__type"]
    return set() if found is None else {each["name"] for each in found["fields"]}


async def asked(platform: Platform, who: str, selection: str, lens: dict[str, Any] = LENS) -> GraphQLAnswer:
    """A report by its typed fields."""
    query = f"query ($input: ReportInput!) {{ report(input: $input) {{ {selection} }} }}"
    return await platform.ask(who, query, input={"lens": lens, "period": {"preset": "LAST_YEAR"}})


def written(answer: GraphQLAnswer, name: str) -> str:
    """An answer as text, with the name that was asked for taken out of it."""
    return json.dumps([answer.executed, answer.data, answer.errors], default=str).replace(name, "…")


async def test_rc6_what_a_list_takes_away_is_no_field(platform: Platform) -> None:
    """RC3, RC6: staff and a partner, each with a list of his own; what is listed stays, and no more comes."""
    staff = await platform.staff(STAFF, **SWITCHES)
    partner = await platform.person(await platform.membership(BLUEBIRD, "Admin"))
    for who in (staff, partner):
        before = await fields(platform, who.token)
        assert {"clicks", "cr", "payout"} <= before
        await held_to(platform, who, "clicks", "conversions", "cr", "revenue")
        assert await fields(platform, who.token) == before & {"clicks", "conversions", "cr", "revenue"}
        assert await platform.exists(who.token, "ReportMetrics.clicks")
        assert not await platform.exists(who.token, "ReportMetrics.payout")
    assert "revenue" not in await fields(platform, partner.token)  # a list gives no class


async def test_rc6_to_ask_for_it_is_to_ask_for_a_name_that_is_none(platform: Platform) -> None:
    """RC6, LK1: byte for byte, wherever a report has metrics."""
    somebody = await platform.staff(STAFF, **SWITCHES)
    await held_to(platform, somebody, "clicks")
    for where in (
        "totals { clicks %s }",
        "rows { metrics { %s } }",
        "compare { totals { %s } }",
        "totals { ...on ReportMetrics { %s } }",
    ):
        hidden, made_up = [await asked(platform, somebody.token, where % name) for name in ("payout", "pagout")]
        assert hidden.errors
        assert not hidden.executed
        assert written(hidden, "payout") == written(made_up, "pagout"), where
    assert not (await asked(platform, somebody.token, "totals { clicks }")).errors


async def test_rc6_it_comes_and_goes_with_the_list(platform: Platform) -> None:
    """RC1, RC6: from the next operation on, also for a document that was asked before."""
    somebody = await platform.staff(STAFF, **SWITCHES)
    assert not (await asked(platform, somebody.token, "totals { payout { amount } }")).errors
    await held_to(platform, somebody, "clicks")
    assert (await asked(platform, somebody.token, "totals { payout { amount } }")).errors
    assert await fields(platform, somebody.token) == {"clicks"}
    await freed(platform, somebody)
    assert not (await asked(platform, somebody.token, "totals { payout { amount } }")).errors


async def test_rc6_an_empty_list_leaves_reports_without_metrics(platform: Platform) -> None:
    """RC1, RC6: nothing to select, and what leads to it is gone as well; the report itself is there."""
    somebody = await platform.staff(STAFF, **SWITCHES)
    await held_to(platform, somebody)
    assert await fields(platform, somebody.token) == set()
    hidden, made_up = [await asked(platform, somebody.token, f"{name} {{ clicks }}") for name in ("totals", "tatals")]
    assert written(hidden, "totals") == written(made_up, "tatals")
    assert (await platform.read(somebody.token, "{ reportLenses { kind } }"))["reportLenses"] == [{"kind": "PLATFORM"}]


async def test_rc2_rc6_lists_take_no_field_from_administrators(platform: Platform) -> None:
    """RC2: whatever is on his list, his schema has every column."""
    somebody = await platform.staff("ADMIN:R")
    before = await fields(platform, somebody.token)
    await held_to(platform, somebody, "clicks")
    assert await fields(platform, somebody.token) == before


async def test_rc6_a_key_has_the_fields_of_its_owners_list(platform: Platform) -> None:
    """RC6, AC5: a key of somebody who is held to a list."""
    somebody = await platform.staff(f"{STAFF} API_KEYS:R", **SWITCHES)
    key = await platform.user_key(somebody.id, ["TRANSACTIONS:R", "PAYOUTS:R"])
    assert len(await fields(platform, key)) > 1
    await held_to(platform, somebody, "clicks", "conversions")
    assert await fields(platform, key) == {"clicks", "conversions"}


async def test_equal_lists_share_a_view(platform: Platform) -> None:
    """RC6: a view is made for each list that differs, not for each person; as many are kept as before."""
    api = platform.engine.api
    people = [await platform.staff(STAFF, **SWITCHES) for _ in range(3)]
    for who in people:
        await held_to(platform, who, "clicks", "cr")
    await fields(platform, people[0].token)
    kept = set(api.views)
    for who in people[1:]:
        assert await fields(platform, who.token) == await fields(platform, people[0].token)
    assert set(api.views) == kept
    assert api.views.maxsize == 256
