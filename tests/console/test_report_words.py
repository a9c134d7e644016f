"""What the page of a report says and keeps: of columns and lenses that are not there, of failures, of filters."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from browsing import NARROW, Visitor
from playwright.async_api import Browser, Page, Route, expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

PERIOD = "period=2026-01-01..2026-06-30"


async def ran(visitor: Visitor, path: str) -> Page:
    """The page of a report that has run."""
    await visitor.runs(path)
    return visitor.page


async def test_rc6_a_column_that_is_not_there_is_named_and_left_out(visitor: Visitor) -> None:
    """RC6: one of somebody else's metrics is as one that nobody made."""
    page = visitor.page
    await visitor.becomes("partner-member")
    await visitor.goes(f"/reports?columns=clicks,revenue,custom_theirs&by=month&having=custom_theirs~gt~1&{PERIOD}")
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("custom_theirs is a column that is not there for you.")
    await expect(alert).to_contain_text("Revenue is not available to you")
    await page.get_by_role("button", name="Run without them").click()
    await expect(page.get_by_role("columnheader")).to_have_text(["Month", "Clicks"])
    await expect(alert).to_have_count(0)

    await visitor.goes(f"/reports?columns=custom_theirs&by=month&{PERIOD}")
    await expect(alert).to_contain_text("The report has no other column")
    await expect(page.get_by_role("button", name="Run without it")).to_have_count(0)


async def test_a_lens_of_an_address_that_is_not_there_is_said_not_to_be(visitor: Visitor) -> None:
    """And whose report is shown instead."""
    await visitor.becomes("adv-admin")
    page = await ran(visitor, f"/reports?lens=PLATFORM&columns=clicks&by=month&{PERIOD}")
    notice = page.get_by_text("a point of view that is not there for you", exact=False)
    await expect(notice).to_contain_text("as seen by Northwind Outfitters (advertiser)")
    await ran(visitor, f"/reports?columns=clicks&by=month&{PERIOD}")
    await expect(notice).to_have_count(0)


async def test_a_report_stays_while_the_server_is_gone_and_goes_with_the_right_to_it(visitor: Visitor) -> None:
    """A failure that says nothing of rights takes nothing away."""
    await visitor.becomes("adv-admin")
    page = await ran(visitor, f"/reports?columns=clicks&by=month&{PERIOD}")
    code = "UNAVAILABLE"

    async def refuse(route: Route) -> None:
        body = json.dumps({"errors": [{"message": "Not now.", "extensions": {"code": code}}]})
        await route.fulfill(content_type="application/json", body=body)

    await page.route("**/graphql", refuse)
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Not now.")
    await expect(page.get_by_text("The report below is the last one that ran.")).to_be_visible()
    await expect(page.get_by_role("row", name="All rows")).to_be_visible()
    code = "COLUMN_RESTRICTED"
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_role("row", name="All rows")).to_have_count(0)


async def test_a_filter_is_offered_to_a_finger_and_said_above_the_rows(
    visitor: Visitor, browser: Browser, origin: str
) -> None:
    """Nothing hovers on a phone."""
    context = await browser.new_context(viewport=NARROW, is_mobile=True, has_touch=True, locale="en-GB")
    phone = await Visitor.at(await context.new_page(), origin)
    await phone.becomes("adv-admin")
    page = await ran(phone, f"/reports?columns=clicks&by=program&{PERIOD}")
    await expect(page.locator(".only").first).to_have_css("opacity", "1")
    await page.get_by_role("button", name="Only Northwind Trail Gear").tap()
    await expect(page.locator(".shown").get_by_text(", only Northwind Trail Gear. 1 row", exact=False)).to_be_visible()
    await phone.is_at_ease()
    await context.close()


