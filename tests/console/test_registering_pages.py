"""Creating an account by the login page: from a name and an address to being signed in, and what is refused."""

from __future__ import annotations

import asyncio
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from browsing import Visitor
from playwright.async_api import Route, expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

PASSWORD, OTHER = "a walk along the river", "another walk altogether"
SECONDS = 20
_TOKEN = re.compile(r"sl_\w+_[A-Za-z0-9_]+")


async def mail_to(mails: Path, address: str) -> str:
    """The text of the mail that comes to an address."""
    deadline = monotonic() + SECONDS
    while monotonic() < deadline:
        for mail in _mails_in(mails):
            if mail["to"] == address:
                return str(mail.get_content())
        await asyncio.sleep(0.05)
    raise AssertionError("no mail came")


def _mails_in(folder: Path) -> list[EmailMessage]:
    return [message_from_bytes(file.read_bytes(), policy=default) for file in folder.glob("*.eml")]


async def test_a1_an_account_is_created_by_keyboard(visitor: Visitor, mails: Path) -> None:
    """A1: whoever follows the mail and knows the password is a user, is signed in, and has no grant."""
    page, address = visitor.page, f"{uuid4().hex[:8]}@elsewhere.example"
    await page.goto(f"{visitor.origin}/login")
    await visitor.tabs_to("Create an account")
    await visitor.presses("Enter")
    await expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    assert await visitor.barriers() == []
    for label, text in (("Your name", "Eve Harbour"), ("E-mail address", address)):
        await visitor.tabs_to(label)
        await page.keyboard.insert_text(text)
    await visitor.tabs_to("Password, at least 12 characters")
    await page.keyboard.insert_text(PASSWORD)
    await visitor.presses("Enter")
    await expect(page.get_by_role("status")).to_contain_text("A mail is on its way")
    found = _TOKEN.search(await mail_to(mails, address))
    assert found is not None
    await page.goto(f"{visitor.origin}/#register={found[0]}")
    await expect(page.get_by_role("heading", name="Finish creating your account")).to_be_visible()
    assert await visitor.barriers() == []
    await visitor.tabs_to("The password you registered with")
    await page.keyboard.insert_text(OTHER)
    await visitor.presses("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()  # a token without the password makes nobody
    visitor.complaints.clear()  # browsers write down every 400
    await page.get_by_role("textbox", name="The password you registered with").fill(PASSWORD)
    await visitor.presses("Enter")
    await expect(page.get_by_role("heading", name="Hello, Eve Harbour")).to_be_visible()
    await page.goto(f"{visitor.origin}/reports")
    await expect(page.get_by_role("heading", name="There are no reports for you yet")).to_be_visible()


async def test_lk14_who_has_an_account_is_told_so_by_mail_alone(visitor: Visitor, mails: Path) -> None:
    """LK14: the page says the same for an address that is known; what cannot be a password is refused in words."""
    page = visitor.page
    await page.goto(f"{visitor.origin}/login")
    await page.get_by_role("button", name="Create an account").click()
    await page.get_by_role("textbox", name="Your name").fill("Eve Harbour")
    await page.get_by_role("textbox", name="E-mail address").fill("adv-guest@demo.example")
    await page.get_by_role("textbox", name="Password, at least 12 characters").fill(PASSWORD)
    await page.get_by_role("button", name="Send me a link").click()
    await expect(page.get_by_role("status")).to_contain_text("A mail is on its way")
    text = await mail_to(mails, "adv-guest@demo.example")
    assert _TOKEN.search(text) is None
    await page.get_by_role("textbox", name="Your name").fill(" ")
    await page.get_by_role("button", name="Send me a link").click()
    await expect(page.get_by_role("alert")).to_contain_text("name")
    visitor.complaints.clear()
    await page.get_by_role("button", name="Back to signing in").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_a1_where_nobody_registers_nothing_is_offered(visitor: Visitor) -> None:
    """A1: the document says whether people register, and without that the page has no form."""
    page = visitor.page

    async def closed(route: Route) -> None:
        answer = await route.fetch()
        text = (await answer.text()).replace('data-registration="open"', 'data-registration="closed"')
        await route.fulfill(response=answer, body=text)

    await page.route("**/login", closed)
    await page.goto(f"{visitor.origin}/login")
    await expect(page.get_by_role("button", name="Forgotten the password?")).to_be_visible()
    await expect(page.get_by_role("button", name="Create an account")).to_have_count(0)
