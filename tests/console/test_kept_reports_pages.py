"""Reports that are kept: saved, opened, shared, scheduled, exported; conditions on rows and metrics of one's own."""

from __future__ import annotations

import csv
from urllib.parse import unquote
from uuid import uuid4

import pytest
from browsing import Visitor
from playwright.async_api import expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

PERIOD = "period=2026-01-01..2026-06-30"


async def test_a_report_is_saved_shared_opened_scheduled_and_deleted(visitor: Visitor) -> None:
    """RC10: what is shared is the question; another opens it under its name, and changes nothing of it."""
    page, name = visitor.page, f"Programs {uuid4().hex[:6]}"
    await visitor.becomes("adv-admin")
    await visitor.runs(f"/reports?columns=clicks,revenue&by=program&having=clicks~gte~1&{PERIOD}")
    await page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Name").fill(name)
    await dialog.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    await page.get_by_role("button", name="Saved reports").click()
    await dialog.get_by_role("button", name=f"Share and schedule {name}").click()
    await dialog.get_by_role("checkbox", name="Everybody in Northwind Outfitters").click()
    await expect(dialog.get_by_role("status").filter(has_text="Shared with Northwind")).to_be_visible()
    await dialog.get_by_role("button", name="Schedule", exact=True).click()
    await expect(dialog.get_by_role("button", name="Delete the schedule")).to_be_visible()

    await visitor.becomes("adv-member")
    await visitor.goes("/reports")
    await page.get_by_role("button", name="Saved reports").click()
    await expect(dialog.get_by_role("listitem").filter(has_text=name)).to_contain_text("from Nora Winter")
    await expect(dialog.get_by_role("button", name=f"Schedule {name}", exact=True)).to_be_visible()
    await dialog.get_by_role("button", name=name, exact=True).click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    await expect(page.get_by_role("columnheader")).to_have_text(["Program", "Clicks", "Revenue"])
    await expect(page.get_by_text("Clicks is at least 1", exact=True)).to_be_visible()

    await visitor.becomes("adv-admin")
    await visitor.goes("/reports")
    await page.get_by_role("button", name="Saved reports").click()
    await dialog.get_by_role("button", name=f"Share and schedule {name}").click()
    await dialog.get_by_role("button", name="Delete", exact=True).click()
    await dialog.get_by_role("button", name="Yes, delete").click()
    await expect(dialog.get_by_role("button", name=name, exact=True)).to_have_count(0)


async def test_rows_by_a_condition_and_a_report_as_a_file(visitor: Visitor) -> None:
    """RC11: the file has the rows of the condition, and their totals; a file that waits can be given up."""
    page = visitor.page
    await visitor.becomes("partner-member")
    await visitor.runs(f"/reports?columns=clicks,payout&by=month&{PERIOD}")
    rows = page.locator(".rows tbody tr")
    all_of_them = await rows.count()
    await page.get_by_role("combobox", name="How it compares").select_option(label="less than")
    await page.get_by_role("textbox", name="Value of the condition").fill("0")
    await page.get_by_role("button", name="Add the condition").click()
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_role("heading", name="No row is so in this period")).to_be_visible()
    await page.get_by_role("button", name="Not only where Clicks is less than 0").click()
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(rows).to_have_count(all_of_them)
    await page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Name of the file").fill("Half a year")
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="Export", exact=True).click()
    file = await download.value
    assert file.suggested_filename == "Half a year.csv"
    lines = (await file.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + all_of_them + 1
    assert lines[-1].startswith("Total,")
    await expect(dialog.get_by_role("listitem").filter(has_text="Half a year")).to_contain_text("done")


async def test_a_metric_of_ones_own_is_made_used_and_archived(visitor: Visitor) -> None:
    """M5a, RC6: a formula over what one may use; one over what one may not is refused as one over a made-up name."""
    page, name = visitor.page, f"Sale per click {uuid4().hex[:6]}"
    await visitor.becomes("partner-member")
    await visitor.runs(f"/reports?columns=clicks&by=month&{PERIOD}")
    await page.get_by_role("button", name="Choose columns").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="New metric").click()
    await dialog.get_by_role("textbox", name="Name").fill(name)
    await dialog.get_by_role("textbox", name="Formula").fill("revenue / clicks")
    await dialog.get_by_role("button", name="Make the metric").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("not available")
    await dialog.get_by_role("textbox", name="Formula").fill("payout / clicks")
    await dialog.get_by_role("button", name="Make the metric").click()
    await expect(dialog.get_by_role("checkbox", name=name)).to_be_checked()
    await dialog.get_by_role("button", name="Use these 2 columns").click()
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_role("columnheader")).to_have_text(["Month", "Clicks", name])
    await page.get_by_role("button", name="Choose columns").click()
    await dialog.get_by_role("button", name=f"Change the metric {name}").click()
    await dialog.get_by_role("button", name="Archive").click()
    await dialog.get_by_role("button", name="Yes, archive").click()
    await expect(dialog.get_by_role("checkbox", name=name)).to_have_count(0)


