"""Managers and what they are assigned, people who are suspended, and reviews of keys and companies, in the console."""

from __future__ import annotations

import pytest
from browsing import Visitor, choose
from playwright.async_api import Locator, expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


async def looked_at(visitor: Visitor, name: str) -> Locator:
    """Somebody chosen among the people, and what he manages."""
    page = visitor.page
    await visitor.goes("/access?tab=grants")
    await choose(page, name)
    return page.get_by_role("region", name=f"What {name} manages")


async def test_s10_a_manager_is_assigned_an_account_and_unassigned(visitor: Visitor) -> None:
    """S10: what he would see by it is shown before, and what he loses before it is taken."""
    page = visitor.page
    await visitor.becomes("admin")
    managed = await looked_at(visitor, "Aron Vale")
    await expect(managed.get_by_role("listitem").first).to_be_visible()
    before = await managed.get_by_role("listitem").count()
    await managed.get_by_role("button", name="Assign", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Assign", exact=True)).to_be_disabled()
    await dialog.get_by_role("searchbox", name="Whose name begins with").fill("Kestrel")
    account = dialog.get_by_role("combobox", name="Account")
    await expect(account.get_by_role("option", name="Kestrel").first).to_be_attached()
    await account.select_option(index=1)
    name = await account.locator("option:checked").inner_text()
    exposed = dialog.get_by_role("region", name="What this change exposes")
    await expect(exposed).to_contain_text("Aron Vale")
    assert await visitor.barriers() == []
    await dialog.get_by_role("button", name="Assign", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text=f"manages {name} from now on")).to_be_visible()
    await expect(managed.get_by_role("listitem")).to_have_count(before + 1)
    await managed.get_by_role("button", name=f"Unassign {name}", exact=True).click()
    await expect(exposed).to_contain_text("Aron Vale")
    await dialog.get_by_role("button", name="Unassign", exact=True).click()
    await expect(managed.get_by_role("listitem")).to_have_count(before)


async def test_ac6_somebody_is_suspended_by_keyboard_and_reinstated(visitor: Visitor) -> None:
    """AC6: all that he loses is shown before; he comes back to what he had."""
    page = visitor.page
    await visitor.becomes("admin")
    await looked_at(visitor, "Percy Lake")
    await visitor.tabs_to("Suspend")
    await visitor.presses("Enter")
    dialog = page.get_by_role("dialog", name="Suspend Percy Lake")
    exposed = dialog.get_by_role("region", name="What this change exposes")
    await expect(exposed.get_by_role("status")).to_contain_text("1 person would notice: 0 would see or do more, 1 less")
    await visitor.presses("Escape")
    await expect(page.get_by_role("button", name="Suspend", exact=True)).to_be_visible()  # nothing was done
    await page.get_by_role("button", name="Suspend", exact=True).click()
    await dialog.get_by_role("button", name="Suspend", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="Percy Lake is suspended.")).to_be_visible()
    await page.get_by_role("button", name="Reinstate").click()
    await expect(page.get_by_role("status").filter(has_text="has back what was held")).to_be_visible()
    await expect(page.get_by_role("button", name="Suspend", exact=True)).to_be_visible()


async def test_ac6_who_may_not_suspend_or_assign_is_offered_neither(visitor: Visitor) -> None:
    """AC6, DR1: an administrator of an organization looks at its people, and has no such button."""
    page = visitor.page
    await visitor.becomes("adv-admin")
    await visitor.goes("/access?tab=grants")
    await choose(page, "Anna Lytton")
    await expect(page.get_by_role("button", name="Change Analyst of Anna Lytton")).to_be_visible()
    for name in ("Suspend", "Reinstate", "Assign"):
        await expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)


async def test_l12_keys_of_an_organization_are_reviewed(visitor: Visitor) -> None:
    """L12: its keys by name and scopes; one that does not administer it opens no such review."""
    page = visitor.page
    await visitor.becomes("adv-admin")
    await visitor.goes("/access?tab=reviews")
    await page.get_by_text("Open a review").click()
    place = page.get_by_role("combobox", name="Of the access to")
    assert "API keys of all users" not in await place.get_by_role("option").all_inner_texts()
    await place.select_option(label="API keys of Northwind Outfitters")
    await page.get_by_label("Due on").fill("2099-01-31")
    await page.get_by_role("button", name="Open", exact=True).click()
    await page.get_by_role("button", name="Look at the review of API keys of Northwind Outfitters").first.click()
    grants = page.get_by_role("region", name="Grants under review")
    await expect(grants.get_by_role("row").nth(1)).to_contain_text("Northwind Outfitters")
    await grants.get_by_role("button", name="Confirm").first.click()
    await expect(grants).to_contain_text("confirmed")


async def test_l12_access_to_a_company_is_reviewed_by_its_owner(visitor: Visitor) -> None:
    """L12: each who has access to it, with his level."""
    page = visitor.page
    await visitor.becomes("company-owner")
    await visitor.goes("/access?tab=reviews")
    await page.get_by_text("Open a review").click()
    place = page.get_by_role("combobox", name="Of the access to")
    (name,) = [text for text in await place.get_by_role("option").all_inner_texts() if text.endswith("(company)")][:1]
    await place.select_option(label=name)
    await page.get_by_label("Due on").fill("2099-01-31")
    await page.get_by_role("button", name="Open", exact=True).click()
    await page.get_by_role("button", name=f"Look at the review of {name.removesuffix(' (company)')}").first.click()
    grants = page.get_by_role("region", name="Grants under review")
    await expect(grants).to_contain_text("not decided")
    await grants.get_by_role("button", name="Confirm").first.click()
    await expect(grants).to_contain_text("confirmed")
