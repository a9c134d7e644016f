"""Tables of very many rows: what is in the document, what is shown of them, and what scrolling costs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from browsing import Visitor
from playwright.async_api import Route, expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

FEW, MANY = 1_000, 100_000
MOST_IN_DOCUMENT = 120
STEPS = 60
# Pressing and dragging alike: short steps near the top, in the middle and at the end, and jumps between them.
_SCROLL = """async ([steps]) => {
    const table = document.querySelector('.table-scroll');
    const head = table.querySelector('thead').offsetHeight;
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    let long = 0;
    const watch = new PerformanceObserver((list) => { long += list.getEntries().length; });
    watch.observe({ type: 'longtask' });
    const seen = [];
    for (let step = 0; step <= steps; step++) {
        const most = table.scrollHeight - table.clientHeight;
        const third = Math.floor((step * 3) / (steps + 1));
        table.scrollTop = Math.min(most, Math.round((most * third) / 2) + (step % (steps / 3)) * 90);
        await frame();
        const box = table.getBoundingClientRect();
        const rows = [...table.querySelectorAll('tbody tr[aria-rowindex]')];
        const inView = rows.filter((row) => {
            const { top, bottom } = row.getBoundingClientRect();
            return bottom > box.top + head && top < box.bottom;
        });
        const covered = inView.length > 0
            && inView[0].getBoundingClientRect().top <= box.top + head + 2  // its border
            && inView.at(-1).getBoundingClientRect().bottom >= box.bottom - 20;
        seen.push({
            share: table.scrollTop / most,
            inDocument: rows.length,
            covered,
            at: inView.map((row) => Number(row.getAttribute('aria-rowindex')) - 3),
            texts: inView.map((row) => [...row.cells].map((cell) => cell.textContent).join(' ')),
        });
    }
    watch.disconnect();
    return { long, seen, all: table.querySelectorAll('tr').length };
}"""


async def test_a_hundred_thousand_rows_scroll_like_a_thousand(visitor: Visitor) -> None:
    """GOAL26: as few rows are in the document, each place shows its own rows, and no task grows with their number."""
    few, many = await scrolled(visitor, FEW), await scrolled(visitor, MANY)
    for found, count in ((few, FEW), (many, MANY)):
        assert found["seen"][0]["at"][0] == 0
        assert found["seen"][-1]["share"] == pytest.approx(1, abs=0.1)
        assert max(max(each["at"]) for each in found["seen"]) == count - 1
        for each in found["seen"]:
            assert each["covered"], each
            assert each["inDocument"] <= MOST_IN_DOCUMENT
            assert each["at"] == list(range(each["at"][0], each["at"][-1] + 1))
            assert each["texts"] == [f"Place {at} {at:,}" for at in each["at"]]
    # A busy machine makes some tasks long, whatever they do; what went through all rows would be long at every step.
    assert many["long"] <= 2 * few["long"] + STEPS // 4


async def scrolled(visitor: Visitor, count: int) -> dict[str, Any]:
    """What was seen while a report of so many rows was scrolled. Its answer is a real one, with other rows in it."""
    page = visitor.page

    async def enlarge(route: Route) -> None:
        if "ConsoleReport" not in (route.request.post_data or ""):
            await route.continue_()
            return
        answer = await (await route.fetch()).json()
        report = answer["data"]["report"]
        report["rowCount"] = count
        report["rows"] = [
            {"dimensions": [{"key": "program", "value": str(at), "label": f"Place {at}"}]} for at in range(count)
        ]
        for column in report["columns"]:
            column["values"] = [str(at) for at in range(count)]
        await route.fulfill(content_type="application/json", body=json.dumps(answer))

    await visitor.becomes("admin")
    await page.route("**/graphql", enlarge)
    await visitor.goes("/reports?columns=clicks&by=program&period=2026-01-01..2026-06-30")
    await expect(page.get_by_text(f"{count:,} rows", exact=False)).to_be_visible()
    await expect(page.locator(".recharts-surface").first).to_be_visible()
    found: dict[str, Any] = await page.evaluate(_SCROLL, [STEPS])
    await page.unroute("**/graphql")
    return found


async def test_a_report_of_many_pages_is_read_as_one_scrolls(visitor: Visitor) -> None:
    """GOAL26: the page after is read before its rows are needed, and each row stands where it belongs, once."""
    page = visitor.page
    await visitor.becomes("admin")
    await visitor.goes("/reports?columns=clicks&by=day,account&order=clicks:desc&period=2026-01-01..2026-06-30")
    await expect(page.get_by_text(", 1,000 loaded", exact=False)).to_be_visible()
    table = page.get_by_role("region", name="Rows of the report")
    await table.evaluate("it => { it.scrollTop = it.scrollHeight; }")
    await expect(page.get_by_text(", 2,000 loaded", exact=False)).to_be_visible()
    await table.evaluate("it => { it.scrollTop = 1000 * 34; }")
    rows = page.locator(".rows tbody tr[aria-rowindex]")
    await expect(page.locator('tr[aria-rowindex="1004"]')).to_be_visible()  # the first of the second page
    assert await rows.count() <= MOST_IN_DOCUMENT
    clicks = [int(text.replace(",", "")) for text in await page.locator(".rows tbody td.number").all_inner_texts()]
    assert clicks == sorted(clicks, reverse=True)
    names = await page.locator(".rows tbody tr[aria-rowindex]").evaluate_all(
        "rows => rows.map((row) => [...row.querySelectorAll('.dimension')].map((cell) => cell.textContent).join())"
    )
    assert len(set(names)) == len(names)
