"""The console where something does not answer: it says so and what to do, and sends nobody away."""

from __future__ import annotations

import pytest
from browsing import Visitor
from playwright.async_api import Route, expect

# A request that a browser gives up, by typing on or by leaving the page, is cancelled on the server (F1). What
# graphql-core had not begun of it then is not awaited, and Python says so when it comes across it, whatever test runs.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


async def test_a_page_that_does_not_load_says_so_below_the_header(visitor: Visitor) -> None:
    """A part of the console that is gone, as after an upgrade, leaves no white page."""
    page = visitor.page
    await visitor.becomes("admin")
    await page.route("**/assets/Access-*.js", lambda route: route.abort())
    await page.goto(f"{visitor.origin}/access")
    await expect(page.get_by_role("heading", name="This page cannot be shown")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Areas")).to_be_visible()
    assert await visitor.barriers() == []
    await visitor.mends("Load the page again")
    await expect(page.get_by_role("heading", name="Access")).to_be_visible()


async def test_an_explorer_that_does_not_know_whose_it_is_asks_again(visitor: Visitor) -> None:
    """What its first question failed by is said in place of the page."""
    page = visitor.page

    async def failing(route: Route) -> None:
        if "query Who" in (route.request.post_data or ""):
            await route.abort()
        else:
            await route.continue_()

    await visitor.becomes("partner-member")
    await page.route("**/graphql", failing)
    await page.goto(f"{visitor.origin}/explorer")
    await expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    await visitor.mends("Try again")
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("viewer")


async def test_only_who_is_nobody_is_sent_to_sign_in(visitor: Visitor) -> None:
    """A server that is busy is none that ended the session."""
    page = visitor.page
    await visitor.becomes("admin")
    await page.route("**/session", lambda route: route.fulfill(status=503, body="<h1>Busy</h1>"))
    await page.goto(f"{visitor.origin}/access")
    await expect(page.get_by_role("alert")).to_contain_text("does not answer as it should")
    await visitor.mends("Try again")
    await expect(page.get_by_role("heading", name="Access")).to_be_visible()


async def test_signing_out_and_being_another_say_what_keeps_them(visitor: Visitor) -> None:
    """Without a server one stays who one is, and is told so."""
    page = visitor.page
    await visitor.becomes("admin")
    await visitor.goes("/")
    await page.route("**/session**", lambda route: route.abort())
    for name in ("Sign out", "Look as this one"):
        await page.get_by_label("Look as another of the cast").select_option("support@demo.example")
        await page.get_by_role("button", name=name).click()
        await expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    assert all("Failed to load" in each for each in visitor.complaints), visitor.complaints
    await visitor.mends("Sign out")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_another_of_the_cast_is_chosen_by_keyboard_before_one_is_it(visitor: Visitor) -> None:
    """WCAG 3.2.2: going through the list changes nothing; a button does."""
    page = visitor.page
    await visitor.becomes("admin")
    await visitor.goes("/")
    await visitor.tabs_to("Look as another of the cast")
    before = await page.get_by_role("heading", level=1).inner_text()
    await visitor.presses("ArrowDown", "ArrowDown")
    await expect(page.get_by_role("button", name="Look as this one")).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_have_text(before)
    assert await visitor.barriers() == []
    async with page.expect_navigation():
        await visitor.presses("Tab", "Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Hello, ")
    await expect(page.get_by_role("heading", level=1)).not_to_have_text(before)


async def test_each_page_is_called_what_it_is(visitor: Visitor) -> None:
    """The parts of Access, and the pages that links in mails lead to."""
    page = visitor.page
    await visitor.becomes("admin")
    await visitor.goes("/access?tab=roles")
    await expect(page).to_have_title("Roles · Access · Sightline")
    await page.get_by_role("link", name="Audit log").click()
    await expect(page).to_have_title("Audit log · Access · Sightline")
    for kind, title in (("reset", "Set a new password"), ("invitation", "You are invited")):
        await page.goto("about:blank")
        await page.goto(f"{visitor.origin}/#{kind}=none")
        await expect(page).to_have_title(f"{title} · Sightline")


async def test_the_header_has_room_for_itself_between_a_phone_and_a_desk(visitor: Visitor) -> None:
    """Nothing of it is beside the page, not even while another of the cast is chosen."""
    page = visitor.page
    await visitor.becomes("admin")
    for width in (390, 660, 720):
        await page.set_viewport_size({"width": width, "height": 800})
        await visitor.goes("/access?tab=log")
        await page.get_by_label("Look as another of the cast").select_option("support@demo.example")
        out = await page.get_by_role("button", name="Sign out").bounding_box()
        assert out is not None
        assert out["x"] + out["width"] <= width
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
