"""Every page of ours, in both colours and on a narrow screen: what axe finds, and whether anything sticks out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from browsing import NARROW, WIDE, Visitor, choose
from playwright.async_api import Page, expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

PERIOD = "period=2026-01-01..2026-06-30"
SETTLING_MILLISECONDS, LOOKS_AGAIN = 5_000, 50
_STICKS_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_STICKING = """[...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > innerWidth && !each.closest('.table-scroll'))
    .map((each) => each.outerHTML.slice(0, 90)).slice(0, 3)"""

Look = Callable[[Page], Awaitable[None]]


async def _report(page: Page) -> None:
    await expect(page.get_by_role("row", name="All rows")).to_be_visible()
    await expect(page.locator(".recharts-surface").first).to_be_visible()


async def _picker(page: Page) -> None:
    await page.get_by_role("button", name="Choose columns").click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def _nothing(page: Page) -> None:
    await expect(page.get_by_role("heading", name="Nothing happened in this period")).to_be_visible()


async def _lists(page: Page) -> None:
    await page.get_by_role("button", name="Alba Stone").click()
    await page.get_by_role("row", name="Impressions", exact=True).click()
    await page.get_by_role("button", name="Restrict", exact=True).click()
    await expect(page.get_by_role("button", name="Save")).to_be_enabled()


async def _explanation(page: Page) -> None:
    await page.get_by_role("button", name="Explain").click()
    await expect(page.get_by_text("It takes")).to_be_visible()


async def _roles(page: Page) -> None:
    await expect(page.get_by_role("region", name="Roles of the platform")).to_be_visible()


async def _role(page: Page) -> None:
    await page.get_by_role("button", name="Affiliate Manager", exact=True).click()
    await page.get_by_role("group", name="Commission plans").get_by_label("None").check()
    await expect(page.get_by_role("button", name="Save")).to_be_enabled()


async def _grants(page: Page) -> None:
    await expect(page.get_by_role("region", name="Roles that are held")).to_be_visible()


async def _manager(page: Page) -> None:
    await choose(page, "Aron Vale")
    await expect(page.get_by_role("button", name="Suspend", exact=True)).to_be_visible()


async def _imports(page: Page) -> None:
    await page.get_by_text("Import a file of orders").click()
    await expect(page.get_by_role("list", name="Imports")).to_be_visible()


async def _matrix(page: Page) -> None:
    await page.get_by_role("combobox", name="Type").select_option(label="Payout run")
    await page.get_by_role("button", name="Look").click()
    await expect(page.get_by_role("region", name="People and fields")).to_be_visible()


async def _sharing(page: Page) -> None:
    await expect(page.get_by_role("region", name="Collaborators on accounts")).to_be_visible()
    await expect(page.get_by_role("heading", name="Invitations")).to_be_visible()


async def _requests(page: Page) -> None:
    await page.get_by_text("Ask for access").click()
    await expect(page.get_by_role("heading", name="Others ask")).to_be_visible()


async def _review(page: Page) -> None:
    await page.get_by_role("button", name="Look at the review of The platform").first.click()
    await expect(page.get_by_role("region", name="Grants under review")).to_be_visible()


async def _saved(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    await page.get_by_role("button", name="Save", exact=True).click()
    await dialog.get_by_role("textbox", name="Name").fill("To look at")
    await dialog.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_role("button", name="Saved reports").click()
    await dialog.get_by_role("button", name="Share and schedule To look at").first.click()
    await expect(page.get_by_role("button", name="Schedule", exact=True)).to_be_visible()


async def _export(page: Page) -> None:
    await expect(page.get_by_role("row", name="All rows")).to_be_visible()
    await page.get_by_role("button", name="Export").click()
    await expect(page.get_by_role("radio", name="Parquet")).to_be_visible()


async def _log(page: Page) -> None:
    await expect(page.get_by_role("time").first).to_be_visible()


async def _home(page: Page) -> None:
    await expect(page.get_by_role("heading", name="Hello, Adele Marsh")).to_be_visible()


async def _editor(page: Page) -> None:
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("viewer")


LOOKS: dict[str, Look] = {
    "/": _home,
    f"/reports?columns=clicks,revenue&by=month,program&compare=PREVIOUS_PERIOD&{PERIOD}": _report,
    f"/reports?columns=clicks,revenue&by=month&{PERIOD}": _picker,
    "/reports?columns=clicks&by=month&period=2020-01-01..2020-01-02": _nothing,
    "/access?tab=columns": _lists,
    "/access?tab=explain": _explanation,
    "/access?tab=roles": _roles,
    "/access?tab=roles&opened": _role,
    "/access?tab=grants": _grants,
    "/access?tab=grants&opened": _manager,
    "/access?tab=imports": _imports,
    "/access?tab=matrix": _matrix,
    "/access?tab=sharing": _sharing,
    "/access?tab=requests": _requests,
    "/access?tab=reviews": _review,
    "/access?tab=log": _log,
    f"/reports?columns=clicks&by=month&{PERIOD}": _saved,
    f"/reports?columns=conversions&by=week&compare=PREVIOUS_PERIOD&asof=2026-03-01T00:00:00Z&{PERIOD}": _export,
    "/explorer": _editor,
}


async def test_no_page_has_a_barrier_or_sticks_out_of_a_narrow_screen(visitor: Visitor) -> None:
    """axe finds nothing, by WCAG 2.2 AA and good practice; at 390 pixels a page never moves sideways."""
    page = visitor.page
    found: list[str] = []
    await page.goto(f"{visitor.origin}/login")
    await expect(page.get_by_role("button", name="Boris Nest")).to_be_visible()
    found += [f"/login: {each}" for each in await _trouble(visitor)]
    await visitor.becomes("admin")
    for path, look in LOOKS.items():
        await visitor.goes(path)
        await look(page)
        found += [f"{path}: {each}" for each in await _trouble(visitor)]
    assert found == []


async def _trouble(visitor: Visitor) -> list[str]:
    """What is wrong with a page as it is now: in light, in dark, and when it is narrow."""
    page = visitor.page
    found = await visitor.barriers()
    # Dark colours change nothing but contrast.
    await page.emulate_media(color_scheme="dark")
    found += [f"in dark, {each}" for each in await visitor.barriers("color-contrast")]
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(NARROW)
    # Not by wait_for_function: it makes a function of a text, which our pages refuse.
    for _ in range(LOOKS_AGAIN):
        if await page.evaluate(_STICKS_OUT) <= 0:
            break
        await page.wait_for_timeout(SETTLING_MILLISECONDS / LOOKS_AGAIN)
    else:
        found += [f"{each} sticks out of a narrow screen" for each in await page.evaluate(_STICKING)]
    await page.set_viewport_size(WIDE)
    return found
