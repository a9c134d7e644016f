"""What is not saved in the console: it is lost to nobody, neither to a click nor to somebody else's change."""

from __future__ import annotations

import pytest
from browsing import Visitor, asked, choose
from playwright.async_api import Locator, Page, expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


EDIT = """mutation ($input: EditColumnsInput!) {
    editColumns(input: $input) { __typename ... on EditColumnsSuccess { list { restricted } } }
}"""


async def restricts(page: Page, column: str) -> Locator:
    """Move a column of the list that is open; the bar in which it can be saved."""
    await page.get_by_role("row", name=column, exact=True).click()
    await page.get_by_role("button", name="Restrict", exact=True).click()
    bar = page.get_by_role("region", name="Changes that are not saved")
    await expect(bar).to_contain_text(f"Will be restricted: {column}")
    return bar


async def has_the_focus_within(page: Page, selector: str) -> None:
    """That the keyboard is in there, not at the top of the page."""
    await expect(page.locator(f"{selector}:focus-within, {selector}:focus").first).to_be_attached()


async def test_a_list_that_somebody_else_changed_is_looked_at_before_it_is_saved(visitor: Visitor) -> None:
    """What he did is told, what one moved is kept, and no second click goes over it."""
    page = visitor.page
    await visitor.becomes("admin")
    await visitor.goes("/access?tab=columns")
    await choose(page, "Cara Ekdahl")
    people = '{ users(first: 1, where: { name: { eq: "Cara Ekdahl" } }) { nodes { id } } }'
    person = (await asked(visitor, people, {}))["data"]["users"]["nodes"][0]["id"]
    bar = await restricts(page, "Impressions")
    await has_the_focus_within(page, ".list-items")
    save = bar.get_by_role("button", name="Save")
    await expect(save).to_be_enabled()
    answer = await asked(visitor, EDIT, {"input": {"user": person, "remove": ["events"]}})
    assert answer["data"]["editColumns"]["list"]["restricted"] == ["events"]
    await save.click()
    alert = bar.get_by_role("alert")
    await expect(alert).to_contain_text("Somebody else changed this list meanwhile")
    await expect(alert).to_contain_text("Restricted meanwhile: Events")
    await expect(alert).to_be_in_viewport(ratio=1)
    await expect(save).to_have_count(0)
    await has_the_focus_within(page, ".savebar")
    restricted = page.get_by_role("grid", name="Restricted columns").get_by_role("row")
    await expect(restricted).to_have_count(2)
    assert await visitor.barriers() == []
    await bar.get_by_role("button", name="Keep what I moved").click()
    await has_the_focus_within(page, ".savebar")
    await expect(bar).to_contain_text("Will be restricted: Impressions")
    await save.click()
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    await expect(page.get_by_role("heading", name="Cara Ekdahl")).to_be_focused()
    query = "query ($user: ID) { columnList(user: $user) { restricted } }"
    found = (await asked(visitor, query, {"user": person}))["data"]["columnList"]["restricted"]
    assert set(found) == {"events", "impressions"}


async def test_whoever_goes_elsewhere_is_asked_about_what_he_moved(visitor: Visitor) -> None:
    """By another person, another part or another page: once each, and he may stay."""
    page = visitor.page
    await visitor.becomes("admin")
    await visitor.goes("/access?tab=columns")
    await choose(page, "Cara Ekdahl")
    bar = await restricts(page, "Clicks")
    question = page.get_by_role("alertdialog")
    await page.get_by_role("button", name="System default").click()
    assert await visitor.barriers() == []
    await expect(question.get_by_role("button", name="Stay here")).to_be_focused()
    await visitor.presses("Enter")
    await expect(question).to_have_count(0)
    await expect(bar).to_contain_text("Will be restricted: Clicks")
    async with page.expect_event("dialog") as leaving:
        await page.evaluate("setTimeout(() => location.reload())")
    assert (await leaving.value).type == "beforeunload"
    await (await leaving.value).dismiss()
    await expect(bar).to_contain_text("Will be restricted: Clicks")
    await page.get_by_role("link", name="Roles", exact=True).click()
    await question.get_by_role("button", name="Discard the changes").click()
    await expect(page.get_by_role("region", name="Roles of the platform")).to_be_visible()
    await page.get_by_role("link", name="Requests", exact=True).click()  # nothing is left to ask about
    await expect(page.get_by_role("heading", name="You ask")).to_be_visible()


async def test_a_click_beside_an_editor_throws_nothing_away(visitor: Visitor) -> None:
    """One with changes asks once when it is closed; one without closes."""
    page = visitor.page
    await visitor.becomes("admin")
    await visitor.goes("/access?tab=roles")
    new = page.get_by_role("button", name="New role for staff")
    await new.click()
    dialog = page.get_by_role("dialog")
    await page.mouse.click(5, 400)
    await expect(dialog).to_have_count(0)
    await new.click()
    name = dialog.get_by_role("textbox", name="Name", exact=True)
    await name.fill("Another name")
    await page.mouse.click(5, 400)
    await expect(name).to_have_value("Another name")
    await dialog.get_by_role("button", name="Close").click()
    await expect(dialog.get_by_role("button", name="No", exact=True)).to_be_focused()
    assert await visitor.barriers() == []
    await visitor.presses("Enter")
    await has_the_focus_within(page, "[role=dialog]")
    await expect(name).to_have_value("Another name")
    await visitor.presses("Escape")
    await dialog.get_by_role("button", name="Yes, discard the changes").click()
    await expect(dialog).to_have_count(0)
    await new.click()
    await expect(name).to_have_value("")
