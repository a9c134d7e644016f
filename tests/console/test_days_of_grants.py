"""Days in the console: they are those of the reader, who is west of UTC here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from browsing import Visitor, choose
from playwright.async_api import Page, expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture
def time_zone() -> str:
    """Where a day ends when it is the next one by UTC."""
    return "America/New_York"


async def _member(page: Page) -> None:
    await choose(page, "Anna Lytton")
    await page.get_by_role("button", name="Change Analyst of Anna Lytton").click()


async def _staff(page: Page) -> None:
    await choose(page, "Aron Vale")
    await page.get_by_role("button", name="Another role on the platform").click()


async def _collaborator(page: Page) -> None:
    await (
        page.get_by_role("region", name="Collaborators on accounts").get_by_role("button", name="Change").first.click()
    )


@pytest.mark.parametrize(
    ("who", "tab", "opens"),
    [
        ("adv-admin", "grants", _member),
        ("admin", "grants", _staff),
        ("collab-owner", "sharing", _collaborator),
    ],
)
async def test_the_last_day_of_a_grant_stays_the_day_that_was_chosen(
    visitor: Visitor, who: str, tab: str, opens: Callable[[Page], Awaitable[None]]
) -> None:
    """It is the same when it is read again, and the editor says what it does."""
    page = visitor.page
    await visitor.becomes(who)
    await visitor.goes(f"/access?tab={tab}")
    await opens(page)
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Last day").fill("2099-05-31")
    await expect(dialog.get_by_text("until the end of 31 May 2099, and loses it then")).to_be_visible()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("row").filter(has_text="31 May 2099")).to_be_visible()
    await page.reload()
    await opens(page)
    await expect(dialog.get_by_label("Last day")).to_have_value("2099-05-31")
    await expect(dialog.get_by_role("button", name="Save")).to_be_disabled()  # nothing is another


async def test_days_of_the_log_are_those_that_it_shows(visitor: Visitor) -> None:
    """From midnight to midnight of the clock by which its entries are shown."""
    page = visitor.page
    await visitor.becomes("admin")
    await visitor.goes("/access?tab=log")
    await page.get_by_label("From").fill("2026-07-01")
    async with page.expect_request(lambda request: "2026-07-03" in (request.post_data or "")) as asking:
        await page.get_by_label("To").fill("2026-07-02")
    at = (await asking.value).post_data_json["variables"]["where"]["at"]
    assert at == {"gte": "2026-07-01T04:00:00.000Z", "lte": "2026-07-03T03:59:59.999Z"}
