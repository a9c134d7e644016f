"""Reviews in the console: however many grants there are, and none taken by one click."""

from __future__ import annotations

import re

import pytest
from browsing import Visitor
from playwright.async_api import Route, expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


async def test_l12_a_review_of_many_pages_is_read_to_its_end(visitor: Visitor) -> None:
    """L12: all of it is decided about and evidence; by keyboard, from one to the next."""
    page, asked = visitor.page, 0

    async def in_small_pages(route: Route) -> None:
        nonlocal asked
        body = route.request.post_data or ""
        asked += "query ReviewItems" in body
        await route.continue_(post_data=body.replace("accessReviewItems(first: 100", "accessReviewItems(first: 1"))

    await page.route("**/graphql", in_small_pages)
    await visitor.becomes("collab-owner")
    await visitor.goes("/access?tab=reviews")
    await page.get_by_text("Open a review").click()
    place = page.get_by_role("combobox", name="Of the access to")
    await place.select_option(index=1)
    await page.get_by_label("Due on").fill("2099-02-28")
    await page.get_by_role("button", name="Open", exact=True).click()
    named = re.compile(r"^Look at the review of .+, opened \d+ \w+ \d{4}, ")
    await page.get_by_role("listitem").filter(has_text="28 Feb 2099").get_by_role("button", name=named).first.click()
    grants = page.get_by_role("region", name="Grants under review")
    await expect(grants).to_be_visible()
    many = await grants.get_by_role("row").count() - 1
    assert asked == many > 1

    revoke = grants.get_by_role("button", name="Revoke").first
    await revoke.click()
    await expect(grants.get_by_role("button", name="No", exact=True)).to_be_focused()
    await visitor.presses("Enter")
    await expect(revoke).to_be_focused()
    await expect(page.get_by_role("status").filter(has_text=f"0 of {many} are decided")).to_be_visible()

    await grants.get_by_role("button", name="Confirm").first.focus()
    for decided in range(1, many + 1):
        await visitor.presses("Enter")
        await expect(page.get_by_role("status").filter(has_text=f"{decided} of {many} are decided")).to_be_visible()
        if decided < many:
            await expect(grants.get_by_role("button", name="Confirm").first).to_be_focused()
    await expect(page.locator("h2:focus")).to_have_count(1)
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Evidence as CSV").click()
    text = (await (await download.value).path()).read_text(encoding="utf-8")
    assert text.count("CONFIRMED") == many


async def test_a_long_address_stays_on_a_narrow_page(visitor: Visitor) -> None:
    """In the list of invitations, and in what is said of it."""
    page, address = visitor.page, f"{'somebody' * 7}@{'a-long-domain-' * 3}of.example"
    await page.set_viewport_size({"width": 390, "height": 844})
    await visitor.becomes("collab-owner")
    await visitor.goes("/access?tab=sharing")
    await page.get_by_text("Invite somebody").click()
    await page.get_by_role("textbox", name="Mail address").fill(address)
    await page.get_by_role("button", name="Invite", exact=True).click()
    await expect(page.get_by_role("listitem").filter(has_text=address)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.get_by_role("button", name=f"Revoke the invitation of {address}").click()
    await expect(page.get_by_role("listitem").filter(has_text=address)).to_contain_text("revoked")
