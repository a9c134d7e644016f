"""A file may say which of the program's goals a conversion reached; beside the main one, it is an event."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest
from orders import HEADER, MAPPING, Desk

from sightline.db.imports import load_mapping, run_import

GOAL_MAPPING = MAPPING + "attributes: {goal: {column: goal}}\n"
GOAL_HEADER = HEADER.replace("kind", "kind,goal")
REGISTRATION = "INSERT INTO program_goal (id, program_id, name, is_base) VALUES (2, 1, 'Registration', false)"
ROW = "{order},2026-03-01 10:00,A-11,L-1,1,{price},,{goal}\n"
HOURS = "SELECT sum(conversions), sum(events), sum(conversions_with_sale), sum(payout) FROM {}"


@pytest.fixture
async def desk(shop: asyncpg.Connection, tmp_path: Path) -> Desk:
    await shop.execute(REGISTRATION)
    return Desk(shop, tmp_path)


async def bring_in(desk: Desk, *rows: tuple[int, str, str]) -> None:
    text = "".join(ROW.format(order=order, price=price, goal=goal) for order, price, goal in rows)
    await desk.bring_in(text, header=GOAL_HEADER, mapping=GOAL_MAPPING)


async def test_a_goal_is_found_by_its_name(desk: Desk) -> None:
    """None is the main one; another counts as an event at each grain of stored sums."""
    await bring_in(desk, (1, "10", "Sale"), (2, "10", ""), (3, "0", "Registration"), (4, "10", "Registration"))
    found = await desk.connection.fetch("SELECT goal_id, payout FROM conversion ORDER BY external_ref")
    assert [tuple(row) for row in found] == [
        (1, Decimal("1.50")),
        (None, Decimal("1.50")),
        (2, Decimal("0.50")),
        (2, Decimal("1.50")),
    ]
    for table in ("conversion_hour_by_account", "conversion_hour_by_program", "conversion_day_by_program"):
        assert tuple(await desk.connection.fetchrow(HOURS.format(table))) == (2, 2, 3, Decimal("5.00"))


async def test_a_goal_of_another_program_is_none_of_this_one(desk: Desk) -> None:
    await desk.connection.execute(
        "INSERT INTO program (id, advertiser_profile_id, advertiser_org_id, advertiser_name, name, status, currency,"
        " commission_model) VALUES (2, 1, 1, 'Shop', 'Second', 'ACTIVE', 'EUR', 'INTERMEDIATED');"
        "UPDATE program_goal SET program_id = 2 WHERE id = 2"
    )
    await bring_in(desk, (1, "10", "Registration"), (2, "10", "Sale"))
    [entry] = await desk.log()
    assert entry[:3] == (2, "goal", "Registration")
    assert "none of the program's goals" in entry[3]
    assert await desk.amounts() == {"2": "10.00"}


async def test_the_main_goal_costs_something(desk: Desk) -> None:
    """Named or not, an order of nothing is logged with what its cell says."""
    await bring_in(desk, (1, "0.00", "Sale"), (2, "0", ""), (3, "0.0", "Registration"))
    assert [entry[:3] for entry in await desk.log()] == [(2, "price", "0.00"), (3, "price", "0")]


async def test_an_order_has_one_goal(desk: Desk) -> None:
    await bring_in(desk, (1, "10", "Sale"), (1, "10", "Registration"))
    assert await desk.log() == [(3, "goal", "Registration", "contradicts line 2 of the same order")]


@pytest.mark.parametrize(("rewarded", "kept"), [(1, {"1", "2"}), (2, {"3"})])
async def test_a_plan_for_a_goal_rewards_no_other(desk: Desk, rewarded: int, kept: set[str]) -> None:
    """Nobody's earnings are guessed: what no plan rewards is logged."""
    await desk.connection.execute("UPDATE commission_plan SET goal_id = $1", rewarded)
    await bring_in(desk, (1, "10", "Sale"), (2, "10", ""), (3, "10", "Registration"))
    assert set(await desk.amounts()) == kept
    assert all("no commission plan" in entry[3] for entry in await desk.log())


async def test_the_shipped_example_of_leads(desk: Desk, examples: Path) -> None:
    """JSON objects of two goals: a decimal comma, a line cut off, an unknown goal, nothing paid are logged."""
    await desk.connection.execute(
        "UPDATE program SET name = 'Newspaper'; UPDATE program_goal SET name = 'Subscription' WHERE is_base"
    )
    mapping = load_mapping(examples / "leads.yaml")
    summary = await run_import(desk.connection, examples / "leads.ndjson", mapping, create_missing=True)
    assert (summary.rows, summary.conversions, summary.logged) == (7, 3, 4)
    assert await desk.amounts() == {"71001": "24.90", "71002": "0.00", "71003": "249.00"}
    assert [(line, column) for line, column, _, _ in await desk.log()] == [
        (4, "value"),
        (5, None),
        (6, "step"),
        (7, "value"),
    ]
