"""Roles, grants, requests and reviews in the console: what is shown before a change, and who changes nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest
from browsing import Visitor, choose
from playwright.async_api import Locator, Page, expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


def level(dialog: Locator, permission: str, label: str) -> Locator:
    """The choice of a level of a permission."""
    return dialog.get_by_role("group", name=permission, exact=True).get_by_label(label, exact=True)


async def tabs(page: Page) -> set[str]:
    """The parts of Access that somebody has."""
    return set(await page.get_by_role("navigation", name="Parts of access").get_by_role("link").all_inner_texts())


async def done(page: Page, text: str) -> None:
    """That a change is said to have been made."""
    await expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()


async def test_an_administrator_makes_changes_clones_and_archives_a_role(visitor: Visitor) -> None:
    """S7, SM7, DR7: what a role of managers cannot hold is locked; one that nobody holds exposes nothing."""
    page, name = visitor.page, f"Readers {uuid4().hex[:6]}"
    await visitor.becomes("admin")
    await visitor.goes("/access?tab=roles")
    await page.get_by_role("button", name="New role for staff").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Name").fill(name)
    await expect(level(dialog, "User management", "Read")).to_be_disabled()
    await level(dialog, "Offers", "Read").check()
    await dialog.get_by_role("button", name="Make this role").click()
    await done(page, "Nobody holds it yet")
    await page.get_by_role("button", name=name, exact=True).click()
    await dialog.get_by_role("textbox", name="Name", exact=True).fill(f"{name} too")
    await expect(dialog.get_by_role("status")).to_contain_text("Nobody would notice")
    await dialog.get_by_role("button", name="Save").click()
    await done(page, "is changed")
    await page.get_by_role("button", name=f"{name} too", exact=True).click()
    await dialog.get_by_role("textbox", name="Name of a role").fill(f"{name} three")
    await dialog.get_by_role("button", name="Clone").click()
    await done(page, "is made, with what")
    for each in (f"{name} too", f"{name} three"):
        await page.get_by_role("button", name=each, exact=True).click()
        await dialog.get_by_role("button", name="Archive").click()
        await dialog.get_by_role("button", name="Yes, archive").click()
        await done(page, f"“{each}” is archived")


async def test_what_a_role_exposes_is_shown_by_keyboard_and_not_saved(visitor: Visitor) -> None:
    """DR2: all who hold it, with what they lose; closing the editor changes nothing."""
    page = visitor.page
    await visitor.becomes("admin")
    await visitor.goes("/access?tab=roles")
    await visitor.tabs_to("Affiliate Manager")
    await visitor.presses("Enter")
    dialog = page.get_by_role("dialog")
    await expect(level(dialog, "Affiliate payouts", "Read")).to_be_checked()
    await level(dialog, "Affiliate payouts", "Read").focus()
    await visitor.presses("ArrowLeft")
    exposed = dialog.get_by_role("region", name="What this change exposes")
    await expect(exposed.get_by_role("status")).to_contain_text("would notice: 0 would see or do more")
    await expect(exposed).to_contain_text("Alba Stone")
    await expect(exposed).to_contain_text("Payout invoice:")
    await visitor.presses("Escape")
    await visitor.tabs_to("Yes, discard the changes")
    await visitor.presses("Enter")
    await expect(dialog).to_have_count(0)
    await page.get_by_role("button", name="Affiliate Manager", exact=True).click()
    await expect(level(dialog, "Affiliate payouts", "Read")).to_be_checked()


async def test_a_member_is_limited_to_a_program_and_freed_again(visitor: Visitor) -> None:
    """I2, C-01: a role by permissions takes programs and an end; what is left of the rows is shown before."""
    page = visitor.page
    await visitor.becomes("adv-admin")
    await visitor.goes("/access?tab=grants")
    await choose(page, "Anna Lytton")
    await page.get_by_role("button", name="Change Analyst of Anna Lytton").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("checkbox", name="All of the organization").uncheck()
    await dialog.get_by_role("checkbox", name="Northwind Footwear").check()
    exposed = dialog.get_by_role("region", name="What this change exposes")
    await expect(exposed.get_by_role("status")).to_contain_text("1 person would notice")
    await expect(exposed).to_contain_text("On other rows")
    await dialog.get_by_role("button", name="Save").click()
    await done(page, "It holds for Anna Lytton")
    await expect(page.get_by_role("row", name="Analyst")).to_contain_text("Northwind Footwear")
    await page.get_by_role("button", name="Change Analyst of Anna Lytton").click()
    await dialog.get_by_role("checkbox", name="All of the organization").check()
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name="Analyst")).to_contain_text("everything")


async def test_who_administers_nothing_is_offered_nothing(visitor: Visitor) -> None:
    """DR1: a member looks at roles and changes none; who has no grant at all has not even these pages."""
    page = visitor.page
    await visitor.becomes("adv-member")
    await visitor.goes("/access?tab=roles")
    await expect(page.get_by_role("navigation", name="Parts of access")).to_be_visible()
    await expect(page.get_by_role("button", name="New role for staff")).to_have_count(0)
    await expect(page.get_by_role("button", name="New role of an organization")).to_have_count(0)
    await visitor.becomes("nobody")
    await visitor.goes("/access")
    assert {"Report columns", "Audit log", "People and fields"}.isdisjoint(await tabs(page))
    await visitor.goes("/access?tab=grants")
    await expect(page.get_by_role("button", name="Change")).to_have_count(0)


async def test_access_is_asked_for_and_given(visitor: Visitor) -> None:
    """DR1: from the column picker to a request, to whoever answers it after a look at what it exposes."""
    page, reason = visitor.page, f"For the quarter {uuid4().hex[:6]}"
    await visitor.becomes("support")
    await visitor.goes("/access?tab=requests&about=ReportMetrics.payout")
    await page.get_by_role("textbox", name="What for").fill(reason)
    await page.get_by_role("button", name="Ask", exact=True).click()
    await expect(page.get_by_role("listitem").filter(has_text=reason)).to_contain_text("waits")
    await visitor.becomes("admin")
    await visitor.goes("/access?tab=requests")
    await page.get_by_role("listitem").filter(has_text=reason).get_by_role("button", name="Answer Sana Wood").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Give it", exact=True)).to_be_disabled()
    await expect(dialog.get_by_role("radio", name="Another role")).to_be_checked()  # no list of hers restricts it
    await dialog.get_by_role("combobox").select_option(label="Manager")
    await expect(dialog.get_by_role("region", name="What this change exposes")).to_contain_text("Sana Wood")
    await expect(dialog.get_by_role("button", name="Give it", exact=True)).to_be_enabled()
    await dialog.get_by_role("textbox", name="Words to Sana Wood").fill("Ask finance instead.")
    await dialog.get_by_role("button", name="Do not give it").click()
    await expect(page.get_by_role("listitem").filter(has_text=reason)).to_contain_text("not given")
    await expect(page.get_by_role("heading", name="Others ask")).to_be_focused()  # the button that led here is gone


async def test_an_account_is_reviewed_and_closed_with_evidence(visitor: Visitor) -> None:
    """L12: every grant is decided about before a review is closed; what came of it is a file."""
    page = visitor.page
    await visitor.becomes("collab-owner")
    await visitor.goes("/access?tab=reviews")
    await page.get_by_text("Open a review").click()
    place = page.get_by_role("combobox", name="Of the access to")
    await place.select_option(index=1)
    name = (await place.locator("option:checked").inner_text()).removesuffix(" (account)")
    await page.get_by_label("Due on").fill("2099-01-31")
    await page.get_by_role("button", name="Open", exact=True).click()
    await page.get_by_role("button", name=f"Look at the review of {name}").first.click()
    close = page.get_by_role("button", name="Close the review")
    await expect(page.get_by_role("region", name="Grants under review")).to_be_visible()
    await expect(close).to_be_disabled()
    confirm = page.get_by_role("button", name="Confirm")
    for left in range(await confirm.count(), 0, -1):
        await confirm.first.click()
        await expect(confirm).to_have_count(left - 1)
    await close.click()
    await expect(close).to_have_count(0)
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Evidence as CSV").click()
    text = (await (await download.value).path()).read_text(encoding="utf-8")
    assert text.startswith("person,role,")
    assert "CONFIRMED" in text
    assert "OPEN" not in text


async def test_a_collaborator_is_invited_and_the_invitation_revoked(visitor: Visitor) -> None:
    """K8: an owner invites to his own accounts; who only reads an account is offered no invitation."""
    page, address = visitor.page, f"{uuid4().hex[:8]}@elsewhere.example"
    await visitor.becomes("collab-owner")
    await visitor.goes("/access?tab=sharing")
    await page.get_by_text("Invite somebody").click()
    await page.get_by_role("textbox", name="Mail address").fill(address)
    await page.get_by_role("button", name="Invite", exact=True).click()
    await done(page, f"{address} is invited")
    await page.get_by_role("button", name=f"Revoke the invitation of {address}").click()
    await expect(page.get_by_role("listitem").filter(has_text=address)).to_contain_text("revoked")
    await visitor.becomes("collab-readonly")
    await visitor.goes("/access?tab=sharing")
    await expect(page.get_by_role("navigation", name="Parts of access")).to_be_visible()
    await expect(page.get_by_text("Invite somebody")).to_have_count(0)
