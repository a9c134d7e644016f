"""The chart of a report: what is drawn of its rows, what is not, and what is said beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from browsing import Visitor
from playwright.async_api import Locator, Route, expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

PERIOD = "period=2026-01-01..2026-06-30"
BOTH = "The first and the last week are not whole."


async def chart(visitor: Visitor, path: str) -> Locator:
    """The card with the chart of a report that has run."""
    await visitor.runs(path)
    return visitor.page.get_by_role("figure")


async def answers(visitor: Visitor, rows: list[tuple[str, str]], values: list[str | None]) -> None:
    """From now on reports by week and program have these rows, and these values in their first column."""

    async def change(route: Route) -> None:
        if "ConsoleReport" not in (route.request.post_data or ""):
            await route.continue_()
            return
        answer: dict[str, Any] = await (await route.fetch()).json()
        report = answer["data"]["report"]
        report["rowCount"] = len(rows)
        report["rows"] = [
            {
                "dimensions": [
                    {"key": "week", "value": week, "label": None},
                    {"key": "program", "value": name, "label": name},
                ]
            }
            for week, name in rows
        ]
        report["columns"][0]["values"] = values
        await route.fulfill(content_type="application/json", body=json.dumps(answer))

    await visitor.page.route("**/graphql", change)


async def test_ratios_are_drawn_of_single_rows_or_not_at_all(visitor: Visitor) -> None:
    """M1: a ratio is of sums, never a sum of ratios; money by the click is one as a rate is."""
    await visitor.becomes("adv-admin")
    card = await chart(visitor, f"/reports?columns=cr,epc,clicks&by=month,program,country&chart=stacked&{PERIOD}")
    for name in ("CR", "EPC"):
        await card.get_by_role("button", name=name, exact=True).click()
        await expect(card).to_contain_text(f"values of {name} cannot be added up")
        await expect(card.get_by_role("button", name="Stacked")).to_have_count(0)
        await expect(card.locator(".recharts-surface")).to_have_count(0)
    await card.get_by_role("button", name="Clicks", exact=True).click()
    await expect(card.locator(".recharts-bar-rectangle").first).to_be_visible()
    await expect(card.get_by_role("button", name="Stacked")).to_have_attribute("aria-pressed", "true")

    card = await chart(visitor, f"/reports?columns=cr&by=month,program&{PERIOD}")
    await expect(card.locator(".recharts-line-dot").first).to_be_visible()


async def test_what_has_no_value_is_a_gap_and_no_zero(visitor: Visitor) -> None:
    """RC12: a masked amount is not nothing; what has none anywhere has no line."""
    await visitor.becomes("adv-admin")
    weeks = ("2026-03-02", "2026-03-09", "2026-03-16")
    rows = [(week, name) for week in weeks for name in ("Shown", "Hidden")]
    await answers(visitor, rows, ["4", None, None, None, "6", None])
    card = await chart(visitor, f"/reports?columns=payout&by=week,program&{PERIOD}")
    await expect(card.locator(".recharts-line-dot")).to_have_count(2)
    await expect(card.locator(".recharts-line")).to_have_count(1)
    await visitor.page.unroute("**/graphql")
    await answers(visitor, rows, [None] * 6)
    card = await chart(visitor, f"/reports?columns=payout&by=week,program&{PERIOD}")
    await expect(card).to_contain_text("Payout has no value in any of these rows.")


async def test_what_a_chart_leaves_out_is_said_beside_it(visitor: Visitor) -> None:
    """Rows that are not loaded, and all lines but the largest."""
    await visitor.becomes("admin")
    card = await chart(visitor, f"/reports?columns=clicks&by=day,account&{PERIOD}")
    await expect(card).to_contain_text("Drawn from the first 1,000 of")
    await expect(card).to_contain_text("The 6 largest by affiliate account, the ")
    await expect(card).to_contain_text("others together.")
    await expect(card.get_by_role("listitem")).to_have_count(7)
    card = await chart(visitor, f"/reports?columns=clicks&by=month&{PERIOD}")
    await expect(card.locator("figcaption")).to_have_count(0)


@pytest.mark.parametrize(("days", "said"), [("2026-01-02..2026-06-27", BOTH), ("2026-01-05..2026-06-28", "")])
async def test_time_goes_from_left_to_right_and_parts_of_weeks_are_said_to_be_some(
    visitor: Visitor, days: str, said: str
) -> None:
    """In whatever order the rows of the table are."""
    await visitor.becomes("adv-admin")
    card = await chart(visitor, f"/reports?columns=clicks&by=week&order=clicks:desc&period={days}")
    ticks = card.locator(".recharts-xAxis-tick-labels text")
    await expect(ticks.first).to_be_visible()
    weeks = await ticks.all_text_contents()
    assert len(weeks) > 3
    assert weeks == sorted(weeks)
    rows = await visitor.page.locator(".rows tbody .dimension").all_inner_texts()
    assert rows != sorted(rows)
    assert await card.locator("figcaption").all_inner_texts() == ([said] if said else [])