async def test_a_saved_report_keeps_its_names_is_saved_with_enter_and_what_was_done_is_forgotten(
    visitor: Visitor,
) -> None:
    """RC10: what is saved are ids, what is shown are the names that its reader may know."""
    name = f"Trail {uuid4().hex[:6]} {'long' * 18}"
    await visitor.becomes("adv-admin")
    page = await ran(visitor, f"/reports?columns=clicks&by=program&{PERIOD}")
    await page.get_by_role("row", name="Northwind Trail Gear").hover()
    await page.get_by_role("button", name="Only Northwind Trail Gear").click()
    await page.get_by_role("button", name="Take program out").click()
    await page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog")
    box = await page.locator(".sheet").bounding_box()
    assert box is not None
    assert box["width"] < 500
    await dialog.get_by_role("textbox", name="Name").fill(name)
    await visitor.presses("Enter")
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    said = page.get_by_text("Share or schedule it under", exact=False)
    await expect(said).to_be_visible()
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(said).to_have_count(0)
    await visitor.goes("/reports")
    await page.get_by_role("button", name="Saved reports").click()
    await page.set_viewport_size(NARROW)
    assert await dialog.evaluate("it => [...it.querySelectorAll('*')].every((each) => each.clientWidth <= 390)")
    await dialog.get_by_role("button", name=name, exact=True).click()
    await expect(page.locator(".shown").get_by_text(", only Northwind Trail Gear.", exact=False)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


async def test_a_saved_report_that_is_opened_from_itself_is_drawn_as_it_was(visitor: Visitor) -> None:
    """What is saved has no chart: the address has it."""
    name = f"Bars {uuid4().hex[:6]}"
    await visitor.becomes("adv-admin")
    page = await ran(visitor, f"/reports?columns=clicks&by=month&chart=bar&{PERIOD}")
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_role("textbox", name="Name").fill(name)
    await visitor.presses("Enter")
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    await page.get_by_role("button", name="Saved reports").click()
    await page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
    await expect(page.get_by_text(f"“{name}” is opened.")).to_be_visible()
    await expect(page.get_by_role("button", name="Bars")).to_have_attribute("aria-pressed", "true")
    assert "chart=bar" in page.url


async def test_a_column_of_no_program_is_said_to_be_of_none(visitor: Visitor) -> None:
    """RC12: not of 0 programs."""
    page = visitor.page

    async def change(route: Route) -> None:
        answer: dict[str, Any] = await (await route.fetch()).json()
        report = (answer.get("data") or {}).get("report")
        if report:
            report["columns"][0] |= {"coverage": "PARTIAL", "programs": 0}
        await route.fulfill(content_type="application/json", body=json.dumps(answer))

    await visitor.becomes("adv-admin")
    await page.route("**/graphql", change)
    await ran(visitor, f"/reports?columns=payout&by=month&{PERIOD}")
    await expect(page.get_by_text("Nothing in this report is there for you in Payout", exact=False)).to_be_visible()


async def test_a_condition_and_its_button_fit_their_panel(visitor: Visitor) -> None:
    """However long its column and its number are."""
    await visitor.becomes("adv-admin")
    page = await ran(visitor, f"/reports?columns=sale_amount&by=month&having=sale_amount~lt~1000000000000&{PERIOD}")
    panel = page.get_by_role("form", name="Report builder")
    assert await panel.evaluate("it => it.scrollWidth <= it.clientWidth")
    await page.get_by_role("button", name="Not only where Sale amount").click()


async def test_arrow_keys_look_at_dimensions_and_enter_adds_one(visitor: Visitor) -> None:
    """A list that acts on what it comes across cannot be looked through by keyboard."""
    await visitor.becomes("adv-admin")
    page = await ran(visitor, f"/reports?columns=clicks&by=month&{PERIOD}")
    await page.get_by_role("combobox", name="Add a dimension").focus()
    await visitor.presses("ArrowDown", "ArrowDown")
    await expect(page.get_by_role("button", name="Add Day", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Take day out")).to_have_count(0)
    await visitor.presses("Enter")
    await expect(page.get_by_role("button", name="Take day out")).to_be_visible()
    await expect(page.get_by_role("button", name="Take hour out")).to_have_count(0)
    await page.get_by_role("combobox", name="Add a dimension").focus()
    await visitor.presses("ArrowDown")
    await page.get_by_role("button", name="Add Hour", exact=True).click()
    await expect(page.get_by_role("button", name="Take hour out")).to_be_visible()