async def test_what_is_restricted_can_be_asked_for(visitor: Visitor) -> None:
    """RC6: a column that one may not use leads to a request for it, filled in."""
    page = visitor.page
    await visitor.becomes("partner-member")
    await visitor.runs(f"/reports?columns=clicks&by=month&{PERIOD}")
    await page.get_by_role("button", name="Choose columns").click()
    await page.get_by_role("link", name="Ask for Revenue", exact=True).click()
    await expect(page.get_by_role("textbox", name="To a type, a field or a column")).to_have_value(
        "ReportMetrics.revenue"
    )


async def test_who_keeps_no_reports_is_offered_none(visitor: Visitor) -> None:
    """RC10: somebody without a permission for reports runs and exports, and saves nothing."""
    page = visitor.page
    await visitor.becomes("support")
    await visitor.runs(f"/reports?columns=clicks&by=month&{PERIOD}")
    await expect(page.get_by_role("button", name="Export")).to_be_visible()
    await expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)


async def test_a_report_as_it_stood_is_asked_shown_saved_and_a_file(visitor: Visitor) -> None:
    """RC13, RC11: the moment is in the address, in the headline, in the document, in what is saved and in the file."""
    page, name = visitor.page, f"As it stood {uuid4().hex[:6]}"
    await visitor.becomes("adv-admin")
    await visitor.goes(f"/reports?columns=conversions,revenue&by=month&compare=PREVIOUS_PERIOD&{PERIOD}")
    total = page.get_by_role("row", name="All rows")
    await expect(total).to_be_visible()
    now = await total.inner_text()
    await page.get_by_role("combobox", name="Numbers").select_option(label="As they stood on an earlier day")
    await page.get_by_label("As it stood on").fill("2026-03-01T00:00")
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_text("as it stood on 1 Mar 2026")).to_be_visible()
    assert await total.inner_text() != now
    moment = await page.evaluate("new URLSearchParams(location.search).get('asof')")
    assert moment.startswith("2026-0")
    shown = await page.get_by_role("link", name="Show GraphQL").get_attribute("href")
    assert shown is not None
    assert moment in unquote(shown)
    then = await total.inner_text()

    await page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("as it stood on 1 Mar 2026")
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="Export", exact=True).click()
    heading, *_, last = csv.reader((await (await download.value).path()).read_text(encoding="utf-8").splitlines())
    assert [cell.split(" (")[0] for cell in heading[:2]] == ["Month", "Conversions"]
    assert len(heading) == 5  # each column with that of the period before beside it
    assert f"{int(last[1]):,}" in then
    await dialog.get_by_role("button", name="Close").first.click()

    await page.get_by_role("button", name="Save", exact=True).click()
    await dialog.get_by_role("textbox", name="Name").fill(name)
    await dialog.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    await visitor.goes("/reports")
    await page.get_by_role("button", name="Saved reports").click()
    await dialog.get_by_role("button", name=name, exact=True).click()
    await expect(page.get_by_text("as it stood on 1 Mar 2026")).to_be_visible()
    assert await total.inner_text() == then
